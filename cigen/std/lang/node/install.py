"""How each package manager is put on PATH, what it caches and how it installs, as its own documentation has it for CI.

Owns: commands and cache directories. A lockfile that is there is binding; without one the plain command runs.
"""

import shlex
from dataclasses import dataclass

from cigen.sdk import Job, Pair, Run, Step, Tool
from cigen.std.lang.node.commands import is_berry
from cigen.std.lang.ranges import release
from cigen.std.lang.steps import CacheHome

__all__ = ["TITLES_OF_MANAGERS", "Installation", "Project", "installation", "pnpm_setting"]

TITLES_OF_MANAGERS = {"npm": "npm", "pnpm": "pnpm", "yarn": "Yarn", "bun": "Bun"}

_DEFAULTS = {"pnpm": "10"}
"""Where the project does not say; pnpm's setup for GitHub refuses to choose one itself."""

_COREPACK = "0.33.0"
"""For Node 25 and later, which come without it."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project as plan knows it. `pinned`: the manifest that names exactly this manager and version, if one does.

    package: the directory of the one package of its workspace that is installed, empty for all.
    """

    directory: str
    manager: str
    version: str = ""
    lockfile: str = ""
    pinned: str = ""
    release: str = ""
    package: str = ""


@dataclass(frozen=True, slots=True)
class Installation:
    """A manager's part of the steps. `setup` comes after Node itself."""

    setup: tuple[Step, ...]
    cache: tuple[str, ...]
    script: str
    env: tuple[Pair, ...] = ()


_NPM = CacheHome("~/.npm", "~/.npm", "~/AppData/Local/npm-cache")
_PNPM = "~/.pnpm-store"
"""Told to pnpm by a variable: its own place depends on who installed it (pnpm's setup for GitHub sets PNPM_HOME)."""
_BUN = CacheHome("~/.bun/install/cache", "~/.bun/install/cache", "~/.bun/install/cache")
_YARN_1 = CacheHome("~/.cache/yarn", "~/Library/Caches/Yarn", "~/AppData/Local/Yarn/Cache")
_YARN_4 = CacheHome("~/.yarn/berry/cache", "~/.yarn/berry/cache", "~/AppData/Local/Yarn/Berry/cache")


def installation(project: Project, job: Job, node: str) -> Installation:
    """How the job installs the project's packages. node: its version, a placeholder or nothing."""
    locked = bool(project.lockfile)
    if project.manager == "pnpm":
        script = "pnpm install --frozen-lockfile" if locked else "pnpm install"
        return Installation((_tool(project),), (_PNPM,), script, (pnpm_setting(project, "store_dir", _PNPM),))
    if project.manager == "bun":
        script = "bun install --frozen-lockfile" if locked else "bun install"
        return Installation((_tool(project),), _BUN.paths(job), script)
    if project.manager == "yarn":
        return _berry(project, job, node) if is_berry(project.version) else _classic(project, job)
    return Installation((), _NPM.paths(job), "npm ci" if locked else "npm install")


def pnpm_setting(project: Project, name: str, value: str) -> Pair:
    """The variable for a setting. pnpm 11 reads variables of its own name, and only those."""
    prefix = "pnpm" if release(project.version)[:1] >= (11,) else "npm"
    return Pair(f"{prefix}_config_{name}", value)


def _tool(project: Project) -> Step:
    # pnpm's setup for GitHub refuses to be told a version that package.json says too, so it must know where it stands.
    where = (Pair("version-file", project.pinned),) if project.pinned and project.manager == "pnpm" else ()
    name = TITLES_OF_MANAGERS[project.manager]
    tool = Tool(project.manager, project.version or _DEFAULTS.get(project.manager, ""), where)
    return Step(id=f"setup-{project.manager}", name=f"Set up {name}", tool=tool)


def _classic(project: Project, job: Job) -> Installation:
    """Yarn 1 is part of CI machines and of Node's images, and hands over to a Yarn that the repository carries."""
    script = "yarn install --frozen-lockfile" if project.lockfile else "yarn install"
    return Installation((), _YARN_1.paths(job), script)


def _berry(project: Project, job: Job, node: str) -> Installation:
    # Before Yarn 4 the cache stood in the project unless it was told otherwise.
    cache = (f"{project.directory}.yarn/cache",) if project.version[0] in "23" else _YARN_4.paths(job)
    setup = () if project.release else (_set_up_yarn(project, node),)
    return Installation(setup, cache, f"yarn install --{'immutable' if project.lockfile else 'no-immutable'}")


def _set_up_yarn(project: Project, node: str) -> Step:
    script = "corepack enable yarn"
    if release(node)[:1] >= (25,):
        script = f'npx --yes corepack@{_COREPACK} enable --install-directory "$(dirname "$(command -v node)")" yarn'
    if not project.pinned:
        # Nothing in package.json tells corepack which one to run.
        chosen = f"install --global {shlex.quote(f'yarn@{project.version}')}"
        script += f"\nnpx --yes corepack@{_COREPACK} {chosen}" if "npx" in script else f"\ncorepack {chosen}"
    return Step(id="setup-yarn", name="Set up Yarn", run=Run(script))
