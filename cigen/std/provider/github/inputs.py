"""Answers to the questions of `on.manual.inputs`: as variables of every script, and in expressions.

GitHub knows an answer only where somebody started the run by hand; the default of cig.toml stands for it everywhere
else, and is written out where something else can start the workflow.
"""

import re
from dataclasses import replace

from cigen.sdk import ManualInput, Triggers, Workflow
from cigen.sdk.yaml import Value
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.github.texts import string_literal

__all__ = ["answer", "flag_answer", "input_environment", "manual_input", "only_by_hand"]

_NOT_BY_HAND = "github.event_name != 'workflow_dispatch'"


def manual_input(name: str, workflow: Workflow) -> ManualInput | None:
    """The question of that name."""
    manual = workflow.triggers.manual if workflow.triggers else None
    return next((one for one in manual.inputs if one.name == name), None) if manual else None


def only_by_hand(workflow: Workflow) -> bool:
    """Whether nothing but a person starts the workflow."""
    triggers = workflow.triggers
    return triggers is not None and triggers.manual is not None and replace(triggers, manual=None) == Triggers()


def input_environment(workflow: Workflow) -> dict[str, Value]:
    """The variables in which scripts find the answers."""
    manual = workflow.triggers.manual if workflow.triggers else None
    found: dict[str, Value] = {}
    for one in manual.inputs if manual else ():
        default = one.default or ("false" if one.type == "boolean" else "")
        text = f"inputs.{one.name}"
        if default and not only_by_hand(workflow):
            text = f"{_NOT_BY_HAND} && {string_literal(default)} || {text}"
        found[f"CIG_INPUT_{re.sub(r'[^A-Z0-9]', '_', one.name.upper())}"] = f"${{{{ {text} }}}}"
    return found


def answer(name: str, workflow: Workflow) -> str:
    """The answer as a text, in an expression that can be compared."""
    one = manual_input(name, workflow)
    if one is None or not one.default or only_by_hand(workflow):
        return f"inputs.{name}"
    return f"({_NOT_BY_HAND} && {_literal(one.default)} || inputs.{name})"


def flag_answer(name: str, workflow: Workflow) -> str:
    """The answer to a question that is true or false; may hold `||`. What nobody was asked is null, and so false."""
    one = manual_input(name, workflow)
    if one is None or one.default != "true" or only_by_hand(workflow):
        return f"inputs.{name}"
    return f"{_NOT_BY_HAND} || inputs.{name}"


def _literal(text: str) -> str:
    if "${{" in text:
        raise CannotExpress(f'GitHub would evaluate the text "{text}" instead of taking it as it stands')
    return string_literal(text)
