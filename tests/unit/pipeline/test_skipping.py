"""What is skipped: S18, S21, S24, S26, and that there is one way to a hit."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.hashing.manifest import Difference
from cigen.model.resources import Inputs, Job, JobOutputs, Leg, Pair, PathGlob, Runner, Shards, SkipIf
from cigen.model.triggers import Trigger
from cigen.pipeline.exclusion import PLANNED
from cigen.pipeline.signature import PlannedJob
from cigen.pipeline.skipping import (
    Circumstances,
    Decision,
    Finding,
    Proof,
    decide,
    is_skipped,
    proven,
    reason_for,
)

PROOF = Proof("https://ci.example.org/1", "main", "2026-01-01T00:00:00Z", "branch")
PROVEN = Finding(PROOF)
FILES = SkipIf((PathGlob("src/**"),))


def planned(id: str, *needs: str, **fields: Any) -> PlannedJob:
    leg: Leg | None = fields.pop("leg", None)
    key = leg.key if leg else id
    return PlannedJob(key, Job(id, needs=needs, **{"skip_if": FILES, **fields}), leg, needs, key)


def circumstances(excluded: dict[str, str] | None = None, forced: str = "", **more: Any) -> Circumstances:
    return Circumstances(excluded or {}, lambda one: "CIG_FORCE" if one.key in forced.split() else "", **more)


def decided(jobs: list[PlannedJob], *proven: str, **given: Any) -> dict[str, tuple[str, str]]:
    found = decide(jobs, dict.fromkeys(proven, PROVEN), circumstances(**given))
    return {key: (one.decision, one.reason) for key, one in found.items()}


def test_a_job_that_is_proven_is_a_hit_and_names_its_proof() -> None:
    found = decide([planned("a")], {"a": PROVEN}, circumstances())["a"]
    assert (found.decision, found.reason, found.proof) == ("hit", "PROVEN", PROOF)


def test_a_job_that_is_not_proven_runs() -> None:
    assert decided([planned("a")]) == {"a": ("run", "NO_RECORD")}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"effects": True}, "EFFECTS"),
        ({"trigger": Trigger("other")}, "EFFECTS"),
        ({"run_on": "failure"}, "ON_FAILURE"),
        ({"run_on": "always"}, "RUN_ON"),
        ({"shards": Shards(2)}, "SHARDS"),
        ({"shards": Shards(2), "effects": True}, "EFFECTS"),
        ({"machine": Runner("windows")}, "WINDOWS"),
        ({"machine": Runner("windows"), "skip_if": None}, "NO_INPUTS"),
        ({"machine": Runner("windows"), "shards": Shards(2)}, "SHARDS"),
        ({"skip_if": None}, "NO_INPUTS"),
        ({"skip_if": SkipIf(branch=("main",))}, "NO_INPUTS"),
        ({"skip_if": None, "inputs": Inputs(env=("HOME",))}, "NO_INPUTS"),
    ],
)
def test_s26_what_no_signature_can_prove_runs(fields: dict[str, Any], reason: str) -> None:
    assert decided([planned("a", **fields)], "a") == {"a": ("run", reason)}


def test_a_leg_on_windows_runs_whatever_is_proven_and_the_others_go_by_their_own_proof() -> None:
    legs = [Leg(f"a-{name}", runner=Runner(name)) for name in ("linux", "windows")]
    found = decided([planned("a", leg=leg) for leg in legs], "a-linux", "a-windows")
    assert found == {"a-linux": ("hit", "PROVEN"), "a-windows": ("run", "WINDOWS")}


def test_a_variable_leaves_a_job_on_windows_out_all_the_same() -> None:
    jobs = [planned("a", machine=Runner("windows"))]
    assert decided(jobs, excluded={"a": "SKIP_ENV"}) == {"a": ("excluded", "SKIP_ENV")}


def test_s1_a_store_that_was_not_asked_proves_nothing() -> None:
    assert decided([planned("a")], "a", unasked="STORE_DOWN") == {"a": ("run", "STORE_DOWN")}


def test_a_doubt_is_the_reason_and_outweighs_a_proof() -> None:
    for proof in (None, PROOF):
        found = decide([planned("a")], {"a": Finding(proof, "EXPIRED")}, circumstances())["a"]
        assert (found.decision, found.reason, found.proof) == ("run", "EXPIRED", None)


def test_s21_what_is_forced_runs_although_it_is_proven() -> None:
    found = decide([planned("a")], {"a": PROVEN}, circumstances(forced="a"))["a"]
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


def test_s18_who_needs_the_output_is_told() -> None:
    both = JobOutputs(files=("out/**",), values=("v",))
    jobs = [planned("a", outputs=both), planned("b", **FETCHES), planned("c", **FETCHES), planned("d", "a")]

    def told(*proven: str) -> str:
        return decide(jobs, dict.fromkeys(("a", *proven), PROVEN), circumstances())["a"].note

    assert (told(), told("b"), told("b", "c"), told("b", "d"), told("d")) == ("d", "d", "d", "c", "b")
    assert told("b", "c", "d") == ""


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


def test_s18_values_go_all_the_way_up_too() -> None:
    jobs = [planned("a", outputs=JobOutputs(values=("v",)))]
    jobs += [planned(other, one, outputs=JobOutputs(values=("v",))) for one, other in ("ab", "bc", "cd")]
    assert [found for found, _ in decided(jobs, "a", "b", "c").values()] == ["run"] * 4
    assert [found for found, _ in decided(jobs, "a", "b", "c", "d").values()] == ["hit"] * 4


def test_s18_a_producer_whose_files_are_at_hand_is_skipped_and_says_so() -> None:
    jobs = [planned("a", outputs=JobOutputs(files=("out/**",))), planned("b", "a", **FETCHES)]
    found = decide(jobs, {"a": PROVEN}, circumstances(restored={"a"}))
    assert found["a"] == Decision("hit", "PROVEN", PROOF, restored=True)
    assert (found["b"].decision, found["b"].restored) == ("run", False)


def test_s18_what_nobody_fetches_is_not_restored() -> None:
    jobs = [planned("a", outputs=JobOutputs(files=("out/**",))), planned("b", "a", **FETCHES)]
    found = decide(jobs, {"a": PROVEN, "b": PROVEN}, circumstances(restored={"a", "b"}))
    assert [(one.decision, one.restored) for one in found.values()] == [("hit", False), ("hit", False)]


@pytest.mark.parametrize(
    "given",
    [
        {"forced": "a"},
        {"excluded": {"a": "SKIP_ENV"}},
        {"audited": {"a"}},
        {"objections": {"a": "no"}},
        {"unasked": "STORE_DOWN"},
    ],
)
def test_s18_files_at_hand_are_no_reason_to_skip(given: dict[str, Any]) -> None:
    jobs = [planned("a", outputs=JobOutputs(files=("out/**",))), planned("b", "a", **FETCHES)]
    found = decide(jobs, {"a": PROVEN}, circumstances(restored={"a"}, **given))["a"]
    assert (found.decision in ("run", "forced"), found.restored) == (True, False)


def test_s18_files_at_hand_are_no_proof() -> None:
    jobs = [planned("a", outputs=JobOutputs(files=("out/**",))), planned("b", "a", **FETCHES)]
    for finding in ({}, {"a": Finding(PROOF, "EXPIRED")}):
        assert decide(jobs, finding, circumstances(restored={"a"}))["a"].decision == "run"


def test_s18_values_are_not_restored() -> None:
    both = JobOutputs(files=("out/**",), values=("v",))
    for consumer in (FETCHES, {}):
        jobs = [planned("a", outputs=both), planned("b", "a", **consumer)]
        assert decided(jobs, "a", restored={"a"})["a"] == ("run", "OUTPUTS")
    # Whoever needs the job reads its values, and another one its files: it runs for the first.
    jobs = [planned("a", outputs=both), planned("b", **FETCHES), planned("c", "a")]
    assert decided(jobs, "a", "b", restored={"a"})["a"] == ("run", "OUTPUTS")
    assert decided(jobs, "a", "c", restored={"a"})["a"] == ("hit", "PROVEN")


def test_s18_a_producer_that_is_restored_needs_nothing_itself() -> None:
    jobs = [planned("a", outputs=JobOutputs(files=("x",)))]
    for one, other in ("ab", "bc"):
        jobs.append(planned(other, one, outputs=JobOutputs(files=("x",)), inputs=Inputs(artifacts=(one,))))
    assert decided(jobs, "a", "b", restored={"b"}) == {
        "a": ("hit", "PROVEN"),
        "b": ("hit", "PROVEN"),
        "c": ("run", "NO_RECORD"),
    }
    assert decided(jobs, "a", "b", restored={"a"}) == {
        "a": ("hit", "PROVEN"),
        "b": ("run", "OUTPUTS"),
        "c": ("run", "NO_RECORD"),
    }


def test_s23_a_leg_is_restored_by_itself() -> None:
    legs = [planned("a", leg=Leg(f"a-{one}", (Pair("x", one),)), outputs=JobOutputs(files=("x",))) for one in "12"]
    jobs = [*legs, planned("b", "a-1", "a-2", **FETCHES)]
    assert decided(jobs, "a-1", "a-2", restored={"a-2"}) == {
        "a-1": ("run", "OUTPUTS"),
        "a-2": ("hit", "PROVEN"),
        "b": ("run", "NO_RECORD"),
    }


def test_s18_all_legs_of_a_producer_run_for_one_leg_that_runs() -> None:
    def legs(id: str, *needs: str, **fields: Any) -> list[PlannedJob]:
        return [planned(id, *needs, leg=Leg(f"{id}-{one}", (Pair("x", one),)), **fields) for one in "12"]

    jobs = [*legs("a", outputs=JobOutputs(files=("x",))), *legs("b", "a-1", "a-2", **FETCHES)]
    assert {key: found for key, (found, _) in decided(jobs, "a-1", "a-2", "b-1").items()} == {
        "a-1": "run",
        "a-2": "run",
        "b-1": "hit",
        "b-2": "run",
    }
    assert set(decided(jobs, "a-1", "a-2", "b-1", "b-2").values()) == {("hit", "PROVEN")}


def test_s18_a_producer_whose_proof_is_of_no_use_runs_whoever_needs_it() -> None:
    jobs = [planned("a", outputs=JobOutputs(files=("x",))), planned("b", "a", **FETCHES)]
    for finding in (Finding(PROOF, "EXPIRED"), Finding(), Finding(None, "TAMPERED")):
        found = decide(jobs, {"a": finding, "b": PROVEN}, circumstances())
        assert (found["a"].decision, found["b"].decision) == ("run", "hit")


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


@given(
    *(st.sets(names) for _ in range(6)),
    st.dictionaries(names, st.sampled_from(["WHEN", "EVENT", "UPSTREAM_EXCLUDED", "SKIP_ENV", "SKIP_BRANCH"])),
    st.sampled_from(["", "STORE_DOWN"]),
)
def test_there_is_one_way_to_a_hit_and_one_to_any_other_skip(
    recorded: set[str],
    forced: set[str],
    effects: set[str],
    audited: set[str],
    objected: set[str],
    fetching: set[str],
    excluded: dict[str, str],
    unasked: str,
) -> None:
    files, last = JobOutputs(files=("x",)), planned("z", inputs=Inputs(artifacts=tuple(fetching)), effects=True)
    jobs = [*(planned(key, effects=key in effects, outputs=files) for key in "abcd"), last]
    bearing = circumstances(
        excluded, " ".join(forced), unasked=unasked, audited=audited, objections=dict.fromkeys(objected, "no")
    )
    found = decide(jobs, dict.fromkeys(recorded, PROVEN), bearing)
    free = set("abcd") - forced - effects - fetching
    hits = {key for key, one in found.items() if one.decision == "hit"}
    assert hits == (set() if unasked else recorded & free - audited - objected - excluded.keys())
    skipped = {key for key, one in found.items() if is_skipped(one.decision, one.reason)}
    assert skipped == hits | {key for key, reason in excluded.items() if reason in PLANNED and key in free}
    native = {key for key, reason in excluded.items() if reason not in PLANNED}
    assert {key for key, one in found.items() if one.decision == "excluded"} == native | skipped - hits
    proved = {"PROVEN", "AUDIT", "PREFLIGHT"}
    assert all((one.proof is not None) == (one.reason in proved) for one in found.values())


@given(
    *(st.sets(names) for _ in range(5)),
    st.dictionaries(names, st.sampled_from(["WHEN", "SKIP_ENV", "SKIP_BRANCH"])),
    st.dictionaries(names, names),
)
def test_whatever_plugins_object_to_what_would_run_still_runs_and_asking_about_hits_is_enough(
    recorded: set[str],
    forced: set[str],
    effects: set[str],
    audited: set[str],
    objected: set[str],
    excluded: dict[str, str],
    fetches: dict[str, str],
) -> None:
    """An objection may make others run for their outputs, and takes no run away."""
    jobs = [
        planned(
            key,
            effects=key in effects,
            outputs=JobOutputs(files=("x",)),
            inputs=Inputs(artifacts=(fetches[key],)) if fetches.get(key, key) < key else None,
        )
        for key in "abcd"
    ]

    def result(objections: set[str]) -> dict[str, Decision]:
        given = circumstances(
            excluded, " ".join(forced), audited=audited, objections=dict.fromkeys(sorted(objections), "no")
        )
        return decide(jobs, dict.fromkeys(recorded, PROVEN), given)

    def running(decisions: dict[str, Decision]) -> set[str]:
        return {key for key, one in decisions.items() if one.decision in ("run", "forced")}

    before, every, hits = result(set()), result(objected), set(proven(result(set())))
    assert running(before) <= running(every)
    assert {key for key in every if key in objected & hits and every[key].decision == "hit"} == set()
    assert running(result(objected & hits)) == running(every)
    assert {one.decision for key, one in every.items() if key not in running(every)} <= {"hit", "excluded"}


@pytest.mark.parametrize("reason", ["WHEN", "EVENT", "UPSTREAM_EXCLUDED"])
def test_what_the_ci_system_leaves_out_is_expected_to_be_absent_and_is_not_skipped_by_the_plan(reason: str) -> None:
    more: dict[str, Any]
    for more in ({}, {"forced": "a"}, {"unasked": "STORE_DOWN"}):
        assert decided([planned("a")], "a", excluded={"a": reason}, **more) == {"a": ("excluded", reason)}
    assert not is_skipped("excluded", reason)


@pytest.mark.parametrize("reason", ["SKIP_ENV", "SKIP_BRANCH"])
def test_what_skip_if_asks_for_is_skipped_by_the_plan_without_any_store(reason: str) -> None:
    excluded = {"a": reason}
    assert decided([planned("a")], excluded=excluded, unasked="STORE_DOWN") == {"a": ("excluded", reason)}
    assert decided([planned("a", skip_if=None)], excluded=excluded) == {"a": ("excluded", reason)}
    assert decided([planned("a")], excluded=excluded, forced="a") == {"a": ("forced", "CIG_FORCE")}
    assert is_skipped("excluded", reason)


def test_nobody_can_force_a_job_that_waits_for_a_failure() -> None:
    assert decided([planned("a", run_on="failure", effects=True)], forced="a") == {"a": ("run", "ON_FAILURE")}


@pytest.mark.parametrize("fields", [{"effects": True}, {"trigger": Trigger("x")}, {"run_on": "always"}])
def test_s26_a_job_with_effects_is_not_skipped_for_a_variable_or_a_branch(fields: dict[str, Any]) -> None:
    assert decided([planned("a", **fields)], excluded={"a": "SKIP_ENV"})["a"][0] == "run"


def test_s18_a_job_that_skip_if_leaves_out_runs_where_its_output_is_needed() -> None:
    jobs = [planned("a", outputs=JobOutputs(files=("x",))), planned("b", "a", **FETCHES)]
    assert decided(jobs, excluded={"a": "SKIP_ENV"})["a"] == ("run", "OUTPUTS")
    assert decided(jobs, excluded={"a": "SKIP_ENV", "b": "SKIP_ENV"})["a"] == ("excluded", "SKIP_ENV")


def test_s18_a_forced_job_needs_the_output_of_those_before_it() -> None:
    jobs = [planned("a", outputs=JobOutputs(files=("x",))), planned("b", "a", **FETCHES)]
    assert decided(jobs, "a", "b", forced="b") == {"a": ("run", "OUTPUTS"), "b": ("forced", "CIG_FORCE")}


def test_s18_a_job_that_is_left_out_needs_no_output() -> None:
    jobs = [planned("a", outputs=JobOutputs(files=("x",))), planned("b", "a", **FETCHES)]
    assert decided(jobs, "a", excluded={"b": "WHEN"})["a"] == ("hit", "PROVEN")


def test_s20_an_audited_job_runs_and_tells_what_proved_it() -> None:
    found = decide([planned("a")], {"a": PROVEN}, circumstances(audited={"a"}))["a"]
    assert (found.decision, found.reason, found.proof) == ("run", "AUDIT", PROOF)
    assert decided([planned("a")], audited={"a"}) == {"a": ("run", "NO_RECORD")}


def test_a_plugin_turns_a_hit_into_a_run_and_nothing_into_a_hit() -> None:
    found = decide([planned("a")], {"a": PROVEN}, circumstances(objections={"a": "quota"}))["a"]
    assert (found.decision, found.reason, found.proof, found.note) == ("run", "PREFLIGHT", PROOF, "quota")
    assert decided([planned("a")], objections={"a": "quota"}) == {"a": ("run", "NO_RECORD")}


def test_plugins_are_asked_about_hits_and_audited_jobs_and_nothing_else() -> None:
    """An audited job that a plugin would have run is no proof that was wrong."""
    jobs = [planned(key) for key in "abcd"]
    given = circumstances({"d": "SKIP_ENV"}, forced="c", audited={"b", "c"})
    assert proven(decide(jobs, dict.fromkeys("abcd", PROVEN), given)) == ["a", "b"]
    both = decide(jobs, dict.fromkeys("abcd", PROVEN), circumstances(audited={"b"}, objections={"b": "no"}))
    assert (both["b"].reason, both["b"].note) == ("PREFLIGHT", "no")
