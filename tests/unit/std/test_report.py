"""What plugins tell: everything once, in the order in which it was found."""

from hypothesis import given
from hypothesis import strategies as st

from cigen.sdk import Level
from cigen.std.report import Report

TITLES = {"X_001": "One", "X_002": "Two"}


def told(report: Report) -> list[tuple[str, tuple[object, ...]]]:
    return [(one.message, one.key) for one in report.found_once]


def test_the_same_thing_twice_is_told_once() -> None:
    report = Report(TITLES)
    report.warning("X_001", "no version", key=("jobs", "a"))
    report.warning("X_001", "no version", key=("jobs", "a"))
    assert len(report.found) == 1
    assert told(report) == [("no version", ("jobs", "a"))]


def test_a_warning_for_several_jobs_names_the_first_and_counts_the_rest() -> None:
    report = Report(TITLES)
    for job in ("lint", "test", "build"):
        report.warning("X_001", "no version", key=("jobs", job, "packages", 0))
        report.warning("X_002", f"job {job} is slow", key=("jobs", job))
    assert told(report) == [
        ('no version (job "lint" and 2 more)', ("jobs", "lint", "packages", 0)),
        ("job lint is slow", ("jobs", "lint")),
        ("job test is slow", ("jobs", "test")),
        ("job build is slow", ("jobs", "build")),
    ]


def test_two_places_in_one_job_are_one_job() -> None:
    report = Report(TITLES)
    report.warning("X_001", "no version", key=("jobs", "lint", "packages", 0))
    report.warning("X_001", "no version", key=("jobs", "lint", "steps", 0))
    assert told(report) == [("no version", ("jobs", "lint", "packages", 0))]


def test_a_warning_about_no_job_is_told_as_it_is() -> None:
    report = Report(TITLES)
    report.warning("X_001", "no version")
    report.warning("X_001", "no version", key=("runners", "linux"))
    assert told(report) == [("no version", ())]


def test_every_error_is_told_where_it_is() -> None:
    report = Report(TITLES)
    report.error("X_001", "no version", key=("jobs", "a"))
    report.error("X_001", "no version", key=("jobs", "b"))
    assert told(report) == [("no version", ("jobs", "a")), ("no version", ("jobs", "b"))]


@given(st.lists(st.tuples(st.sampled_from(Level), st.sampled_from(["m", "n"]), st.sampled_from("abc"))))
def test_nothing_is_lost_and_no_warning_is_repeated(found: list[tuple[Level, str, str]]) -> None:
    report = Report(TITLES)
    say = {Level.ERROR: report.error, Level.WARNING: report.warning, Level.INFO: report.info}
    for level, message, job in found:
        say[level]("X_001", message, key=("jobs", job))
    once = report.found_once
    warned = [one.message[0] for one in once if one.level is Level.WARNING]
    assert len(warned) == len(set(warned))
    assert {(one.level, one.message[0]) for one in once} == {(level, message) for level, message, _ in found}
    assert [one for one in once if one.level is not Level.WARNING] == [
        one for one in report.found if one.level is not Level.WARNING
    ]
