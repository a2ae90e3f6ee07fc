"""Nothing of the model is silently lost: `every_field` changes one field after the other of the graph below."""

from dataclasses import replace
from typing import Any

import pytest
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
from cigen.std.provider.github.workflow import render_workflow

SIGNATURE = "it decides the job's signature, which no workflow file holds"
RESOLVED = "the core has resolved it: the machine of the job or of each leg is what counts"
NOT_RENDERED = {
    (Job, "stage"): "the edges that it means stand in needs",
    (JobOutputs, "junit"): CORE,
    (JobOutputs, "logs"): CORE,
    (JobOutputs, "retention_days"): CORE,
    (Schedule, "reuse"): SIGNATURE,
    (Secret, "version"): SIGNATURE,
    (Workflow, "stages"): "the edges that they mean stand in needs",
    (Graph, "project"): "a workflow file does not name the project",
    (Graph, "facts"): "the core has put them into the texts",
    (Job, "caches"): CORE,
    (Job, "checkout"): CORE,
    (Job, "cleanup"): CORE,
    (Job, "notify"): CORE,
    (Job, "packages"): CORE,
    (Job, "secrets"): CORE,
    (Inputs, "env"): SIGNATURE,
    (Inputs, "files"): SIGNATURE,
    (Job, "owner"): "who proposed a job changes nothing in it",
    (Job, "runner"): RESOLVED,
    (PathGlob, "optional"): SIGNATURE,
    (PathGlob, "pattern"): SIGNATURE,
    (SkipIf, "branch"): "cig asks for it when it makes a plan",
    (SkipIf, "env"): "cig asks for it when it makes a plan",
    (Skipping, "audit"): "cig reads it when it makes a plan",
    (Skipping, "max_age"): "cig reads it when it makes a plan",
    (Skipping, "protected"): "cig reads it when it makes a plan or a record",
    (Skipping, "runner"): RESOLVED,
    (Skipping, "version"): "the project says itself how cig comes to be on PATH",
    (ModuleUse, "constraint"): "that the step reached a provider at all is an error, whatever its version",
    (ModuleUse, "inputs"): "that the step reached a provider at all is an error, whatever it was given",
    (Output, "provider"): "the core asks each provider for its own outputs",
    (Runner, "name"): "its settings for GitHub say what it is called there",
    (Runner, "arch"): "its settings for GitHub say what it is called there",
}
"""Why a field that is not rendered is not lost."""

WHEN = Expr(Op.EQ, args=(Expr(Op.NAME, "env.MODE"), Expr(Op.LITERAL, "fast")))
ANY = Expr(Op.OR, args=(Expr(Op.NAME, "default_branch"), Expr(Op.BOOL, "true")))
SETTINGS = (ProviderBlock("github", '{"runs-on":"big"}'),)


def _everything() -> tuple[Graph, Output]:
    """A graph in which every class of the model stands at least once, with nothing left at its default."""
    health = Health("ping", 1, 2, 3)
    service = Service("db", "postgres", "16", (5432,), (Pair("A", "1"),), health, "run")
    parts = (CachePart("ruby:3"), CachePart(files="Gemfile.lock"))
    around: dict[str, Any] = {"name": "S", "env": (Pair("E", "1"),), "secrets": ("TOKEN",), "when": WHEN, "timeout": 3}
    steps = (
        Step("checkout", checkout=Checkout(0, True, True, True, ("a",))),
        Step("tool", tool=Tool("node", "24", (Pair("scope", "me"),))),
        Step("cache", cache=CacheUse(Cache("gems", ("vendor",), parts, save="always"))),
        Step(
            "run",
            run=Run("make"),
            retry=Retry(1, 2, ("agent_lost",)),
            allow_failure=True,
            working_directory="w",
            shell="sh",
            **around,
        ),
        Step("upload", upload=Artifact("files", ("dist/**",), "failure", 3, "files")),
        Step("download", download=Download("files", "to")),
        Step("module", module=ModuleUse("lang/ruby", "~1", (Pair("version", "3"),))),
        Step("native", native=Native("github", '{"run":"x"}')),
    )
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
        services=(service,),
        caches=("gems",),
        checkout=Checkout(),
        steps=steps,
        cleanup=(Step("cleanup", run=Run("x")),),
        env=(Pair("MODE", "slow"),),
        secrets=("JOB_TOKEN",),
        permissions=(Pair("packages", "write"),),
        oidc=True,
        environment=Environment("prod", "https://x"),
        timeout=20,
        retry=Retry(3, 4, ("failure",)),
        allow_failure=True,
        when=Expr(Op.AND, args=(WHEN, ANY)),
        concurrency=Concurrency("", "group", True, 2),
        skip_if=SkipIf((PathGlob("a/**", True),), ("SKIP",), ("wip/*",)),
        inputs=Inputs((PathGlob("b"),), ("X",), ("files", "upstream")),
        outputs=JobOutputs(("dist/**",), ("r.xml",), 2, ("tag",), ("a.log",)),
        effects=True,
        notify=(Notify("always", "tell", ("SLACK",)),),
        working_directory="web",
        shell="bash",
        raw=(ProviderBlock("github", '{"outputs":{"a":"${{ steps.run.outputs.a }}"}}'),),
        owner="me/mine",
        shards=Shards(2, ("spec/**",), "size"),
        approve=Approval("Really?", ("ops",)),
        trigger=Trigger("deploy", "main", (Pair("level", "1"),), True),
        stage="test",
        run_on="always",
    )
    matrix = Matrix(
        (MatrixAxis("x", ("1", "2")),),
        (MatrixRow((Pair("x", "1"), Pair("extra", "y"))),),
        (MatrixRow((Pair("x", "2"),)),),
        False,
        1,
        _legs("upstream"),
    )
    upstream = Job(
        "upstream",
        workflow="ci",
        machine=None,
        matrix=matrix,
        retry=Retry(1, 2),
        steps=(
            Step("c", checkout=Checkout()),
            Step("r", run=Run("x")),
            Step("k", upload=Artifact("upstream", ("b/**",))),
        ),
        skip_if=SkipIf((PathGlob("a/**", True),), ("SKIP",), ("wip/*",)),
        outputs=JobOutputs(("b/**",)),
    )
    # Its legs stand in the file as its axes and rows make them; those of a job that a plan knows may be a list.
    unplanned = replace(upstream, id="unplanned", skip_if=None, matrix=replace(matrix, legs=_legs("unplanned")))
    unplanned = replace(unplanned, steps=upstream.steps[:2])
    manual = ManualTrigger((ManualInput("who", "choice", "Who?", "me", True, ("me", "you")),))
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
        "ci",
        "CI",
        triggers,
        Concurrency("", "all", True, 2),
        (Pair("checks", "write"),),
        (Pair("W", "1"),),
        "main",
        ("test",),
        (ProviderBlock("github", '{"run-name":"x"}'),),
    )
    skipping = Skipping(
        "s3://proofs",
        3600,
        200,
        ("branch:0a",),
        ("AWS_KEY",),
        "make cig",
        "big",
        Runner("big", "linux", "amd64", SETTINGS),
        (ProviderBlock("github", '{"mode":"x"}'),),
        (".cigen",),
        "0.3.0",
        True,
    )
    graph = Graph(
        "project",
        (workflow,),
        (job, upstream, unplanned),
        (Fact("ruby_version", "3.4", ".ruby-version"),),
        (Secret("TOKEN", (ProviderBlock("github", '{"name":"OTHER"}'),), "2"),),
        skipping,
    )
    return graph, Output("github", ".github/workflows/ci.yml", "All of it.", "ci")


def _legs(job: str) -> tuple[Leg, ...]:
    values = (Pair("x", "1"), Pair("extra", "y"))
    return (Leg(f"{job}-x1", values, Runner("big", "linux", "amd64", SETTINGS)),)


CHANGES: dict[tuple[type, str], Any] = {
    (Skipping, "install"): "",
    (Skipping, "store"): "",
    (Artifact, "kind"): "junit",
    (Artifact, "when"): "always",
    (Concurrency, "preset"): "serial",
    (Step, "run_on"): "failure",
    (ManualInput, "type"): "string",
    (Triggers, "merge_queue"): "",
    (Shards, "by"): "name",
}
"""What a field becomes where any other value would be as good as the old one, or make no sense."""

FIELDS = EveryField(render_workflow, _everything(), NOT_RENDERED, CHANGES)


@pytest.mark.parametrize(("owner", "name"), FIELDS.places, ids=FIELDS.ids)
def test_every_field_is_rendered_reported_or_listed(owner: type, name: str) -> None:
    FIELDS.check(owner, name)


def test_every_class_that_a_provider_looks_at_stands_in_the_graph() -> None:
    FIELDS.check_classes()
