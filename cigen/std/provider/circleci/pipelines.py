"""Jobs that start another pipeline: a call of CircleCI's API.

The pipeline is named as CircleCI names a project, `gh/ORG/REPOSITORY`, or by the repository alone, which is then one of
the same organisation on GitHub. The call needs a token of a person, in the variable CIRCLE_TOKEN: no key of the file
can grant that.
"""

import json
import re
import shlex

from cigen.sdk import Trigger
from cigen.sdk.yaml import Value
from cigen.std.provider.circleci.texts import parameter, render_text

__all__ = ["trigger_steps"]

_API = "https://circleci.com/api/v2"
_WAIT = """\
while true; do
  sleep 10
  states=$(curl -fsS -H "Circle-Token: $CIRCLE_TOKEN" "$api/pipeline/$id/workflow" | jq -r '.items[].status')
  case " $(echo $states) " in
    "  " | *" running "* | *" on_hold "* | *" failing "*) ;;
    *" failed "* | *" error "* | *" canceled "* | *" unauthorized "*) echo "Pipeline $id: $states" >&2; exit 1 ;;
    *) echo "Pipeline $id: $states"; break ;;
  esac
done
"""


def trigger_steps(trigger: Trigger) -> list[Value]:
    """The steps of such a job."""
    data = {"branch": trigger.branch} if trigger.branch else {}
    inputs = {parameter(pair.name): _typed(pair.value) for pair in trigger.inputs}
    body = json.dumps({**data, **({"parameters": inputs} if inputs else {})}, sort_keys=True)
    script = (
        f"api={_API}\n"
        'id=$(curl -fsS -X POST -H "Circle-Token: $CIRCLE_TOKEN" -H "Content-Type: application/json" \\\n'
        f'  --data {shlex.quote(body)} "$api/project/{_project(trigger.pipeline)}/pipeline" | jq -r .id)\n'
        'echo "Started pipeline $id."\n'
    )
    if trigger.wait:
        script += _WAIT
    return [{"run": {"name": render_text(f"Start {trigger.pipeline}"), "command": render_text(script)}}]


def _project(pipeline: str) -> str:
    """The project as the API names it; a bare name is one of the same organisation on GitHub."""
    known = re.sub(r'(["\\$`])', r"\\\1", pipeline)
    return known if "/" in pipeline else f"gh/$CIRCLE_PROJECT_USERNAME/{known}"


def _typed(text: str) -> object:
    return {"true": True, "false": False}.get(text, text)
