"""What is skipped: S18, S21, S24, S26, and that there is one way to a hit."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.hashing.manifest import Difference
from cigen.model.resources import Inputs, Job, JobOutputs, Leg, PathGlob, SkipIf
from cigen.model.triggers import Trigger
from cigen.pipeline.signature import PlannedJob
from cigen.pipeline.skipping import Finding, Proof, decide, reason_for

PROOF = Proof("https://ci.example.org/1", "main", "2026-01-01T00:00:00Z", "branch")
PROVEN = Finding(PROOF)
FILES = SkipIf((PathGlob("src/**"),))


def planned(id: str, *needs: str, **fields: Any) -> PlannedJob:
    leg: Leg | None = fields.pop("leg", None)
    return PlannedJob(leg.key if leg else id, Job(id, needs=needs, **{"skip_if": FILES, **fields}), leg, needs)


def never(_: PlannedJob) -> str:
    return ""


def decided(jobs: list[PlannedJob], *proven: str, unasked: str = "") -> dict[str, tuple[str, str]]:
    found = decide(jobs, dict.fromkeys(proven, PROVEN), never, unasked)
    return {key: (one.decision, one.reason) for key, one in found.items()}


def test_a_job_that_is_proven_is_a_hit_and_names_its_proof() -> None:
    found = decide([planned("a")], {"a": PROVEN}, never)["a"]
    assert (found.decision, found.reason, found.proof) == ("hit", "PROVEN", PROOF)


def test_a_job_that_is_not_proven_runs() -> None:
    assert decided([planned("a")]) == {"a": ("run", "NO_RECORD")}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"effects": True}, "EFFECTS"),
        ({"trigger": Trigger("other")}, "EFFECTS"),
        ({"run_on": "failure"}, "RUN_ON"),
        ({"run_on": "always"}, "RUN_ON"),
        ({"skip_if": None}, "NO_INPUTS"),
        ({"skip_if": SkipIf(branch=("main",))}, "NO_INPUTS"),
        ({"skip_if": None, "inputs": Inputs(env=("HOME",))}, "NO_INPUTS"),
    ],
)
def test_s26_what_no_signature_can_prove_runs(fields: dict[str, Any], reason: str) -> None:
    assert decided([planned("a", **fields)], "a") == {"a": ("run", reason)}


def test_s1_a_store_that_was_not_asked_proves_nothing() -> None:
    assert decided([planned("a")], "a", unasked="STORE_DOWN") == {"a": ("run", "STORE_DOWN")}


def test_a_doubt_is_the_reason_and_outweighs_a_proof() -> None:
    for proof in (None, PROOF):
        found = decide([planned("a")], {"a": Finding(proof, "EXPIRED")}, never)["a"]
        assert (found.decision, found.reason, found.proof) == ("run", "EXPIRED", None)


def test_s21_what_is_forced_runs_although_it_is_proven() -> None:
    found = decide([planned("a")], {"a": PROVEN}, lambda one: "CIG_FORCE")["a"]
    assert (found.decision, found.reason, found.proof) == ("forced", "CIG_FORCE", None)


FETCHES = {"inputs": Inputs(artifacts=("a",))}


@pytest.mark.parametrize(
    ("outputs", "consumer", "expected"),
    [
        (JobOutputs(files=("out/**",)), FETCHES, "run"),
        (JobOutputs(files=("out/**",)), {}, "hit"),
        (JobOutputs(values=("version",)), {}, "run"),
        (JobOutputs(junit=("*.xml",), logs=("*.log",)), FETCHES, "hit"),
        (None, FETCHES, "hit"),
    ],
)
def test_s18_a_producer_runs_if_a_job_that_runs_needs_its_output(
    outputs: JobOutputs | None, consumer: dict[str, Any], expected: str
) -> None:
    jobs = [planned("a", outputs=outputs), planned("b", "a", **consumer)]
    assert decided(jobs, "a")["a"][0] == expected
    assert decided(jobs, "a", "b")["a"][0] == "hit"


def test_s18_the_need_goes_all_the_way_up() -> None:
    jobs = [planned("a", outputs=JobOutputs(files=("x",)))]
    for one, other in ("ab", "bc", "cd"):
        outputs, inputs = JobOutputs(files=("x",)), Inputs(artifacts=(one,))
        jobs.append(planned(other, one, outputs=outputs, inputs=inputs))
    assert decided(jobs, "a", "b", "c") == {
        "a": ("run", "OUTPUTS"),
        "b": ("run", "OUTPUTS"),
        "c": ("run", "OUTPUTS"),
        "d": ("run", "NO_RECORD"),
    }


@pytest.mark.parametrize(
    ("kinds", "reason"),
    [
        (("file", "env", "definition"), "DEFINITION"),
        (("matrix",), "DEFINITION"),
        (("file", "upstream"), "FILES"),
        (("absent",), "FILES"),
        (("reads",), "FILES"),
        (("env", "plugin"), "ENV"),
        (("settings",), "TOOL"),
        (("upstream",), "UPSTREAM"),
        ((), "NO_RECORD"),
        (("unheard of",), "NO_RECORD"),
    ],
)
def test_the_reason_is_the_nearest_thing_that_changed(kinds: tuple[str, ...], reason: str) -> None:
    assert reason_for([Difference(kind, "x", "1", "2") for kind in kinds]) == reason


names = st.sampled_from("abcd")


@given(st.sets(names), st.sets(names), st.sets(names), st.sampled_from(["", "STORE_DOWN"]))
def test_a_hit_is_always_proven_unforced_and_asked_for(
    proven: set[str], forced: set[str], effects: set[str], unasked: str
) -> None:
    jobs = [planned(key, effects=key in effects) for key in "abcd"]
    found = decide(jobs, dict.fromkeys(proven, PROVEN), lambda one: "X" if one.key in forced else "", unasked)
    hits = {key for key, one in found.items() if one.decision == "hit"}
    assert hits == (set() if unasked else proven - forced - effects)
    assert all((one.proof is not None) == (one.decision == "hit") for one in found.values())
