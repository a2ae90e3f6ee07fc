"""What several CI systems do not do of what a job asks."""

import pytest

from cigen.sdk import Job, PathGlob, Retry, SkipIf, Step, Trigger
from cigen.std.ci.shortfalls import check_lost_machines, check_skipping
from cigen.std.report import Report


def told(*jobs: Job) -> list[tuple[str, tuple[str | int, ...]]]:
    report = Report({"X_001": "Job is never skipped"})
    check_skipping(jobs, "Elsewhere", report, "X_001")
    return [(one.message, one.key) for one in report.found]


def test_a_variable_or_a_branch_is_told_to_mean_nothing() -> None:
    assert told(Job("a", skip_if=SkipIf(env=("SKIP",)))) == [
        ('skip_if.env of job "a" means nothing on Elsewhere without a plan: the job runs', ("jobs", "a", "skip_if"))
    ]
    assert told(Job("a", skip_if=SkipIf(env=("SKIP",), branch=("wip/*",))))[0][0].startswith(
        'skip_if.env and skip_if.branch of job "a" means'
    )


def test_several_jobs_are_told_once_at_the_first() -> None:
    jobs = [Job(name, skip_if=SkipIf(branch=("wip/*",))) for name in "abc"]
    assert told(Job("plain"), *jobs) == [
        (
            'skip_if.branch of job "a" and 2 more means nothing on Elsewhere without a plan: the job runs',
            ("jobs", "a", "skip_if"),
        )
    ]


def test_what_the_gate_decides_is_not_told() -> None:
    assert told(Job("a"), Job("b", skip_if=SkipIf(paths_unmodified=(PathGlob("docs/**"),)))) == []


def lost(*jobs: Job) -> list[tuple[str, tuple[str | int, ...]]]:
    report = Report({"X_002": "Lost machine is not replaced"})
    check_lost_machines(jobs, "Elsewhere", report, "X_002", "start it again")
    return [(one.message, one.key) for one in report.found]


@pytest.mark.parametrize(
    "job",
    [
        Job("a", retry=Retry(1, on=("agent_lost",))),
        Job("a", retry=Retry(1), steps=(Step("s", retry=Retry(2, on=("agent_lost",))),)),
    ],
)
def test_a_lost_machine_is_told_not_to_be_replaced(job: Job) -> None:
    message = 'job "a" is to start again where its machine is lost, which Elsewhere never does by itself'
    assert lost(job) == [(message, ("jobs", "a", "retry"))]


def test_a_lost_machine_is_told_once_for_all_jobs() -> None:
    found = lost(*(Job(name, retry=Retry(1, on=("agent_lost",))) for name in "abc"))
    assert [message.split(" is ")[0] for message, _ in found] == ['job "a" and 2 more']


@pytest.mark.parametrize(
    "job",
    [
        Job("a"),
        Job("a", retry=Retry(0, on=("agent_lost",))),
        Job("a", retry=Retry(1, on=("agent_lost", "failure"))),
        Job("a", retry=Retry(1, on=("agent_lost",)), trigger=Trigger("other")),
    ],
)
def test_nothing_is_told_where_nothing_is_lost(job: Job) -> None:
    assert lost(job) == []
