"""What starts a pipeline, and what its jobs share."""

from cigen.model.dataclass import dataclass
from cigen.model.values import Pair, ProviderBlock

__all__ = [
    "Concurrency",
    "ManualInput",
    "ManualTrigger",
    "PullRequestTrigger",
    "PushTrigger",
    "Schedule",
    "TagTrigger",
    "Trigger",
    "Triggers",
    "Workflow",
]


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
    """Five-field cron, UTC. `name`: what a system knows it by. `reuse`: jobs proven unchanged may be skipped."""

    cron: str
    name: str = ""
    reuse: bool = False


@dataclass(frozen=True, slots=True)
class ManualInput:
    """A question asked of whoever starts the pipeline by hand. `type`: string, boolean, choice or number.

    Scripts find the answer in CIG_INPUT_NAME (upper case, `-` as `_`). `default` is it wherever nobody was asked.
    """

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
    """When the pipeline runs. `merge_queue`: empty for no, else `full` or `reuse`. `paths`: globs, a hint only."""

    push: PushTrigger | None = None
    pull_request: PullRequestTrigger | None = None
    tag: TagTrigger | None = None
    schedule: tuple[Schedule, ...] = ()
    manual: ManualTrigger | None = None
    merge_queue: str = ""
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trigger:
    """Starts another pipeline, by the name that it has on the CI system. `wait`: this one ends as that one does."""

    pipeline: str
    branch: str = ""
    inputs: tuple[Pair, ...] = ()
    wait: bool = False


@dataclass(frozen=True, slots=True)
class Concurrency:
    """`preset`: `pr-latest` (newest run of a pull request wins), `serial` (one at a time), or empty with a group.

    `max`: how many of a group run at once.
    """

    preset: str = ""
    group: str = ""
    cancel: bool = False
    max: int = 1


@dataclass(frozen=True, slots=True)
class Workflow:
    """A pipeline: what starts it and what all its jobs share. `permissions`: scope → read, write or none.

    `stages`: names, in order; the edges they mean stand in the `needs` of the jobs.
    """

    id: str
    name: str = ""
    triggers: Triggers | None = None
    concurrency: Concurrency | None = None
    permissions: tuple[Pair, ...] = ()
    env: tuple[Pair, ...] = ()
    default_branch: str = "main"
    stages: tuple[str, ...] = ()
    raw: tuple[ProviderBlock, ...] = ()
    """Merged into the root of what is rendered for the workflow."""
