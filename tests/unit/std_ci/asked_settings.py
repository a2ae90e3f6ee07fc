"""What each provider's `test_checklist.py` begins with: the settings that one job in one workflow asks for."""

import json
from collections.abc import Callable
from typing import Any

from cigen.sdk import Graph, Job, Output, ProviderBlock, PushTrigger, Runner, Setting, Triggers, Workflow

__all__ = ["PUSH", "Settings", "block_for", "check_told", "of", "settings_of"]

PUSH = Triggers(push=PushTrigger(("main",)))
Settings = Callable[..., tuple[Setting, ...]]


def block_for(provider: str) -> Callable[..., tuple[ProviderBlock, ...]]:
    """`block(**table)`: what cig.toml says to the provider alone."""
    return lambda **table: (ProviderBlock(provider, json.dumps(table)),)


def settings_of(checklist: Callable[[Graph, Output], tuple[Setting, ...]], provider: str, usual: str) -> Settings:
    """`settings(job, path, **workflow)`: of a workflow with one job; what is not given is as plain as can be."""

    def settings(job: dict[str, Any], path: str = usual, **workflow: Any) -> tuple[Setting, ...]:
        secrets = workflow.pop("secrets", ())
        one = Workflow(**{"id": "ci", "triggers": PUSH, **workflow})
        made = Job(**{"id": "test", "workflow": "ci", "machine": Runner("linux"), "allow_failure": True, **job})
        graph = Graph("shop", (one,), (made,), secrets=secrets)
        return checklist(graph, Output(provider, path, workflow="ci"))

    return settings


def of(title: str, found: tuple[Setting, ...]) -> Setting:
    """The only setting with these words in its title."""
    matching = [one for one in found if title in one.title]
    assert len(matching) == 1, [one.title for one in found]
    return matching[0]


def check_told(found: tuple[Setting, ...], title: str, place: str, key: tuple[str, ...]) -> None:
    """There is one such setting, with its place, the key of what asks for it, and a reason."""
    one = of(title, found)
    assert place in one.place, one.place
    assert one.key == key, one.key
    assert one.reason, one.title
