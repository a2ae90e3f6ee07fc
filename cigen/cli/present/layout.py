"""Where the boxes of a drawn graph go: one column a level, rows chosen so that few lines cross. Pure.

A short form of the layered method of Sugiyama, Tagawa and Toda: longest-path levels, then a few sweeps that put each
node near the middle of its neighbours. A line over several columns has a lane of its own in those between, which it
shares with the other lines from the same box: behind a box it would seem to come from there.
"""

from collections.abc import Mapping

from cigen.cli.glyphs import one_line, width
from cigen.cli.present.graph import GraphView, levels, node_note
from cigen.model.dataclass import dataclass

__all__ = ["HEIGHT", "Box", "Lane", "Layout", "lay_out"]

ROW = 52
HEIGHT = 36
_LANE = 14
_GAP = 90
_MARGIN = 24
_LETTER = 7.6
_PADDING = 28
_SWEEPS = 6

_Place = tuple[str, int]
"""A node's key and its level, or the level of a lane of the lines from it."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node's place, in pixels; `title` and `note` are what it shows."""

    key: str
    x: int
    y: int
    width: int
    title: str
    note: str


@dataclass(frozen=True, slots=True)
class Lane:
    """Where lines pass a column, in pixels: from `x` on, as long as the column is wide."""

    x: int
    y: int
    width: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The boxes, by column and row, and for each line (from, to) the lanes that it takes, from the left."""

    boxes: tuple[Box, ...]
    routes: Mapping[tuple[str, str], tuple[Lane, ...]]


def lay_out(view: GraphView) -> Layout:
    """The places of all nodes and lines."""
    level = levels(view)
    links = {
        (dependency, dependent): [(dependency, at) for at in range(level[dependency], level[dependent])]
        for dependent, dependency in sorted(set(view.edges))
    }
    columns: list[list[_Place]] = [[] for _ in range(max(level.values(), default=-1) + 1)]
    for place in sorted({*level.items(), *(place for way in links.values() for place in way)}):
        columns[place[1]].append(place)
    needs: dict[_Place, list[_Place]] = {place: [] for column in columns for place in column}
    feeds: dict[_Place, list[_Place]] = {place: [] for place in needs}
    steps = {step for (_, to), way in links.items() for step in zip(way, [*way[1:], (to, level[to])], strict=True)}
    for one, two in sorted(steps):
        needs[two].append(one)
        feeds[one].append(two)
    for sweep in range(_SWEEPS):
        neighbours, order = (feeds, columns[::-1]) if sweep % 2 else (needs, columns)
        rows = {place: row for column in columns for row, place in enumerate(column)}
        for column in order:
            _sort_by_neighbours(column, neighbours, rows)
    boxes, lanes = _places(view, level, columns)
    return Layout(boxes, {link: tuple(lanes[place] for place in way[1:]) for link, way in links.items()})


def _sort_by_neighbours(
    column: list[_Place], neighbours: Mapping[_Place, list[_Place]], rows: dict[_Place, int]
) -> None:
    def middle(place: _Place) -> tuple[float, _Place]:
        around = [rows[one] for one in neighbours[place]]
        return (sum(around) / len(around) if around else float(rows[place]), place)

    column.sort(key=middle)
    rows.update((place, row) for row, place in enumerate(column))


def _places(
    view: GraphView, level: Mapping[str, int], columns: list[list[_Place]]
) -> tuple[tuple[Box, ...], dict[_Place, Lane]]:
    nodes = {node.key: node for node in view.nodes}
    tall = [[ROW if level[key] == at else _LANE for key, at in column] for column in columns]
    tallest = max(map(sum, tall), default=0)
    boxes: list[Box] = []
    lanes: dict[_Place, Lane] = {}
    x = _MARGIN
    for column, heights in zip(columns, tall, strict=True):
        texts = {key: (one_line(key), node_note(nodes[key])) for key, at in column if level[key] == at}
        longest = max(max(width(title), width(note) * 0.85) for title, note in texts.values())
        wide = int(longest * _LETTER) + _PADDING
        y = _MARGIN + (tallest - sum(heights)) // 2
        for place, height in zip(column, heights, strict=True):
            if height == ROW:
                boxes.append(Box(place[0], x, y, wide, *texts[place[0]]))
            else:
                lanes[place] = Lane(x, y, wide)
            y += height
        x += wide + _GAP
    return tuple(boxes), lanes
