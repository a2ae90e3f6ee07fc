"""Config: cig.toml after parsing, checking and interpolation of variables; free of line numbers and comments.

Two files that mean the same give equal values and equal canonical bytes, which is what every later stage is keyed on.
"""

from cigen.model.dataclass import dataclass
from cigen.model.resources import Cache, Job, Output, Pair, Runner, Secret, Service, Skipping, Workflow

__all__ = ["Config", "PluginRef", "Project"]


@dataclass(frozen=True, slots=True)
class Project:
    """`[project]`."""

    name: str
    default_runner: str = "linux"
    default_branch: str = "main"


@dataclass(frozen=True, slots=True)
class PluginRef:
    """`[plugins."lang/ruby"]`: a constraint, a path of the project's own, settings, or switched off."""

    name: str
    constraint: str = ""
    path: str = ""
    enabled: bool = True
    settings: tuple[Pair, ...] = ()
    """Its settings, each value as canonical JSON."""


@dataclass(frozen=True, slots=True)
class Config:
    """All of cig.toml. Jobs stand in the order of the file; the rest that has no order of its own is sorted by name."""

    version: str
    project: Project
    variables: tuple[Pair, ...] = ()
    workflows: tuple[Workflow, ...] = ()
    jobs: tuple[Job, ...] = ()
    caches: tuple[Cache, ...] = ()
    services: tuple[Service, ...] = ()
    runners: tuple[Runner, ...] = ()
    outputs: tuple[Output, ...] = ()
    plugins: tuple[PluginRef, ...] = ()
    secrets: tuple[Secret, ...] = ()
    skipping: Skipping | None = None
