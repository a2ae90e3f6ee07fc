"""Jobs stand after those they need, and have their conditions."""

from hypothesis import given
from hypothesis import strategies as st

from cigen.sdk import Expr, Job, Leg, Matrix, MatrixAxis, Op, Pair
from cigen.std.ci.conditions import TRUE, any_of
from cigen.std.ci.legs import static_jobs
from cigen.std.provider.buildkite.inheritance import ancestors, effective, in_order

EDGES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda edge: edge[0] > edge[1]), max_size=20)


def jobs_of(edges: list[tuple[int, int]], order: list[int], **given: str) -> list[Job]:
    needs = {job: tuple(f"j{to}" for one, to in edges if one == job) for job in range(8)}
    return [Job(f"j{job}", needs=tuple(dict.fromkeys(needs[job])), **given) for job in order]  # type: ignore[arg-type]


@given(EDGES, st.permutations(range(8)))
def test_every_job_stands_once_and_after_those_it_needs(edges: list[tuple[int, int]], order: list[int]) -> None:
    jobs = jobs_of(edges, list(order))
    done: list[str] = []
    for one in in_order(static_jobs(jobs)):
        assert set(one.job.needs) <= set(done)
        done.append(one.job.id)
    assert sorted(done) == sorted(job.id for job in jobs)


def test_jobs_that_need_nothing_keep_their_order() -> None:
    assert [one.job.id for one in in_order(static_jobs(jobs_of([], [3, 1, 2])))] == ["j3", "j1", "j2"]


@given(EDGES)
def test_whoever_asks_for_failures_asks_all_before_it(edges: list[tuple[int, int]]) -> None:
    jobs = jobs_of(edges, list(range(8)), run_on="failure")
    found = ancestors(static_jobs(jobs))
    for job in jobs:
        expected = {inner for need in job.needs for inner in (need, *found[need])}
        assert set(found[job.id]) == expected
        assert len(found[job.id]) == len(expected)


def test_nobody_else_is_asked() -> None:
    assert ancestors(static_jobs([Job("a"), Job("b", needs=("a",))])) == {}


A, B = Expr(Op.NAME, "default_branch"), Expr(Op.NAME, "draft")


def test_conditions_come_from_all_that_a_job_needs() -> None:
    jobs = [
        Job("a", when=A),
        Job("b", when=B, needs=("a",)),
        Job("c", needs=("b", "a")),
        Job("d", needs=("b",), run_on="always"),
    ]
    assert effective(jobs) == {"a": TRUE, "b": A, "c": Expr(Op.AND, args=(A, B)), "d": TRUE}


def test_a_leg_that_is_left_out_leaves_the_others() -> None:
    def on(os: str) -> Expr:
        return Expr(Op.EQ, args=(Expr(Op.NAME, "matrix.os"), Expr(Op.LITERAL, os)))

    legs = tuple(Leg(f"a-{os}", (Pair("os", os),)) for os in ("x", "y"))
    when = any_of((on("x"), Expr(Op.AND, args=(on("y"), A))))
    jobs = [Job("a", when=when, matrix=Matrix((MatrixAxis("os", ("x", "y")),), legs=legs)), Job("b", needs=("a",))]
    assert effective(jobs)["b"] == TRUE
