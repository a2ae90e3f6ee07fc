"""Random jobs, one after the other: each may need those before it and refer to what the document defines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from document_tables import (
    ENV,
    GLOBS,
    LINE,
    LINES,
    RETRY,
    SCALAR,
    SCRIPT,
    STEP_RETRY,
    VARIABLE,
    checkout,
    concurrency,
    image,
    permissions,
    service,
    some,
    timeout,
)
from hypothesis import strategies as st

__all__ = ["Known", "job_tables"]

Tree = dict[str, Any]
_IDS = ("build", "test", "lint", "deploy", "b-2", "_x")


@dataclass(frozen=True)
class Known:
    """What jobs may refer to."""

    workflows: Mapping[str, Tree]
    caches: tuple[str, ...]
    services: tuple[str, ...]
    runners: tuple[str, ...]
    templates: Mapping[str, Tree]
    variables: tuple[str, ...]
    modules: bool


@dataclass
class Around:
    """What one job may refer to beside."""

    known: Known
    workflow: str
    stage: str = ""
    needs: tuple[str, ...] = ()
    upstream: dict[str, Tree] = field(default_factory=dict)
    axes: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def inputs(self) -> dict[str, Tree]:
        """The questions of the workflow."""
        manual = self.known.workflows[self.workflow].get("on", {}).get("manual")
        return manual.get("inputs", {}) if isinstance(manual, dict) else {}


@st.composite
def job_tables(draw: st.DrawFn, known: Known, most: int) -> dict[str, Tree]:
    """The table `jobs`. Stages never go back from one job to the next, so that all edges lead to earlier jobs."""
    jobs: dict[str, Tree] = {}
    for name in draw(st.lists(st.sampled_from(_IDS), min_size=1, max_size=most, unique=True)):
        workflow = draw(st.sampled_from(list(known.workflows)))
        stages = known.workflows[workflow].get("stages", [])
        same = {id: job for id, job in jobs.items() if job.get("workflow", "ci") == workflow}
        last = max((stages.index(job["stage"]) for job in same.values() if "stage" in job), default=0)
        around = Around(known, workflow, draw(st.sampled_from(["", *stages[last:]])))
        around.needs = tuple(draw(st.lists(st.sampled_from(list(same)), max_size=2, unique=True))) if same else ()
        around.upstream = same
        jobs[name] = draw(_job(around))
    if known.modules and draw(st.booleans()):
        first = next(iter(jobs.values()))
        if first.get("workflow", "ci") == "ci":
            first["needs"] = [*first.get("needs", ()), "setup"]
    return jobs


@st.composite
def _job(draw: st.DrawFn, around: Around) -> Tree:
    job: Tree = {}
    if around.workflow != "ci" or draw(st.booleans()):
        job["workflow"] = around.workflow
    if around.stage:
        job["stage"] = around.stage
    if around.needs:
        job["needs"] = draw(st.sampled_from([list(around.needs), around.needs[0]]))
        around.needs = (job["needs"],) if isinstance(job["needs"], str) else around.needs
    if draw(st.integers(0, 7)) == 0:
        job["trigger"] = draw(_trigger())
    else:
        if draw(st.booleans()):
            job["matrix"], around.axes = draw(_matrix())
        job.update(draw(_work(around)))
    job.update(draw(_around_work(around, steps="steps" in job)))
    return job


@cache
def _trigger() -> st.SearchStrategy[Any]:
    inputs = st.dictionaries(st.sampled_from(["level", "to"]), SCALAR, min_size=1, max_size=2)
    return st.one_of(
        st.just("deploy-site"),
        some({"branch": st.just("main"), "inputs": inputs, "wait": st.booleans()}, pipeline=st.just("deploy-site")),
    )


@st.composite
def _matrix(draw: st.DrawFn) -> tuple[Tree, dict[str, list[Any]]]:
    """A matrix with at least one leg, all of different names, and the values that each axis can have."""
    all_axes = {"os": ["linux", "macos"], "ruby": ["3.3", "3.4", "4.0"], "n": [1, 2], "fast": [True, False]}
    names = draw(st.lists(st.sampled_from(list(all_axes)), min_size=1, max_size=2, unique=True))
    axes = {name: draw(st.lists(st.sampled_from(all_axes[name]), min_size=1, unique=True)) for name in names}
    rest = {"fail_fast": st.booleans(), "max_parallel": st.integers(1, 9)}
    matrix: Tree = {**axes, **draw(st.fixed_dictionaries({}, optional=rest))}
    first = {name: values[0] for name, values in axes.items()}
    if any(len(values) > 1 for values in axes.values()) and draw(st.booleans()):
        matrix["exclude"] = [first]
    if draw(st.booleans()):
        last = {name: values[-1] for name, values in axes.items()}
        matrix["include"] = [{**last, "extra": draw(st.sampled_from(["yes", 2]))}]
        axes = {**axes, "extra": ["yes", 2]}
    return matrix, axes


def _work(around: Around) -> st.SearchStrategy[Tree]:
    """The keys of a job that does something itself."""
    known = around.known
    # What include adds has no value in the other legs.
    own = [f"docs/{{{{ matrix.{axis} }}}}/**" for axis in around.axes if axis != "extra"]
    glob = st.fixed_dictionaries({"glob": st.sampled_from(["docs/**", *own])}, optional={"optional": st.booleans()})
    files = st.one_of(GLOBS, st.just("app/**"), st.lists(glob, min_size=1, max_size=1))
    variables = st.one_of(VARIABLE, st.lists(VARIABLE, min_size=1, max_size=2, unique=True))
    kept = [id for id in around.needs if around.upstream[id].get("outputs", {}).get("files")]
    inputs: dict[str, Any] = {"files": files, "env": variables}
    if kept:
        inputs["artifacts"] = st.sampled_from([kept, kept[0]])
    optional: dict[str, Any] = {
        "image": image(),
        "checkout": checkout(),
        "finally": _steps(around, 1),
        "skip_if": some({"paths_unmodified": files, "env": variables, "branch": st.just(["wip/*"])}),
        "inputs": some(inputs),
        "notify": _notify(),
        "services": _services(known),
        "working_directory": st.just("lib"),
        "shell": st.sampled_from(["bash", "sh"]),
        "effects": st.booleans(),
    }
    if known.caches:
        optional["caches"] = st.sampled_from([list(known.caches), known.caches[0]])
    if known.modules:
        optional["packages"] = st.sampled_from(["ruby", ["node", "python"]])
    steps = _steps(around, 3)
    once = some({**optional, "outputs": _outputs(values=not around.axes)}, steps=steps)
    many = some({**optional, "outputs": _outputs(values=False)}, shards=_shards(), steps=steps)
    return st.one_of(once, many)


def _around_work(around: Around, *, steps: bool) -> st.SearchStrategy[Tree]:
    """The keys that every job may have."""
    raw = {
        "github": {"continue-on-error": False, "steps": {"step-id": {"shell": "bash"}}},
        "circleci": {"circleci_ip_ranges": True, "steps": {"step-id": {"no_output_timeout": "5m"}}},
        "buildkite": {"priority": 1, "steps": {"step-id": {"command": "true"}}},
        "jenkins": {"before": "echo 'x'", "steps": {"step-id": {"wrap": ["timestamps"]}}},
    }
    providers = {
        name: st.just(block if steps else {key: value for key, value in block.items() if key != "steps"})
        for name, block in raw.items()
    }
    approve = some({"message": LINE, "by": LINES})
    optional = {
        "name": LINE,
        "description": SCRIPT,
        "env": ENV,
        "secrets": st.one_of(VARIABLE, st.lists(VARIABLE, min_size=1, max_size=2, unique=True)),
        "permissions": permissions(),
        "oidc": st.booleans(),
        "environment": st.one_of(LINE, some({"url": st.just("https://example.com/a?b=c")}, name=LINE)),
        "timeout": timeout(),
        "retry": RETRY,
        "allow_failure": st.booleans(),
        "when": _condition(around),
        "run_on": st.sampled_from(["success", "failure", "always"]),
        "concurrency": concurrency(),
        "approve": st.one_of(st.booleans(), LINE, approve),
        "raw": some(providers),
        "runner": _runner(around),
    }
    return some(optional)


def _runner(around: Around) -> st.SearchStrategy[str]:
    by_axis = ["{{ matrix.os }}"] if "os" in around.axes else []
    return st.sampled_from([*around.known.runners, *by_axis])


@cache
def _shards() -> st.SearchStrategy[Any]:
    return st.one_of(
        st.integers(1, 5),
        some({}, count=st.integers(1, 5)),
        some({"by": st.sampled_from(["name", "size", "timings"])}, count=st.integers(1, 5), files=GLOBS),
    )


@cache
def _outputs(*, values: bool) -> st.SearchStrategy[Tree]:
    paths = st.sampled_from(["dist/**", ["report.xml", "out/*.txt"]])
    optional: dict[str, Any] = {"files": paths, "junit": paths, "logs": paths, "retention_days": st.integers(1, 90)}
    if values:
        optional["values"] = st.sampled_from(["tag", ["tag", "image-id"]])
    return some(optional)


@cache
def _notify() -> st.SearchStrategy[list[Tree]]:
    one = some({"on": st.sampled_from(["failure", "success", "always"]), "secrets": VARIABLE}, run=SCRIPT)
    return st.lists(one, min_size=1, max_size=2)


def _services(known: Known) -> st.SearchStrategy[Any]:
    table = st.dictionaries(st.sampled_from(["queue", "search"]), service(), min_size=1, max_size=2)
    names = [*known.services, *(["redis"] if known.modules else [])]
    return st.one_of(table, st.lists(st.sampled_from(names), min_size=1, unique=True)) if names else table


def _steps(around: Around, most: int) -> st.SearchStrategy[list[Any]]:
    """Steps, with the one whose id a raw block may name in front."""
    first = st.builds(lambda script: {"id": "step-id", "run": script}, SCRIPT) if most > 1 else SCRIPT
    rest = st.lists(_step(around), max_size=most - 1)
    return st.tuples(first, rest).map(lambda drawn: [drawn[0], *drawn[1]])


def _step(around: Around) -> st.SearchStrategy[Any]:
    keys = {
        "name": LINE,
        "env": ENV,
        "secrets": VARIABLE,
        "when": _condition(around),
        "run_on": st.sampled_from(["success", "failure", "always"]),
        "timeout": timeout(),
        "retry": STEP_RETRY,
        "allow_failure": st.booleans(),
        "working_directory": st.just("lib/x"),
        "shell": st.sampled_from(["bash", "sh"]),
    }
    script = SCRIPT
    if around.axes or around.known.variables:
        names = [*(f"matrix.{axis}" for axis in around.axes), *around.known.variables]
        script = st.one_of(SCRIPT, st.sampled_from(names).map(lambda name: f"echo {{{{ {name} }}}}"))
    choices: list[st.SearchStrategy[Any]] = [script, some(keys, run=script)]
    native = {
        "github": {"uses": "actions/labeler@v6"},
        "circleci": {"run": "true"},
        "buildkite": {"command": "true"},
        "jenkins": {"groovy": "echo 'x'"},
    }
    choices.append(st.sampled_from(sorted(native)).map(lambda name: {name: native[name]}))
    for name, template in around.known.templates.items():
        inputs = dict.fromkeys(template.get("inputs", {}), SCALAR)
        given = st.fixed_dictionaries(inputs)
        choices.append(given.map(lambda w, n=name: {"use": n, "with": w} if w else {"use": n}))
    if around.known.modules:
        choices.append(st.just({"uses": "docker/build@>=0.1", "with": {"push": False, "tags": ["a"]}}))
    return st.one_of(choices)


def _condition(around: Around) -> st.SearchStrategy[str]:
    """A condition over what this job knows."""
    literal = st.sampled_from(["main", "a b", "", "it's", "v*", "1"]).map(lambda text: f'"{text}"')
    texts = ["branch", "tag", "env.MODE", *(f"matrix.{axis}" for axis in around.axes)]
    flags = ["default_branch", "draft", "label.ci", 'label."needs review"', "true"]
    for name, question in around.inputs.items():
        (flags if question.get("type") == "boolean" else texts).append(f"input.{name}")
    for id in around.needs:
        values = around.upstream[id].get("outputs", {}).get("values", ())
        texts += [f"needs.{id}.{name}" for name in ([values] if isinstance(values, str) else values)]
    text = st.sampled_from(texts)
    atom = st.one_of(
        st.sampled_from(flags),
        st.tuples(text, st.sampled_from(["==", "!=", "matches"]), literal).map(" ".join),
        st.tuples(text, st.lists(literal, min_size=1, max_size=2)).map(lambda p: f"{p[0]} in [{', '.join(p[1])}]"),
        st.sampled_from(["event == 'push'", "event in ['tag', 'schedule']", "draft == false"]),
    )
    return st.recursive(
        atom,
        lambda inner: st.one_of(
            inner.map(lambda one: f"not ({one})"),
            st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda p: f"({p[0]}) {p[1]} ({p[2]})"),
        ),
        max_leaves=4,
    )
