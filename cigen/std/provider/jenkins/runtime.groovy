// The functions that Jenkinsfiles of cig's share: runtime.py says which of them a file gets.

/** Runs every job as soon as those it needs are done; fails at the end if any of them did. */
def runAll(Map jobs) {
  runReady(jobs)
  List failed = failures(results)
  if (failed) {
    error("Failed: ${failed.join(', ')}")
  }
}

/** Runs what the plan does not leave out, and judges; without a plan, everything. */
def runPlanned(Map jobs) {
  stage('cig/plan') {
    String otherwise = 'There is no plan, so everything runs'
    catchError(message: otherwise, buildResult: 'SUCCESS', stageResult: 'UNSTABLE', catchInterruptions: false) {
      retry(count: 2, conditions: [agent(), nonresumable()]) {
        makePlan()
      }
    }
  }
  try {
    runAll(jobs)
  } finally {
    stage('cig/gate') {
      retry(count: 2, conditions: [agent(), nonresumable()]) {
        passGate(jobs)
      }
    }
  }
}

def runReady(Map jobs) {
  List ready = claim(jobs, results)
  while (ready.size() == 1) {
    runJob(ready[0], jobs[ready[0]])
    ready = claim(jobs, results)
  }
  if (ready.size() > 1) {
    Map branches = [:]
    for (int i = 0; i < ready.size(); i++) {
      String name = ready[i]
      branches[name] = {
        runJob(name, jobs[name])
        runReady(jobs)
      }
    }
    parallel branches
  }
}

def runJob(String name, Map job) {
  String verdict = judge(job, results)
  if (verdict == 'BLOCKED') {
    results[name] = verdict
    stage(job.title ?: name) {
      catchError(buildResult: 'SUCCESS', stageResult: 'NOT_BUILT') {
        error("${name} is not run: it needs ${job.needs.join(', ')}")
      }
    }
    return
  }
  Closure condition = job.when
  if (verdict == 'SKIPPED' || (condition && !condition())) {
    results[name] = 'SKIPPED'
    echo "${name} is not run: its condition does not hold, or that of a job it needs"
    return
  }
  String why = leftOut(job.entries, plan)
  if (why) {
    results[name] = 'PROVEN'
    notRun(job.title ?: name, "${name} is not run: ${why}")
    return
  }
  stage(job.title ?: name) {
    try {
      Closure body = job.run
      body()
      results[name] = 'SUCCESS'
    } catch (failure) {
      results[name] = job.soft ? 'SUCCESS' : 'FAILURE'
      catchError(buildResult: job.soft ? 'SUCCESS' : 'FAILURE', stageResult: job.soft ? 'UNSTABLE' : 'FAILURE') {
        error("${name}: ${failure}")
      }
    }
  }
}

/** The jobs whose needs are done, each handed out once. */
@NonCPS
List claim(Map jobs, Map results) {
  List ready = []
  for (entry in jobs) {
    if (results[entry.key] == null && entry.value.needs.every { results[it] != null && results[it] != 'RUNNING' }) {
      ready << entry.key
    }
  }
  for (name in ready) {
    results[name] = 'RUNNING'
  }
  return ready
}

@NonCPS
String judge(Map job, Map results) {
  List before = job.needs.collect { results[it] }
  boolean failed = before.contains('FAILURE') || before.contains('BLOCKED')
  switch (job.on) {
    case 'always': return 'RUN'
    case 'failure': return failed ? 'RUN' : 'SKIPPED'
    default: return failed ? 'BLOCKED' : before.contains('SKIPPED') ? 'SKIPPED' : 'RUN'
  }
}

@NonCPS
List failures(Map results) {
  return results.findAll { it.value == 'FAILURE' }.collect { it.key }
}

/** What a plan says of each of its entries. Fails for what is not a whole plan. */
@NonCPS
Map readEntries(String text) {
  Map found = [:]
  for (entry in new groovy.json.JsonSlurper().parseText(text)) {
    Map said = entry.value
    String why = said.reason == 'PROVEN' ? 'proven' : said.reason
    why += said.url ? ' by ' + said.url : ''
    found[entry.key] = [skip: said.skip == true, signature: said.signature, why: why, restored: said.restored]
  }
  return found
}

/** Why the plan leaves these entries out; nothing unless it says so of each, by name. */
@NonCPS
String leftOut(List entries, Map plan) {
  String why = ''
  for (name in entries) {
    Map said = (plan.entries ?: [:])[name]
    if (said == null || said.skip != true) {
      return ''
    }
    why = said.why
  }
  return why
}

/** Stashes the files that the plan has brought for jobs that fetch them; the stashes by artifact, which is a job. */
Map handRestored(Map entries, Map includes) {
  Map found = [:]
  List jobs = restoredJobs(entries)
  for (int i = 0; i < jobs.size(); i++) {
    String job = jobs[i]
    if (!includes[job]) {
      error("no job fetches ${job}")
    }
    // What is not there was not brought. No job and no leg has a name with a dot before any hyphen.
    String name = "restored.${job}"
    dir(".cigen/cache/restored/${job}") {
      stash(name: name, includes: includes[job], useDefaultExcludes: false)
    }
    found[job] = [name]
  }
  return found
}

/** The jobs of which the plan has brought files, of one leg or more. */
@NonCPS
List restoredJobs(Map entries) {
  List found = []
  for (entry in entries) {
    String job = entry.value.restored
    if (job && !found.contains(job)) {
      found << job
    }
  }
  return found
}

/** The signature that an entry was planned with. */
@NonCPS
String signatureOf(String entry, Map plan) {
  Map said = (plan.entries ?: [:])[entry]
  return said == null ? '' : said.signature
}

/** What the plan calls the legs of a matrix. */
@NonCPS
List entriesOf(List legs) {
  return legs.collect { it.entry ?: it.name }
}

/** The legs that the plan does not leave out. */
List remaining(List legs) {
  List found = []
  for (int i = 0; i < legs.size(); i++) {
    Map leg = legs[i]
    String why = leftOut([leg.entry ?: leg.name], plan)
    if (why) {
      notRun(leg.title ?: leg.name, "${leg.name} is not run: ${why}")
    } else {
      found << leg
    }
  }
  return found
}

/** A stage of something that is not run, and why. */
def notRun(String title, String message) {
  stage(title) {
    catchError(buildResult: 'SUCCESS', stageResult: 'NOT_BUILT') {
      error(message)
    }
  }
}

/** How each job ended, as the gate reads it. Of a matrix, how each leg did: one that never began was skipped. */
@NonCPS
String gateResults(Map jobs, Map results, Map begun) {
  Map found = [:]
  for (entry in jobs) {
    String ended = [SUCCESS: 'success', FAILURE: 'failure'][results[entry.key]] ?: 'skipped'
    List entries = entry.value.entries ?: [entry.key]
    if (ended != 'success' || entries == [entry.key]) {
      found[entry.key] = [result: ended]
    } else {
      for (name in entries) {
        found[name] = [result: begun[name] ? 'success' : 'skipped']
      }
    }
  }
  return groovy.json.JsonOutput.toJson(found)
}

/** The jobs that their own condition left out, or that of a job they need. */
@NonCPS
String excluded(Map results) {
  return results.findAll { it.value == 'SKIPPED' }.collect { it.key }.join(' ')
}

/** A clean workspace on an agent with the label. The time limit counts from when there is one. */
def onNode(String label, int minutes, String entry = '', int recording = 2, Closure body) {
  node(label) {
    deleteDir()
    dir(env.WORKSPACE_TMP) {
      deleteDir()
      writeFile(file: 'cig-env', text: '')
      writeFile(file: 'cig-output', text: '')
    }
    // bash reads cig-env before each script: tools put themselves on PATH there.
    String file = "${env.WORKSPACE_TMP}/cig-env"
    withEnv(["BASH_ENV=${file}", "CIG_ENV=${file}", "CIG_OUTPUT=${env.WORKSPACE_TMP}/cig-output"]) {
      within(minutes, body)
      if (entry) {
        keepProof(entry, recording)
      }
    }
  }
}

/** A time limit whose end is a failure like any other, not the end of the build. */
def within(int minutes, Closure body) {
  long end = System.currentTimeMillis() + minutes * 60000L
  try {
    timeout(time: minutes, unit: 'MINUTES') {
      body()
    }
  } catch (org.jenkinsci.plugins.workflow.steps.FlowInterruptedException interruption) {
    if (System.currentTimeMillis() >= end) {
      error("took longer than ${minutes} minutes")
    }
    throw interruption
  }
}

/** Parts of a job: 'success' until one fails, 'failure' only then, 'always' in any case. */
def inOrder(List parts) {
  def failure = null
  for (int i = 0; i < parts.size(); i++) {
    String wanted = parts[i][0]
    Closure body = parts[i][1]
    if (wanted == 'always' || (wanted == 'failure') == (failure != null)) {
      try {
        body()
      } catch (problem) {
        failure = failure ?: problem
      }
    }
  }
  if (failure) {
    throw failure
  }
}

/** All legs of a job at once, or so many of them: each takes the next that nobody has taken. */
def runLegs(List legs, boolean failFast, int atOnce, Closure body) {
  List waiting = [] + legs
  List failed = []
  Map branches = [:]
  int count = atOnce > 0 && atOnce < legs.size() ? atOnce : legs.size()
  for (int i = 0; i < count; i++) {
    String branch = count == legs.size() ? legs[i].name : "${i + 1} of ${count}"
    branches[branch] = {
      while (waiting) {
        Map leg = waiting.remove(0)
        begun[leg.entry ?: leg.name] = true
        stage(leg.title ?: leg.name) {
          try {
            body(leg)
          } catch (org.jenkinsci.plugins.workflow.steps.FlowInterruptedException interruption) {
            waiting.clear()
            throw interruption
          } catch (problem) {
            if (failFast) {
              waiting.clear()
              throw problem
            }
            failed << leg.name
            catchError(buildResult: 'SUCCESS', stageResult: 'FAILURE') {
              error("${leg.name}: ${problem}")
            }
          }
        }
      }
    }
  }
  branches.failFast = failFast
  parallel branches
  if (failed) {
    error("${failed.join(', ')} failed")
  }
}

/** Tries again after a failure, so many seconds later. */
def attempts(int total, int delay, Closure body) {
  int tried = 0
  retry(total) {
    if (tried > 0) {
      sleep(time: delay, unit: 'SECONDS')
      writeFile(file: "${env.WORKSPACE_TMP}/cig-retried", text: '')
    }
    tried++
    body()
  }
}

/** The source, without its history where there is nothing to merge: a pull request needs where it branched off. */
def source(int depth, List more = []) {
  boolean shallow = depth > 0 && !env.CHANGE_ID
  List clone = [cloneOption(shallow: shallow, depth: depth, noTags: shallow, reference: '')]
  List extensions = scm.extensions + clone + more
  List remotes = scm.userRemoteConfigs
  if (depth == 0) {
    // All of the history is that of all branches: a multibranch job fetches none but its own.
    remotes = remotes.collect {
      String all = "+refs/heads/*:refs/remotes/${it.name ?: 'origin'}/*"
      [name: it.name, url: it.url, credentialsId: it.credentialsId, refspec: it.refspec ? "${it.refspec} ${all}" : all]
    }
  }
  checkout(scmGit(branches: scm.branches, userRemoteConfigs: remotes, extensions: extensions))
}

/** A script that stops at the first failure, in a pipe too. */
def bash(String name, String script) {
  sh(label: name, script: '#!/usr/bin/env bash\nset -eo pipefail\n' + script)
}

/** A script that stops at the first failure, in a pipe too. On Windows it takes the bash of Git for Windows. */
def bashAnywhere(String name, String script) {
  if (isUnix()) {
    sh(label: name, script: '#!/usr/bin/env bash\nset -eo pipefail\n' + script)
    return
  }
  dir(env.WORKSPACE_TMP) {
    writeFile(file: 'cig-script.sh', text: 'set -eo pipefail\n' + script)
  }
  bat(label: name, script: '@bash "%WORKSPACE_TMP%\\cig-script.sh"')
}

/** A script for a shell that need not be bash. */
def posix(String name, String script) {
  sh(label: name, script: '#!/bin/sh\nset -e\nif [ -n "$CIG_ENV" ]; then . "$CIG_ENV"; fi\n' + script)
}

def python(String name, String script) {
  sh(label: name, script: '#!/usr/bin/env python3\n' + script)
}

/** A script as a file, for a command that names it $CIG_SCRIPT. */
def interpreted(String name, String command, String script) {
  dir(env.WORKSPACE_TMP) {
    writeFile(file: 'cig-script', text: script)
  }
  withEnv(["CIG_SCRIPT=${env.WORKSPACE_TMP}/cig-script"]) {
    sh(label: name, script: command)
  }
}

/** Inside a container, with a home that its user may write to. */
def inContainer(String image, String arguments, Closure body) {
  docker.image(image).inside(arguments) {
    withEnv(["HOME=${env.WORKSPACE_TMP}/home"]) {
      sh(label: 'Make a home', script: 'mkdir -p "$HOME"')
      body()
    }
  }
}

/** The agent's caches, for a container. */
String cacheMount() {
  String script = 'kept="${CIG_CACHE_DIR:-$HOME/.cache/cig/caches}"; mkdir -p "$kept"; printf %s "$kept"'
  String kept = sh(label: 'Find the caches', returnStdout: true, script: script)
  return "-v ${kept}:${kept} -e CIG_CACHE_DIR=${kept}"
}

/** Waits for a person, holding no agent. */
def approve(String message, String by) {
  timeout(time: 30, unit: 'DAYS') {
    if (by) {
      input(message: message, ok: 'Approve', submitter: by)
    } else {
      input(message: message, ok: 'Approve')
    }
  }
}

/** Keeps files for the jobs that fetch the artifact. */
def hand(String artifact, String name, String includes, String excludes) {
  stash(name: name, includes: includes, excludes: excludes, allowEmpty: true, useDefaultExcludes: false)
  stashed[artifact] = (stashed[artifact] ?: []) + [name]
}

/** The files of an artifact, where the job that left them had them. */
def fetch(String artifact) {
  List names = stashed[artifact] ?: []
  names = ((plan.restored ?: [:])[artifact] ?: []) + names
  if (!names) {
    error("no job has left ${artifact}")
  }
  for (int i = 0; i < names.size(); i++) {
    unstash(names[i])
  }
}

/** What the scripts of a job wrote to $CIG_OUTPUT, for the jobs that need it. */
def keepOutputs(String job) {
  outputs[job] = readOutputs(readFile("${env.WORKSPACE_TMP}/cig-output"))
}

@NonCPS
Map readOutputs(String text) {
  Map found = [:]
  for (line in text.split('\n')) {
    int sign = line.indexOf('=')
    if (sign > 0) {
      found[line.substring(0, sign)] = line.substring(sign + 1)
    }
  }
  return found
}

String output(String job, String name) {
  return (outputs[job] ?: [:])[name] ?: ''
}

/** Ends older builds of the same branch or pull request. */
def replaceOlder() {
  int number = env.BUILD_NUMBER as int
  if (number > 1) {
    milestone(number - 1)
  }
  milestone(number)
}

/** The answer to a question; its default where nobody was asked, as in the first build of a branch. */
String answer(String name, String otherwise) {
  return params[name] == null ? otherwise : params[name].toString()
}

/** The branch that was pushed; empty for a tag and for a pull request. */
String branch() {
  return env.TAG_NAME || env.CHANGE_ID ? '' : env.BRANCH_NAME ?: ''
}

String tag() {
  return env.TAG_NAME ?: ''
}

/** Why the run was started. A build of a tag or a pull request is one whoever started it. */
String event() {
  if (env.TAG_NAME) {
    return 'tag'
  }
  if (env.CHANGE_ID) {
    return 'pull_request'
  }
  if (currentBuild.getBuildCauses('hudson.triggers.TimerTrigger$TimerTriggerCause')) {
    return 'schedule'
  }
  if (currentBuild.getBuildCauses('hudson.model.Cause$UserIdCause')) {
    return 'manual'
  }
  return (env.BRANCH_NAME ?: '').startsWith('gh-readonly-queue/') ? 'merge_queue' : 'push'
}
