"""What no provider can say yet of when a job is left out."""

from cigen.sdk import Job, PathGlob, SkipIf
from cigen.std.ci.skipping import check_skipping
from cigen.std.report import Report


def told(*jobs: Job) -> list[tuple[str, tuple[str | int, ...]]]:
    report = Report({"X_001": "Job is never skipped"})
    check_skipping(jobs, "Elsewhere", report, "X_001")
    return [(one.message, one.key) for one in report.found]


def test_a_variable_or_a_branch_is_told_to_mean_nothing() -> None:
    assert told(Job("a", skip_if=SkipIf(env=("SKIP",)))) == [
        ('skip_if.env of job "a" means nothing on Elsewhere yet: the job runs', ("jobs", "a", "skip_if"))
    ]
    assert told(Job("a", skip_if=SkipIf(env=("SKIP",), branch=("wip/*",))))[0][0].startswith(
        'skip_if.env and skip_if.branch of job "a" means'
    )


def test_several_jobs_are_told_once_at_the_first() -> None:
    jobs = [Job(name, skip_if=SkipIf(branch=("wip/*",))) for name in "abc"]
    assert told(Job("plain"), *jobs) == [
        ('skip_if.branch of job "a" and 2 more means nothing on Elsewhere yet: the job runs', ("jobs", "a", "skip_if"))
    ]


def test_what_the_gate_decides_is_not_told() -> None:
    assert told(Job("a"), Job("b", skip_if=SkipIf(paths_unmodified=(PathGlob("docs/**"),)))) == []
