"""What the user asked for: one frozen value a command, free of how it was spelled."""

from cigen.model.dataclass import dataclass

__all__ = [
    "AuditOptions",
    "CollectOptions",
    "CompletionOptions",
    "ComputeSignaturesOptions",
    "ExplainOptions",
    "GateOptions",
    "GlobalOptions",
    "GraphOptions",
    "HelpOptions",
    "InitOptions",
    "Invocation",
    "Options",
    "PlanOptions",
    "PluginOptions",
    "RecordOptions",
    "RenderOptions",
    "SchemaOptions",
    "SettingsOptions",
    "ValidateOptions",
    "VersionOptions",
]


@dataclass(frozen=True, slots=True)
class GlobalOptions:
    """What every command takes. `verbose` counts; `color` is auto, always or never; empty texts mean not given."""

    verbose: int = 0
    trace: str = ""
    color: str = "auto"
    directory: str = ""


@dataclass(frozen=True, slots=True)
class InitOptions:
    """`cig init`."""

    yes: bool = False


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """`cig plan`. At most one of `short` and `full`."""

    exit_code: bool = False
    short: bool = False
    full: bool = False
    json: bool = False


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """`cig render`. No providers: those of the outputs of cig.toml, as with `all`."""

    check: bool = False
    diff: bool = False
    stdout: bool = False
    providers: tuple[str, ...] = ()
    all: bool = False
    force: bool = False
    json: bool = False


@dataclass(frozen=True, slots=True)
class ValidateOptions:
    """`cig validate`."""

    json: bool = False


@dataclass(frozen=True, slots=True)
class SettingsOptions:
    """`cig settings`. No providers: those of the outputs of cig.toml."""

    providers: tuple[str, ...] = ()
    json: bool = False


@dataclass(frozen=True, slots=True)
class ExplainOptions:
    """`cig explain`. `subject` is job, file or action; `against` a revision, empty for the last proof or run."""

    subject: str
    name: str
    against: str = ""
    json: bool = False


@dataclass(frozen=True, slots=True)
class GraphOptions:
    """`cig graph`. At most one of `dot`, `mermaid`, `html` (a file's name) and `json`; `open` goes with `html`."""

    actions: bool = False
    dot: bool = False
    mermaid: bool = False
    html: str = ""
    open: bool = False
    json: bool = False


@dataclass(frozen=True, slots=True)
class ComputeSignaturesOptions:
    """`cig compute-signatures`. No jobs: all. An empty `rev` is HEAD. `file`: what a format is made from.

    `plan`: the file of a plan that was made. `restore`: the folder for files of proven jobs that others need.
    """

    jobs: tuple[str, ...] = ()
    rev: str = ""
    worktree: bool = False
    store: str = ""
    format: str = "json"
    workflow: str = ""
    file: str = ""
    plan: str = ""
    restore: str = ""


@dataclass(frozen=True, slots=True)
class RecordOptions:
    """`cig record`. `job`: a plan key. Any status but success records nothing. No signature: CIG_SIGNATURES has it."""

    job: str
    signature: str = ""
    store: str = ""
    status: str = "success"


@dataclass(frozen=True, slots=True)
class CollectOptions:
    """`cig collect`. `folder`: what the jobs of a run wrote."""

    folder: str
    store: str = ""


@dataclass(frozen=True, slots=True)
class GateOptions:
    """`cig gate`. `plan`, `results`: files; no results: standard input. No workflow: all of the plan.

    `excluded`: names of jobs that the CI system left out by a condition that no plan could know.
    """

    plan: str = ""
    results: str = ""
    workflow: str = ""
    excluded: tuple[str, ...] = ()
    json: bool = False


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """`cig audit`. `plan`, `results`: files; no results: standard input."""

    plan: str = ""
    results: str = ""
    json: bool = False


@dataclass(frozen=True, slots=True)
class PluginOptions:
    """`cig plugin test`. `path`: a plugin's folder, or an executable."""

    action: str
    path: str
    json: bool = False


@dataclass(frozen=True, slots=True)
class CompletionOptions:
    """`cig completion`. `shell` is bash, zsh or fish."""

    shell: str


@dataclass(frozen=True, slots=True)
class SchemaOptions:
    """`cig schema`."""


@dataclass(frozen=True, slots=True)
class HelpOptions:
    """`cig help`, `cig COMMAND --help`, or `cig` alone. An empty topic is the list of commands."""

    topic: str = ""


@dataclass(frozen=True, slots=True)
class VersionOptions:
    """`cig --version`."""


Options = (
    InitOptions
    | PlanOptions
    | RenderOptions
    | ValidateOptions
    | SettingsOptions
    | ExplainOptions
    | GraphOptions
    | ComputeSignaturesOptions
    | RecordOptions
    | CollectOptions
    | GateOptions
    | AuditOptions
    | PluginOptions
    | CompletionOptions
    | SchemaOptions
    | HelpOptions
    | VersionOptions
)


@dataclass(frozen=True, slots=True)
class Invocation:
    """One command line, understood."""

    shared: GlobalOptions
    options: Options
