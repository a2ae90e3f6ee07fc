"""The plan of a run: the functions that make it, keep proofs, and judge at the end.

`runtime.groovy` asks the plan and leaves out what it names; here stands what differs from file to file: the machine,
the checkout, how `cig` gets there, secrets. A plan is made once, and the gate reads the same one. What went wrong on
the way is no plan, and without one everything runs.
"""

from collections.abc import Mapping

from cigen.sdk import Checkout, Job, Secret, Skipping, Workflow
from cigen.std.ci.blocks import read_own
from cigen.std.ci.plans import (
    KEEPING_MINUTES,
    KEY,
    install_script,
    is_recorded,
    is_skippable,
    record_script,
    requirements,
    venv_script,
)
from cigen.std.ci.problems import CannotExpress
from cigen.std.ci.workflows import effective_triggers
from cigen.std.provider.jenkins.checkout import render_checkout
from cigen.std.provider.jenkins.groovy import Code, braces, call, literal
from cigen.std.provider.jenkins.raw import JobBlock
from cigen.std.provider.jenkins.runners import agent_label
from cigen.std.provider.jenkins.scripts import render_script
from cigen.std.provider.jenkins.secrets import bind_secrets
from cigen.std.provider.jenkins.steps import with_env
from cigen.std.provider.jenkins.used import Used
from cigen.std.report import Report

__all__ = ["KEEPING", "entries", "keeps_proof", "render_plan"]

_MINUTES = 5
_RECORD_MINUTES = 2
KEEPING = _RECORD_MINUTES + KEEPING_MINUTES
"""Minutes that a record may take with which the files of its job are kept."""

_RESTORED = ".cigen/cache/restored"
"""Where the plan brings files to: `handRestored` of `runtime.groovy` looks for them there. The workspace is clean."""

_FIND = 'PATH="$PATH:$HOME/.local/bin"\n'
"""Where pipx leaves what it installs; the PATH of an agent need not name it."""

_RECORD = """\
if [ -e "${CIG_OUTPUT%/*}/cig-retried" ]; then
  echo "cig: this passed only after it was tried again, which proves nothing"
  exit 0
fi
"""
_JUDGE = """\
set --
for job in $CIG_EXCLUDED; do set -- "$@" --excluded "$job"; done
cig gate --plan cig-plan.json --results cig-results.json "$@"
"""


def entries(job: Job, legs: str) -> str:
    """What the plan calls the job, as a list in Groovy; empty for one that no plan has a say in. legs: of a matrix."""
    if not is_skippable(job):
        return ""
    return call("entriesOf", legs) if job.matrix is not None else f"[{literal(job.id)}]"


def keeps_proof(job: Job, block: JobBlock, report: Report) -> bool:
    """Whether a proof is kept when the job has passed. Groovy that runs later could still fail it."""
    if not is_recorded(job) or "after" not in block.own:
        return is_recorded(job)
    message = f'job "{job.id}" is never proven: its Groovy in "after" runs when its proof would have been kept'
    key = ("jobs", job.id, "raw", "jenkins", "after")
    report.warning("JENKINS_014", message, hint="let a last step of the job do it", key=key)
    return False


def render_plan(
    workflow: Workflow,
    skipping: Skipping,
    secrets: Mapping[str, Secret],
    restorable: Mapping[str, str],
    used: Used,
    report: Report,
) -> list[Code]:
    """The functions `makePlan`, `keepProof` and `passGate`.

    restorable: jobs whose files the plan can bring, and Ant's patterns for these.
    """
    _check(skipping, report)
    used.function("runPlanned", "onNode", "event")
    label = literal("linux")
    try:
        if skipping.machine is None:
            raise CannotExpress("nothing says where plans are made", "name a runner")
        label = literal(agent_label(skipping.machine, report))
    except CannotExpress as problem:
        report.error("JENKINS_003", problem.message, hint=problem.hint, key=("skipping", "runner"))
    made = [
        _made(workflow, skipping, secrets, restorable, used),
        _kept(skipping, secrets, restores=bool(restorable), used=used),
        _judged(skipping, used),
    ]
    heads = (
        ("Decides what must run.", "def makePlan()"),
        (
            "Keeps the proof that an entry of the plan passed. It has, whatever happens here.",
            f"def keepProof(String entry{', int minutes' if restorable else ''})",
        ),
        ("The one check to wait for: whether everything was run or proven.", "def passGate(Map jobs)"),
    )
    found: list[Code] = []
    for (told, head), body in zip(heads, made, strict=True):
        body = body if "keepProof" in head else braces(f"onNode({label}, {_MINUTES})", body)
        found += [Code(""), Code(f"/** {told} */"), *braces(head, body)]
    return found


def _made(
    workflow: Workflow, skipping: Skipping, secrets: Mapping[str, Secret], restorable: Mapping[str, str], used: Used
) -> list[Code]:
    restored = f" --restore {_RESTORED}" if restorable else ""
    script = f"""\
{_cig(skipping)}cig compute-signatures --workflow {workflow.id}{restored} > cig-plan.json
cig compute-signatures --plan cig-plan.json --format jenkins > cig-decisions.json
"""
    run = [render_script("Decide what must run", script, "bash", used)]
    run = with_env(_occasion(workflow, used), bind_secrets(skipping.secrets, (), secrets, used, run))
    checkout = Checkout(sparse=tuple(f"/{path}" for path in skipping.files))
    found = ["text: readFile('cig-plan.json')", "entries: entries", *(["restored: restored"] if restorable else [])]
    return [
        *render_checkout(checkout, used),
        *run,
        Code("Map entries = readEntries(readFile('cig-decisions.json'))"),
        *_handed(restorable, used),
        # All at once: a plan whose files are not at hand is none.
        Code(f"plan.putAll([{', '.join(found)}])"),
    ]


def _handed(restorable: Mapping[str, str], used: Used) -> list[Code]:
    """What hands on the files that the plan has brought."""
    if not restorable:
        return []
    used.function("handRestored")
    listed = [Code(f"{literal(job)}: {literal(included)},", 1) for job, included in restorable.items()]
    return [Code("Map restored = handRestored(entries, ["), *listed, Code("])")]


def _kept(skipping: Skipping, secrets: Mapping[str, Secret], *, restores: bool, used: Used) -> list[Code]:
    command = 'cig record "$CIG_JOB" --signature "$CIG_SIGNATURE"'
    script = _RECORD + _FIND + record_script(skipping, _usual(skipping), command, "echo")
    keys = (KEY,) if skipping.trust else ()
    run = bind_secrets(
        (*keys, *skipping.secrets), (), secrets, used,
        [render_script("Record that this passed", script, "bash", used)],
    )  # fmt: skip
    given = ['"CIG_JOB=${entry}"', '"CIG_SIGNATURE=${signature}"', '"CIG_EVENT=${event()}"', "'BASH_ENV='"]
    why = Code("// Nothing that the job has put on PATH takes part: there is no BASH_ENV.")
    run = braces(f"within({'minutes' if restores else _RECORD_MINUTES})", [why, *with_env(given, run)])
    how = "message: 'No proof of this was kept', buildResult: 'SUCCESS', stageResult: 'SUCCESS'"
    return [
        Code("String signature = signatureOf(entry, plan)"),
        *braces("if (!signature)", [Code("return")]),
        *braces(f"catchError({how}, catchInterruptions: false)", run),
    ]


def _judged(skipping: Skipping, used: Used) -> list[Code]:
    script = _cig(skipping) + _JUDGE
    run = [render_script("Judge what ran and what did not", script, "bash", used)]
    path = requirements(skipping)
    return [
        *(render_checkout(Checkout(sparse=(f"/{path}",)), used) if path else ()),
        Code("writeFile(file: 'cig-plan.json', text: plan.text ?: '')"),
        Code("writeFile(file: 'cig-results.json', text: gateResults(jobs, results, begun))"),
        *with_env(['"CIG_EXCLUDED=${excluded(results)}"'], run),
    ]


def _occasion(workflow: Workflow, used: Used) -> list[str]:
    """What only Jenkins knows of a run: why it was started, and what was answered."""
    found = ['"CIG_EVENT=${event()}"']
    manual = effective_triggers(workflow).manual
    for one in manual.inputs if manual else ():
        used.function("answer")
        name = f"CIG_INPUT_{one.name.upper().replace('-', '_')}"
        found.append(f"{literal(f'{name}=')} + {call('answer', literal(one.name), literal(one.default))}")
    return found


def _cig(skipping: Skipping) -> str:
    return _FIND + install_script(skipping, _usual(skipping))


def _usual(skipping: Skipping) -> str:
    return venv_script(skipping) if requirements(skipping) else f"pipx install cigen=={skipping.version}"


def _check(skipping: Skipping, report: Report) -> None:
    key = ("skipping", "jenkins")
    for name in sorted(
        read_own(skipping.settings, "jenkins", "what skipping is on Jenkins", report, "JENKINS_011", key)
    ):
        message = f'"{name}" under [skipping] jenkins means nothing to provider/jenkins'
        report.warning("JENKINS_005", message, key=(*key, name))
