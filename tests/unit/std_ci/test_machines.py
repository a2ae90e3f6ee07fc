"""The machines that a job runs on."""

import pytest

from cigen.sdk import Job, Leg, Matrix, Runner
from cigen.std.ci.machines import keeps_proofs, on_windows, runners_of


def legs(*names: str) -> Matrix:
    return Matrix(legs=tuple(Leg(f"{number}", runner=Runner(name)) for number, name in enumerate(names)))


def test_machines_are_those_of_the_legs_where_the_matrix_chooses() -> None:
    matrix = legs("x", "y", "x")
    assert runners_of(Job("a", matrix=matrix)) == (Runner("x"), Runner("y"))
    assert runners_of(Job("a", machine=Runner("z"), matrix=matrix)) == (Runner("z"),)


@pytest.mark.parametrize(
    ("job", "any_on_windows", "keeps"),
    [
        (Job("a"), False, True),
        (Job("a", machine=Runner("linux")), False, True),
        (Job("a", machine=Runner("windows")), True, False),
        (Job("a", matrix=legs("linux", "windows")), True, True),
        (Job("a", matrix=legs("windows", "windows")), True, False),
    ],
)
def test_proofs_are_kept_wherever_a_leg_is_not_on_windows(job: Job, any_on_windows: bool, keeps: bool) -> None:
    assert (on_windows(job), keeps_proofs(job)) == (any_on_windows, keeps)
