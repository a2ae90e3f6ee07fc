"""Nothing of the model is silently lost: `every_field` changes one field after the other of the graph below."""

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
from cigen.std.provider.jenkins.pipeline import render_pipeline

SIGNATURE = "it decides the job's signature, which no Jenkinsfile holds"
LEGS = "the core has made legs of it, and they are what is rendered"
PLANNED = "cig reads it when it makes a plan"
RESOLVED = "the core has resolved it: the machine of the job or of each leg is what counts"
NOT_RENDERED = {
    (Artifact, "retention_days"): "reported for the job's outputs, of which the core made it",
    (Graph, "facts"): "the core has put them into the texts",
    (Inputs, "env"): SIGNATURE,
    (Inputs, "files"): SIGNATURE,
    (Job, "caches"): CORE,
    (Job, "checkout"): CORE,
    (Job, "cleanup"): CORE,
    (Job, "notify"): CORE,
    (Job, "packages"): CORE,
    (Job, "secrets"): CORE,
    (Job, "owner"): "who proposed a job changes nothing in it",
    (Job, "runner"): RESOLVED,
    (Job, "stage"): "the edges that it means stand in needs",
    (JobOutputs, "junit"): CORE,
    (JobOutputs, "logs"): CORE,
    (ManualInput, "required"): "an answer with a default is always given",
    (Matrix, "axes"): LEGS,
    (Matrix, "exclude"): LEGS,
    (Matrix, "include"): LEGS,
    (ModuleUse, "constraint"): "that the step reached a provider at all is an error, whatever its version",
    (ModuleUse, "inputs"): "that the step reached a provider at all is an error, whatever it was given",
    (Output, "path"): "a Jenkinsfile does not name itself",
    (Output, "provider"): "the core asks each provider for its own outputs",
    (Runner, "arch"): "its settings for Jenkins say what it is called there",
    (Runner, "name"): "its settings for Jenkins say what it is called there",
    (Schedule, "reuse"): SIGNATURE,
    (Secret, "version"): SIGNATURE,
    (SkipIf, "branch"): PLANNED,
    (SkipIf, "env"): PLANNED,
    (PathGlob, "optional"): SIGNATURE,
    (PathGlob, "pattern"): SIGNATURE,
    (Skipping, "audit"): PLANNED,
    (Skipping, "max_age"): PLANNED,
    (Skipping, "protected"): "cig reads it when it makes a plan or a record",
    (Skipping, "runner"): RESOLVED,
    (Skipping, "version"): "the project says itself how cig comes to be on PATH",
    (Workflow, "stages"): "the edges that they mean stand in needs",
}
"""Why a field that is not rendered is not lost."""

WHEN = Expr(Op.EQ, args=(Expr(Op.NAME, "env.MODE"), Expr(Op.LITERAL, "fast")))
ANY = Expr(Op.OR, args=(Expr(Op.NAME, "default_branch"), Expr(Op.BOOL, "true")))
SETTINGS = (ProviderBlock("jenkins", '{"label":"big"}'),)


def _everything() -> tuple[Graph, Output]:
    """A graph in which every class of the model stands at least once, with nothing left at its default."""
    health = Health("ping", 1, 2, 3)
    service = Service("db", "postgres", "16", (5432,), (Pair("A", "1"),), health, "run")
    parts = (CachePart("ruby:3"), CachePart(files="Gemfile.lock"))
    around: dict[str, Any] = {"name": "S", "env": (Pair("E", "1"),), "secrets": ("TOKEN",), "when": WHEN, "timeout": 3}
    steps = (
        Step("checkout", checkout=Checkout(0, True, True, True, ("a",))),
        Step("tool", tool=Tool("node", "24", (Pair("scope", "me"),))),
        Step("cache", cache=CacheUse(Cache("gems", ("vendor",), parts, True, "always"))),
        Step(
            "run",
            run=Run("make"),
            retry=Retry(1, 2, ("failure",)),
            allow_failure=True,
            working_directory="w",
            shell="sh",
            **around,
        ),
        Step("upload", upload=Artifact("files", ("dist/**",), "failure", 3, "files")),
        Step("download", download=Download("files", "to")),
        Step("module", module=ModuleUse("lang/ruby", "~1", (Pair("version", "3"),))),
        Step("native", native=Native("jenkins", '{"groovy":"x"}')),
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
        inputs=Inputs((PathGlob("b"),), ("X",), ("files",)),
        outputs=JobOutputs(("dist/**",), ("r.xml",), 2, ("v",), ("l",)),
        shards=Shards(2, ("t/**",), "timings"),
        approve=Approval("Go?", ("ops",)),
        stage="test",
        run_on="always",
        effects=True,
        notify=(Notify("always", "tell", ("SLACK",)),),
        working_directory="web",
        shell="bash",
        raw=(ProviderBlock("jenkins", '{"before":"x"}'),),
        owner="me/mine",
    )
    matrix = Matrix(
        (MatrixAxis("x", ("1", "2")),),
        (MatrixRow((Pair("x", "1"), Pair("extra", "y"))),),
        (MatrixRow((Pair("x", "2"),)),),
        False,
        1,
        (Leg("upstream-x1", (Pair("x", "1"), Pair("extra", "y")), Runner("big", "linux", "amd64", SETTINGS)),),
    )
    upstream = Job(
        "upstream",
        workflow="ci",
        machine=None,
        matrix=matrix,
        retry=Retry(1, 2),
        steps=(Step("c", checkout=Checkout()), Step("r", run=Run("x"))),
        skip_if=SkipIf((PathGlob("a/**", True),), ("SKIP",), ("wip/*",)),
    )
    pipe = Trigger("pipe", "main", (Pair("A", "1"),), True)
    other = Job("other", workflow="ci", concurrency=Concurrency("serial"), trigger=pipe, needs=("job",))
    manual = ManualTrigger((ManualInput("who", "choice", "Who?", "me", True, ("me", "you")),))
    triggers = Triggers(
        PushTrigger(("main",), ("wip",)),
        PullRequestTrigger(("main",), ("opened",), ("ci",), True),
        TagTrigger(("v*",)),
        (Schedule("0 3 * * *", "nightly", True),),
        manual,
        "full",
        ("src/**",),
    )
    workflow = Workflow(
        "ci", "CI", triggers, Concurrency("", "all", True, 2), (Pair("checks", "write"),), (Pair("W", "1"),), "main",
        ("test",), (ProviderBlock("jenkins", '{"options":["x()"]}'),),
    )  # fmt: skip
    secrets = (Secret("TOKEN", (ProviderBlock("jenkins", '{"credentials":"t"}'),), "1"),)
    skipping = Skipping(
        "s3://proofs",
        3600,
        200,
        ("branch:0a",),
        ("AWS_KEY",),
        "make cig",
        "big",
        Runner("big", "linux", "amd64", SETTINGS),
        (ProviderBlock("jenkins", '{"mode":"x"}'),),
        (".cigen",),
        "0.3.0",
        True,
    )
    facts = (Fact("ruby_version", "3.4", ".ruby-version"),)
    kept = Step("checkout", checkout=Checkout()), Step("keep", upload=Artifact("kept", ("lib/**",)))
    provable = Job(
        "kept",
        workflow="ci",
        machine=skipping.machine,
        steps=kept,
        skip_if=SkipIf((PathGlob("a/**"),)),
        outputs=JobOutputs(("lib/**",)),
    )
    fetch = (Step("fetch", download=Download("kept")),)
    user = Job("user", workflow="ci", machine=skipping.machine, steps=fetch, inputs=Inputs(artifacts=("kept",)))
    graph = Graph("project", (workflow,), (job, upstream, other, provable, user), facts, secrets, skipping)
    return graph, Output("jenkins", "Jenkinsfile", "All of it.", "ci")


CHANGES: dict[tuple[type, str], Any] = {
    (Skipping, "install"): "",
    (Skipping, "store"): "",
    (Artifact, "kind"): "junit",
    (Artifact, "when"): "always",
    (Concurrency, "preset"): "serial",
    (Step, "run_on"): "failure",
    (ManualInput, "type"): "string",
    (Triggers, "merge_queue"): "",
    (Job, "run_on"): "failure",
    (ManualInput, "default"): "you",
    (Runner, "os"): "windows",
    (Shards, "by"): "size",
    (Cache, "save"): "never",
}
"""What a field becomes where any other value would be as good as the old one, or make no sense."""

FIELDS = EveryField(render_pipeline, _everything(), NOT_RENDERED, CHANGES)


@pytest.mark.parametrize(("owner", "name"), FIELDS.places, ids=FIELDS.ids)
def test_every_field_is_rendered_reported_or_listed(owner: type, name: str) -> None:
    FIELDS.check(owner, name)


def test_every_class_that_a_provider_looks_at_stands_in_the_graph() -> None:
    FIELDS.check_classes()
