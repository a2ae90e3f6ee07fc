"""Jobs that start another workflow of the repository, by GitHub's command line and the run's own token.

A workflow is named by its file; one of this cig.toml by its id, which its file is called after. Which run was started,
GitHub tells whoever asks for it: that is how a job that waits finds the right one.
"""

import re
import shlex
from collections.abc import Iterable

from cigen.sdk import Fragment, Graph, Job, Trigger
from cigen.sdk.yaml import Value
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.github.scripts import render_script
from cigen.std.report import Report

__all__ = ["check_triggers", "trigger_step"]

_WAIT = """\
echo "Started run $run."
while true; do
  sleep 10
  state=$(gh api "repos/$GH_REPO/actions/runs/$run" --jq '.status + " " + (.conclusion // "")')
  case "$state" in
    "completed success" | "completed skipped" | "completed neutral") break ;;
    completed*) echo "Run $run: $state" >&2; exit 1 ;;
  esac
done
"""
_BRANCH = '"${GITHUB_HEAD_REF:-$GITHUB_REF_NAME}"'


def trigger_step(job: Job) -> dict[str, Value] | None:
    """The job's only step, if it starts a workflow. Raises CannotExpress for one of another repository."""
    trigger = job.trigger
    if trigger is None:
        return None
    if "/" in trigger.pipeline:
        raise CannotExpress(
            f'the token of a run cannot start "{trigger.pipeline}" in another repository',
            "a step of your own can, with a token from a secret",
        )
    file = _file(trigger)
    return {
        "name": f"Start {trigger.pipeline}",
        "run": render_script(_script(trigger, file)),
        "env": {"GH_REPO": "${{ github.repository }}", "GH_TOKEN": "${{ github.token }}"},
    }


def check_triggers(graph: Graph, rendered: Iterable[Fragment], report: Report) -> None:
    """Whether the workflows of this cig.toml that jobs start can be started: by hand, and under the file's name."""
    files = {file.path: file.content for file in rendered if file.path.startswith(".github/workflows/")}
    names = sorted(path.rpartition("/")[2] for path in files)
    workflows = {workflow.id: workflow for workflow in graph.workflows}
    for job in graph.jobs:
        known = workflows.get(job.trigger.pipeline) if job.trigger else None
        if job.trigger is None or known is None or not any(f"\n  {job.id}:\n" in text for text in files.values()):
            continue
        problem, hint = "", ""
        if known.triggers is None or known.triggers.manual is None:
            problem, hint = "because nobody may start it by hand", f'give workflow "{known.id}" the trigger on.manual'
        elif _file(job.trigger) not in names:
            problem, hint = f"because no file is called {_file(job.trigger)}", f"name its file: {', '.join(names)}"
        if problem:
            message = f'job "{job.id}" cannot start workflow "{known.id}" on GitHub, {problem}'
            report.error("GITHUB_026", message, hint=hint, key=("jobs", job.id, "trigger"))


def _file(trigger: Trigger) -> str:
    name = trigger.pipeline
    return name if name.endswith((".yml", ".yaml")) else f"{name}.yml"


def _script(trigger: Trigger, file: str) -> str:
    branch = shlex.quote(trigger.branch) if trigger.branch else _BRANCH
    if not trigger.wait:
        fields = [f"--raw-field {_word(f'{pair.name}={pair.value}')}" for pair in trigger.inputs]
        return _lines([f"gh workflow run {shlex.quote(file)} --ref {branch}", *fields])
    fields = [f"--raw-field {_word(f'inputs[{pair.name}]={pair.value}')}" for pair in trigger.inputs]
    path = shlex.quote(f"/actions/workflows/{file}/dispatches")
    path = f'"repos/$GH_REPO{path}"' if path[0] != "'" else f'"repos/$GH_REPO"{path}'
    start = [f"gh api --method POST {path} --raw-field ref={branch}", *fields]
    return f"run=$({_lines([*start, '--field return_run_details=true --jq .workflow_run_id'])})\n{_WAIT}"


def _lines(words: list[str]) -> str:
    return " \\\n  ".join(words)


def _word(text: str) -> str:
    """A word of the shell; in double quotes where somebody might take single ones for a mistake."""
    if not re.search(r"[$`]", text):
        return shlex.quote(text)
    return '"' + re.sub(r'([\\"$`])', r"\\\1", text) + '"'
