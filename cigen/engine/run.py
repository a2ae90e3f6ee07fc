"""One run of the pipeline: first look whether everything is current, and hand doit only what is not.

The keys decide, never a time stamp. A stale action runs as a doit task; if its new result equals its old one, whatever
lies below it keeps its key, and nothing below it runs.
"""

import json
import time
from collections.abc import Iterable, Iterator, Sequence

from cigen.engine.action import Action, Done, Outputs, Result, Rule
from cigen.engine.store import Record, Store
from cigen.errors import CigError
from cigen.hashing.canonical import canonical_bytes
from cigen.hashing.digest import xxh3
from cigen.hashing.manifest import KeyManifest, action_key
from cigen.model.codec import from_json, to_json
from cigen.model.dataclass import dataclass, field
from cigen.model.diagnostics import Diagnostic, has_errors
from cigen.model.events import Observer, Span, Started

__all__ = ["Engine", "Run", "Stale"]


@dataclass(frozen=True, slots=True)
class Stale:
    """An action that has to run, and the manifest of its key as JSON."""

    action: Action
    manifest: bytes
    key: str


@dataclass(slots=True)
class Run:
    """What happened: ids of actions in the order they were done, results, and everything the user must be told."""

    outputs: Outputs = field(default_factory=Outputs)
    executed: list[str] = field(default_factory=list)
    cached: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    manifests: dict[str, KeyManifest] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Those of every action, cached ones included, then those of failed ones."""
        told = [d for done in self.outputs.done.values() for d in done.diagnostics]
        return tuple(dict.fromkeys([*told, *self.problems]))

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.failed and not has_errors(self.diagnostics)


class Engine:
    """Runs rules in order, each after the one before it is complete, over one store."""

    def __init__(self, store: Store, observer: Observer) -> None:
        self._store = store
        self._observer = observer

    def run(self, rules: Sequence[Rule], run: Run | None = None) -> Run:
        """Bring every action of the rules up to date. `run`: go on where an earlier call stopped.

        Raises nothing for a failed action: it is in `failed`, its diagnostics in `problems`, and what depends on it
        does not run.
        """
        run = run or Run()
        for index, rule in enumerate(rules):
            stale = list(self.stale(rule, run))
            if stale:
                # Something has to run: from here on doit decides the order, and asks each later rule for its actions
                # when the rule before it is complete.
                from cigen.engine.tasks import execute_rules

                execute_rules(rules[index:], run, self, stale)
                break
        return run

    def stale(self, rule: Rule, run: Run) -> Iterator[Stale]:
        """The actions of a rule that must run; those that need not are entered into `run` as cached."""
        start = time.perf_counter_ns()
        cached = 0
        for action in rule.actions(run.outputs):
            if action.id in run.outputs or action.id in run.failed:
                continue
            manifest = action.manifest()
            encoded = manifest.to_json()
            key = str(action_key(encoded))
            run.manifests[action.id] = manifest
            record = self._store.find(action.id, key)
            done = _recall(action, record) if record else None
            if done is None:
                yield Stale(action, encoded, key)
                continue
            cached += 1
            run.outputs.done[action.id] = done
            run.cached.append(action.id)
        if cached:
            span = Span("stage", rule.name, start, time.perf_counter_ns(), "cached", (("actions", str(cached)),))
            self._observer(span)

    def execute(self, stale: Stale, run: Run) -> bool:
        """Run one action and record its result. False, and nothing recorded, if it failed."""
        action = stale.action
        self._observer(Started("action", action.id))
        start = time.perf_counter_ns()
        try:
            result = action.run()
        except CigError as failure:
            result = Result(None, failure.diagnostics)
        failed = result.value is None or has_errors(result.diagnostics)
        outcome = "failed" if failed else "executed"
        self._observer(Span("action", action.id, start, time.perf_counter_ns(), outcome))
        if failed:
            run.failed.append(action.id)
            run.problems.extend(result.diagnostics)
            return False
        done = Done.of(action, result)
        run.outputs.done[action.id] = done
        run.executed.append(action.id)
        self._store.add(_record(stale, done))
        return True


def _record(stale: Stale, done: Done) -> Record:
    return Record(
        id=stale.action.id,
        key=stale.key,
        manifest=stale.manifest,
        output=done.encoded,
        diagnostics=canonical_bytes([to_json(d) for d in done.diagnostics]),
    )


def _recall(action: Action, record: Record) -> Done | None:
    """A stored result; None if it does not decode, as one of another version of cig might not."""
    try:
        diagnostics = _diagnostics(record.diagnostics)
    except ValueError:
        return None
    return Done(action, record.output, xxh3(record.output), diagnostics, executed=False)


def _diagnostics(encoded: bytes) -> tuple[Diagnostic, ...]:
    if encoded == b"[]":
        return ()
    found: Iterable[object] = json.loads(encoded)
    return tuple(from_json(Diagnostic, item) for item in found)
