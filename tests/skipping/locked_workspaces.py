"""Workspaces with lockfiles that npm, pnpm and uv wrote themselves, and updates of one dependency in them."""

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["WORKSPACES", "Workspace", "updated"]

HERE = Path(__file__).with_name("workspaces")
CONFIG = """
version = "0.2"
[project]
name = "locked"
{settings}
[jobs.web]
steps = [{{ uses = "lang/{module}", with = {{ package = "{web}" }} }}, "make web"]
skip_if = {{ paths_unmodified = ["{web_folder}/**"] }}
[jobs.api]
steps = [{{ uses = "lang/{module}", with = {{ package = "{api}" }} }}, "make api"]
skip_if = {{ paths_unmodified = ["{api_folder}/**"] }}
[jobs.all]
packages = ["{module}"]
steps = ["make all"]
skip_if = {{ paths_unmodified = ["Makefile"] }}
"""


@dataclass(frozen=True)
class Workspace:
    """Two packages, `web` and `api`, with what each of them alone depends on, and what both do."""

    name: str
    module: str
    lockfile: str
    web: tuple[str, str]
    api: tuple[str, str]
    of_web: str
    of_api: str
    of_both: str
    of_root: str | None

    def files(self, settings: str = "") -> dict[str, str | bytes]:
        """Everything that is committed."""
        folder = HERE / self.name
        found: dict[str, str | bytes] = {
            path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
        }
        return {**found, "Makefile": "all:\n", "cig.toml": self.config(settings)}

    def config(self, settings: str = "") -> str:
        """A job for each package, and one that installs all."""
        (web, web_folder), (api, api_folder) = self.web, self.api
        return CONFIG.format(
            settings=settings, module=self.module, web=web, web_folder=web_folder, api=api, api_folder=api_folder
        )

    @property
    def lock(self) -> str:
        """The lockfile's text."""
        return (HERE / self.name / self.lockfile).read_text()


_WEB, _API = ("apps/web", "apps/web"), ("apps/api", "apps/api")
WORKSPACES = (
    Workspace("npm", "node", "package-lock.json", _WEB, _API, "is-odd", "left-pad", "is-number@7", "ms"),
    Workspace("pnpm", "node", "pnpm-lock.yaml", _WEB, _API, "is-odd", "left-pad", "is-number@7", "ms"),
    # With `--package`, uv installs nothing of the root.
    Workspace(
        "uv", "python", "uv.lock", ("web", "services/web"), ("api", "services/api"), "certifi", "idna", "zipp", None
    ),
)


def updated(lock: str, name: str) -> str:
    """The lockfile after an update of one dependency: other content under the same name, as far as a reader can tell.

    Of `is-number@7` the entry whose version begins with 7.
    """
    name, _, version = name.partition("@")
    blocks = re.split(r"(\n\n|\n    \},?\n)", lock)
    for at, block in enumerate(blocks):
        named = re.search(rf"""(?:node_modules/{name}": |^  {name}@{version}|name = "{name}"\nversion)""", block, re.M)
        hashed = re.search(r"(?:sha512-|sha256:)(\w)", block)
        if named and hashed:
            blocks[at] = block[: hashed.start(1)] + ("1" if hashed[1] == "0" else "0") + block[hashed.end(1) :]
            return "".join(blocks)
    raise AssertionError(f"{name} is not in the lockfile")
