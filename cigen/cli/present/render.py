"""What `cig render` did, or with `--check` would do."""

from cigen.cli.glyphs import one_line
from cigen.cli.present.document import document_text
from cigen.model.dataclass import dataclass

__all__ = ["RenderView", "render_json", "render_text"]


@dataclass(frozen=True, slots=True)
class RenderView:
    """Ids of actions that ran and that did not have to; paths written, up to date, to be written (`--check`)."""

    executed: tuple[str, ...]
    cached: tuple[str, ...]
    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    pending: tuple[str, ...] = ()


def render_text(view: RenderView) -> str:
    """One line if nothing was written, else one a file and one that counts."""
    actions = len(view.executed) + len(view.cached)
    if not view.written and not view.pending:
        return f"Up to date: {_count(actions, 'action')}, {_count(len(view.unchanged), 'file')}.\n"
    lines = [f"Wrote {one_line(path)}" for path in sorted(view.written)]
    lines += [f"Would write {one_line(path)}" for path in sorted(view.pending)]
    files = [f"{_count(len(view.written), 'file')} written"] if view.written else []
    files += [f"{_count(len(view.pending), 'file')} to be written"] if view.pending else []
    files += [f"{len(view.unchanged)} up to date"] if view.unchanged else []
    lines.append(f"{', '.join(files)}: {_count(len(view.executed), 'action')} run, {len(view.cached)} cached.")
    return "\n".join(lines) + "\n"


def render_json(view: RenderView) -> str:
    """`cig.render/1`: docs/cli.md."""
    return document_text(
        "cig.render/1",
        {
            "actions": {"executed": len(view.executed), "cached": len(view.cached)},
            "executed": sorted(view.executed),
            "files": {
                "written": sorted(view.written),
                "unchanged": sorted(view.unchanged),
                "pending": sorted(view.pending),
            },
        },
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
