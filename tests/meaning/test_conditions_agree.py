"""Conditions and triggers at random: what runs at each event is what was planned, on every system that takes them."""

import random
from collections.abc import Iterator

import pytest
from events import events_of
from graphs import LINUX, script, workflow
from jenkins import run_all
from keys import by_plain_key
from plan import meaning_of
from readers import READERS, compared_events
from record import differences
from rendering import PROVIDERS, render

from cigen.model.diagnostics import has_errors
from cigen.sdk import (
    Expr,
    Graph,
    Job,
    ManualInput,
    ManualTrigger,
    Op,
    PullRequestTrigger,
    PushTrigger,
    Schedule,
    TagTrigger,
    Triggers,
)

COUNT = 25
FEW = 4
"""For Jenkins, whose files take long to run at every event."""
BRANCHES = ("main", "feature/x", "release/1", "", "other")
PATTERNS = ("main", "release/*", "feature/*", "*x", "re*", "v*")
KINDS = ("push", "pull_request", "tag", "schedule", "manual", "merge_queue")


def name(text: str) -> Expr:
    return Expr(Op.NAME, text)


def literal(text: str) -> Expr:
    return Expr(Op.LITERAL, text)


def condition(rng: random.Random, depth: int = 2) -> Expr:
    if depth and rng.random() < 0.5:
        op = rng.choice((Op.AND, Op.OR, Op.NOT))
        return Expr(op, args=tuple(condition(rng, depth - 1) for _ in range(1 if op is Op.NOT else 2)))
    match rng.randrange(7):
        case 0:
            return Expr(rng.choice((Op.EQ, Op.NE)), args=(name("branch"), literal(rng.choice(BRANCHES))))
        case 1:
            return Expr(rng.choice((Op.EQ, Op.NE)), args=(name("event"), literal(rng.choice(KINDS))))
        case 2:
            return Expr(Op.IN, args=(name("event"), *map(literal, rng.sample(KINDS, 2))))
        case 3:
            return Expr(Op.MATCHES, args=(name("branch"), literal(rng.choice(PATTERNS))))
        case 4:
            return Expr(Op.MATCHES, args=(name("tag"), literal(rng.choice(("v*", "v1*", "night*")))))
        case 5:
            return name("default_branch")
    return rng.choice((name("input.yes"), Expr(Op.EQ, args=(name("input.where"), literal("here")))))


def triggers(rng: random.Random) -> Triggers:
    """Always with a manual start, whose inputs conditions ask for."""
    inputs = (ManualInput("yes", "boolean", default="true"), ManualInput("where", "string", default="here"))
    branches = rng.choice(((), ("main",), ("main", "release/*")))
    return Triggers(
        push=PushTrigger(branches) if rng.random() < 0.8 else None,
        pull_request=PullRequestTrigger() if rng.random() < 0.8 else None,
        tag=TagTrigger(rng.choice((("v*",), ("*",)))) if rng.random() < 0.6 else None,
        schedule=(Schedule("0 3 * * *"),) if rng.random() < 0.5 else (),
        manual=ManualTrigger(inputs),
    )


def graphs() -> Iterator[Graph]:
    rng = random.Random(3)
    for _ in range(COUNT):
        jobs = []
        for index in range(4):
            needs = tuple(f"j{above}" for above in range(index) if rng.random() < 0.4)
            when = condition(rng) if rng.random() < 0.7 else None
            steps = (script(f"make j{index}"),)
            jobs.append(
                Job(f"j{index}", workflow="ci", runner="linux", machine=LINUX, needs=needs, steps=steps, when=when)
            )
        yield Graph("random", (workflow(triggers=triggers(rng), concurrency=None),), tuple(jobs))


def wrong(provider: str, given: list[Graph]) -> list[str]:
    """Where a provider lets something else run than was planned, of graphs that it takes, which are most."""
    rendered = [(graph, *render(provider, graph)) for graph in given]
    taken = [(graph, text) for graph, text, told in rendered if not has_errors(told)]
    assert len(taken) > len(given) // 2, "most can be said"
    if provider == "jenkins":
        run_all({text: events_of(graph.workflows[0]) for graph, text in taken})
    found = []
    for graph, text in taken:
        asked = graph.workflows[0]
        plan = by_plain_key(meaning_of(graph, asked))
        read = by_plain_key(READERS[provider](graph, asked, text))
        # A job that never runs at all may be left out.
        ever = {key for event in plan.runs for key in plan.runs[event] | read.runs[event]}
        each = differences(plan, read, compared_events(provider, graph, asked))
        found += [f"{one}\n{graph}\n{text}" for one in each if one.leg in ever and one.what in ("legs", "runs")]
    return found


def providers() -> list[object]:
    """All of them; one process starts all JVMs."""
    group = pytest.mark.xdist_group("jenkins")
    return [pytest.param(one, marks=[group] if one == "jenkins" else []) for one in PROVIDERS]


@pytest.mark.parametrize("provider", providers())
def test_what_runs_is_what_was_planned(provider: str) -> None:
    given = list(graphs())
    assert wrong(provider, given[:FEW] if provider == "jenkins" else given) == []


def single(when: Expr, given: Triggers) -> list[Graph]:
    one = Job("one", "", "", "ci", (), "linux", LINUX, steps=(script("make one"),), when=when)
    return [Graph("single", (workflow(triggers=given, concurrency=None),), (one,))]


EVERYTHING = Triggers(PushTrigger(("main",)), PullRequestTrigger(), TagTrigger(("v*",)), merge_queue="full")


@pytest.mark.parametrize("provider", providers())
def test_no_tag_matches_nothing(provider: str) -> None:
    assert wrong(provider, single(Expr(Op.MATCHES, args=(name("tag"), literal("*"))), EVERYTHING)) == []


@pytest.mark.parametrize("provider", providers())
def test_a_merge_queue_is_no_pull_request(provider: str) -> None:
    assert wrong(provider, single(Expr(Op.EQ, args=(name("event"), literal("pull_request"))), EVERYTHING)) == []
