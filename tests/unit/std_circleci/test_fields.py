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
from cigen.std.provider.circleci.workflow import render_config

SIGNATURE = "it decides the job's signature, which no configuration holds"
PLANNED = "what it decides stands in the plan"
RESOLVED = "the core has resolved it: the machine of the job or of each leg is what counts"
LEGS = "the legs that the core has made of it are what counts"
NOT_RENDERED = {
    (Graph, "facts"): "the core has put them into the texts",
    (Health, "timeout"): "a port answers at once or not at all",
    (Job, "caches"): CORE,
    (Job, "checkout"): CORE,
    (Job, "cleanup"): CORE,
    (Job, "inputs"): SIGNATURE,
    (Job, "notify"): CORE,
    (Job, "owner"): "who proposed a job changes nothing in it",
    (Job, "packages"): CORE,
    (Job, "runner"): RESOLVED,
    (Job, "stage"): "the edges that it means stand in needs",
    (JobOutputs, "files"): CORE,
    (JobOutputs, "junit"): CORE,
    (JobOutputs, "logs"): CORE,
    (JobOutputs, "retention_days"): CORE,
    (Matrix, "exclude"): LEGS,
    (Matrix, "include"): LEGS,
    (ModuleUse, "constraint"): "that the step reached a provider at all is an error, whatever its version",
    (ModuleUse, "inputs"): "that the step reached a provider at all is an error, whatever it was given",
    (Output, "provider"): "the core asks each provider for its own outputs",
    (PathGlob, "optional"): SIGNATURE,
    (PathGlob, "pattern"): SIGNATURE,
    (Schedule, "reuse"): SIGNATURE,
    (Secret, "version"): SIGNATURE,
    (SkipIf, "branch"): PLANNED,
    (SkipIf, "env"): PLANNED,
    (Skipping, "audit"): PLANNED,
    (Skipping, "files"): "the checkout has all files",
    (Skipping, "max_age"): PLANNED,
    (Skipping, "protected"): "cig reads it when it makes a plan or a record",
    (Skipping, "runner"): RESOLVED,
    (Workflow, "stages"): "the edges that they mean stand in needs",
}
"""Why a field that is not rendered is not lost."""

WHEN = Expr(Op.EQ, args=(Expr(Op.NAME, "branch"), Expr(Op.LITERAL, "fast")))
LATE = Expr(Op.EQ, args=(Expr(Op.NAME, "env.LATE"), Expr(Op.LITERAL, "x")))
ANY = Expr(Op.OR, args=(Expr(Op.NAME, "default_branch"), WHEN))
SETTINGS = (ProviderBlock("circleci", '{"resource_class":"large"}'),)


def _steps() -> tuple[Step, ...]:
    parts = (CachePart("ruby:3"), CachePart(files="Gemfile.lock"))
    around: dict[str, Any] = {"name": "S", "env": (Pair("E", "1"),), "secrets": ("TOKEN",), "when": WHEN, "timeout": 3}
    around |= {"working_directory": "w", "shell": "sh"}
    return (
        Step("checkout", checkout=Checkout(0, True, True, True, ("a",))),
        Step("tool", tool=Tool("node", "24", (Pair("scope", "me"),))),
        Step("cache", cache=CacheUse(Cache("gems", ("vendor",), parts, True, "always"))),
        Step("run", run=Run("make"), retry=Retry(1, 2, ("failure",)), allow_failure=True, **around),
        Step("upload", upload=Artifact("files", ("dist/**",), "failure", 3, "files")),
        Step("download", download=Download("files", "to")),
        Step("module", module=ModuleUse("lang/ruby", "~1", (Pair("version", "3"),))),
        Step("native", native=Native("circleci", '{"run":"x"}')),
    )


def _everything() -> tuple[Graph, Output]:
    """A graph in which every class of the model stands at least once, with nothing left at its default."""
    service = Service("db", "postgres", "16", (5432,), (Pair("A", "1"),), Health("ping", 30, 2, 3), "run")
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
        steps=_steps(),
        cleanup=(Step("cleanup", run=Run("x")),),
        env=(Pair("MODE", "slow"),),
        secrets=("JOB_TOKEN",),
        permissions=(Pair("packages", "write"),),
        oidc=True,
        environment=Environment("prod", "https://x"),
        timeout=40,
        retry=Retry(3, 4, ("failure",)),
        allow_failure=True,
        when=Expr(Op.AND, args=(ANY, LATE)),
        concurrency=Concurrency("", "group", True, 2),
        skip_if=SkipIf((PathGlob("a/**", True),), ("SKIP",), ("wip/*",)),
        inputs=Inputs((PathGlob("b"),), ("X",), ("files",)),
        outputs=JobOutputs(("dist/**",), ("r.xml",), 2, ("version",), ("log",)),
        effects=True,
        notify=(Notify("always", "tell", ("SLACK",)),),
        working_directory="web",
        shell="bash",
        raw=(ProviderBlock("circleci", '{"circleci_ip_ranges":true}'),),
        owner="me/mine",
        shards=Shards(2, ("spec/*",), "size"),
        approve=Approval("Sure?", ("me",)),
        stage="test",
        run_on="always",
    )
    matrix = Matrix(
        (MatrixAxis("x", ("1", "2")),),
        (MatrixRow((Pair("x", "1"), Pair("extra", "y"))),),
        (MatrixRow((Pair("x", "2"),)),),
        False,
        1,
        (
            Leg("upstream-x1", (Pair("x", "1"), Pair("extra", "y")), Runner("big", "linux", "amd64", SETTINGS)),
            Leg("upstream-x3", (Pair("x", "3"),), Runner("big", "linux", "amd64", SETTINGS)),
        ),
    )
    given: dict[str, Any] = {"workflow": "ci", "steps": (Step("r", run=Run("x")),)}
    upstream = Job("upstream", machine=None, matrix=matrix, retry=Retry(1, 2), **given)
    plain = (MatrixAxis("y", ("a", "b")),)
    legs = tuple(Leg(f"plain-{one}", (Pair("y", one),), Runner("linux")) for one in ("a", "b"))
    once = Job("plain", machine=Runner("linux"), matrix=Matrix(plain, legs=legs), **given)
    other = Job("other", workflow="ci", machine=Runner("linux"), trigger=Trigger("p", "b", (Pair("i", "1"),), True))
    manual = ManualTrigger((ManualInput("who", "choice", "Who?", "me", True, ("me", "you")),))
    triggers = Triggers(
        PushTrigger(("main",), ("wip",)),
        PullRequestTrigger(("main",), ("opened",), ("ci",), True),
        TagTrigger(("v*",)),
        (Schedule("0 3 * * *", "nightly", True),),
        manual,
        "full",
        ("a/**",),
    )
    workflow = Workflow(
        *("ci", "CI", triggers, Concurrency("", "all", True), (Pair("checks", "write"),), (Pair("W", "1"),), "main"),
        stages=("test",),
        raw=(ProviderBlock("circleci", '{"orbs":{"a":"b/c@1"}}'),),
    )
    secrets = (Secret("TOKEN", (ProviderBlock("circleci", '{"context":"deploy"}'),), "2"),)
    facts = (Fact("ruby_version", "3.4", ".ruby-version"),)
    proven = Job("proven", machine=Runner("linux"), skip_if=job.skip_if, **{**given, "steps": _steps()[:1]})
    skipping = Skipping(
        *("s3://proofs", 60, 1, ("branch:aa",), ("STORE",), "", "big", Runner("big", "linux", "amd64", SETTINGS)),
        settings=(ProviderBlock("circleci", '{"mode":"in-job"}'),),
        files=("cig.toml",),
        version="1.0.0",
    )
    graph = Graph("project", (workflow,), (job, upstream, once, other, proven), facts, secrets, skipping)
    return graph, Output("circleci", ".circleci/config.yml", "All of it.", "ci")


CHANGES: dict[tuple[type, str], Any] = {
    (Artifact, "kind"): "junit",
    (Artifact, "when"): "always",
    (Concurrency, "preset"): "serial",
    (Skipping, "store"): "",
    (Step, "run_on"): "failure",
    (ManualInput, "type"): "string",
    (Triggers, "merge_queue"): "",
}
"""What a field becomes where any other value would be as good as the old one, or make no sense."""

FIELDS = EveryField(render_config, _everything(), NOT_RENDERED, CHANGES)


@pytest.mark.parametrize(("owner", "name"), FIELDS.places, ids=FIELDS.ids)
def test_every_field_is_rendered_reported_or_listed(owner: type, name: str) -> None:
    FIELDS.check(owner, name)


def test_every_class_that_a_provider_looks_at_stands_in_the_graph() -> None:
    FIELDS.check_classes()
