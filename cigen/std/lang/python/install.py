"""How each installer is put on PATH, what it caches and how it installs, as its own documentation has it for CI.

Owns: commands and cache directories. A lockfile that is there is binding; without one the plain command runs.
"""

import shlex
from dataclasses import dataclass

from cigen.sdk import Job, Pair, Run, Step, Tool
from cigen.std.lang.steps import CacheHome

__all__ = ["TITLES_OF_INSTALLERS", "Installation", "Project", "environment_of", "installation"]

TITLES_OF_INSTALLERS = {"pip": "pip", "uv": "uv", "poetry": "Poetry", "pdm": "PDM", "pipenv": "Pipenv"}

_PINNED = {"poetry": "2.2.1", "pdm": "2.26.9", "pipenv": "2025.0.4"}
"""What is installed where the project does not say: a new release must not change a pipeline that nobody touched."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project as plan knows it. `editable`: it can be installed itself. `files`: what its dependencies stand in.

    workspace: of uv, with members of which `uv sync` alone installs none. package: the one of them that is installed.
    only_groups: what is installed without the project, its dependencies and all other groups.
    """

    directory: str
    installer: str
    version: str = ""
    lockfile: str = ""
    editable: bool = False
    workspace: bool = False
    requirements: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    package: str = ""
    only_groups: tuple[str, ...] = ()

    @property
    def selected(self) -> tuple[str, ...]:
        """What a cache of downloads is told apart by, where a part of the project is installed."""
        package = (f"package:{self.package}",) if self.package else ()
        return (*package, f"groups:{'+'.join(self.only_groups)}") if self.only_groups else package


@dataclass(frozen=True, slots=True)
class Installation:
    """An installer's part of the steps. `setup` comes after Python itself, `finish` after everything."""

    setup: tuple[Step, ...]
    cache: tuple[str, ...]
    script: str
    finish: tuple[Step, ...] = ()


_CACHES = {
    "pip": CacheHome("~/.cache/pip", "~/Library/Caches/pip", "~/AppData/Local/pip/Cache"),
    "uv": CacheHome("~/.cache/uv", "~/.cache/uv", "~/AppData/Local/uv/cache"),
    "pdm": CacheHome("~/.cache/pdm", "~/Library/Caches/pdm", "~/AppData/Local/pdm/pdm/Cache"),
    "pipenv": CacheHome("~/.cache/pipenv", "~/Library/Caches/pipenv", "~/AppData/Local/pipenv/pipenv/Cache"),
}
_POETRY = (
    # Not the whole of it: virtual environments lie there too, and break with the Python they were made with.
    CacheHome(
        "~/.cache/pypoetry/artifacts", "~/Library/Caches/pypoetry/artifacts", "~/AppData/Local/pypoetry/Cache/artifacts"
    ),
    CacheHome("~/.cache/pypoetry/cache", "~/Library/Caches/pypoetry/cache", "~/AppData/Local/pypoetry/Cache/cache"),
)


def installation(project: Project, job: Job) -> Installation:
    """How the job installs the project and what it needs; an empty script where there is nothing to install."""
    name = project.installer
    homes = _POETRY if name == "poetry" else (_CACHES[name],)
    cache = tuple(path for home in homes for path in home.paths(job))
    if name == "pip":
        return Installation((), cache, _pip(project))
    if name == "uv":
        setup = Step(id="setup-uv", name="Set up uv", tool=Tool("uv", project.version))
        # uv's advice for CI: wheels that can be downloaded again need no place in the cache.
        prune = Step(id="prune-uv-cache", name="Prune the uv cache", run=Run("uv cache prune --ci"))
        return Installation((setup,), cache, _uv(project), (prune,))
    package = shlex.quote(f"{name}=={project.version or _PINNED[name]}")
    setup = Step(
        id=f"setup-{name}",
        name=f"Set up {TITLES_OF_INSTALLERS[name]}",
        run=Run(f"python -m pip install {package}"),
    )
    return Installation((setup,), cache, {"poetry": _poetry, "pdm": _pdm, "pipenv": _pipenv}[name](project))


def environment_of(project: Project, version: str) -> tuple[Pair, ...]:
    """Variables for the whole job: uv would otherwise believe `.python-version` rather than the matrix.

    Where a part is installed, `uv run` would otherwise install the rest.
    """
    if project.installer != "uv":
        return ()
    python = Pair("UV_PYTHON", version)
    return (python, Pair("UV_NO_SYNC", "1")) if project.selected else (python,)


def _uv(project: Project) -> str:
    words = ["uv", "sync"]
    if project.lockfile:
        words.append("--locked")
    if project.selected:
        words += ["--package", project.package] if project.package else []
        words += _flags("--only-group", project.only_groups)
    elif project.workspace:
        words.append("--all-packages")
    return shlex.join([*words, *_flags("--extra", project.extras), *_flags("--group", project.groups)])


def _poetry(project: Project) -> str:
    words = ["poetry", "install", "--no-interaction"]
    if project.only_groups:
        return shlex.join([*words, "--only", ",".join(project.only_groups)])
    with_groups = ["--with", ",".join(project.groups)] if project.groups else []
    return shlex.join([*words, *with_groups, *_flags("--extras", project.extras)])


def _pdm(project: Project) -> str:
    words = ["pdm", "sync" if project.lockfile else "install"]
    return shlex.join([*words, *_flags("--group", (*project.groups, *project.extras))])


def _pipenv(project: Project) -> str:
    return "pipenv sync --dev" if project.lockfile else "pipenv install --dev --skip-lock"


def _pip(project: Project) -> str:
    words = []
    base = project.directory
    for path in project.requirements:
        words += ["-r", path.removeprefix(base)]
    words += _flags("--group", project.groups)
    if project.editable:
        words += ["-e", f".[{','.join(project.extras)}]" if project.extras else "."]
    if not words:
        return ""
    lines = [f"python -m pip install {shlex.join(words)}"]
    if project.groups:
        # `--group` is of pip 25.1; older Pythons bring an older pip.
        lines.insert(0, "python -m pip install --upgrade 'pip>=25.1'")
    return "\n".join(lines)


def _flags(flag: str, values: tuple[str, ...]) -> list[str]:
    return [word for value in values for word in (flag, value)]
