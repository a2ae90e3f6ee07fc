// Runs Jenkinsfiles with stub steps, one JVM for all of them, and prints what each of them did as JSON.
//
// groovy Harness.groovy CASES.json    where CASES.json is a list of
//   { "file": path, "env": {name: value}, "params": {…}, "causes": [class name, …], "execute": bool, "dir": path,
//     "fail": [label, …], "hang": [label, …], "refuse": [stash, …], "repository": path, "outputs": {stage: text} }
// Scripts run in bash within "dir" if "execute" is true, else each is recorded and succeeds, but for those whose label
// is in "fail" or, for as long as it may take, in "hang". No stash in "refuse" is taken. A checkout clones "repository". Branches of `parallel` run one after the other, as the green threads of Jenkins may.
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import org.codehaus.groovy.control.CompilerConfiguration
import org.codehaus.groovy.control.customizers.ImportCustomizer

class Interruption extends org.jenkinsci.plugins.workflow.steps.FlowInterruptedException {}

/** What a Jenkinsfile takes for the clock: a script that hangs moves it. */
class Clock {
  static long ahead = 0
  static long currentTimeMillis() { java.lang.System.currentTimeMillis() + ahead }
}

abstract class Stub extends Script {
  Map settings
  List log = []
  LinkedList environment = [[:]] as LinkedList
  LinkedList stages = [] as LinkedList
  LinkedList where = [] as LinkedList
  Map stashes = [:]
  String result = 'SUCCESS'

  /** A property of a script is a variable of its binding: fields are set from within. */
  void prepare(Map given) {
    settings = given
    environment = [given.env ?: [:]] as LinkedList
  }

  // -- what scripts see ------------------------------------------------------------------------------------------
  Map all() { environment.inject([:]) { found, one -> found + one } }

  def getEnv() { all().withDefault { null } }
  def getParams() { settings.params ?: [:] }
  def getScm() { [branches: ['b'], userRemoteConfigs: [[url: 'r']], extensions: []] }

  def getCurrentBuild() {
    [getBuildCauses: { String name -> (settings.causes ?: []).findAll { it == name } }] as Causes
  }

  List events() { log }
  String outcome() { result }

  void note(Map event) { log << (event + [stages: stages.clone(), where: where.clone()]) }

  def within(String kind, value, Closure body) {
    where << "${kind}:${value}".toString()
    try { return body() } finally { where.removeLast() }
  }

  // -- declarative -----------------------------------------------------------------------------------------------
  def pipeline(Closure body) { new Declarative(script: this).run(body) }

  // -- blocks ----------------------------------------------------------------------------------------------------
  def node(String label, Closure body) {
    String tmp = settings.execute ? "${settings.dir}/ws${log.size()}@tmp" : '/ws@tmp'
    String ws = tmp - '@tmp'
    if (settings.execute) { new File(ws).mkdirs(); new File(tmp).mkdirs() }
    environment << [WORKSPACE: ws, WORKSPACE_TMP: tmp, EXECUTOR_NUMBER: '0', BUILD_ID: '1', NODE_NAME: label]
    try { return within('node', label) { inDirectory(ws, body) } } finally { environment.removeLast() }
  }

  LinkedList directories = [] as LinkedList
  def inDirectory(String path, Closure body) {
    directories << path
    if (settings.execute) new File(path).mkdirs()
    try { return body() } finally { directories.removeLast() }
  }

  def dir(String path, Closure body) { inDirectory(path.startsWith('/') ? path : "${directories.last()}/${path}", body) }

  def stage(String name, Closure body) {
    stages << name
    try { return body() } finally { stages.removeLast() }
  }

  def parallel(Map branches) {
    boolean failFast = branches.failFast ?: false
    def failure = null
    branches.findAll { it.key != 'failFast' }.each { name, body ->
      if (failure && failFast) { note(kind: 'not started', name: name); return }
      try { body() } catch (Throwable problem) { failure = failure ?: problem }
    }
    if (failure) throw failure
  }

  def withEnv(List variables, Closure body) {
    Map found = [:]
    variables.each { one ->
      String text = one.toString()
      int sign = text.indexOf('=')
      found[text.substring(0, sign)] = text.substring(sign + 1)
    }
    environment << found
    try { return body() } finally { environment.removeLast() }
  }

  def withCredentials(List bindings, Closure body) {
    note(kind: 'credentials', bindings: bindings)
    withEnv(bindings.collect { "${it.variable}=secret of ${it.credentialsId}" }, body)
  }

  LinkedList limits = [] as LinkedList
  def timeout(Map limit, Closure body) {
    limits << java.util.concurrent.TimeUnit.valueOf(limit.unit).toMillis(limit.time as long)
    try { return within('timeout', "${limit.time} ${limit.unit}", body) } finally { limits.removeLast() }
  }
  def lock(Map what, Closure body) { within('lock', what.resource, body) }
  def timestamps(Closure body) { body() }
  def ansiColor(String name, Closure body) { within('ansiColor', name, body) }

  def retry(Map how, Closure body) { within('retry', "${how.count} ${how.conditions}", body) }
  def retry(int count, Closure body) {
    for (int tried = 1; ; tried++) {
      try { return body() } catch (Interruption interruption) { throw interruption } catch (Throwable problem) {
        if (tried == count) throw problem
      }
    }
  }
  def agent() { 'agent' }
  def nonresumable() { 'nonresumable' }

  def catchError(Map how, Closure body) {
    try { body() } catch (Throwable problem) {
      note(kind: 'caught', message: problem.message, buildResult: how.buildResult, stageResult: how.stageResult)
      if (how.buildResult != 'SUCCESS') result = how.buildResult
    }
  }

  def getDocker() { new Docker(script: this) }

  // -- steps -----------------------------------------------------------------------------------------------------
  def sh(String script) { sh(script: script) }
  def sh(Map given) { run('sh', given) }
  def bat(Map given) { run('bat', given) }
  def pwsh(Map given) { run('pwsh', given) }
  def powershell(Map given) { run('powershell', given) }
  boolean isUnix() { !(settings.windows ?: []).any { label -> where.any { it == "node:${label}" } } }

  def run(String kind, Map given) {
    Map known = all()
    note(kind: kind, name: given.label, script: given.script, env: known, cwd: directories ? directories.last() : null)
    if ((settings.fail ?: []).contains(given.label)) throw new Exception("script returned exit code 1")
    if ((settings.hang ?: []).contains(given.label)) { Clock.ahead += limits.last(); throw new Interruption() }
    if (!settings.execute || kind != 'sh') return given.returnStdout ? '/caches' : null
    File file = File.createTempFile('cig', '.sh')
    file.setText(given.script, 'UTF-8')
    List command = given.script.startsWith('#!') ? given.script.readLines()[0].substring(2).trim().split(' ') as List : ['sh', '-e']
    def builder = new ProcessBuilder(command + [file.path]).directory(new File(directories.last())).redirectErrorStream(true)
    known.each { name, value -> if (value) builder.environment()[name] = value.toString() else builder.environment().remove(name) }
    def process = builder.start()
    process.outputStream.close()
    String text = process.inputStream.getText('UTF-8')
    int code = process.waitFor()
    file.delete()
    log.last().output = text
    log.last().exit = code
    if (code) throw new Exception("script returned exit code ${code}")
    return given.returnStdout ? text : null
  }

  def echo(Object message) { note(kind: 'echo', message: message.toString()) }
  def error(Object message) { throw new Exception(message.toString()) }
  def sleep(Map given) { note([kind: 'sleep'] + given) }
  def input(Map given) { note([kind: 'input'] + given) }
  def build(Map given) { note([kind: 'build'] + given) }
  def milestone(Object number) { note(kind: 'milestone', number: number) }
  def checkout(Object what) {
    note(kind: 'checkout', what: what)
    if (settings.repository) {
      String url = "file://${settings.repository}"
      def process = ['git', 'clone', '-q', '--depth', '1', url, '.'].execute((List) null, new File(directories.last()))
      process.waitForProcessOutput()
      if (process.exitValue()) throw new Exception("git clone ${url} failed")
    }
  }
  def scmGit(Map given) { given }
  def cloneOption(Map given) { [cloneOption: given] }
  def submodule(Map given) { [submodule: given] }
  def lfs() { [lfs: true] }
  def sparseCheckout(Map given) { [sparseCheckout: given] }
  def string(Map given) { given }
  def deleteDir() { if (settings.execute) new File(directories.last()).eachFile { it.isDirectory() ? it.deleteDir() : it.delete() } }
  def junit(Map given) { note([kind: 'junit'] + given) }
  def archiveArtifacts(Map given) { note([kind: 'archive'] + given) }

  File named(String path) { new File(path.startsWith('/') ? path : "${directories.last()}/${path}") }
  Map texts = [:]
  def writeFile(Map given) {
    note(kind: 'write', file: given.file, text: given.text)
    if (settings.execute) named(given.file).setText(given.text, 'UTF-8')
    else texts[named(given.file).path] = given.text
  }
  def readFile(String path) {
    settings.execute ? named(path).getText('UTF-8') : (settings.outputs ?: [:])[stages.last()] ?: texts[named(path).path] ?: ''
  }

  def stash(Map given) {
    note([kind: 'stash', cwd: directories.last()] + given)
    if (given.name =~ /[?*\/\\%!@#$^&|<>\[\]:;]/) throw new Exception("${given.name} is no name of a stash")
    if ((settings.refuse ?: []).contains(given.name)) throw new Exception("no space left for ${given.name}")
    List files = []
    if (settings.execute) {
      def scan = new AntBuilder().fileScanner {
        fileset(dir: directories.last(), includes: given.includes, excludes: given.excludes ?: '', defaultexcludes: 'no')
      }
      for (file in scan) files << [new File(directories.last()).toURI().relativize(file.toURI()).path, file.bytes]
      if (!files && !given.allowEmpty) throw new Exception('No files included in stash')
    }
    stashes[given.name] = files
  }
  def unstash(String name) {
    note(kind: 'unstash', name: name)
    if (!stashes.containsKey(name)) throw new Exception("No such saved stash '${name}'")
    stashes[name].each { path, bytes -> File to = named(path); to.parentFile.mkdirs(); to.bytes = bytes }
  }
}

interface Causes { Object getBuildCauses(String name) }

class Docker {
  Stub script
  def image(String name) { [inside: { String arguments, Closure body -> script.within('docker', "${name} ${arguments}".trim(), body) }] as Image }
}
interface Image { Object inside(String arguments, Closure body) }

/** The declarative shell: takes the sections that a pipeline may have, refuses others, and runs the stages. */
class Declarative {
  Stub script
  Map found = [agent: null, options: [], parameters: [], triggers: [], stages: []]

  def run(Closure body) {
    read(body, [agent: { found.agent = it.toString() }, options: { section('options', it) }, parameters: { section('parameters', it) },
                triggers: { section('triggers', it) }, stages: { read(it, [stage: { String name, Closure inner -> found.stages << [name, inner] }]) }])
    if (found.agent == null || !found.stages) throw new Exception('a pipeline needs an agent and stages')
    script.note(kind: 'pipeline', parameters: found.parameters, triggers: found.triggers, options: found.options)
    found.stages.each { name, inner -> oneStage(name, inner) }
  }

  def section(String kind, Closure body) {
    body.delegate = new Recorder(kind: kind, found: found[kind], script: script)
    body.resolveStrategy = Closure.DELEGATE_FIRST
    body()
  }

  def oneStage(String name, Closure body) {
    boolean wanted = true
    Closure steps = null
    read(body, [when: { read(it, [expression: { Closure condition -> wanted = wanted && condition() }]) }, steps: { steps = it }])
    script.note(kind: 'stage', name: name, wanted: wanted)
    if (wanted) read(steps, [script: { Closure inner -> inner.delegate = script; inner.resolveStrategy = Closure.OWNER_FIRST; inner() }])
  }

  static read(Closure body, Map known) {
    body.delegate = new Section(known: known)
    body.resolveStrategy = Closure.DELEGATE_FIRST
    body()
  }
}

class Section {
  Map known
  def invokeMethod(String name, Object arguments) {
    Closure step = known[name]
    if (step == null) throw new MissingMethodException(name, Section, arguments as Object[])
    step.call(*(arguments as List))
  }
  def getProperty(String name) { name == 'none' ? 'none' : name == 'known' ? this.@known : { throw new MissingPropertyException(name, Section) }() }
}

class Recorder {
  String kind
  List found
  Stub script
  def invokeMethod(String name, Object arguments) { found << [name, (arguments as List)]; null }
  def getProperty(String name) { name in ['kind', 'found', 'script'] ? this.@"$name" : name == 'env' ? script.getEnv() : { throw new MissingPropertyException(name, Recorder) }() }
}

List cases = new JsonSlurper().parse(new File(args[0]), 'UTF-8')
ImportCustomizer imports = new ImportCustomizer()
imports.addImports('com.cloudbees.groovy.cps.NonCPS')
imports.addImport('System', 'Clock')
CompilerConfiguration configuration = new CompilerConfiguration(scriptBaseClass: 'Stub', sourceEncoding: 'UTF-8')
configuration.addCompilationCustomizers(imports)
PrintStream out = new PrintStream(System.out, true, 'UTF-8')
// Compiling takes most of the time, and many runs are of one file.
Map<String, Class> compiled = [:]
cases.each { given ->
  Map found = [log: [], result: 'SUCCESS', error: null]
  Stub script = null
  try {
    String text = new File(given.file).getText('UTF-8')
    Class type = compiled.computeIfAbsent(text) {
      new GroovyClassLoader(Stub.classLoader, configuration).parseClass(text, new File(given.file).name)
    }
    script = type.newInstance()
    script.binding = new Binding()
    script.prepare(given)
    script.run()
  } catch (Throwable problem) {
    found.error = problem.toString()
    found.result = 'FAILURE'
    if (System.getenv('CIG_STUB_TRACE')) problem.stackTrace.findAll { it.fileName in ['Harness.groovy', 'Jenkinsfile'] }.each { System.err.println(it) }
  }
  if (script) {
    found.log = script.events()
    found.result = found.error ? 'FAILURE' : script.outcome()
  }
  out.println(JsonOutput.toJson(found))
}
