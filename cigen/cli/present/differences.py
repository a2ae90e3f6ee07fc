"""The differences of two key manifests, in the words of each kind of component. Pure."""

import json
import re
from collections.abc import Callable, Iterable

from cigen.cli.glyphs import clipped, one_line, width
from cigen.cli.terminal import Symbols
from cigen.hashing.manifest import Difference
from cigen.pipeline.installing import named_parts

__all__ = ["difference_lines", "differences_json"]

_MOST = 20
"""Differences shown as text; the JSON holds them all."""
_VALUE = 40
_CONTEXT = 12


def differences_json(differs: Iterable[Difference]) -> list[dict[str, str | None]]:
    """Sorted by component and name; `was` or `now` is null where that side has no such component."""
    return [{"component": d.kind, "name": d.name, "was": d.was, "now": d.now} for d in sorted(differs, key=_order)]


def _order(difference: Difference) -> tuple[str, str]:
    return (difference.kind, difference.name)


def difference_lines(differs: Iterable[Difference], symbols: Symbols) -> list[str]:
    """One indented line each, aligned; `differs` is not empty."""
    listed = sorted(differs, key=_order)
    files = {one.name for one in listed if one.kind == "file"}
    # A file that came or went also leaves or enters the list of the absent.
    listed = [one for one in listed if one.kind != "absent" or one.name not in files]
    rows = [(_mark(one, symbols), one_line(one.kind), one_line(one.name), _detail(one)) for one in listed[:_MOST]]
    kinds = max(width(kind) for _, kind, _, _ in rows)
    names = min(max(width(name) for _, _, name, _ in rows), 60)
    lines = [
        f"  {mark} {kind:<{kinds}}  {name}{' ' * (names - width(name))}  {detail}".rstrip()
        for mark, kind, name, detail in rows
    ]
    more = len(listed) - _MOST
    return [*lines, f"  and {more} more; --json lists them all"] if more > 0 else lines


def _mark(difference: Difference, symbols: Symbols) -> str:
    if difference.was is None:
        return symbols.added
    return symbols.removed if difference.now is None else symbols.changed


def _detail(difference: Difference) -> str:
    """What changed, in the words of its kind."""
    if difference.was is None or difference.now is None:
        return ""
    return one_line(_DETAILS.get(difference.kind, _values)(difference.was, difference.now))


def _file_detail(was: str, now: str) -> str:
    (before, old), (after, new) = (_file_value(value) for value in (was, now))
    return f"mode {before} to {after}" if old == new else f"{old} to {new}"


def _file_value(value: str) -> tuple[str, str]:
    """Mode and shortened id of `git:100644:1234…`, or of a tree's `git:1234…`."""
    _, _, rest = value.partition(":")
    mode, colon, blob = rest.rpartition(":")
    return (mode if colon else "", blob[:7])


def _reads_detail(was: str, now: str) -> str:
    """Of a lockfile, what the job installs of it may stand in place of the file."""
    before, after = named_parts(was), named_parts(now)
    if before and before == after:
        return f"what {after} installs of it changed"
    if before or after:
        return f"{_counted(before)} to {_counted(after)}"
    return _file_detail(was, now)


def _counted(parts: str) -> str:
    return f"what {parts} installs of it" if parts else "all of it"


def _plugin_detail(was: str, now: str) -> str:
    before, after = was.partition(" ")[0], now.partition(" ")[0]
    if _is_digest(before) or before == after:
        return "the plugin itself changed"
    return f"{before} to {after}"


def _env_detail(was: str, now: str) -> str:
    if not was:
        return "was not set"
    return "another value" if now else "is not set any more"


def _values(was: str, now: str) -> str:
    if _is_digest(was) or _is_digest(now):
        return ""
    old, new = _readable(was), _readable(now)
    pairs = enumerate(zip(old, new, strict=False))
    same = next((index for index, (one, two) in pairs if one != two), min(len(old), len(new)))
    if same > _CONTEXT:
        # What differs lies further on: begin a little before it, in both.
        old, new = (f"…{text[same - _CONTEXT :]}" for text in (old, new))
    return f"{clipped(old, _VALUE)} to {clipped(new, _VALUE)}"


def _readable(value: str) -> str:
    """A JSON string as its text, anything else as it is."""
    if value.startswith('"'):
        try:
            return str(json.loads(value))
        except ValueError:
            return value
    return value


def _is_digest(value: str) -> bool:
    return re.match(r"[a-z0-9]+:[0-9a-f]{16,}", value) is not None


_DETAILS: dict[str, Callable[[str, str], str]] = {
    "file": _file_detail,
    "reads": _reads_detail,
    "plugin": _plugin_detail,
    "env": _env_detail,
    "upstream": lambda _was, _now: "its signature changed",
    "output": lambda _was, _now: "its result changed",
}
