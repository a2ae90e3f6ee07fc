"""What each CI system has room for, and that its provider knows: at the number all is well, at one more it is told.

The numbers stand here once more, each with the page that it is from, so that neither copy changes by itself. A limit is
*told* where the user has to do something: the diagnostic gives the number, the place and a fix. It is *handled* where
the provider itself does something else with what is too large: nothing is told then.

Numbers that no provider can know are not here: what runs print, upload or wait for (sizes of logs, artifacts, outputs
and summaries, annotations, days in a queue, reruns), and limits of what is never rendered (reusable workflows, setup
workflows, continuations, filters by path).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from cigen.sdk import (
    Approval,
    Artifact,
    Cache,
    CachePart,
    CacheUse,
    Checkout,
    Concurrency,
    Diagnostic,
    Fragment,
    GenerateRequest,
    Graph,
    Job,
    Leg,
    ManualInput,
    ManualTrigger,
    Matrix,
    MatrixAxis,
    MatrixRow,
    Output,
    Pair,
    Plugin,
    ProviderBlock,
    PushTrigger,
    Retry,
    Run,
    Runner,
    Secret,
    Step,
    Triggers,
    ValidateRequest,
    Workflow,
)
from cigen.std.provider.buildkite.plugin import PLUGIN as BUILDKITE
from cigen.std.provider.circleci.plugin import PLUGIN as CIRCLECI
from cigen.std.provider.github.plugin import PLUGIN as GITHUB
from cigen.std.provider.jenkins.plugin import PLUGIN as JENKINS

PLUGINS: dict[str, tuple[Plugin, str]] = {
    "github": (GITHUB, ".github/workflows/ci.yml"),
    "circleci": (CIRCLECI, ".circleci/config.yml"),
    "buildkite": (BUILDKITE, ".buildkite/pipeline.yml"),
    "jenkins": (JENKINS, "Jenkinsfile"),
}

_GITHUB = "https://docs.github.com/en/actions/reference/limits"
_WORKFLOWS = "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax"
_CACHES = "https://docs.github.com/en/actions/reference/workflows-and-actions/dependency-caching"
_CIRCLECI = "https://circleci.com/docs/configuration-reference/"
_CONTEXTS = "https://circleci.com/docs/contexts/"
_API = "https://circleci.com/docs/pipeline-variables/"
_COMPILED = "https://support.circleci.com/hc/en-us/articles/360045043634"
_BUILDKITE = "https://buildkite.com/docs/platform/limits"
_MATRIX = "https://buildkite.com/docs/pipelines/build-matrix"
_JVM = "https://docs.oracle.com/javase/specs/jvms/se17/html/jvms-4.html#jvms-4.7.3"

Made = Graph | Fragment


@dataclass(frozen=True)
class Limit:
    """A number of a CI system. make: what has so much of it. code: the diagnostic that tells of one more."""

    provider: str
    name: str
    number: int
    source: str
    make: Callable[[int], Made]
    code: str = ""

    def __str__(self) -> str:
        return f"{self.provider}: {self.name}"


def graph(job: Mapping[str, Any], *, secrets: tuple[Secret, ...] = (), **workflow: Any) -> Graph:
    """A workflow with one job."""
    given = {"id": "ci", "triggers": Triggers(push=PushTrigger(("main",))), **workflow}
    base = {"id": "test", "workflow": "ci", "machine": Runner("linux"), "steps": steps("make test")}
    return Graph("shop", (Workflow(**given),), (Job(**{**base, **job}),), secrets=secrets)


def steps(*scripts: str) -> tuple[Step, ...]:
    runs = (Step(f"run-{number}", run=Run(script)) for number, script in enumerate(scripts))
    return (Step("checkout", checkout=Checkout()), *runs)


def legs(values: tuple[tuple[Pair, ...], ...], axes: tuple[MatrixAxis, ...], **given: Any) -> dict[str, Any]:
    """A job that runs once for each row of values."""
    each = tuple(Leg("test-" + "-".join(p.value for p in row), row) for row in values)
    return {"matrix": Matrix(axes, legs=each, **given), "steps": steps("echo {{ matrix.n0 }}")}


def matrix(count: int) -> dict[str, Any]:
    """As many legs, on two axes as even as can be, so that neither is long."""
    rows = max(d for d in range(1, int(count**0.5) + 1) if count % d == 0)
    first, second = tuple(f"a{i}" for i in range(rows)), tuple(f"b{i}" for i in range(count // rows))
    values = tuple((Pair("n0", a), Pair("n1", b)) for a in first for b in second)
    return legs(values, (MatrixAxis("n0", first), MatrixAxis("n1", second)))


def line(count: int) -> dict[str, Any]:
    """As many legs, on one axis."""
    names = tuple(f"v{i}" for i in range(count))
    return legs(tuple((Pair("n0", one),) for one in names), (MatrixAxis("n0", names),))


def dimensions(count: int) -> Graph:
    axes = tuple(MatrixAxis(f"n{i}", ("x", "y") if i == 0 else ("x",)) for i in range(count))
    rows = tuple((Pair("n0", one), *(Pair(f"n{i}", "x") for i in range(1, count))) for one in ("x", "y"))
    return graph(legs(rows, axes))


def element(size: int) -> Graph:
    names = ("x", "y" * size)
    return graph(legs(tuple((Pair("n0", one),) for one in names), (MatrixAxis("n0", names),)))


def adjusted(count: int) -> Graph:
    """A square of which so many corners are cut out."""
    side = tuple(f"v{i}" for i in range(7))
    every = [(Pair("n0", a), Pair("n1", b)) for a in side for b in side]
    gone = tuple(MatrixRow(row) for row in every[:count])
    return graph(legs(tuple(every[count:]), (MatrixAxis("n0", side), MatrixAxis("n1", side)), exclude=gone))


def cached(size: int) -> Graph:
    """A cache whose key has a literal of so many characters."""
    cache = Cache("gems", ("vendor",), (CachePart("x" * size),))
    return graph({"steps": (*steps("make"), Step("cache", cache=CacheUse(cache)))})


def asked(inputs: tuple[ManualInput, ...]) -> Graph:
    return graph({}, triggers=Triggers(manual=ManualTrigger(inputs)))


def contexts(count: int) -> Graph:
    names = [f"S{i}" for i in range(count)]
    blocks = [(ProviderBlock("circleci", json.dumps({"context": f"c{i}"})),) for i in range(count)]
    secrets = tuple(Secret(name, block) for name, block in zip(names, blocks, strict=True))
    return graph({"secrets": tuple(names)}, secrets=secrets)


def grouped(prefix: str) -> Callable[[int], Graph]:
    """A concurrency group that has so many characters once the project's name stands before it."""
    return lambda size: graph({"concurrency": Concurrency(group="g" * (size - len(prefix)))})


def function(words: int) -> Fragment:
    head = "// Generated by cig from cig.toml. Do not edit: change cig.toml and run `cig render`.\n"
    body = " ".join(["x"] * (words - 4))
    return Fragment("Jenkinsfile", f"{head}def f() {{\n  {body}\n}}\n")


def text(path: str) -> Callable[[int], Fragment]:
    return lambda size: Fragment(path, "#" * size)


def uploads(count: int) -> Graph:
    made = tuple(Step(f"u{i}", upload=Artifact(f"a{i}", (f"f{i}",))) for i in range(count))
    return graph({"steps": (*steps("make"), *made)})


def judged(provider: str, made: Made) -> tuple[list[Diagnostic], str]:
    """Everything that the provider tells, and the file."""
    plugin, path = PLUGINS[provider]
    if isinstance(made, Fragment):
        return list(plugin.validate(ValidateRequest((made,), Graph())).diagnostics), made.content
    written = plugin.generate(GenerateRequest(provider, made, (Output(provider, path, workflow="ci"),)))
    found = [*written.diagnostics, *plugin.validate(ValidateRequest(written.fragments, made)).diagnostics]
    return found, written.fragments[0].content if written.fragments else ""


OWN = Runner("own", settings=(ProviderBlock("github", '{"runs-on": "self-hosted"}'),))

TOLD = [
    Limit("github", "bytes of a file", 500_000, _GITHUB, text(".github/workflows/ci.yml"), "GITHUB_020"),
    Limit("github", "artifacts of a job", 500, _GITHUB, uploads, "GITHUB_020"),
    Limit("github", "minutes on its machines", 360, _GITHUB, lambda n: graph({"timeout": n}), "GITHUB_021"),
    Limit("github", "minutes anywhere", 7_200, _GITHUB, lambda n: graph({"timeout": n, "machine": OWN}), "GITHUB_021"),
    Limit(
        "github", "questions of a manual run", 25, _WORKFLOWS,
        lambda n: asked(tuple(ManualInput(f"i{i}") for i in range(n))), "GITHUB_020",
    ),
    Limit("circleci", "bytes compiled", 8_388_608, _COMPILED, text(".circleci/config.yml"), "CIRCLECI_009"),
    Limit("circleci", "contexts", 100, _CONTEXTS, contexts, "CIRCLECI_009"),
    Limit(
        "circleci", "parameters", 100, _API, lambda n: asked(tuple(ManualInput(f"i{i}") for i in range(n))),
        "CIRCLECI_009",
    ),
    Limit(
        "circleci", "characters of a parameter", 128, _API, lambda n: asked((ManualInput("i" * n),)), "CIRCLECI_009"
    ),
    Limit(
        "circleci", "characters of a value", 512, _API, lambda n: asked((ManualInput("i", default="v" * n),)),
        "CIRCLECI_009",
    ),
    Limit("circleci", "characters of a group", 512, _CIRCLECI, grouped("shop/"), "CIRCLECI_009"),
    Limit("buildkite", "characters of a group", 200, _BUILDKITE, grouped("shop/"), "BUILDKITE_009"),
    Limit(
        "buildkite", "teams of a block", 100, _BUILDKITE,
        lambda n: graph({"approve": Approval(by=tuple(f"t{i}" for i in range(n)))}), "BUILDKITE_009",
    ),
    Limit("buildkite", "jobs of a build", 4_000, _BUILDKITE, lambda n: graph(line(n)), "BUILDKITE_009"),
    Limit("buildkite", "jobs of an upload", 500, _BUILDKITE, lambda n: graph(line(n)), "BUILDKITE_008"),
]  # fmt: skip


@pytest.mark.parametrize("limit", TOLD, ids=str)
def test_at_the_limit_nothing_is_told(limit: Limit) -> None:
    found, _ = judged(limit.provider, limit.make(limit.number))
    assert limit.code not in [one.code for one in found]


@pytest.mark.parametrize("limit", TOLD, ids=str)
def test_one_more_is_told_with_the_place_and_a_fix(limit: Limit) -> None:
    found, _ = judged(limit.provider, limit.make(limit.number + 1))
    told = [one for one in found if one.code == limit.code]
    assert told, [one.code for one in found]
    for one in told:
        assert one.hint
        assert one.key or PLUGINS[limit.provider][1] in one.message


@pytest.mark.parametrize("limit", [one for one in TOLD if one.code != "BUILDKITE_008"], ids=str)
def test_the_number_itself_is_told(limit: Limit) -> None:
    found, _ = judged(limit.provider, limit.make(limit.number + 1))
    told = [one.message + one.hint for one in found if one.code == limit.code]
    assert [one for one in told if str(limit.number) in one.replace(",", "")], told


@pytest.mark.parametrize(
    ("provider", "number", "code", "source"),
    [("github", 512, "GITHUB_020", _CACHES), ("circleci", 900, "CIRCLECI_009", _CIRCLECI)],
)
def test_the_key_of_a_cache_may_have_so_many_characters_and_no_more(
    provider: str, number: int, code: str, source: str
) -> None:
    def told(size: int) -> list[str]:
        return [one.message + one.hint for one in judged(provider, cached(size))[0] if one.code == code]

    # What stands around the literal is the provider's own affair: the first length that is refused is one too many.
    first = next(size for size in range(number - 200, number + 1) if told(size))
    (message,) = told(first)
    assert source
    assert f"{number + 1} characters" in message
    assert f"allows {number}" in message


def test_one_more_job_than_an_upload_holds_goes_into_a_further_file() -> None:
    made = graph(line(501))
    outputs = tuple(Output("buildkite", f".buildkite/pipeline{part}.yml", workflow="ci") for part in ("", ".2"))
    written = BUILDKITE.generate(GenerateRequest("buildkite", made, outputs))
    found = BUILDKITE.validate(ValidateRequest(written.fragments, made)).diagnostics
    assert not [one for one in (*written.diagnostics, *found) if one.level == "error"]
    counts = [len(yaml.safe_load(part.content)["steps"]) for part in written.fragments]
    assert sum(counts) == 502, "501 jobs, and the step that uploads the second file"
    assert max(counts) <= 500


def native_circleci(content: str) -> bool:
    entries = yaml.safe_load(content)["workflows"]["ci"]["jobs"]
    return any("matrix" in body for entry in entries if isinstance(entry, dict) for body in entry.values())


def reruns(content: str) -> bool:
    return "max_auto_reruns" in content


def native_buildkite(content: str) -> bool:
    return any("matrix" in step for step in yaml.safe_load(content)["steps"])


def one_job(content: str) -> bool:
    return len(yaml.safe_load(content)["jobs"]) == 1


HANDLED = [
    (Limit("github", "legs of a matrix", 256, _GITHUB, lambda n: graph(line(n))), one_job),
    (Limit("circleci", "legs of a matrix", 128, _CIRCLECI, lambda n: graph(line(n))), native_circleci),
    (
        Limit(
            "circleci", "reruns of a step", 5, _CIRCLECI,
            lambda n: graph({"retry": Retry(n), "steps": (Step("a", run=Run("make"), retry=Retry(n)),)}),
        ),
        reruns,
    ),
    (Limit("buildkite", "legs of a matrix", 50, _MATRIX, lambda n: graph(matrix(n))), native_buildkite),
    (Limit("buildkite", "axes of a matrix", 6, _MATRIX, dimensions), native_buildkite),
    (Limit("buildkite", "values of an axis", 25, _MATRIX, lambda n: graph(line(n))), native_buildkite),
    (Limit("buildkite", "bytes of a value", 128, _MATRIX, element), native_buildkite),
    (Limit("buildkite", "adjustments", 12, _MATRIX, adjusted), native_buildkite),
]  # fmt: skip


@pytest.mark.parametrize(("limit", "native"), HANDLED, ids=lambda one: str(one) if isinstance(one, Limit) else "")
def test_up_to_the_limit_it_is_said_as_the_system_says_it(limit: Limit, native: Callable[[str], bool]) -> None:
    _, content = judged(limit.provider, limit.make(limit.number))
    assert native(content)


@pytest.mark.parametrize(("limit", "native"), HANDLED, ids=lambda one: str(one) if isinstance(one, Limit) else "")
def test_above_the_limit_it_is_said_another_way_and_nothing_is_refused(
    limit: Limit, native: Callable[[str], bool]
) -> None:
    found, content = judged(limit.provider, limit.make(limit.number + 1))
    assert content
    assert not native(content)
    assert not [one for one in found if one.level == "error"]


def test_a_method_may_have_65535_bytes_and_no_more() -> None:
    # The estimate is 40 bytes a word: 1,638 words are 65,520 bytes, and one more is too many.
    assert _JVM
    assert not judged("jenkins", function(1_638))[0]
    (told,) = judged("jenkins", function(1_639))[0]
    assert (told.code, bool(told.hint)) == ("JENKINS_015", True)
    assert "Jenkinsfile" in told.message
    assert "65,535" in told.message


# What `cig plan` shows of them.
BUDGETS = [
    ("github", graph(line(9)), {("matrix jobs", 9, 256)}),
    ("circleci", contexts(7), {("contexts", 7, 100)}),
    ("buildkite", graph({**line(30), "retry": Retry(2)}), {("jobs", 30, 500), ("jobs with retries", 90, 4_000)}),
]


@pytest.mark.parametrize(("provider", "made", "expected"), BUDGETS, ids=[provider for provider, _, _ in BUDGETS])
def test_what_is_used_of_a_limit_is_counted(provider: str, made: Graph, expected: set[tuple[str, int, int]]) -> None:
    plugin, path = PLUGINS[provider]
    written = plugin.generate(GenerateRequest(provider, made, (Output(provider, path, workflow="ci"),)))
    budgets = plugin.validate(ValidateRequest(written.fragments, made)).budgets
    assert {(one.unit, one.used, one.limit) for one in budgets if one.path == path} == expected


def test_the_largest_function_of_a_jenkinsfile_is_counted() -> None:
    budgets = JENKINS.validate(ValidateRequest((function(100),), Graph())).budgets
    assert {(one.unit, one.used, one.limit) for one in budgets} == {
        ("bytes in the largest function", 4_000, 65_535),
        ("constants", 8, 65_535),
    }


def test_of_a_matrix_in_parts_the_largest_is_counted() -> None:
    made = graph(line(300))
    path = PLUGINS["github"][1]
    written = GITHUB.generate(GenerateRequest("github", made, (Output("github", path, workflow="ci"),)))
    (budget,) = GITHUB.validate(ValidateRequest(written.fragments, made)).budgets
    assert 150 <= budget.used <= 256


def test_jobs_of_other_files_are_not_counted() -> None:
    one = Fragment(".github/workflows/a.yml", "on:\n  push:\n\njobs:\n  test:\n    steps: []\n")
    (budget,) = GITHUB.validate(ValidateRequest((one,), graph({**line(9), "id": "push"}))).budgets
    assert budget.used == 0
