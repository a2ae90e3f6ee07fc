"""Signs that a project uses a server: the clients its manifests name, the images its compose files start.

Owns: which words in which files count. A match is a hint for `cig init`, never a reason to do anything by itself.
"""

import re
from collections.abc import Mapping, Sequence

from cigen.sdk import Fact
from cigen.std.declared import DeclaredFiles

__all__ = ["find_clients", "find_image"]

_COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")

_CONTEXTS = {
    "gem": (r"(?:Gemfile|gems\.rb)", r"""(?m)^[ \t]*gem[ \t(]+["'](?:NAMES)["']"""),
    "npm": (r"package\.json", r'"(?:NAMES)"\s*:'),
    "pypi": (
        r"(?:pyproject\.toml|Pipfile|setup\.cfg|.*requirements.*\.txt|requirements/.*\.txt)",
        r"""(?im)(?:^|["'])[ \t]*(?:NAMES)(?=[\s"'=<>~!\[;@,]|$)""",
    ),
    "rails": (r"config/database\.yml", r"""(?m)^[ \t]*adapter:[ \t]*["']?(?:NAMES)\b"""),
}
"""By ecosystem: the files that name clients, and how a name stands in them."""


def find_clients(files: DeclaredFiles, clients: Mapping[str, Sequence[str]]) -> str:
    """The first declared file that names one of the clients, by ecosystem; empty if none does."""
    for ecosystem, names in clients.items():
        paths, context = _CONTEXTS[ecosystem]
        wanted = re.compile(context.replace("NAMES", "|".join(names)))
        for path in files:
            if re.fullmatch(paths, path) and wanted.search(files.text(path)):
                return path
    return ""


def find_image(files: DeclaredFiles, image: str) -> Fact | None:
    """The version of an official image that a compose file starts, as a fact named after the image."""
    wanted = re.compile(
        rf"""(?m)^[ \t]*image:[ \t]*["']?(?:docker\.io/)?(?:library/)?{image}(?::([\w.-]+))?(?=["'\s]|$)"""
    )
    for path in _COMPOSE:
        found = wanted.search(files.text(path))
        if found:
            version = found[1] if found[1] != "latest" else ""
            return Fact(f"{image}_version", version or "", path)
    return None
