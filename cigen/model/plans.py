"""What plugins say: who they are, what they saw, what they want, what they wrote, what they found wrong.

Like `resources.py`, each class mirrors a protobuf message of the same name and fields.
"""

from enum import StrEnum

from cigen.model.dataclass import dataclass
from cigen.model.diagnostics import Diagnostic, KeyPath
from cigen.model.resources import Cache, Job, Output, Pair, Secret, Service, Skipping, Step, Workflow

__all__ = [
    "Budget",
    "CigSchema",
    "Dependency",
    "DetectRequest",
    "DetectResult",
    "Fact",
    "File",
    "Fragment",
    "GenerateRequest",
    "GenerateResult",
    "Graph",
    "Hello",
    "Hook",
    "JobEnv",
    "JobService",
    "MergeStrategy",
    "Placement",
    "PlanRequest",
    "PlanResult",
    "PluginInfo",
    "PreflightRequest",
    "PreflightResult",
    "RepoSnapshot",
    "Resource",
    "Setting",
    "StepGroup",
    "ValidateRequest",
    "ValidateResult",
    "WorkSignature",
]


class Hook(StrEnum):
    """The calls a plugin may answer, besides the handshake."""

    DETECT = "detect"
    PLAN = "plan"
    GENERATE = "generate"
    VALIDATE = "validate"
    PREFLIGHT = "preflight"


@dataclass(frozen=True, slots=True)
class Hello:
    """The core introduces itself."""

    core_protocol: int
    core_version: str = ""


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """The plugin introduces itself. `reads`: the globs of files it wants to see; it sees no others."""

    name: str
    version: str = ""
    protocol: int = 0
    capabilities: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    conflicts_with: tuple[str, ...] = ()
    metadata: tuple[Pair, ...] = ()
    reads: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()


# -- detect ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class File:
    """A file the plugin declared. `blob` is git's id of the content; `mode` is git's (0o100644, 0o120000, …)."""

    path: str
    mode: int = 0
    blob: str = ""
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class RepoSnapshot:
    """The declared files that exist, sorted by path, and the declared literal paths that do not."""

    files: tuple[File, ...] = ()
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DetectRequest:
    """What is there?"""

    repo: RepoSnapshot


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a plugin established (`ruby_version` = `3.3.0`) and the file that says so (`.ruby-version`)."""

    name: str
    value: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class DetectResult:
    """What a plugin noticed. `confidence` from 0 to 1 that the project wants it; 0.5 and above enables it."""

    signals: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    confidence: float = 0.0
    summary: str = ""
    """One line for `cig plan`: `Ruby 3.3.0`."""
    packages: tuple[str, ...] = ()
    """Names for a job's `packages` that this project would use, for `cig init`."""
    suggested_steps: tuple[str, ...] = ()
    """Commands that a test job of this project would run, for `cig init`."""
    diagnostics: tuple[Diagnostic, ...] = ()


# -- plan --------------------------------------------------------------------------------------------------------------


class Placement(StrEnum):
    """Where a group of steps goes in its job."""

    SETUP = "setup"
    """After checkout, before the job's own steps."""
    REPLACE = "replace"
    """In place of the module step whose id is `replaces`."""
    TEARDOWN = "teardown"
    """After the job's own steps, whatever they did."""


@dataclass(frozen=True, slots=True)
class StepGroup:
    """Steps for a job. Groups of one job and placement are ordered by `order`, then by the plugin's name."""

    job: str
    placement: Placement = Placement.SETUP
    replaces: str = ""
    order: int = 0
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class JobEnv:
    """Environment variables for a job; what cig.toml says of the same name wins."""

    job: str
    env: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class JobService:
    """A service for a job, or the rest of one that the job names without an image."""

    job: str
    service: Service


@dataclass(frozen=True, slots=True)
class Resource:
    """One proposal, or one node of the final graph: exactly one of the fields below `owner` is set."""

    id: str
    owner: str = ""
    workflow: Workflow | None = None
    job: Job | None = None
    steps: StepGroup | None = None
    env: JobEnv | None = None
    service: JobService | None = None
    cache: Cache | None = None


@dataclass(frozen=True, slots=True)
class Dependency:
    """An edge: job `dependent` needs job `dependency`."""

    dependent: str
    dependency: str


@dataclass(frozen=True, slots=True)
class CigSchema:
    """The part of cig.toml that modules plan from."""

    version: str = ""
    name: str = ""
    variables: tuple[Pair, ...] = ()
    workflows: tuple[Workflow, ...] = ()
    jobs: tuple[Job, ...] = ()
    caches: tuple[Cache, ...] = ()
    services: tuple[Service, ...] = ()
    settings: tuple[Pair, ...] = ()
    """The asked plugin's own settings from `[plugins]`, each value as canonical JSON."""
    secrets: tuple[Secret, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What do you want? `capabilities` are those of all enabled plugins."""

    capabilities: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    schema: CigSchema | None = None
    flags: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanResult:
    """Proposals. `deps` are edges between jobs, beside those of `needs`."""

    resources: tuple[Resource, ...] = ()
    deps: tuple[Dependency, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


# -- generate ----------------------------------------------------------------------------------------------------------


class MergeStrategy(StrEnum):
    """How a fragment joins the others of its path."""

    REPLACE = "replace"
    """The whole file. One per path."""
    MERGE = "merge"
    """Into the YAML of the file: mappings by key, lists of steps by id, other lists appended; scalars must agree."""
    APPEND = "append"
    """Text after the rest, by `order`, then by plugin."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of one output file, UTF-8, `\\n` line ends."""

    path: str
    content: str = ""
    strategy: MergeStrategy = MergeStrategy.REPLACE
    order: int = 0


@dataclass(frozen=True, slots=True)
class Graph:
    """The final job graph. Jobs stand in the order of cig.toml; `needs` hold every edge; module steps are expanded."""

    project: str = ""
    workflows: tuple[Workflow, ...] = ()
    jobs: tuple[Job, ...] = ()
    facts: tuple[Fact, ...] = ()
    secrets: tuple[Secret, ...] = ()
    skipping: Skipping | None = None


@dataclass(frozen=True, slots=True)
class WorkSignature:
    """A job's signature at the moment of rendering."""

    job: str
    signature: str


@dataclass(frozen=True, slots=True)
class GenerateRequest:
    """Write the files. `target` is the provider's short name; `outputs` are the files asked of it.

    `graph`: all workflows of the project, and the jobs of those whose files these are.
    """

    target: str
    graph: Graph
    outputs: tuple[Output, ...] = ()
    work_signatures: tuple[WorkSignature, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """Something that the files need and cannot hold: what to do (`Add the secret TOKEN`), where, what asks for it.

    `place`: a path of menus, or a call of an API. One for each thing that asks; settings of one title and place are
    shown as one, with all reasons.
    """

    title: str
    place: str = ""
    reason: str = ""
    key: KeyPath = ()


@dataclass(frozen=True, slots=True)
class GenerateResult:
    """The fragments, what this provider cannot say, and what must be set up outside of the repository."""

    fragments: tuple[Fragment, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    settings: tuple[Setting, ...] = ()


# -- validate ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ValidateRequest:
    """Judge the files as they will be written (each a REPLACE fragment) and the graph they came from."""

    rendered: tuple[Fragment, ...] = ()
    graph: Graph | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """How much of a limit of the CI system a file uses: `7 of 100 contexts`. `unit`: plural, or `bytes`."""

    unit: str
    used: int
    limit: int
    path: str = ""


@dataclass(frozen=True, slots=True)
class ValidateResult:
    """What is wrong with them, and what only the plugin can count of the limits, beside those of its module.toml."""

    diagnostics: tuple[Diagnostic, ...] = ()
    budgets: tuple[Budget, ...] = ()


# -- preflight ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PreflightRequest:
    """Should this job run, though its signature is known? `job_id`: the plan key. `tree`: `git:` and git's id of it.

    `previous_signature`: of the record that proves the job, and so the same as `new_signature`.
    """

    job_id: str
    tree: str = ""
    previous_signature: str = ""
    new_signature: str = ""


@dataclass(frozen=True, slots=True)
class PreflightResult:
    """`should_run` true turns a hit into a run; false changes nothing. `reason`: why it must run, in one line."""

    should_run: bool = False
    reason: str = ""
