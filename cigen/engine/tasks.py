"""Actions as doit tasks. This and `checker.py` are the only importers of doit.

Each rule is a delayed task creator that comes after the rule before it, so that the tasks of a stage are made when the
results they depend on exist. doit is given what is stale and nothing else: a task is `uptodate` when the engine's own
key says so, because doit's would trust a time stamp. Its database is kept in memory, since ours holds the results.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from doit.control import TaskControl
from doit.dependency import Dependency
from doit.exceptions import TaskFailed
from doit.runner import Runner
from doit.task import DelayedLoader, Task

from cigen.engine.action import Rule
from cigen.engine.checker import BlobChecker, MemoryDB

if TYPE_CHECKING:
    from cigen.engine.run import Engine, Run, Stale

__all__ = ["execute_rules", "rule_tasks", "task_name"]


def task_name(action: str) -> str:
    """doit reserves `=` in names."""
    return action.replace("=", "-")


def execute_rules(rules: Sequence[Rule], run: "Run", engine: "Engine") -> None:
    """Run everything stale in these rules, in their order."""
    tasks: list[Task] = []
    before: str | None = None
    for rule in rules:
        creator = _creator(rule, run, engine)
        loader = DelayedLoader(creator, executed=before)
        tasks.append(Task(rule.name, None, loader=loader, doc=rule.__doc__))
        before = rule.name
    control = TaskControl(tasks)
    control.process(None)
    manager = Dependency(MemoryDB, "", checker_cls=BlobChecker)
    Runner(manager, _Silent(), continue_=True).run_all(control.task_dispatcher())


def _creator(rule: Rule, run: "Run", engine: "Engine") -> Any:
    def create() -> Iterator[dict[str, Any]]:
        stale = list(engine.stale(rule, run))
        rule.prepare([item.action.id for item in stale])
        yield from rule_tasks(rule, stale, run, engine)

    create.__doc__ = rule.__doc__
    return create


def rule_tasks(rule: Rule, stale: Sequence["Stale"], run: "Run", engine: "Engine") -> Iterator[dict[str, Any]]:
    """One task dictionary for each stale action, and the stage's own group, which may be empty."""
    yield {"name": None, "basename": rule.name, "doc": rule.__doc__}
    for item in stale:
        _, _, subject = item.action.id.partition(":")
        yield {
            "basename": rule.name,
            "name": task_name(subject),
            "actions": [(_execute, (item, run, engine))],
            "uptodate": [False],
        }


def _execute(stale: "Stale", run: "Run", engine: "Engine") -> Any:
    if engine.execute(stale, run):
        return None
    return TaskFailed(f"{stale.action.id} failed")


class _Silent:
    """doit's reporter, saying nothing: the engine's own events are what is shown."""

    def __getattr__(self, name: str) -> Any:
        if name == "initialize":
            return lambda tasks, selected: None
        return lambda *args: None

    def runtime_error(self, message: str) -> None:
        """A task graph that doit refuses is our own mistake."""
        raise AssertionError(message)
