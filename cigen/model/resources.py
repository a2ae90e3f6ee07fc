"""Resources: what a pipeline consists of, before any provider's syntax.

Every class here has a protobuf message of the same name in `proto/cigen/plugin/v1/plugin.proto`, with the same field
names: `wire/convert.py` goes from one to the other by name, and a test compares the two lists. A field left at its
default says "not given". Lists that a user ordered keep that order; signatures normalise, the model does not.

Text may hold interpolations: `{{ matrix.AXIS }}` until a provider renders it, and, before the DAG stage only,
`{{ FACT }}`. Variables are already replaced.
"""

from cigen.model.dataclass import dataclass
from cigen.model.expressions import Expr
from cigen.model.steps import (
    Artifact,
    Cache,
    CachePart,
    CacheUse,
    Checkout,
    Container,
    Download,
    Health,
    ModuleUse,
    Native,
    Retry,
    Run,
    Runner,
    Service,
    Step,
    Tool,
)
from cigen.model.triggers import (
    Concurrency,
    ManualInput,
    ManualTrigger,
    PullRequestTrigger,
    PushTrigger,
    Schedule,
    TagTrigger,
    Trigger,
    Triggers,
    Workflow,
)
from cigen.model.values import (
    Pair,
    PathGlob,
    ProviderBlock,
)

__all__ = [
    "Approval",
    "Artifact",
    "Cache",
    "CachePart",
    "CacheUse",
    "Checkout",
    "Concurrency",
    "Container",
    "Download",
    "Environment",
    "Health",
    "Inputs",
    "Job",
    "JobOutputs",
    "Leg",
    "ManualInput",
    "ManualTrigger",
    "Matrix",
    "MatrixAxis",
    "MatrixRow",
    "ModuleUse",
    "Native",
    "Notify",
    "Output",
    "Pair",
    "PathGlob",
    "ProviderBlock",
    "PullRequestTrigger",
    "PushTrigger",
    "Retry",
    "Run",
    "Runner",
    "Schedule",
    "Secret",
    "Service",
    "Shards",
    "SkipIf",
    "Skipping",
    "Step",
    "TagTrigger",
    "Tool",
    "Trigger",
    "Triggers",
    "Workflow",
]


@dataclass(frozen=True, slots=True)
class MatrixAxis:
    """One dimension."""

    name: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A partial or whole assignment of axes, for include and exclude."""

    values: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class Leg:
    """One variant of a matrix job. `key` is its stable name (`test-ruby3.3-amd64`); runner and image are resolved."""

    key: str
    values: tuple[Pair, ...] = ()
    runner: Runner | None = None


@dataclass(frozen=True, slots=True)
class Matrix:
    """Variants of a job. include and exclude mean what they mean on GitHub; `max_parallel` 0 is unlimited."""

    axes: tuple[MatrixAxis, ...] = ()
    include: tuple[MatrixRow, ...] = ()
    exclude: tuple[MatrixRow, ...] = ()
    fail_fast: bool = True
    max_parallel: int = 0
    legs: tuple[Leg, ...] = ()


@dataclass(frozen=True, slots=True)
class Shards:
    """The job runs `count` times at once, each on a part of the work: CIG_SHARD_INDEX (from 0), CIG_SHARD_TOTAL.

    `files`: globs; CIG_SHARD_FILES is the path of a file that lists this shard's, one a line. `by`: name, size or
    timings.
    """

    count: int
    files: tuple[str, ...] = ()
    by: str = "name"


@dataclass(frozen=True, slots=True)
class SkipIf:
    """When a job need not run: its files are unmodified, a variable says so, or the branch matches."""

    paths_unmodified: tuple[PathGlob, ...] = ()
    env: tuple[str, ...] = ()
    branch: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inputs:
    """What else a job depends on: files and variables for its signature, artifacts of upstream jobs to fetch."""

    files: tuple[PathGlob, ...] = ()
    env: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JobOutputs:
    """What a job leaves behind: `files` as an artifact named after the job, `junit` as test reports, `logs` to look at.

    `values`: names it sets by `echo "NAME=value" >> "$CIG_OUTPUT"`; `needs.JOB.NAME` in conditions of the jobs that
    need it, CIG_NEEDS_JOB_NAME (upper case, `-` as `_`) in their scripts.
    """

    files: tuple[str, ...] = ()
    junit: tuple[str, ...] = ()
    retention_days: int = 0
    values: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Environment:
    """A deployment target with its own rules."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """The job waits for a person, who sees `message`; one of `by` (names the CI system knows), if any are given."""

    message: str = ""
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret comes from on each provider. `version` is the user's own count of its values."""

    name: str
    settings: tuple[ProviderBlock, ...] = ()
    version: str = ""


@dataclass(frozen=True, slots=True)
class Skipping:
    """`[skipping]`: how a run finds out which jobs are proven. None in its place: no job is ever skipped by proof.

    store: a URL, or empty for the provider's own choice. max_age: seconds. audit: hits that run all the same, in
    hundredths of a percent. trust: `TIER:KEY` of those who may write records. secrets: what the store needs. install:
    a script that puts `cig` on PATH, or one of `files`, by whose hashes pip does; empty for the provider's own. runner,
    machine: where plans are made. files: what a checkout must hold for a plan, beside git's trees. version: of cig, to
    install just that. restore: what jobs leave is kept, and brought back for those that fetch it. protected: globs of
    branches, for CI systems that do not tell which are.
    """

    store: str = ""
    max_age: int = 14 * 86_400
    audit: int = 0
    trust: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    install: str = ""
    runner: str = ""
    machine: Runner | None = None
    settings: tuple[ProviderBlock, ...] = ()
    files: tuple[str, ...] = ()
    version: str = ""
    restore: bool = False
    protected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell someone. `on`: failure, success or always. `script` runs as a last step."""

    on: str = "failure"
    script: str = ""
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """One job, its matrix not yet multiplied out. `needs` are job ids. `timeout` in minutes, always positive."""

    id: str
    name: str = ""
    description: str = ""
    workflow: str = ""
    needs: tuple[str, ...] = ()
    runner: str = ""
    """The runner's name; may hold `{{ matrix.AXIS }}`."""
    machine: Runner | None = None
    """The runner, resolved, where the matrix does not choose it (else each leg has its own)."""
    image: Container | None = None
    matrix: Matrix | None = None
    packages: tuple[str, ...] = ()
    services: tuple[Service, ...] = ()
    caches: tuple[str, ...] = ()
    """Ids of caches from `[caches]` that the job restores and saves beside those of its packages."""
    checkout: Checkout | None = None
    steps: tuple[Step, ...] = ()
    cleanup: tuple[Step, ...] = ()
    """`finally`: steps that run last, whatever happened before."""
    env: tuple[Pair, ...] = ()
    secrets: tuple[str, ...] = ()
    permissions: tuple[Pair, ...] = ()
    oidc: bool = False
    environment: Environment | None = None
    timeout: int = 30
    retry: Retry | None = None
    allow_failure: bool = False
    when: Expr | None = None
    concurrency: Concurrency | None = None
    skip_if: SkipIf | None = None
    inputs: Inputs | None = None
    outputs: JobOutputs | None = None
    effects: bool = False
    """It changes the world (a deployment): never skipped by its signature."""
    notify: tuple[Notify, ...] = ()
    working_directory: str = ""
    shell: str = ""
    raw: tuple[ProviderBlock, ...] = ()
    owner: str = ""
    """The plugin that proposed it; empty for a job of cig.toml."""
    shards: Shards | None = None
    approve: Approval | None = None
    trigger: Trigger | None = None
    """It starts another pipeline, and has no steps."""
    stage: str = ""
    run_on: str = "success"
    """success, failure or always: what the jobs it needs must have done."""


@dataclass(frozen=True, slots=True)
class Output:
    """A file to render, from `[[outputs]]`. `workflow`: the id of the one it holds, or `*` for all of them."""

    provider: str
    path: str
    description: str = ""
    workflow: str = ""
