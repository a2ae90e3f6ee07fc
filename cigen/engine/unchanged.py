"""The null build: prove that nothing changed since the last render, without asking the graph.

One root key stands for everything below it: the worktree, cig itself, the plugins outside it, the declared variables,
the outputs. If it holds, no action can be stale, and nothing else is imported. Whatever cannot be proven here is left
to the graph, which decides by content; so this may say "cannot tell", but never "unchanged" wrongly.

On the null path: no doit, no pygit2, no subprocess, no argparse; see docs/caching.md, "The null build".
"""

import marshal
import os
import sys
import time
from collections.abc import Iterable, Mapping

import xxhash

from cigen.engine.toolprint import tool_fingerprint
from cigen.repo.evidence import Edited, compare_evidence

__all__ = ["forget_unchanged", "look_for_changes", "remember_unchanged", "stamp"]

FILE = ".cigen/cache/unchanged"
MAGIC = b"cig-unchanged-1\n"

RACY = 2_000_000_000
"""Nanoseconds: a stamp younger than this is not trusted. The coarsest clocks of file systems tick every two seconds."""

State = dict[str, object]


def look_for_changes(root: str, environ: Mapping[str, str]) -> tuple[tuple[str, str] | None, Edited | None]:
    """What another render would print (to stdout, to stderr); None unless it is proven that nothing changed.

    And, if nothing but tracked files was edited, what was found out on the way.
    """
    state = _read(root)
    if state is None or state["root"] != root or state["tool"] != tool_fingerprint():
        return None, None
    environment: Iterable[tuple[str, str | None]] = state["environment"]  # type: ignore[assignment]
    for name, value in environment:
        if _variable(environ, name) != value:
            return None, None
    outside: Iterable[tuple[str, tuple[int, ...] | None]] = state["outside"]  # type: ignore[assignment]
    for path, known in outside:
        if stamp(path) != known:
            return None, None
    outputs: Iterable[tuple[str, str]] = state["outputs"]  # type: ignore[assignment]
    for path, digest in outputs:
        if _content(root + "/" + path) != digest:
            return None, None
    evidence: tuple[object, ...] = state["evidence"]  # type: ignore[assignment]
    holds, edited = compare_evidence(evidence, root)
    return (str(state["message"]), str(state["warnings"])) if holds else None, edited


def remember_unchanged(
    root: str,
    *,
    evidence: tuple[object, ...],
    environment: Mapping[str, str],
    names: Iterable[str],
    outside: Iterable[str],
    outputs: Iterable[str],
    message: str,
    warnings: str,
) -> None:
    """Record the root key of a finished render. `evidence` was collected before its tree was read.

    names: declared variables. outside: plugin files that are not part of the worktree, and the folders they would be
    found in. Failing to write is no error: the next run is then an ordinary one.
    """
    stamps = [(path, stamp(path)) for path in sorted(set(outside))]
    recent = time.time_ns() - RACY
    if any(known is not None and max(known[3:]) >= recent for _, known in stamps):
        # A change within the same tick of the file system's clock would leave the same stamp.
        return
    state: State = {
        "root": root,
        "tool": tool_fingerprint(),
        "environment": [(name, _variable(environment, name)) for name in sorted({"PATH", *names})],
        "outside": stamps,
        "outputs": [(path, _content(root + "/" + path)) for path in sorted(outputs)],
        "evidence": evidence,
        "message": message,
        "warnings": warnings,
    }
    payload = marshal.dumps(state)
    beside = f"{root}/{FILE}.{os.getpid()}"
    try:
        with open(beside, "wb") as file:
            file.write(_header(payload) + payload)
        os.replace(beside, root + "/" + FILE)
    except OSError:
        _remove(beside)
        forget_unchanged(root)


def forget_unchanged(root: str) -> None:
    """Drop the record: the coming run changes what it stands for."""
    _remove(root + "/" + FILE)


def stamp(path: str) -> tuple[int, ...] | None:
    """What tells a file or folder outside the worktree from its earlier or later self; None if it is not there."""
    try:
        s = os.stat(path)
    except OSError:
        return None
    return (s.st_mode, s.st_size, s.st_ino, s.st_mtime_ns, s.st_ctime_ns)


def _remove(path: str) -> None:
    try:  # noqa: SIM105 - contextlib is not imported on this path
        os.unlink(path)
    except OSError:
        pass


def _header(payload: bytes) -> bytes:
    # marshal must never see bytes that it did not write, nor those of another Python.
    return MAGIC + f"{sys.hexversion:08x} {xxhash.xxh3_128_hexdigest(payload)}\n".encode()


def _read(root: str) -> State | None:
    try:
        with open(root + "/" + FILE, "rb") as file:
            data = file.read()
    except OSError:
        return None
    if not data.startswith(MAGIC):
        return None
    end = data.find(b"\n", len(MAGIC)) + 1
    payload = data[end:]
    if not end or data[:end] != _header(payload):
        return None
    state: State = marshal.loads(payload)  # noqa: S302
    return state


def _variable(environ: Mapping[str, str], name: str) -> str | None:
    value = environ.get(name)
    # Declared variables may be secrets: what is kept is a digest.
    return None if value is None else xxhash.xxh3_128_hexdigest(value.encode("utf-8", "surrogateescape"))


def _content(path: str) -> str | None:
    try:
        with open(path, "rb") as file:
            return xxhash.xxh3_128_hexdigest(file.read())
    except OSError:
        return None
