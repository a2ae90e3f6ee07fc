"""What the planner's machine does: it asks for a plan, and continues the pipeline with that, or with everything.

Owns: that a pipeline is continued, once, whatever became of the plan, and with a plan only if all of it is there.
"""

import shlex

from cigen.std.provider.circleci.restoring import BROUGHT

__all__ = ["LAST_LINE", "SOURCE", "continue_script", "event_script", "find_out_script"]

LAST_LINE = "# End of what the plan has run."
"""What the last line of a planned configuration says: without it some of it is missing."""

SOURCE = "<< pipeline.trigger_source >>"
"""What the scripts find in CIG_SOURCE."""

_API = "https://circleci.com/api/v2/pipeline/continue"
_USUAL_PATH = ".circleci/config.yml"
_PLANNED, _WHOLE = "/tmp/cig-planned.yml", "/tmp/cig-full.yml"  # noqa: S108  one job, one machine
_SECONDS = 120
_SECONDS_WITH_FILES = 240
"""A minute of it for what is brought, and as much for writing it down."""


def event_script(*, queues: bool) -> str:
    """Shell that tells the event where no variable of CircleCI does. queues: a merge queue may start the run."""
    known = {"scheduled_pipeline": "schedule", "api": "manual"}
    lines = [f"  {source}) export CIG_EVENT={event} ;;" for source, event in known.items()]
    if queues:
        lines.append('  *) case "$CIRCLE_BRANCH" in gh-readonly-queue/*) export CIG_EVENT=merge_queue ;; esac ;;')
    return "\n".join(['case "$CIG_SOURCE" in', *lines, "esac", ""])


def find_out_script(event: str, path: str, workflow: str) -> str:
    """Shell that makes the plan of the file at `path` where files of proven jobs are brought, and never fails.

    workflow: the one that the file holds, if that is not all of them.
    """
    return (
        f"{event}"
        f"rm -rf {BROUGHT}\n"
        f"{_asking(_SECONDS_WITH_FILES, path, workflow)} --restore {BROUGHT} > {_PLANNED} ||\n"
        f"  rm -f {_PLANNED}\n"
        "# There must be something to save.\n"
        f"mkdir -p {BROUGHT}\n"
        f"touch {BROUGHT}/.planned\n"
    )


def continue_script(event: str, path: str, workflow: str, *, planned: bool) -> str:
    """Shell that continues the pipeline. planned: there is a plan already, or it could not be made."""
    ask = "" if planned else f"{_asking(_SECONDS, path, workflow)} > {_PLANNED} &&\n  "
    return (
        "# The second time round this file is no setup configuration.\n"
        f"sed '/^setup: true$/d' {shlex.quote(path)} > {_WHOLE}\n"
        f"{'' if planned else event}"
        "continue_with() {\n"
        '  jq -n --rawfile configuration "$1" \\\n'
        "    '{\"continuation-key\": env.CIRCLE_CONTINUATION_KEY, configuration: $configuration}' |\n"
        "    curl -fsS --retry 3 --retry-connrefused -X POST -H 'Content-Type: application/json' \\\n"
        f"      --data @- {_API}\n"
        "}\n"
        f'if {ask}[ "$(tail -n 1 {_PLANNED})" = "{LAST_LINE}" ] && continue_with {_PLANNED}; then\n'
        "  exit 0\n"
        "fi\n"
        'echo "There is no plan, so every job runs."\n'
        f"continue_with {_WHOLE}\n"
    )


def _asking(seconds: int, path: str, workflow: str) -> str:
    only = f" --workflow {workflow}" if workflow else ""
    only += f" --file {shlex.quote(path)}" if path != _USUAL_PATH else ""
    return f"timeout -k 5 {seconds} cig compute-signatures{only} --format circleci"
