"""Levels of a graph, against the definition: the longest chain of needs."""

from hypothesis import given
from hypothesis import strategies as st

from cigen.model.resources import Job, Matrix, MatrixAxis
from cigen.pipeline.order import has_cycle, levels

IDS = "abcdefg"
GRAPHS = st.dictionaries(st.sampled_from(IDS), st.lists(st.sampled_from(IDS + "?"), max_size=3))


def longest(graph: dict[str, list[str]], job: str, above: tuple[str, ...] = ()) -> int | None:
    """The definition, None in or behind a cycle."""
    if job in above:
        return None
    below = [longest(graph, need, (*above, job)) for need in graph[job] if need in graph]
    return None if None in below else max((depth + 1 for depth in below if depth is not None), default=0)


@given(GRAPHS)
def test_a_level_is_the_length_of_the_longest_chain_before_it(graph: dict[str, list[str]]) -> None:
    jobs = [Job(id, needs=tuple(needs)) for id, needs in graph.items()]
    expected = {id: depth for id in graph if (depth := longest(graph, id)) is not None}
    assert levels(jobs) == expected
    assert has_cycle(jobs) == (len(expected) < len(graph))


def test_a_matrix_whose_legs_are_not_known_yet_is_no_cycle() -> None:
    matrix = Matrix((MatrixAxis("ruby", ("3.3", "3.4")),))
    assert not has_cycle([Job("test", matrix=matrix), Job("after", needs=("test",))])


def test_a_chain_of_thousands_takes_one_pass() -> None:
    jobs = [Job(f"j{n}", needs=(f"j{n - 1}",) if n else ()) for n in range(20_000)]
    assert levels(jobs[::-1])["j19999"] == 19_999
