"""Where a job runs and what its steps do."""

from cigen.model.dataclass import dataclass
from cigen.model.expressions import Expr
from cigen.model.values import Pair, ProviderBlock

__all__ = [
    "Artifact",
    "Cache",
    "CachePart",
    "CacheUse",
    "Checkout",
    "Container",
    "Download",
    "Health",
    "ModuleUse",
    "Native",
    "Retry",
    "Run",
    "Runner",
    "Service",
    "Step",
    "Tool",
]


@dataclass(frozen=True, slots=True)
class Runner:
    """A machine. Names known to every provider without a definition: linux, linux-arm64, macos, windows."""

    name: str
    os: str = ""
    arch: str = ""
    settings: tuple[ProviderBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class Container:
    """The image a job runs in. `username` and `password`, the name of a secret, where the registry wants them."""

    image: str
    env: tuple[Pair, ...] = ()
    options: str = ""
    username: str = ""
    password: str = ""


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


@dataclass(frozen=True, slots=True)
class Retry:
    """Tries again after a failure: `max` further attempts, `delay` seconds apart.

    `on`: `failure` (a script failed) and `agent_lost` (the machine went away); empty for both.
    """

    max: int
    delay: int = 0
    on: tuple[str, ...] = ()


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
    `save`: after `success` of the job, `always`, or `never`.
    """

    id: str
    paths: tuple[str, ...] = ()
    parts: tuple[CachePart, ...] = ()
    fallback: bool = True
    save: str = "success"


@dataclass(frozen=True, slots=True)
class CacheUse:
    """Restore a cache here and save it at the end of the job, as the cache says."""

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
