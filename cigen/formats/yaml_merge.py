"""Two YAML documents made one: how a fragment of one plugin joins the file of another.

Mappings join by key. A list under `steps` joins by each step's `id`; steps without one are appended. Any other list
gets the items it does not have yet. Scalars must agree. The notes of the first document win; the second's fill gaps.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cigen.formats.yaml_reader import read
from cigen.formats.yaml_scalars import scalar_text
from cigen.formats.yaml_text import emit
from cigen.formats.yaml_values import Commented, Document, Value, bare
from cigen.model.dataclass import dataclass

__all__ = ["Disagreement", "MergeConflict", "merge_documents", "merge_values"]

_SHOWN = 60
_Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One place where two documents say different things. `key`: `jobs.test.steps[setup].run`."""

    key: str
    ours: str
    theirs: str


class MergeConflict(ValueError):  # noqa: N818
    """The documents disagree. `key`, `ours` and `theirs` are those of the first place; `all` has every one."""

    def __init__(self, found: Sequence[Disagreement]) -> None:
        self.all = tuple(found)
        self.key, self.ours, self.theirs = found[0].key, found[0].ours, found[0].theirs
        super().__init__("; ".join(f"{d.key}: {d.ours} and {d.theirs}" for d in found))


def merge_documents(base: str, overlay: str) -> str:
    """`base` with `overlay` merged into it. Raises MergeConflict, or YamlError where one of them cannot be read."""
    first, second = read(base), read(overlay)
    return emit(Document(merge_values(first.root, second.root), first.header, first.footer or second.footer))


def merge_values(base: Value, overlay: Value) -> Value:
    """As `merge_documents`, on values. An empty document merges with anything."""
    if base is None or overlay is None:
        return overlay if base is None else base
    found: list[Disagreement] = []
    merged = _merge(base, overlay, (), found)
    if found:
        raise MergeConflict(found)
    return merged


def _merge(base: Value, overlay: Value, path: _Path, found: list[Disagreement]) -> Value:
    ours, theirs = bare(base), bare(overlay)
    joined: Value
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        joined = _merge_mappings(ours, theirs, path, found)
    elif isinstance(ours, list) and isinstance(theirs, list):
        if path and path[-1] == "steps":
            joined = _merge_steps(ours, theirs, path, found)
        else:
            known = [_plain(item) for item in ours]
            joined = [*ours, *(item for item in theirs if not _contains(known, _plain(item)))]
    else:
        if _differ(ours, theirs):
            found.append(Disagreement(_spell(path), _shown(ours), _shown(theirs)))
        joined = ours
    return _with_notes(joined, base, overlay)


def _merge_mappings(
    ours: Mapping[str, Value], theirs: Mapping[str, Value], path: _Path, found: list[Disagreement]
) -> Value:
    joined = dict(ours)
    for key, value in theirs.items():
        joined[key] = _merge(ours[key], value, (*path, key), found) if key in ours else value
    return joined


def _merge_steps(ours: list[Value], theirs: list[Value], path: _Path, found: list[Disagreement]) -> Value:
    joined = list(ours)
    places = {step: index for index, item in enumerate(ours) if (step := _step_id(item))}
    for item in theirs:
        step = _step_id(item)
        if step in places:
            index = places[step]
            joined[index] = _merge(joined[index], item, (*path, f"[{step}]"), found)
        else:
            joined.append(item)
    return joined


def _step_id(item: Value) -> str:
    step = bare(item)
    if not isinstance(step, Mapping):
        return ""
    found = bare(step.get("id"))
    return found if isinstance(found, str) else ""


def _with_notes(value: Value, base: Value, overlay: Value) -> Value:
    notes = [item for item in (base, overlay) if isinstance(item, Commented)]
    if not notes:
        return value
    comment = next((note.comment for note in notes if note.comment), "")
    above = next((note.above for note in notes if note.above), ())
    return Commented(bare(value), comment, above)


def _plain(value: Value) -> Any:
    """The value without any notes, all the way down; equal for equal values of equal types."""
    value = bare(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return type(value).__name__, value


def _contains(known: Iterable[Any], item: Any) -> bool:
    return any(item == other for other in known)


def _differ(ours: Value, theirs: Value) -> bool:
    return bool(_plain(ours) != _plain(theirs))


def _spell(path: _Path) -> str:
    return "".join(part if part.startswith("[") or not index else f".{part}" for index, part in enumerate(path))


def _shown(value: Value) -> str:
    """A value for a message, on one line and not too long."""
    value = bare(value)
    if isinstance(value, Mapping):
        text = "a mapping"
    elif isinstance(value, list):
        text = "a list"
    else:
        text = scalar_text(value)  # type: ignore[arg-type]
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
