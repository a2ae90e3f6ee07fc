"""Jobs that start another workflow of the repository, by GitHub's command line and the run's own token.

A workflow is named by its file; one of this cig.toml by its id. Which run was started, GitHub tells whoever asks for
it: that is how a job that waits finds the right one.
"""

import re
import shlex
from collections.abc import Mapping

from cigen.sdk import Job, Trigger, Workflow
from cigen.sdk.yaml import Value
from cigen.std.provider.github.problems import CannotExpress
from cigen.std.provider.github.scripts import render_script

__all__ = ["trigger_step"]

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


def trigger_step(job: Job, workflows: Mapping[str, Workflow], files: Mapping[str, str]) -> dict[str, Value] | None:
    """The job's only step, if it starts a workflow. files: workflow id → its file. Raises CannotExpress."""
    trigger = job.trigger
    if trigger is None:
        return None
    known = workflows.get(trigger.pipeline)
    if known is not None and (known.triggers is None or known.triggers.manual is None):
        raise CannotExpress(
            f'GitHub starts workflow "{known.id}" for nobody, because nobody may start it by hand',
            f'give workflow "{known.id}" the trigger on.manual',
        )
    if "/" in trigger.pipeline:
        raise CannotExpress(
            f'the token of a run cannot start "{trigger.pipeline}" in another repository',
            "a step of your own can, with a token from a secret",
        )
    file = files.get(trigger.pipeline, trigger.pipeline).rpartition("/")[2]
    if not file.endswith((".yml", ".yaml")):
        file += ".yml"
    return {
        "name": f"Start {trigger.pipeline}",
        "run": render_script(_script(trigger, file)),
        "env": {"GH_REPO": "${{ github.repository }}", "GH_TOKEN": "${{ github.token }}"},
    }


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
