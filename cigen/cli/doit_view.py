"""The pipeline as plain doit sees it: what `dodo.py` hands to `doit list` and `doit info`."""

import atexit
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from cigen.cli.session import open_session
from cigen.engine.tasks import task_creators
from cigen.model.events import ignore
from cigen.rules.schema import SchemaRule
from cigen.rules.signature import SignatureRule, Signatures

__all__ = ["pipeline_creators"]


def pipeline_creators(root: str) -> dict[str, Any]:
    """doit's task creators, by name, for the cig.toml at `root`: one for each stage, with its actions."""
    stack = ExitStack()
    atexit.register(stack.close)
    session = stack.enter_context(open_session(Path(root), observer=ignore))
    session.load()
    rules = [SchemaRule(session.context), *session.rules()]
    if session.config is not None:
        rules.append(SignatureRule(session.context, Signatures.of(session.context, session.config)))
    return task_creators(rules, session.run, session.engine)
