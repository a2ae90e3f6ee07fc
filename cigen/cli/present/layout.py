"""Where the boxes of a drawn graph go: one column a level, rows chosen so that few lines cross. Pure.

A short form of the layered method of Sugiyama, Tagawa and Toda: longest-path levels, then a few sweeps that put each
node near the middle of its neighbours.
"""

from collections.abc import Mapping

from cigen.cli.glyphs import one_line, width
from cigen.cli.present.graph import GraphView, levels, node_note
from cigen.model.dataclass import dataclass

__all__ = ["Box", "lay_out"]

ROW = 52
HEIGHT = 36
_GAP = 90
_MARGIN = 24
_LETTER = 7.6
_PADDING = 28
_SWEEPS = 6


@dataclass(frozen=True, slots=True)
class Box:
    """A node's place, in pixels; `title` and `note` are what it shows."""

    key: str
    x: int
    y: int
    width: int
    title: str
    note: str


def lay_out(view: GraphView) -> tuple[Box, ...]:
    """The boxes of all nodes, by column and row."""
    level = levels(view)
    columns: list[list[str]] = [[] for _ in range(max(level.values(), default=-1) + 1)]
    for key in sorted(level):
        columns[level[key]].append(key)
    needs: dict[str, list[str]] = {key: [] for key in level}
    feeds: dict[str, list[str]] = {key: [] for key in level}
    for dependent, dependency in sorted(set(view.edges)):
        needs[dependent].append(dependency)
        feeds[dependency].append(dependent)
    for sweep in range(_SWEEPS):
        neighbours, order = (feeds, columns[::-1]) if sweep % 2 else (needs, columns)
        rows = {key: row for column in columns for row, key in enumerate(column)}
        for column in order:
            _sort_by_neighbours(column, neighbours, rows)
    return _boxes(view, columns)


def _sort_by_neighbours(column: list[str], neighbours: Mapping[str, list[str]], rows: dict[str, int]) -> None:
    def middle(key: str) -> tuple[float, str]:
        around = [rows[one] for one in neighbours[key]]
        return (sum(around) / len(around) if around else float(rows[key]), key)

    column.sort(key=middle)
    rows.update((key, row) for row, key in enumerate(column))


def _boxes(view: GraphView, columns: list[list[str]]) -> tuple[Box, ...]:
    nodes = {node.key: node for node in view.nodes}
    tallest = max((len(column) for column in columns), default=0)
    boxes: list[Box] = []
    x = _MARGIN
    for column in columns:
        texts = [(one_line(key), node_note(nodes[key])) for key in column]
        wide = int(max(max(width(title), width(note) * 0.85) for title, note in texts) * _LETTER) + _PADDING
        top = _MARGIN + (tallest - len(column)) * ROW // 2
        boxes += [
            Box(key, x, top + row * ROW, wide, title, note)
            for row, (key, (title, note)) in enumerate(zip(column, texts, strict=True))
        ]
        x += wide + _GAP
    return tuple(boxes)
