"""The part of a lockfile that decides what one package, or some groups of dependencies, install.

Owns: which format a path has, and the digest of a part. It decides skips, so a part holds whatever the tool could
install and rather too much: markers and platforms are not evaluated, and every key beside the tables of packages counts
whole. Refuses, with None, whatever is not what the tool itself writes: the caller then counts the lockfile whole.
"""

from importlib import import_module

from cigen.hashing.canonical import canonical_bytes
from cigen.hashing.digest import sha256
from cigen.lockfiles.reading import Untold
from cigen.model.paths import Digest

__all__ = ["locked_part"]

_FORMATS = {
    "pnpm-lock.yaml": "pnpm",
    "npm-shrinkwrap.json": "npm",
    "package-lock.json": "npm",
    "poetry.lock": "poetry",
    "uv.lock": "uv",
}


def locked_part(path: str, content: bytes, *, package: str = "", only_groups: tuple[str, ...] = ()) -> Digest | None:
    """The digest of what the lockfile at `path` says of the selected; None where that cannot be told."""
    module = _FORMATS.get(path.rpartition("/")[2])
    if module is None or not (package or only_groups):
        return None
    if b"\r" in content or not content.endswith(b"\n"):
        return None  # cut short, or not as the tool writes it
    groups = tuple(sorted(set(only_groups)))
    try:
        rest, entries = import_module(f"cigen.lockfiles.{module}").part(content.decode("utf-8"), package, groups)
        told = {"entries": entries, "only_groups": groups, "package": package, "rest": rest}
        return sha256(canonical_bytes(told))
    except (Untold, UnicodeDecodeError, RecursionError, TypeError):
        # TypeError: a value without one spelling, such as a time of TOML.
        return None
