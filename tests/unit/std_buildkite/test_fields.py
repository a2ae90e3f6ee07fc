"""Nothing of the model is silently lost: `every_field` changes one field after the other of the graph below."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import yaml
from every_field import CORE, EveryField

from cigen.sdk import (
    Approval,
    Artifact,
    Cache,
    CachePart,
    CacheUse,
    Checkout,
    Concurrency,
    Container,
    Download,
    Environment,
    Expr,
    Fact,
    Graph,
    Health,
    Inputs,
    Job,
    JobOutputs,
    Leg,
    ManualInput,
    ManualTrigger,
    Matrix,
    MatrixAxis,
    MatrixRow,
    ModuleUse,
    Native,
    Notify,
    Op,
    Output,
    Pair,
    PathGlob,
    ProviderBlock,
    PullRequestTrigger,
    PushTrigger,
    Retry,
    Run,
    Runner,
    Schedule,
    Secret,
    Service,
    Shards,
    SkipIf,
    Skipping,
    Step,
    TagTrigger,
    Tool,
    Trigger,
    Triggers,
    Workflow,
)
from cigen.std.provider.buildkite.pipeline import render_pipeline

SIGNATURE = "it decides the job's signature, which no pipeline holds"
RESOLVED = "the core has resolved it: the machine of the job or of each leg is what counts"
LEGS = "the core has made legs of it, and each leg is rendered"
VOLUME = "a volume has neither a key nor a moment when it is saved, as BUILDKITE_018 says"
ASKED = "nobody is asked, as BUILDKITE_024 says"
NOT_RENDERED = {
    (Artifact, "kind"): "artifact_paths keep reports and all else alike, whatever happened",
    (Artifact, "when"): "artifact_paths are kept whatever happened",
    (Cache, "fallback"): VOLUME,
    (Cache, "save"): VOLUME,
    (CachePart, "files"): VOLUME,
    (Graph, "facts"): "the core has put them into the texts",
    (Inputs, "env"): SIGNATURE,
    (Inputs, "files"): SIGNATURE,
    (Job, "caches"): CORE,
    (Job, "checkout"): CORE,
    (Job, "cleanup"): CORE,
    (Job, "notify"): CORE,
    (Job, "owner"): "who proposed a job changes nothing in it",
    (Job, "packages"): CORE,
    (Job, "runner"): RESOLVED,
    (Job, "secrets"): CORE,
    (JobOutputs, "junit"): CORE,
    (JobOutputs, "logs"): CORE,
    (JobOutputs, "retention_days"): CORE,
    (ManualInput, "description"): ASKED,
    (ManualInput, "options"): ASKED,
    (Matrix, "exclude"): LEGS,
    (Matrix, "include"): LEGS,
    (ModuleUse, "constraint"): "that the step reached a provider at all is an error, whatever its version",
    (ModuleUse, "inputs"): "that the step reached a provider at all is an error, whatever it was given",
    (Output, "provider"): "the core asks each provider for its own outputs",
    (PathGlob, "optional"): SIGNATURE,
    (PathGlob, "pattern"): SIGNATURE,
    (Schedule, "reuse"): SIGNATURE,
    (Secret, "version"): SIGNATURE,
    (SkipIf, "branch"): "cig reads it when it makes a plan",
    (SkipIf, "env"): "cig reads it when it makes a plan",
    (Skipping, "audit"): "cig reads it when it makes a plan",
    (Skipping, "files"): "the planner's checkout is whole: an agent may keep it for other jobs",
    (Skipping, "max_age"): "cig reads it when it makes a plan",
    (Skipping, "protected"): "cig reads it when it makes a plan or a record",
    (Skipping, "runner"): RESOLVED,
    (Workflow, "name"): "the pipeline has a name of its own on buildkite.com",
    (Workflow, "stages"): "what each job's stage says is rendered",
}
"""Why a field that is not rendered is not lost."""

WHEN = Expr(Op.EQ, args=(Expr(Op.NAME, "env.MODE"), Expr(Op.LITERAL, "slow")))
ASKS = Expr(Op.EQ, args=(Expr(Op.NAME, "input.who"), Expr(Op.LITERAL, "false")))
ANY = Expr(Op.OR, args=(Expr(Op.NAME, "default_branch"), ASKS))
SETTINGS = (ProviderBlock("buildkite", '{"queue":"big"}'),)


def _steps() -> tuple[Step, ...]:
    parts = (CachePart("ruby:3"), CachePart(files="Gemfile.lock"))
    around: dict[str, Any] = {"name": "S", "env": (Pair("E", "1"),), "secrets": ("TOKEN",), "when": WHEN, "timeout": 3}
    return (
        Step("checkout", checkout=Checkout(1, True, True, True, ("a",))),
        Step("tool", tool=Tool("java", "24", (Pair("distribution", "zulu"),))),
        Step("cache", cache=CacheUse(Cache("gems", ("vendor",), parts))),
        Step(
            "run", run=Run("make"), retry=Retry(1, 2, ("failure",)), allow_failure=True, working_directory="w", **around
        ),
        Step("python", run=Run("1 + 1"), shell="python"),
        Step("upload", upload=Artifact("files", ("dist/**",), "always", 3, "files")),
        Step("download", download=Download("files", "to")),
        Step("module", module=ModuleUse("lang/ruby", "~1", (Pair("version", "3"),))),
        Step("native", native=Native("github", '{"run":"x"}')),
        Step("own", native=Native("buildkite", '{"command":"echo"}')),
    )


def _everything() -> tuple[Graph, Output]:
    """A graph in which every class of the model stands at least once, with nothing left at its default."""
    health = Health("ping", 1, 2, 3)
    job = Job(
        id="job",
        name="A job",
        description="Does it all.",
        workflow="ci",
        needs=("upstream",),
        runner="big",
        machine=Runner("big", "linux", "amd64", SETTINGS),
        image=Container("ruby", (Pair("C", "1"),), "--cpus 2", "me", "REGISTRY"),
        packages=("ruby",),
        services=(Service("db", "postgres", "16", (5432,), (Pair("A", "1"),), health, "run"),),
        caches=("gems",),
        checkout=Checkout(),
        steps=_steps(),
        cleanup=(Step("cleanup", run=Run("x")),),
        env=(Pair("MODE", "slow"),),
        secrets=("JOB_TOKEN",),
        permissions=(Pair("packages", "write"),),
        oidc=True,
        environment=Environment("prod", "https://x"),
        timeout=20,
        retry=Retry(3, 4, ("agent_lost",)),
        allow_failure=True,
        when=Expr(Op.AND, args=(WHEN, ANY)),
        concurrency=Concurrency("", "group", True, 2),
        skip_if=SkipIf((PathGlob("a/**", True),), ("SKIP",), ("wip/*",)),
        inputs=Inputs((PathGlob("b"),), ("X",), ("files",)),
        outputs=JobOutputs(("dist/**",), ("r.xml",), 2, ("version",), ("log",)),
        effects=True,
        notify=(Notify("always", "tell", ("SLACK",)),),
        working_directory="web",
        shell="bash",
        raw=(ProviderBlock("buildkite", '{"priority":1}'),),
        owner="me/mine",
        shards=Shards(2, ("spec/**",), "size"),
        approve=Approval("Now?", ("ops",)),
        stage="build",
        run_on="always",
    )
    leg = Leg("upstream-x1", (Pair("x", "1"), Pair("extra", "y")), Runner("big", "linux", "amd64", SETTINGS))
    rows = (MatrixRow((Pair("x", "1"), Pair("extra", "y"))),), (MatrixRow((Pair("x", "2"),)),)
    matrix = Matrix((MatrixAxis("x", ("1", "2")),), *rows, False, 1, (leg,))
    same = replace(leg, key="even-x1", values=(Pair("x", "1"),)), replace(leg, key="even-x2", values=(Pair("x", "2"),))
    even = Matrix((MatrixAxis("x", ("1", "2")),), (), (), True, 1, same)
    script = (Step("r", run=Run("x")),)
    upstream = Job("upstream", workflow="ci", matrix=matrix, retry=Retry(1, 2), steps=script)
    native = Job("even", workflow="ci", matrix=even, steps=script)
    other = Job("other", workflow="ci", trigger=Trigger("deploy", "main", (Pair("who", "me"),), True))
    asked = ManualInput("who", "choice", "Who?", "me", True, ("me", "you")), ManualInput("why", required=True)
    manual = ManualTrigger(asked)
    triggers = Triggers(
        PushTrigger(("main",), ("wip",)),
        PullRequestTrigger(("main",), ("opened",), ("ci",), True),
        TagTrigger(("v*",)),
        (Schedule("0 3 * * *", "nightly", True),),
        manual,
        "full",
        ("app/**",),
    )
    workflow = Workflow(
        id="ci",
        name="CI",
        triggers=triggers,
        concurrency=Concurrency("", "all", True, 2),
        permissions=(Pair("checks", "write"),),
        env=(Pair("W", "1"),),
        default_branch="main",
        stages=("build",),
        raw=(ProviderBlock("buildkite", '{"priority":2}'),),
    )
    secrets = (Secret("TOKEN", (ProviderBlock("buildkite", '{"name":"OTHER"}'),), "2"),)
    facts = (Fact("ruby_version", "3.4", ".ruby-version"),)
    jobs = (job, upstream, native, other)
    machine = Runner("big", "linux", "amd64", SETTINGS)
    own = (ProviderBlock("buildkite", '{"mode":"x"}'),)
    keys, names = ("branch:0a",), ("AWS_KEY",)
    skipping = Skipping("s3://proofs", 3600, 200, keys, names, "", "big", machine, own, (".cigen",), "0.3.0", True)
    kept = Step("keep", upload=Artifact("provable", ("lib/**",)))
    steps = (Step("checkout", checkout=Checkout()), Step("run", run=Run("make")), kept)
    provable = Job("provable", workflow="ci", machine=machine, steps=steps, skip_if=SkipIf((PathGlob("a/**"),)))
    provable = replace(provable, outputs=JobOutputs(("lib/**",)))
    fetch = (Step("fetch", download=Download("provable")),)
    user = Job("user", workflow="ci", machine=machine, steps=fetch, inputs=Inputs(artifacts=("provable",)))
    graph = Graph("project", (workflow,), (*jobs, provable, user), facts, secrets, skipping)
    return graph, Output("buildkite", ".buildkite/ci.yml", "All of it.", "ci")


CHANGES: dict[tuple[type, str], Any] = {
    (Skipping, "store"): "",
    (Artifact, "kind"): "junit",
    (Artifact, "when"): "always",
    (Concurrency, "preset"): "pr-latest",
    (Job, "run_on"): "success",
    (Shards, "by"): "name",
    (Native, "json"): '{"command":"true"}',
    (Step, "run_on"): "failure",
    (ManualInput, "type"): "boolean",
    (Triggers, "merge_queue"): "",
}
"""What a field becomes where any other value would be as good as the old one, or make no sense."""

FIELDS = EveryField(render_pipeline, _everything(), NOT_RENDERED, CHANGES)


@pytest.mark.parametrize(("owner", "name"), FIELDS.places, ids=FIELDS.ids)
def test_every_field_is_rendered_reported_or_listed(owner: type, name: str) -> None:
    FIELDS.check(owner, name)


def test_every_class_that_a_provider_looks_at_stands_in_the_graph() -> None:
    FIELDS.check_classes()


def test_every_script_passes_shellcheck(shellcheck: Callable[..., str]) -> None:
    steps = yaml.safe_load(render_pipeline(*_everything())[0])["steps"]
    scripts = [inner["command"] for step in steps for inner in step.get("steps", [step]) if "command" in inner]
    assert len(scripts) > 3
    for script in scripts:
        assert shellcheck(script.replace("$$", "$")) == ""
