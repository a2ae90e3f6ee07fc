"""The Groovy that every Jenkinsfile of cig's shares: each function of `runtime.groovy` stands where something calls it.

Owns: scheduling, results, and what Jenkins' steps lack. Written for Jenkins' continuation-passing style: plain loops,
nothing that takes a closure of the script's but steps and our own functions, and `@NonCPS` for what only computes.
Scheduling: whoever finishes a job starts those that waited for it alone, one in its own branch, several in branches
below it. So nothing polls, nobody holds an agent while waiting, and a run survives a restart of Jenkins.
"""

import os.path
import re
from collections.abc import Collection
from functools import cache

from cigen.std.ci.tools import INSTALLER
from cigen.std.provider.jenkins.caches import FUNCTIONS
from cigen.std.provider.jenkins.groovy import literal

__all__ = ["FIELDS", "render_functions"]

FIELDS = {
    "results": "What became of each job.",
    "outputs": "What jobs tell those that need them.",
    "stashed": "The stashes that an artifact is made of.",
    "plan": "The plan: its text, and what it says of each entry. Empty: there is none, and everything runs.",
    "begun": "The legs that were begun.",
}

_ALWAYS = ("runAll", "runReady", "runJob", "claim", "judge", "failures")
_PLANNED = ("runPlanned", "readEntries", "leftOut", "signatureOf", "notRun", "gateResults", "excluded")
_TOGETHER = {
    "runPlanned": _PLANNED,
    "handRestored": ("restoredJobs",),
    "onNode": ("within",),
    "keepOutputs": ("readOutputs",),
}
_STATE = {
    "runPlanned": "plan",
    "gateResults": "begun",
    "hand": "stashed",
    "fetch": "stashed",
    "keepOutputs": "outputs",
    "output": "outputs",
}
_OF_PLANS = (
    ", String entry = ''",
    "      if (entry) {\n        keepProof(entry)\n      }\n",
    "        begun[leg.entry ?: leg.name] = true\n",
    "      writeFile(file: \"${env.WORKSPACE_TMP}/cig-retried\", text: '')\n",
    """\
  String why = leftOut(job.entries, plan)
  if (why) {
    results[name] = 'PROVEN'
    notRun(job.title ?: name, "${name} is not run: ${why}")
    return
  }
""",
)
"""What stands in functions of every file for the sake of a plan."""

_OF_RESTORING = (
    (", restored: said.restored", ""),
    (", int recording = 2", ""),
    ("keepProof(entry, recording)", "keepProof(entry)"),
    ("  names = ((plan.restored ?: [:])[artifact] ?: []) + names\n", ""),
)
"""What stands there for the sake of files that a plan brings, and what stands in its place."""

_SHELL = {
    "installer": ("Shell functions that install tools: `cig_tool NAME@VERSION`.", INSTALLER),
    "caches": ("Shell functions that restore and save caches.", FUNCTIONS),
}
_FUNCTION = re.compile(
    r"^(?:/\*\*[^\n]*\n)?(?:@NonCPS\n)?[A-Za-z]+ (\w+)\([^\n]*\{\n.*?^\}\n", re.DOTALL | re.MULTILINE
)


def render_functions(
    names: Collection[str], *, manual: bool, windows: bool, planned: bool = False
) -> tuple[str, tuple[str, ...]]:
    """The functions, in the order of `runtime.groovy`, and the fields in which they and the scheduling keep something.

    manual: a run may be started by hand for its own sake. windows: some scripts run there. planned: there is a plan.
    """
    wanted = {*_ALWAYS, *names, *(other for name in names for other in _TOGETHER.get(name, ()))}
    bash = "bashAnywhere" if windows else "bash"
    if "bash" in wanted:
        wanted = wanted - {"bash"} | {bash}
    made = [code.replace("bashAnywhere(", "bash(") for name, code in _functions().items() if name in wanted]
    for name, (comment, script) in _SHELL.items():
        if name in wanted:
            made.append(f"/** {comment} */\nString {name}() {{\n  return {literal(script)}\n}}\n")
    fields = dict.fromkeys(field for name, field in _STATE.items() if name in wanted)
    text = "\n".join(made)
    if "handRestored" not in wanted:
        for line, otherwise in _OF_RESTORING:
            text = text.replace(line, otherwise)
    if not planned:
        for line in _OF_PLANS:
            text = text.replace(line, "")
    return text if manual else _without_manual(text), ("results", *(name for name in FIELDS if name in fields))


@cache
def _functions() -> dict[str, str]:
    """The functions of `runtime.groovy` by name, with the comments before them."""
    with open(os.path.join(os.path.dirname(__file__), "runtime.groovy"), encoding="utf-8") as file:  # noqa: PTH118, PTH120
        return {found[1]: found[0] for found in _FUNCTION.finditer(file.read())}


def _without_manual(code: str) -> str:
    """Where nothing is asked of whoever starts a run, a run that a person starts is what it would be otherwise."""
    return re.sub(r"  if \(currentBuild[^\n]*UserIdCause[^\n]*\n.*?\n  \}\n", "", code, flags=re.DOTALL)
