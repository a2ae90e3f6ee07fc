"""A plan as lines for `$GITHUB_OUTPUT`. What a workflow makes of them: tests/meaning/test_github_plans.py."""

import json
from collections.abc import Collection

from cigen.cli.present.github_output import github_text
from cigen.formats.github_legs import MATRIX_JOBS, leg_lists
from cigen.model.resources import Job, Leg, Matrix, MatrixAxis, MatrixRow, Pair, PathGlob, SkipIf


def matrix_job(*values: str, exclude: tuple[MatrixRow, ...] = ()) -> Job:
    legs = tuple(Leg(f"test-{value}", (Pair("x", value),)) for value in values)
    matrix = Matrix((MatrixAxis("x", values),), exclude=exclude, legs=legs)
    return Job("test", matrix=matrix, skip_if=SkipIf(paths_unmodified=(PathGlob("src/**"),)))


def lines(job: Job, proven: Collection[str]) -> dict[str, str]:
    """The lines about legs and runs, in their order."""
    assert job.matrix is not None
    hit, run = {"decision": "hit", "reason": "PROVEN"}, {"decision": "run", "reason": "FILES"}
    entries = {
        leg.key: {**(hit if leg.key in proven else run), "job": job.id, "signature": "cs1:0", "differs": []}
        for leg in job.matrix.legs
    }
    text = github_text({"schema": "cig.plan/1", "store": {"url": ""}, "jobs": entries}, [job])
    found = dict(line.split("=", 1) for line in text.splitlines())
    return {name: value for name, value in found.items() if name.startswith(("legs-", "run-", "skip-legs-"))}


def test_what_is_said_of_legs_stands_before_what_is_said_of_their_job() -> None:
    """S1: of a text that breaks off, nothing is heard that is not whole."""
    job = matrix_job("a", "b")
    assert job.matrix is not None
    name = leg_lists(job.matrix.legs)[0].name
    found = lines(job, {"test-a"})
    assert list(found) == ["skip-legs-test", f"legs-test-{name}", f"run-test-{name}", "run-test"]
    assert json.loads(found["skip-legs-test"]) == [{"x": "a"}]
    assert json.loads(found[f"legs-test-{name}"]) == [{"leg": "test-b", "x": "b"}]
    assert (found[f"run-test-{name}"], found["run-test"]) == ("true", "true")


def test_a_list_of_which_all_legs_run_is_the_files_own() -> None:
    """It may be long, and GitHub hands on a megabyte."""
    assert [name for name in lines(matrix_job("a", "b"), ()) if name.startswith("legs-")] == []


def test_each_list_of_a_long_matrix_has_a_word_of_its_own() -> None:
    values = [f"v{number}" for number in range(MATRIX_JOBS + 2)]
    found = lines(matrix_job(*values), {f"test-{value}" for value in values[MATRIX_JOBS:]})
    said = [value for name, value in found.items() if name.startswith("run-test-")]
    assert (said, found["run-test"]) == (["true", "false"], "true")


def test_nothing_is_excluded_by_what_is_no_axis() -> None:
    rows = (MatrixRow((Pair("y", "1"),)), MatrixRow((Pair("x", "c"),)))
    found = lines(matrix_job("a", "b", exclude=rows), {"test-b"})
    assert json.loads(found["skip-legs-test"]) == [{"x": "c"}, {"x": "b"}]


def test_a_list_is_named_after_all_that_it_holds() -> None:
    legs = (Leg("test-a", (Pair("x", "a"),)), Leg("test-b", (Pair("x", "b"),)))
    others = [
        legs[:1],
        (legs[1], legs[0]),
        (legs[0], Leg("test-b", (Pair("x", "B"),))),
        (legs[0], Leg("test-c", legs[1].values)),
    ]
    names = [one.name for each in (legs, *others) for one in leg_lists(each)]
    assert len(set(names)) == len(names) == 5


def test_the_column_of_plan_keys_gives_way_to_an_axis_of_its_name() -> None:
    (one,) = leg_lists((Leg("test-a", (Pair("leg", "a"),)),))
    assert (one.leg, one.rows) == ("leg_", ({"leg_": "test-a", "leg": "a"},))


def test_whose_files_are_to_be_handed_on_is_said_first_and_once() -> None:
    """S18: a text that breaks off says of no such job that it is skipped, and not that."""
    job = matrix_job("a", "b")
    hit = {"decision": "hit", "reason": "PROVEN", "job": "test", "signature": "cs1:0", "differs": []}
    entries = {"test-a": {**hit, "restored": True}, "test-b": {**hit, "restored": True}}
    text = github_text({"schema": "cig.plan/1", "store": {"url": ""}, "jobs": entries}, [job])
    assert text.splitlines()[0] == 'restored=["test"]'
    nothing = github_text({"schema": "cig.plan/1", "store": {"url": ""}, "jobs": dict.fromkeys(entries, hit)}, [job])
    assert not any(line.startswith("restored") for line in nothing.splitlines())
