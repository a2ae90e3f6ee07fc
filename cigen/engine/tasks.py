"""Actions as doit tasks. This and `checker.py` are the only importers of doit.

Each rule is a delayed task creator that comes after the rule before it, so that the tasks of a stage are made when the
results they depend on exist. doit is given what is stale and nothing else: a task is `uptodate` when the engine's own
key says so, because doit's would trust a time stamp. Its database is kept in memory, since ours holds the results.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import cigen.engine.doit_core  # noqa: F401  isort: skip - it must come before anything of doit

from doit.action import BaseAction
from doit.control import TaskControl
from doit.dependency import Dependency
from doit.exceptions import TaskFailed
from doit.runner import Runner
from doit.task import DelayedLoader, Task

from cigen.engine.action import Rule
from cigen.engine.checker import BlobChecker, MemoryDB

if TYPE_CHECKING:
    from cigen.engine.run import Engine, Run, Stale

__all__ = ["execute_rules", "task_creators", "task_name"]


def task_name(action: str) -> str:
    """doit reserves `=` in names."""
    return action.replace("=", "-")


def execute_rules(rules: Sequence[Rule], run: "Run", engine: "Engine", stale: "Sequence[Stale]") -> None:
    """Run everything stale in these rules, in their order. `stale`: what is, in the first of them."""
    tasks: list[Task] = []
    before: str | None = None
    for rule in rules:
        known = stale if rule is rules[0] else None
        loader = DelayedLoader(_creator(rule, run, engine, known), executed=before)
        tasks.append(Task(rule.name, None, loader=loader, doc=rule.__doc__))
        before = rule.name
    control = TaskControl(tasks)
    control.process(None)
    manager = Dependency(MemoryDB, "", checker_cls=BlobChecker)
    Runner(manager, _Silent(), continue_=True).run_all(control.task_dispatcher())


def task_creators(rules: Sequence[Rule], run: "Run", engine: "Engine") -> dict[str, Any]:
    """The same creators for plain doit's `list` and `info`: cached actions are shown too, as up to date."""
    from doit.loader import create_after

    creators = {}
    before: str | None = None
    for rule in rules:
        creator = _creator(rule, run, engine, everything=True)
        creators[f"task_{rule.name}"] = create_after(executed=before)(creator) if before else creator
        before = rule.name
    return creators


def _creator(
    rule: Rule, run: "Run", engine: "Engine", known: "Sequence[Stale] | None" = None, *, everything: bool = False
) -> Any:
    def create() -> Iterator[dict[str, Any]]:
        stale = list(engine.stale(rule, run)) if known is None else known
        rule.prepare([item.action.id for item in stale])
        yield {"name": None, "basename": rule.name, "doc": rule.__doc__}
        if everything:
            yield from (
                _task(id, run) | {"uptodate": [True]} for id in run.outputs.done if id.startswith(f"{rule.name}:")
            )
        for item in stale:
            yield _task(item.action.id, run) | {"actions": [_Execution(item, run, engine)], "uptodate": [False]}

    create.__doc__ = rule.__doc__
    return create


def _task(id: str, run: "Run") -> dict[str, Any]:
    stage, _, subject = id.partition(":")
    # For the eye only (`doit info`): what decides is the key, and it holds more than files.
    inputs = [c.name for c in run.manifests[id].components if c.kind == "file"]
    return {
        "basename": stage,
        "name": task_name(subject),
        "actions": [],
        "doc": f"inputs: {', '.join(inputs)}" if inputs else "",
    }


class _Execution(BaseAction):  # type: ignore[misc]
    """Runs one stale action.

    doit's own would look up the arguments of each function, take what it prints for the task's, and report our own
    mistakes as a failed task's, and so say nothing of them.
    """

    out = err = ""
    result = None
    values: ClassVar[dict[str, Any]] = {}

    def __init__(self, stale: "Stale", run: "Run", engine: "Engine") -> None:
        self._stale, self._run, self._engine = stale, run, engine

    def execute(self, out: Any = None, err: Any = None) -> TaskFailed | None:  # noqa: ARG002
        """None, or that it failed."""
        done = self._engine.execute(self._stale, self._run)
        return None if done else TaskFailed(f"{self._stale.action.id} failed")


class _Silent:
    """doit's reporter, saying nothing: the engine's own events are what is shown."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None

    def runtime_error(self, message: str) -> None:
        """A task graph that doit refuses is our own mistake."""
        raise AssertionError(message)
