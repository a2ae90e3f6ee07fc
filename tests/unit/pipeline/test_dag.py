"""Proposals become one checked graph of complete jobs."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from cigen.model.config import Config, Project
from cigen.model.diagnostics import Diagnostic
from cigen.model.plans import (
    Dependency,
    Fact,
    Graph,
    JobEnv,
    JobService,
    Placement,
    PlanResult,
    Resource,
    StepGroup,
)
from cigen.model.resources import (
    Cache,
    CachePart,
    CacheUse,
    Checkout,
    Inputs,
    Job,
    JobOutputs,
    Matrix,
    MatrixAxis,
    ModuleUse,
    Notify,
    Pair,
    Run,
    Service,
    Step,
    Workflow,
)
from cigen.pipeline.dag import build_graph

CONFIG = Config("0.2", Project("p"), workflows=(Workflow("ci"),))


def run(id: str, script: str = "true") -> Step:
    return Step(id=id, run=Run(script))


def build(
    *jobs: Job, plans: dict[str, PlanResult] | None = None, config: Config = CONFIG, facts: tuple[Fact, ...] = ()
) -> tuple[Graph | None, tuple[Diagnostic, ...]]:
    return build_graph(config, jobs, plans or {}, facts)


def built(*jobs: Job, **more: object) -> Graph:
    graph, diagnostics = build(*jobs, **more)  # type: ignore[arg-type]
    assert graph is not None, diagnostics
    return graph


def codes(*jobs: Job, **more: object) -> list[str]:
    graph, diagnostics = build(*jobs, **more)  # type: ignore[arg-type]
    assert graph is None
    return [d.code for d in diagnostics]


def setup(job: str, *steps: Step, order: int = 0) -> Resource:
    return Resource(f"{job}-setup", steps=StepGroup(job, Placement.SETUP, order=order, steps=steps))


def test_a_jobs_steps_stand_in_one_fixed_order() -> None:
    job = Job(
        "test",
        steps=(run("own"),),
        cleanup=(run("tidy"),),
        caches=("data",),
        inputs=Inputs(artifacts=("build",)),
        outputs=JobOutputs(files=("dist/**",), junit=("report.xml",)),
        notify=(Notify("failure", "tell"),),
        needs=("build",),
    )
    teardown = Resource("down", steps=StepGroup("test", Placement.TEARDOWN, steps=(run("down"),)))
    plans = {"lang/x": PlanResult((setup("test", run("up")), teardown))}
    config = replace(CONFIG, caches=(Cache("data", ("data",)),))
    graph = built(Job("build"), job, plans=plans, config=config)
    steps = graph.jobs[1].steps
    assert [step.id for step in steps] == [
        "checkout", "download-build", "up", "cache-data", "own", "test-results", "artifacts", "down", "tidy",
        "notify-failure",
    ]  # fmt: skip
    on = {step.id: step.run_on for step in steps}
    assert {id: when for id, when in on.items() if when != "success"} == {
        "test-results": "always", "down": "always", "tidy": "always", "notify-failure": "failure",
    }  # fmt: skip


def test_setup_groups_are_ordered_by_order_and_then_by_plugin() -> None:
    plans = {
        "lang/a": PlanResult((setup("test", run("late"), order=20),)),
        "lang/b": PlanResult((setup("test", run("early"), order=10),)),
        "lang/c": PlanResult((setup("test", run("later"), order=20),)),
    }
    steps = built(Job("test", checkout=Checkout(disabled=True)), plans=plans).jobs[0].steps
    assert [step.id for step in steps] == ["early", "late", "later"]


def test_a_module_step_becomes_the_modules_steps() -> None:
    use = Step(id="s1", module=ModuleUse("lang/x"), env=(Pair("A", "1"),))
    group = StepGroup("test", Placement.REPLACE, "s1", steps=(run("x"), run("y")))
    graph = built(Job("test", steps=(use, run("z"))), plans={"lang/x": PlanResult((Resource("r", steps=group),))})
    assert [step.id for step in graph.jobs[0].steps] == ["checkout", "x", "y", "z"]
    assert graph.jobs[0].steps[1].env == (Pair("A", "1"),)


def test_a_module_step_of_finally_becomes_steps_that_always_run() -> None:
    use = Step(id="s1", module=ModuleUse("lang/x"))
    group = StepGroup("test", Placement.REPLACE, "s1", steps=(run("x"),))
    graph = built(Job("test", cleanup=(use,)), plans={"lang/x": PlanResult((Resource("r", steps=group),))})
    assert [(step.id, step.run_on) for step in graph.jobs[0].steps] == [("checkout", "success"), ("x", "always")]


def test_the_version_of_a_matrix_axis_is_the_legs_own() -> None:
    job = Job("test", matrix=Matrix((MatrixAxis("ruby", ("3.3", "3.4")),)), caches=("gems",))
    cache = Cache("gems", ("vendor",), (CachePart(literal="ruby:{{ ruby_version }}"),))
    graph = built(job, config=replace(CONFIG, caches=(cache,)), facts=(Fact("ruby_version", "3.3.6"),))
    used = graph.jobs[0].steps[1].cache
    assert used is not None
    assert used.cache.parts == (CachePart(literal="ruby:{{ matrix.ruby }}"),)


def test_a_module_step_that_nobody_replaces_is_an_error() -> None:
    assert codes(Job("test", steps=(Step(id="s1", module=ModuleUse("lang/x")),))) == ["DAG_014"]


def test_a_jobs_secrets_reach_its_own_scripts_and_no_modules() -> None:
    plans = {"lang/x": PlanResult((setup("test", run("theirs")),))}
    job = Job("test", steps=(replace(run("own"), secrets=("B",)),), secrets=("A",))
    steps = {step.id: step for step in built(job, plans=plans).jobs[0].steps}
    assert steps["own"].secrets == ("A", "B")
    assert steps["theirs"].secrets == ()


def test_a_cache_of_cig_toml_overrides_a_modules_field_by_field() -> None:
    proposed = Cache("bundler", ("vendor",), (CachePart(files="Gemfile.lock"),))
    step = Step(id="c", cache=CacheUse(proposed))
    config = replace(CONFIG, caches=(Cache("bundler", ("elsewhere",)),))
    graph = built(Job("test"), plans={"lang/x": PlanResult((setup("test", step),))}, config=config)
    cache = graph.jobs[0].steps[1].cache
    assert cache is not None
    assert cache.cache == Cache("bundler", ("elsewhere",), (CachePart(files="Gemfile.lock"),))


def test_a_jobs_own_variables_win_over_a_modules() -> None:
    env = Resource("e", env=JobEnv("test", (Pair("URL", "theirs"), Pair("MORE", "1"))))
    graph = built(Job("test", env=(Pair("URL", "mine"),)), plans={"db/x": PlanResult((env,))})
    assert graph.jobs[0].env == (Pair("URL", "mine"), Pair("MORE", "1"))


def test_two_modules_that_set_a_variable_differently_are_told_about() -> None:
    plans = {name: PlanResult((Resource("e", env=JobEnv("test", (Pair("URL", name),))),)) for name in ("db/a", "db/b")}
    graph, diagnostics = build(Job("test"), plans=plans)
    assert graph is not None
    assert graph.jobs[0].env == (Pair("URL", "db/a"),)
    assert [d.code for d in diagnostics] == ["DAG_012"]


def test_a_module_fills_in_a_service_and_what_is_given_stays() -> None:
    theirs = Service("postgres", "postgres:16", "16", (5432,), (Pair("A", "x"), Pair("B", "y")))
    plans = {"db/x": PlanResult((Resource("s", service=JobService("test", theirs)),))}
    graph = built(Job("test", services=(Service("postgres", env=(Pair("A", "mine"),)),)), plans=plans)
    assert graph.jobs[0].services == (
        Service("postgres", "postgres:16", "16", (5432,), (Pair("A", "mine"), Pair("B", "y"))),
    )


def test_a_service_without_image_is_an_error() -> None:
    assert codes(Job("test", services=(Service("thing"),))) == ["DAG_016"]


def test_what_a_plugin_proposed_points_at_no_place_of_cig_toml() -> None:
    service = Resource("s", service=JobService("test", Service("search")))
    job = Resource("j", job=Job("nightly", caches=("gems",)))
    _, diagnostics = build(Job("test"), plans={"acme/x": PlanResult((service, job))})
    assert {d.code: d.key for d in diagnostics} == {"DAG_015": (), "DAG_016": ()}
    assert "proposed by acme/x" in diagnostics[1].message or "proposed by acme/x" in diagnostics[0].message


def test_facts_are_replaced_and_matrix_placeholders_stay() -> None:
    graph = built(
        Job("test", steps=(run("s", "{{ ruby_version }} {{ matrix.os }}"),)), facts=(Fact("ruby_version", "3.3"),)
    )
    step = graph.jobs[0].steps[1].run
    assert step is not None
    assert step.script == "3.3 {{ matrix.os }}"


def test_an_unknown_name_in_a_text_is_an_error_with_the_nearest_one() -> None:
    _, diagnostics = build(Job("test", steps=(run("s", "{{ ruby_versoin }}"),)), facts=(Fact("ruby_version", "3.3"),))
    assert [d.code for d in diagnostics] == ["DAG_013"]
    assert 'did you mean "ruby_version"?' in diagnostics[0].hint


def test_a_cycle_is_spelled_out_from_its_first_job_by_name() -> None:
    jobs = [Job("c", needs=("a",)), Job("b", needs=("c",)), Job("a", needs=("b",)), Job("x", needs=("a",))]
    for order in (jobs, jobs[::-1]):
        _, diagnostics = build(*order)
        assert [d.message for d in diagnostics] == ['"a" needs "b" needs "c" needs "a": none of them could ever start']


def test_a_job_that_needs_itself_is_a_cycle() -> None:
    _, diagnostics = build(Job("a", needs=("a",)))
    assert [d.message for d in diagnostics] == ['"a" needs "a": none of them could ever start']


def test_every_knot_is_reported() -> None:
    jobs = [Job("a", needs=("b",)), Job("b", needs=("a",)), Job("c", needs=("d",)), Job("d", needs=("c",))]
    assert codes(*jobs) == ["DAG_001", "DAG_001"]


def test_a_plugin_may_propose_a_job_and_an_edge() -> None:
    plans = {"x/y": PlanResult((Resource("j", job=Job("extra", steps=(run("s"),))),), (Dependency("test", "extra"),))}
    graph = built(Job("test"), plans=plans)
    assert [(job.id, job.owner, job.needs) for job in graph.jobs] == [("test", "", ("extra",)), ("extra", "x/y", ())]


def test_a_job_defined_twice_names_both_owners() -> None:
    _, diagnostics = build(Job("test"), plans={"x/y": PlanResult((Resource("j", job=Job("test")),))})
    assert [d.message for d in diagnostics] == ['job "test" is defined by cig.toml and again by x/y']


def test_a_proposal_for_an_unknown_job_names_its_plugin() -> None:
    _, diagnostics = build(Job("test"), plans={"x/y": PlanResult((setup("tset", run("s")),))})
    assert [(d.code, d.message) for d in diagnostics] == [
        ("DAG_002", 'x/y proposes "tset-setup" for job "tset", which is not defined')
    ]


def test_step_ids_are_unique_in_a_job() -> None:
    graph = built(Job("test", steps=(run("checkout"), run("a"), run("a"))))
    assert [step.id for step in graph.jobs[0].steps] == ["checkout", "checkout-2", "a", "a-2"]


@given(st.permutations(["a/a", "b/b", "c/c"]))
def test_the_order_in_which_plugins_answer_does_not_matter(order: list[str]) -> None:
    plans = {name: PlanResult((setup("test", run(f"by-{name[0]}")),)) for name in order}
    graph = built(Job("test"), plans=plans)
    assert [step.id for step in graph.jobs[0].steps] == ["checkout", "by-a", "by-b", "by-c"]
