"""Plugins of one stage are asked side by side, all that there is to ask; what they are asked never depends on it."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from cigen.engine.action import Action, Outputs
from cigen.errors import CigError
from cigen.host.discovery import InstalledPlugin
from cigen.host.scan import PluginFiles
from cigen.model.diagnostics import error
from cigen.model.paths import GitId, PluginId
from cigen.model.plans import Hook
from cigen.rules.asking import AskingRule
from cigen.rules.context import Context

ACTIONS = {"a1": "a", "a2": "a", "b1": "b", "a3": "a", "b2": "b"}
"""Actions in their order, and the plugin that each asks."""


class Asked:
    """A call of which the test knows when it was read."""

    def __init__(self, pool: "Pool", action: str) -> None:
        self.pool = pool
        self.action = action

    def answer(self) -> str:
        self.pool.done.append(f"read {self.action}")
        return f"answer to {self.action}"


class Pool:
    """A pool without processes."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.up = True

    def is_up(self, plugin: InstalledPlugin) -> bool:
        assert plugin.id in ACTIONS.values()
        return self.up

    def start(self, plugins: Iterable[InstalledPlugin]) -> None:
        self.done.append(f"start {' '.join(plugin.id for plugin in plugins)}")

    def ask(self, plugin: InstalledPlugin, hook: Hook, request: str) -> Asked:
        assert plugin.id == request[0]
        assert hook in (Hook.PLAN, Hook.GENERATE, Hook.VALIDATE)
        self.done.append(f"ask {request}")
        return Asked(self, request)


class Rule(AskingRule):
    name = "plan"

    def __init__(self, context: Context, hook: Hook) -> None:
        super().__init__(context)
        self.hook = hook

    def actions(self, outputs: Outputs) -> Iterator[Action]:
        yield from ()


@pytest.fixture
def pool() -> Pool:
    return Pool()


@pytest.fixture
def rule(pool: Pool) -> Callable[..., AskingRule]:
    """The rule with its actions entered. Keywords: an action's own way to make its request."""

    def make(hook: Hook = Hook.PLAN, **requests: Callable[[], str]) -> AskingRule:
        made = Rule(Context("t", None, None, b"", GitId("0"), (), pool, {}), hook)  # type: ignore[arg-type]
        made.context.meanwhile = lambda: pool.done.append("use the wait")
        for action, name in ACTIONS.items():
            plugin = InstalledPlugin(PluginId(name), "1.0.0", "project", Path(name), None, PluginFiles(""))
            made.asks(action, plugin, requests.get(action, lambda action=action: action))  # type: ignore[misc]
        return made

    return make


def test_nobody_is_asked_before_somebody_waits_for_an_answer(rule: Callable[..., AskingRule], pool: Pool) -> None:
    rule().prepare(list(ACTIONS))
    assert pool.done == ["start a a b a b"]


def test_all_have_a_first_question_before_any_has_a_second_and_all_are_asked_before_any_answer_is_read(
    rule: Callable[..., AskingRule], pool: Pool
) -> None:
    made = rule()
    made.prepare(list(ACTIONS))
    assert [made.answer(action) for action in ACTIONS] == [f"answer to {action}" for action in ACTIONS]
    assert pool.done[1:] == [
        "ask a1", "ask b1", "ask a2", "ask a3", "ask b2",
        "read a1", "read a2", "read b1", "read a3", "read b2",
    ]  # fmt: skip


def test_only_what_is_stale_is_asked(rule: Callable[..., AskingRule], pool: Pool) -> None:
    made = rule()
    made.prepare(["a2", "b2"])
    assert [made.answer("a2"), made.answer("b2")] == ["answer to a2", "answer to b2"]
    assert [line for line in pool.done if line.startswith("ask")] == ["ask a2", "ask b2"]


def test_a_request_that_cannot_be_made_fails_its_own_action_and_no_other(
    rule: Callable[..., AskingRule], pool: Pool
) -> None:
    lost = CigError(error("REPO_001", "The file is gone."))

    def refuse() -> str:
        raise lost

    made = rule(b1=refuse, a3=refuse)
    made.prepare(list(ACTIONS))
    for action in ACTIONS:
        if action not in ("b1", "a3"):
            assert made.answer(action) == f"answer to {action}"
            continue
        with pytest.raises(CigError) as caught:
            made.answer(action)
        assert caught.value is lost


def test_the_wait_for_plugins_that_start_is_used_once(rule: Callable[..., AskingRule], pool: Pool) -> None:
    made = rule()
    pool.up = False
    made.prepare(list(ACTIONS))
    for action in ACTIONS:
        made.answer(action)
    assert pool.done.count("use the wait") == 1
    assert pool.done.index("use the wait") < pool.done.index("ask a1")


@pytest.mark.parametrize("hook", [Hook.GENERATE, Hook.VALIDATE])
def test_the_wait_for_files_and_for_judges_is_used_when_all_plugins_have_their_questions(
    rule: Callable[..., AskingRule], pool: Pool, hook: Hook
) -> None:
    made = rule(hook)
    made.prepare(list(ACTIONS))
    made.answer("a1")
    assert pool.done[6:] == ["use the wait", "read a1"]


def test_no_wait_is_used_where_plugins_answer_soon(rule: Callable[..., AskingRule], pool: Pool) -> None:
    made = rule()
    made.prepare(list(ACTIONS))
    made.answer("a1")
    assert "use the wait" not in pool.done
