"""The plan of a build: the step that makes it and uploads the jobs, the command that keeps a proof, and the gate.

The first file holds one step. It lets cig mark, in the pipeline beside it, what need not run, and uploads the result;
where there is no plan, or it is late or cut off, it uploads the pipeline as it stands, in which no step is skipped. The
gate is the one check that a merge waits for: it asks how each job ended and has cig compare that with the plan.
"""

import shlex
from collections.abc import Iterable, Sequence
from typing import Any

from cigen.sdk import Checkout, Expr, Graph, Job, Skipping, Step, Workflow
from cigen.sdk.yaml import Document, Value, emit
from cigen.std.ci.blocks import read_own
from cigen.std.ci.conditions import fold, is_true
from cigen.std.ci.plans import (
    GATE,
    KEY,
    PLANNER,
    gate_name,
    install_script,
    record_script,
    requirements,
    venv_script,
)
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.buildkite.artifacts import FOLDER
from cigen.std.provider.buildkite.checkout import render_checkout
from cigen.std.provider.buildkite.problems import new_report
from cigen.std.provider.buildkite.runners import agents, system
from cigen.std.provider.buildkite.secret_env import is_secret_name, secret_settings
from cigen.std.provider.buildkite.shell_tests import bash_test
from cigen.std.provider.buildkite.texts import escaped
from cigen.std.report import Report

__all__ = [
    "JOB",
    "PLANNED",
    "RECORD",
    "RECORD_LAST",
    "check_settings",
    "gate_key",
    "gate_step",
    "native_test",
    "planner_file",
    "protected_secret",
    "record_variable",
]

JOB, PLANNED = "CIG_JOB", "CIG_PLANNED"
"""Variables of a step: what the plan calls it; of a gate: that the pipeline was uploaded as a plan has it."""

RECORD = "CIG_RECORD"
"""The variable of the pipeline that holds what keeps a proof: once, however many jobs do."""

RECORD_LAST = f'eval "${RECORD}" || true'
"""The last command of a job. Its own success is none of the job's."""

_DOCUMENT = "cig-plan.json"
_UPLOAD_ALL = 'cig_upload() { for cig_file in "$@"; do buildkite-agent pipeline upload "$cig_file" || return; done; }\n'
_PLANNER_MINUTES, _PLAN_MINUTES, _GATE_MINUTES = 5, 4, 10
_ASKED_AT_ONCE = 16
_PROTECTED = "protected_key"
"""Of `[skipping] buildkite`: the secret with the key of tier `protected`."""


def gate_key(workflow: Workflow, *, several: bool) -> str:
    """The key of a workflow's gate. several: the file holds more than one workflow."""
    return f"{GATE}-{workflow.id}" if several else GATE


# -- the planner -------------------------------------------------------------------------------------------------------


def planner_file(
    graph: Graph,
    workflows: Sequence[Workflow],
    header: Sequence[str],
    conditions: Iterable[str],
    paths: Sequence[str],
    *,
    restores: bool,
) -> str:
    """The text of the first file. conditions: when each workflow is started. paths: the files with the jobs, in order.

    restores: there are jobs whose files the plan can bring. What is wrong with the file is reported with the jobs.
    """
    skipping, report = _skipping(graph), new_report()
    step: dict[str, Value] = {"label": "cig/plan", "key": PLANNER}
    started = list(dict.fromkeys(conditions))
    if started and all(started):
        step["if"] = escaped(started[0] if len(started) == 1 else " || ".join(f"({one})" for one in started))
    step["agents"] = _agents(skipping, report)
    step["checkout"] = _source()
    plugins = _plugins(graph, skipping.secrets, report)
    if plugins:
        step["plugins"] = plugins
    step["command"] = escaped(_planner_script(graph, workflows, paths, restores=restores))
    step["timeout_in_minutes"] = _PLANNER_MINUTES
    return emit(Document({"steps": [step]}, header=tuple(header)))


def _planner_script(graph: Graph, workflows: Sequence[Workflow], paths: Sequence[str], *, restores: bool) -> str:
    skipping = _skipping(graph)
    bound = f"timeout {_PLAN_MINUTES}m"
    if system(skipping.machine) == "macos":
        bound = f"perl -e 'alarm shift; exec @ARGV' {60 * _PLAN_MINUTES}"
    several = len(paths) > 1
    upload = "cig_upload" if several else "buildkite-agent pipeline upload"
    planned = [f'"$CIG_TEMP"/{shlex.quote(path.rpartition("/")[2])}' for path in paths]
    marked = "".join(
        f'cig compute-signatures --plan "$CIG_TEMP/{_DOCUMENT}" --format buildkite --file {shlex.quote(path)} > {to}\n'
        # What has no end may have lost jobs.
        f'[ "$(tail -n 1 {to})" = "# cig: complete" ]\n'
        for path, to in zip(paths, planned, strict=True)
    )
    asked = "" if len(workflows) == len(graph.workflows) else f" --workflow {workflows[0].id}"
    asked += f' --restore "$CIG_TEMP/{FOLDER}"' if restores else ""
    handed = (
        "# Files that jobs fetch of others that need not run.\n"
        f"[ -z \"$(ls {FOLDER} 2>/dev/null)\" ] || buildkite-agent artifact upload '{FOLDER}/**/*'\n"
    )
    return (
        "# Has cig mark what need not run. Without its word in time, everything runs.\n"
        "CIG_TEMP=$(mktemp -d)\n"
        "export CIG_TEMP\n"
        "trap 'rm -rf \"$CIG_TEMP\"' EXIT\n"
        f"{_UPLOAD_ALL if several else ''}"
        'cig_script() { "$@" -c "$(cat)"; }\n'
        f"if cig_script {bound} bash -eo pipefail <<'CIG_SCRIPT'\n"
        f"{_secrets(graph, skipping.secrets)}"
        f"{install_script(skipping, venv_script(skipping))}"
        f'cig compute-signatures{asked} > "$CIG_TEMP/{_DOCUMENT}"\n'
        f"{marked}"
        f'cd "$CIG_TEMP"\n{handed if restores else ""}buildkite-agent artifact upload {_DOCUMENT}\n'
        "CIG_SCRIPT\n"
        f"then {upload} {' '.join(planned)} && exit\nfi\n"
        'echo "There is no plan: every job runs."\n'
        f"{upload} {shlex.join(paths)}\n"
    )


# -- what a job leaves behind ------------------------------------------------------------------------------------------


def record_variable(graph: Graph, report: Report) -> str:
    """What `RECORD` holds: shell that keeps the proof of the job it is called in."""
    skipping = _skipping(graph)
    keys = [KEY] if skipping.trust else []
    for name in (*keys, *skipping.secrets):
        if "plugin" in _settings(graph, name, report):
            message = f'"{name}" comes from a plugin, which would show it to every script of a job: jobs find none'
            hint = "keep it among Buildkite's secrets, or in the environment of the agents"
            report.warning("BUILDKITE_029", message, hint=hint, key=("secrets", name))
    script = record_script(skipping, venv_script(skipping), f'cig record "${JOB}" --signature "$CIG_SIGNATURE"', "echo")
    return (
        "# Puts on record that the job passed, if it was planned. What goes wrong here is no failure of the job.\n"
        "(\n"
        '[ -n "${CIG_SIGNATURE-}" ] || exit 0\n'
        'echo "--- Record that this passed"\n'
        f"{_secrets(graph, (*keys, *skipping.secrets))}{script}"
        ")\n"
    )


def _secrets(graph: Graph, names: Sequence[str]) -> str:
    """Shell that fetches the store's secrets, for what follows alone; one that this agent may not have stays unset."""
    known = {name: _settings(graph, name, new_report()) for name in names}
    protected = protected_secret(_skipping(graph)) if KEY in names else ""
    # The first that this build may have: what protects branches is the secret's own policy.
    lines = [f"cig_secret {KEY} {protected}\n"] if protected else []
    lines += [
        f"cig_secret {name} {shlex.quote(str(settings.get('name', name)))}\n"
        for name, settings in known.items()
        if "plugin" not in settings
    ]
    if not lines:
        return ""
    return (
        "cig_secret() {\n"
        '  [ -n "${!1-}" ] || export "$1=$(buildkite-agent secret get "$2" 2>/dev/null || true)"\n'
        '  [ -n "${!1-}" ] || unset "$1"\n'
        "}\n" + "".join(lines)
    )


# -- the gate ----------------------------------------------------------------------------------------------------------


def gate_step(
    graph: Graph,
    workflow: Workflow,
    key: str,
    jobs: Sequence[tuple[str, str]],
    absent: Sequence[tuple[str, str]],
    report: Report,
) -> dict[str, Value]:
    """The step that a merge waits for, without its condition.

    jobs: plan key and step key of each. absent: plan key of each job that a build may not have, and the test of bash
    that it has; an empty one for a job that no build has.
    """
    skipping = _skipping(graph)
    name = gate_name(graph, workflow.id)
    return {
        "label": name,
        "key": key,
        "depends_on": [step for _, step in jobs],
        "allow_dependency_failure": True,
        "agents": _agents(skipping, report),
        "env": {PLANNED: "false"},
        "checkout": _source() if requirements(skipping) else {"skip": True},
        "command": escaped(_gate_script(graph, workflow, jobs, absent)),
        "timeout_in_minutes": _GATE_MINUTES,
        "notify": [{"github_commit_status": {"context": name}}],
    }


def _gate_script(
    graph: Graph, workflow: Workflow, jobs: Sequence[tuple[str, str]], absent: Sequence[tuple[str, str]]
) -> str:
    skipping = _skipping(graph)
    table = "".join(f"{step}\n" if step == key else f"{step} {key}\n" for key, step in jobs)
    only = f" --workflow {workflow.id}" if len(graph.workflows) > 1 else ""
    return (
        "set -eo pipefail\n"
        "CIG_TEMP=$(mktemp -d)\n"
        "trap 'rm -rf \"$CIG_TEMP\"' EXIT\n"
        "# The jobs: the step of each, and what the plan calls it if that is something else.\n"
        "cat > \"$CIG_TEMP/jobs\" <<'CIG_JOBS'\n"
        f"{table}"
        "CIG_JOBS\n"
        f"# How each ended; Buildkite is asked for {_ASKED_AT_ONCE} at a time.\n"
        "cig_number=0\n"
        "while read -r cig_step _; do\n"
        "  cig_number=$((cig_number + 1))\n"
        '  buildkite-agent step get outcome --step "$cig_step" < /dev/null > "$CIG_TEMP/$cig_number" || true &\n'
        f"  [ $((cig_number % {_ASKED_AT_ONCE})) -ne 0 ] || wait\n"
        'done < "$CIG_TEMP/jobs"\n'
        "wait\n"
        "cig_number=0\n"
        "cig_before='{'\n"
        "while read -r cig_step cig_job; do\n"
        "  cig_number=$((cig_number + 1))\n"
        '  case "$(cat "$CIG_TEMP/$cig_number")" in\n'
        "    passed | soft_failed) cig_result=success ;;\n"
        "    hard_failed | errored) cig_result=failure ;;\n"
        "    *) cig_result=skipped ;;\n"
        "  esac\n"
        '  printf \'%s"%s": {"result": "%s"}\' "$cig_before" "${cig_job:-$cig_step}" "$cig_result"\n'
        "  cig_before=', '\n"
        'done < "$CIG_TEMP/jobs" > "$CIG_TEMP/results.json"\n'
        "echo '}' >> \"$CIG_TEMP/results.json\"\n"
        f'set --{only} --results "$CIG_TEMP/results.json"\n'
        f"{_absences(absent)}"
        f'if [ "${PLANNED}" = true ]; then\n'
        f'  buildkite-agent artifact download {_DOCUMENT} "$CIG_TEMP" --step {PLANNER}\n'
        f'  set -- "$@" --plan "$CIG_TEMP/{_DOCUMENT}"\n'
        "fi\n"
        f"{install_script(skipping, venv_script(skipping))}"
        'cig gate "$@"\n'
    )


def _absences(absent: Sequence[tuple[str, str]]) -> str:
    """Shell that says which jobs are not in this build because of their own conditions."""
    if not absent:
        return ""
    by_test: dict[str, list[str]] = {}
    for key, test in absent:
        by_test.setdefault(test, []).append(key)
    lines = ["# Left out by their conditions.\n"]
    for test, keys in by_test.items():
        words = " ".join(f"--excluded {key}" for key in keys)
        lines.append(f'{test} || set -- "$@" {words}\n' if test else f'set -- "$@" {words}\n')
    return "".join(lines)


def native_test(job: Job, early: Expr, workflow: Workflow) -> str | None:
    """A test of bash that a build has the job, as far as conditions of cig.toml decide it; None if none do.

    What bash cannot say is not said: the gate then takes the plan's word for it.
    """
    known = {f"env.{pair.name}": pair.value for pair in (*workflow.env, *job.env)}
    left = fold(early, known.get)
    if is_true(left):
        return None
    try:
        return bash_test(left, workflow)
    except CannotExpress:
        return None


# -- what all three are made of ----------------------------------------------------------------------------------------


def check_settings(skipping: Skipping, report: Report) -> None:
    """Nothing is said that means nothing."""
    own = _own(skipping, report)
    for name in sorted(set(own) - {_PROTECTED}):
        message = f'"{name}" under [skipping] buildkite means nothing to provider/buildkite'
        report.warning("BUILDKITE_006", message, key=("skipping", "buildkite", name))
    if _PROTECTED not in own:
        return
    key = ("skipping", "buildkite", _PROTECTED)
    if not protected_secret(skipping):
        message = "the secret with the key of protected branches is not the name of one"
        hint = f'write, for example, {_PROTECTED} = "CIG_STORE_KEY_PROTECTED"'
        report.error("BUILDKITE_014", message, hint=hint, key=key)
    elif not (skipping.protected and skipping.trust):
        message = "no run signs with the key of protected branches: it takes [skipping] protected and trust"
        report.warning("BUILDKITE_006", message, key=key)


def protected_secret(skipping: Skipping) -> str:
    """The secret with the key of protected branches; empty where cig.toml names none that can be one."""
    name = _own(skipping, new_report()).get(_PROTECTED)
    return name if isinstance(name, str) and is_secret_name(name) else ""


def _own(skipping: Skipping, report: Report) -> dict[str, Any]:
    what = "what skipping is on Buildkite"
    return read_own(skipping.settings, "buildkite", what, report, "BUILDKITE_014", ("skipping", "buildkite"))


def _skipping(graph: Graph) -> Skipping:
    assert graph.skipping is not None, "a plan is rendered where skipping is on"
    return graph.skipping


def _source() -> dict[str, Value]:
    return render_checkout(Job(PLANNER, steps=(Step("checkout", checkout=Checkout()),)))


def _agents(skipping: Skipping, report: Report) -> Value:
    try:
        if skipping.machine is None:
            raise CannotExpress("nothing says where plans are made", "name a runner")
        return dict(agents(skipping.machine, report))
    except CannotExpress as problem:
        report.error("BUILDKITE_010", problem.message, hint=problem.hint, key=("skipping", "runner"))
        return {}


def _settings(graph: Graph, name: str, report: Report) -> dict[str, object]:
    secret = next((one for one in graph.secrets if one.name == name), None)
    return secret_settings(secret, report) if secret else {}


def _plugins(graph: Graph, names: Sequence[str], report: Report) -> list[Value]:
    found: list[Value] = []
    for name in names:
        plugin = _settings(graph, name, report).get("plugin")
        if plugin is not None and plugin not in found:
            found.append(plugin)  # type: ignore[arg-type]
    return found
