"""`cig settings`: a checklist of what has to be set up outside of the repository."""

from collections.abc import Sequence

from cigen.cli.glyphs import one_line
from cigen.cli.present.document import document_text
from cigen.cli.terminal import Paint
from cigen.model.dataclass import dataclass
from cigen.model.diagnostics import KeyPath, Location

__all__ = ["Item", "ProviderSettings", "Reason", "SettingsView", "settings_json", "settings_text"]


@dataclass(frozen=True, slots=True)
class Reason:
    """What asks for a setting, and where in cig.toml; no location for what the file does not say."""

    text: str
    key: KeyPath = ()
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to set up."""

    title: str
    place: str
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """The checklist of one CI system. `files`: the outputs that it is computed from."""

    provider: str
    files: tuple[str, ...]
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class SettingsView:
    """The checklists, in the order of the outputs in cig.toml."""

    providers: tuple[ProviderSettings, ...] = ()


def settings_text(view: SettingsView, paint: Paint) -> str:
    """For a person: a box to tick for each setting, where it is, and all that ask for it."""
    blocks = [_checklist(one, paint) for one in view.providers if one.items]
    counts = [f"{len(one.items)} for {one.provider}" for one in view.providers if one.items]
    if not counts:
        return "Nothing to set up outside of the repository.\n"
    total = sum(len(one.items) for one in view.providers)
    which = f": {', '.join(counts)}" if len(counts) > 1 else counts[0].lstrip("0123456789")
    last = f"{total} setting{'' if total == 1 else 's'} to check{which}. cig does not look at them."
    return "\n\n".join([*blocks, one_line(last)]) + "\n"


def settings_json(view: SettingsView, diagnostics: Sequence[dict[str, object]]) -> str:
    """`cig.settings/1`: docs/cli.md."""
    providers = [
        {"provider": one.provider, "files": list(one.files), "settings": [_item_json(item) for item in one.items]}
        for one in view.providers
    ]
    return document_text("cig.settings/1", {"providers": providers, "diagnostics": list(diagnostics)})


def _checklist(one: ProviderSettings, paint: Paint) -> str:
    head = paint("1", one_line(one.provider)) + one_line(f" ({', '.join(one.files)})")
    return "\n\n".join([head, *("\n".join(_item(item, paint)) for item in one.items)])


def _item(item: Item, paint: Paint) -> list[str]:
    lines = [f"  [ ] {paint('1', one_line(item.title))}"]
    if item.place:
        lines.append(f"      where  {one_line(item.place)}")
    for index, reason in enumerate(item.reasons):
        place = f" ({reason.location.file}:{reason.location.line})" if reason.location else ""
        lines.append(f"      {'why' if not index else '   '}    {one_line(reason.text + place)}")
    return lines


def _item_json(item: Item) -> dict[str, object]:
    return {"title": item.title, "place": item.place, "reasons": [_reason_json(one) for one in item.reasons]}


def _reason_json(reason: Reason) -> dict[str, object]:
    place = reason.location
    location = None if place is None else {"file": place.file, "line": place.line, "column": place.column}
    return {"reason": reason.text, "key": list(reason.key), "location": location}
