"""Resources: what a pipeline consists of, before any provider's syntax.

Every class here has a protobuf message of the same name in `proto/cigen/plugin/v1/plugin.proto`, with the same field
names: `wire/convert.py` goes from one to the other by name, and a test compares the two lists. A field left at its
default says "not given". Lists that a user ordered keep that order; signatures normalise, the model does not.

Text may hold interpolations: `{{ matrix.AXIS }}` until a provider renders it, and, before the DAG stage only,
`{{ FACT }}`. Variables are already replaced.
"""

from dataclasses import dataclass

from cigen.model.expressions import Expr

__all__ = [
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
    "Service",
    "SkipIf",
    "Step",
    "TagTrigger",
    "Tool",
    "Triggers",
    "Workflow",
]


@dataclass(frozen=True, slots=True)
class Pair:
    """A name and its value, in the order the user wrote them."""

    name: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class PathGlob:
    """One glob of a fileset; a leading `!` excludes. `optional`: matching nothing is no error."""

    pattern: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ProviderBlock:
    """What only one provider understands: `json` is canonical JSON of the user's table."""

    provider: str
    json: str


# -- when a pipeline runs ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PushTrigger:
    """A push to a branch. Both empty: every branch."""

    branches: tuple[str, ...] = ()
    branches_ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PullRequestTrigger:
    """A pull request. `types` as opened, synchronize, reopened, labeled, …; `draft` false: drafts do not run."""

    branches: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    skip_drafts: bool = False


@dataclass(frozen=True, slots=True)
class TagTrigger:
    """A pushed tag matching one of the globs."""

    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """Five-field cron, UTC."""

    cron: str


@dataclass(frozen=True, slots=True)
class ManualInput:
    """A question asked of whoever starts the pipeline by hand. `type`: string, boolean, choice or number."""

    name: str
    type: str = "string"
    description: str = ""
    default: str = ""
    required: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ManualTrigger:
    """Started by hand."""

    inputs: tuple[ManualInput, ...] = ()


@dataclass(frozen=True, slots=True)
class Triggers:
    """When the pipeline runs. `merge_queue`: empty for no, else `full` or `reuse`."""

    push: PushTrigger | None = None
    pull_request: PullRequestTrigger | None = None
    tag: TagTrigger | None = None
    schedule: tuple[Schedule, ...] = ()
    manual: ManualTrigger | None = None
    merge_queue: str = ""


@dataclass(frozen=True, slots=True)
class Concurrency:
    """`preset`: `pr-latest` (newest run of a pull request wins), `serial` (one at a time), or empty with a group."""

    preset: str = ""
    group: str = ""
    cancel: bool = False


@dataclass(frozen=True, slots=True)
class Workflow:
    """A pipeline: what starts it and what all its jobs share. `permissions`: scope → read, write or none."""

    id: str
    name: str = ""
    triggers: Triggers | None = None
    concurrency: Concurrency | None = None
    permissions: tuple[Pair, ...] = ()
    env: tuple[Pair, ...] = ()
    default_branch: str = "main"


# -- where a job runs --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Runner:
    """A machine. Names known to every provider without a definition: linux, linux-arm64, macos, windows."""

    name: str
    os: str = ""
    arch: str = ""
    settings: tuple[ProviderBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class Container:
    """The image a job runs in."""

    image: str
    env: tuple[Pair, ...] = ()
    options: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """How to tell that a service is ready. Times in seconds."""

    command: str
    interval: int = 10
    timeout: int = 5
    retries: int = 5


@dataclass(frozen=True, slots=True)
class Service:
    """A server beside the job, reachable at localhost and at its name. Without an image a module must fill it in."""

    name: str
    image: str = ""
    version: str = ""
    ports: tuple[int, ...] = ()
    env: tuple[Pair, ...] = ()
    health: Health | None = None
    command: str = ""


# -- what a job does ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Retry:
    """Tries again after a failure: `max` further attempts, `delay` seconds apart."""

    max: int
    delay: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A script."""

    script: str


@dataclass(frozen=True, slots=True)
class Checkout:
    """Get the source. `depth` 0 is the whole history. `credentials` stay on disk only if asked for."""

    depth: int = 1
    submodules: bool = False
    lfs: bool = False
    credentials: bool = False
    sparse: tuple[str, ...] = ()
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Tool:
    """Put a tool on PATH: `ruby`, `node`, `python`, `uv`, `pnpm`, `bun`, … Each provider knows how."""

    name: str
    version: str = ""
    options: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class CachePart:
    """A part of a cache key: a literal, or the content of the files a glob matches."""

    literal: str = ""
    files: str = ""


@dataclass(frozen=True, slots=True)
class Cache:
    """Directories kept between runs. The key is id, OS, architecture and the parts, in order.

    `fallback`: when no exact key exists, the newest entry that agrees on all parts but the last files part is restored.
    """

    id: str
    paths: tuple[str, ...] = ()
    parts: tuple[CachePart, ...] = ()
    fallback: bool = True


@dataclass(frozen=True, slots=True)
class CacheUse:
    """Restore a cache here and save it when the job ends well."""

    cache: Cache


@dataclass(frozen=True, slots=True)
class Artifact:
    """Files kept after the job. `when`: success, failure or always. `kind`: files or junit."""

    name: str
    paths: tuple[str, ...] = ()
    when: str = "success"
    retention_days: int = 0
    kind: str = "files"


@dataclass(frozen=True, slots=True)
class Download:
    """Fetch the artifact that an upstream job left."""

    name: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class ModuleUse:
    """`uses = "lang/ruby@~1.2"`: a module's steps go here. Replaced by them in the DAG stage."""

    module: str
    constraint: str = ""
    inputs: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class Native:
    """A step that exists on one provider only; `json` is its canonical JSON there."""

    provider: str
    json: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step: exactly one of the actions `run` … `native` is set."""

    id: str = ""
    name: str = ""
    run: Run | None = None
    checkout: Checkout | None = None
    tool: Tool | None = None
    cache: CacheUse | None = None
    upload: Artifact | None = None
    download: Download | None = None
    module: ModuleUse | None = None
    native: Native | None = None
    env: tuple[Pair, ...] = ()
    secrets: tuple[str, ...] = ()
    when: Expr | None = None
    run_on: str = "success"
    """success, failure or always: what the steps before it must have done."""
    timeout: int = 0
    """Minutes; 0 for none of its own."""
    retry: Retry | None = None
    allow_failure: bool = False
    working_directory: str = ""
    shell: str = ""


# -- jobs --------------------------------------------------------------------------------------------------------------


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
    """What a job leaves behind: `files` as an artifact named after the job, `junit` as test reports."""

    files: tuple[str, ...] = ()
    junit: tuple[str, ...] = ()
    retention_days: int = 0


@dataclass(frozen=True, slots=True)
class Environment:
    """A deployment target with its own rules."""

    name: str
    url: str = ""


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


@dataclass(frozen=True, slots=True)
class Output:
    """A file to render, from `[[outputs]]`."""

    provider: str
    path: str
    description: str = ""
    workflow: str = ""
