"""`package.json`, as far as a pipeline needs it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cigen.std.declared import DeclaredFiles, table, text_of

__all__ = ["MANAGERS", "Manifest", "read_manifest"]

MANAGERS = ("npm", "pnpm", "yarn", "bun")

_PLACEHOLDER = re.compile(r"""no test specified.*exit 1""")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What it says; a field is empty where it does not.

    engine, runtime, volta: the Node versions of `engines`, `devEngines` and Volta. manager: the name and version of
    `packageManager`, `devEngines.packageManager` or Volta. pinned: it is `packageManager`, which corepack obeys.
    engines: all of `engines`, for managers.
    """

    path: str = ""
    engine: str = ""
    runtime: str = ""
    volta: str = ""
    manager: str = ""
    manager_version: str = ""
    pinned: bool = False
    engines: Mapping[str, str] = field(default_factory=dict)
    scripts: Mapping[str, str] = field(default_factory=dict)
    dependencies: frozenset[str] = frozenset()
    workspaces: bool = False


def read_manifest(files: DeclaredFiles, directory: str) -> Manifest:
    """The manifest in a directory; an empty one if there is none."""
    path = directory + "package.json"
    document = files.json(path)
    if not document:
        return Manifest(path if path in files else "")
    volta = table(document.get("volta"))
    development = table(document.get("devEngines"))
    engines = _texts(document.get("engines"))
    manager, version = _manager(text_of(document.get("packageManager")), development, volta)
    return Manifest(
        path,
        engine=engines.get("node", ""),
        runtime=_development_version(development.get("runtime"), "node"),
        volta=text_of(volta.get("node")),
        manager=manager,
        manager_version=version,
        pinned=bool(version) and text_of(document.get("packageManager")).startswith(f"{manager}@{version}"),
        engines=engines,
        scripts={
            name: script for name, script in _texts(document.get("scripts")).items() if not _is_placeholder(script)
        },
        dependencies=frozenset(
            name for kind in ("dependencies", "devDependencies") for name in table(document.get(kind))
        ),
        workspaces=bool(document.get("workspaces")),
    )


def _manager(declared: str, development: Mapping[str, object], volta: Mapping[str, object]) -> tuple[str, str]:
    """`packageManager` is `pnpm@9.1.0+sha512.…`; its version may also be a URL, which tells nothing."""
    name, _, version = declared.partition("@")
    if name in MANAGERS:
        return name, _version(version)
    for name in MANAGERS:
        version = _development_version(development.get("packageManager"), name)
        if version:
            return name, _version(version)
    for name in ("pnpm", "yarn"):
        if text_of(volta.get(name)):
            return name, _version(text_of(volta[name]))
    return "", ""


def _version(text: str) -> str:
    found = re.match(r"[\^~]?(\d+(?:\.\d+){0,2}(?:-[\w.]+)?)(?=$|\+)", text)
    return found[1] if found else ""


def _development_version(declared: object, name: str) -> str:
    """`devEngines` holds one `{ name, version }` or a list of them; a name without a version is any version."""
    for entry in declared if isinstance(declared, list) else [declared]:
        if text_of(table(entry).get("name")) == name:
            return text_of(table(entry).get("version")) or "*"
    return ""


def _texts(value: object) -> dict[str, str]:
    return {name: one.strip() for name, one in table(value).items() if isinstance(one, str)}


def _is_placeholder(script: str) -> bool:
    """What `npm init` writes where no test exists."""
    return bool(_PLACEHOLDER.search(script))
