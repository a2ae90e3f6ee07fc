"""The engine runs what is stale, and nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cigen.engine.action import Action, Outputs, Result
from cigen.engine.run import Engine, Run
from cigen.engine.store import Store
from cigen.errors import PluginError
from cigen.hashing.manifest import Component, KeyManifest
from cigen.model.diagnostics import error, warning
from cigen.model.events import Event, ignore
from cigen.model.resources import Pair


@dataclass
class Stage:
    """A stage of the test: each subject's result is a function of its inputs and of the stages it reads."""

    name: str
    subjects: dict[str, tuple[str, ...]]
    inputs: dict[str, str]
    log: list[str]
    broken: set[str] = field(default_factory=set)
    prepared: list[list[str]] = field(default_factory=list)
    warn: bool = False

    def actions(self, outputs: Outputs) -> Iterator[Action]:
        for subject, needs in self.subjects.items():
            if all(need in outputs for need in needs):
                yield Action(
                    f"{self.name}:{subject}",
                    Pair,
                    lambda s=subject, n=needs: self._manifest(s, n, outputs),
                    lambda s=subject, n=needs: self._run(s, n, outputs),
                )

    def prepare(self, stale: Sequence[str]) -> None:
        self.prepared.append(list(stale))

    def _manifest(self, subject: str, needs: tuple[str, ...], outputs: Outputs) -> KeyManifest:
        components = [Component("output", need, outputs.digest(need)) for need in needs]
        if subject in self.inputs:
            components.append(Component("file", subject, self.inputs[subject]))
        return KeyManifest(tuple(components))

    def _run(self, subject: str, needs: tuple[str, ...], outputs: Outputs) -> Result:
        self.log.append(f"{self.name}:{subject}")
        if subject in self.broken:
            raise PluginError(error("CLI_002", f"{subject} is broken"))
        told = (warning("CLI_003", f"mind {subject}"),) if self.warn else ()
        # Only the first word of an input matters: the rest is what early cutoff must stop.
        words = [self.inputs.get(subject, "").split(" ")[0], *(outputs.value(need).value for need in needs)]
        return Result(Pair(subject, "+".join(words)), told)


@pytest.fixture
def inputs() -> dict[str, str]:
    return {"a": "1", "b": "2"}


def pipeline(inputs: dict[str, str], log: list[str]) -> list[Stage]:
    read = Stage("read", {"a": (), "b": ()}, inputs, log)
    join = Stage("join", {"both": ("read:a", "read:b"), "first": ("read:a",)}, inputs, log)
    last = Stage("last", {"end": ("join:both",)}, inputs, log)
    return [read, join, last]


def run(root: Path, stages: list[Stage], events: list[Event] | None = None) -> Run:
    store = Store(root)
    try:
        result = Engine(store, events.append if events is not None else ignore).run(stages)
        store.save([*result.executed, *result.cached])
        assert store.warnings == []
        return result
    finally:
        store.close()


ALL = ["read:a", "read:b", "join:both", "join:first", "last:end"]


def test_a_first_run_executes_everything_in_order(tmp_path: Path, inputs: dict[str, str]) -> None:
    log: list[str] = []
    result = run(tmp_path, pipeline(inputs, log))
    assert result.executed == log == ALL
    assert result.outputs.value("last:end").value == "++1+2"
    assert result.ok


def test_a_second_run_executes_nothing_and_gives_the_same_results(tmp_path: Path, inputs: dict[str, str]) -> None:
    first = run(tmp_path, pipeline(inputs, []))
    log: list[str] = []
    second = run(tmp_path, pipeline(inputs, log))
    assert log == []
    assert second.executed == []
    assert second.cached == ALL
    assert {id: done.value for id, done in second.outputs.done.items()} == {
        id: done.value for id, done in first.outputs.done.items()
    }


def test_one_changed_input_executes_exactly_what_depends_on_it(tmp_path: Path, inputs: dict[str, str]) -> None:
    run(tmp_path, pipeline(inputs, []))
    inputs["b"] = "3"
    log: list[str] = []
    result = run(tmp_path, pipeline(inputs, log))
    assert log == ["read:b", "join:both", "last:end"]
    assert result.cached == ["read:a", "join:first"]


def test_an_unchanged_result_stops_the_wave(tmp_path: Path, inputs: dict[str, str]) -> None:
    run(tmp_path, pipeline(inputs, []))
    inputs["a"] = "1 and a remark"
    log: list[str] = []
    result = run(tmp_path, pipeline(inputs, log))
    assert log == ["read:a"]
    assert set(result.cached) == set(ALL) - {"read:a"}


def test_going_back_to_an_earlier_input_is_a_hit(tmp_path: Path, inputs: dict[str, str]) -> None:
    run(tmp_path, pipeline(inputs, []))
    inputs["a"] = "5"
    run(tmp_path, pipeline(inputs, []))
    inputs["a"] = "1"
    log: list[str] = []
    run(tmp_path, pipeline(inputs, log))
    assert log == []


def test_a_failure_is_told_once_and_never_recorded(tmp_path: Path, inputs: dict[str, str]) -> None:
    log: list[str] = []
    stages = pipeline(inputs, log)
    stages[0].broken.add("a")
    result = run(tmp_path, stages)
    assert result.failed == ["read:a"]
    assert [d.message for d in result.diagnostics] == ["a is broken"]
    assert log == ["read:a", "read:b"]
    log.clear()
    again = run(tmp_path, pipeline(inputs, log))
    assert again.ok
    assert log == ["read:a", "join:both", "join:first", "last:end"]


def test_a_cached_result_repeats_its_warnings(tmp_path: Path, inputs: dict[str, str]) -> None:
    stages = pipeline(inputs, [])
    stages[1].warn = True
    first = run(tmp_path, stages)
    second = run(tmp_path, pipeline(inputs, []))
    assert [d.message for d in first.diagnostics] == ["mind both", "mind first"]
    assert second.diagnostics == first.diagnostics


def test_a_stage_is_told_of_all_its_stale_actions_at_once(tmp_path: Path, inputs: dict[str, str]) -> None:
    stages = pipeline(inputs, [])
    run(tmp_path, stages)
    assert stages[0].prepared == [["read:a", "read:b"]]
    assert stages[1].prepared == [["join:both", "join:first"]]


def test_the_manifest_of_the_run_before_is_kept_for_whoever_asks_what_changed(
    tmp_path: Path, inputs: dict[str, str]
) -> None:
    def manifests() -> tuple[bytes | None, bytes | None]:
        store = Store(tmp_path)
        found = store.before("read:b"), store.latest("read:b")
        store.close()
        return found[0] and found[0].manifest, found[1] and found[1].manifest

    run(tmp_path, pipeline(inputs, []))
    none, first = manifests()
    assert (none, b'"b","2"' in (first or b"")) == (None, True)
    inputs["b"] = "3"
    run(tmp_path, pipeline(inputs, []))
    before, second = manifests()
    assert (before, b'"b","3"' in (second or b"")) == (first, True)
    inputs["b"] = "2"  # known, and so not executed
    run(tmp_path, pipeline(inputs, []))
    assert manifests() == (second, first)


def test_each_key_is_computed_once(tmp_path: Path, inputs: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    manifest = Stage._manifest

    def counted(stage: Stage, subject: str, *more: object) -> KeyManifest:
        asked.append(f"{stage.name}:{subject}")
        return manifest(stage, subject, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(Stage, "_manifest", counted)
    run(tmp_path, pipeline(inputs, []))
    inputs["b"] = "3"
    run(tmp_path, pipeline(inputs, []))
    assert sorted(asked) == sorted(2 * ["read:a", "read:b", "join:both", "join:first", "last:end"])


def test_results_survive_a_graph_that_doit_must_sort(tmp_path: Path) -> None:
    """Subjects may hold `=`, `:` and `*`, which mean something to doit."""
    inputs = {"a=b": "1", "c:d": "2", "e*": "3"}
    log: list[str] = []
    stage = Stage("read", dict.fromkeys(inputs, ()), inputs, log)
    result = run(tmp_path, [stage])
    assert result.executed == ["read:a=b", "read:c:d", "read:e*"]


def test_our_own_mistake_is_not_taken_for_a_failed_action(tmp_path: Path) -> None:
    class Broken(Stage):
        def _run(self, subject: str, needs: tuple[str, ...], outputs: Outputs) -> Result:
            raise ZeroDivisionError("a mistake in cig")

    with pytest.raises(ZeroDivisionError, match="a mistake in cig"):
        run(tmp_path, [Broken("read", {"a": ()}, {}, [])])
