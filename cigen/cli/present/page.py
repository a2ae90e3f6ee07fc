"""`cig graph --html`: a page that draws the graph and asks the network for nothing.

Its policy forbids every request. Hovering or focusing a box shows what it needs and what waits for it; the field above
dims what does not match. Keys of users and plugins are escaped wherever they stand, data attributes included.
"""

import html
import re

from cigen.cli.glyphs import one_line
from cigen.cli.present.graph import GraphView
from cigen.cli.present.layout import HEIGHT, Box, Lane, lay_out

__all__ = ["graph_page"]

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>@TITLE@</title>
<style>
:root { color-scheme: light dark; --line: #8a94a3; --box: #f6f8fa; --edge: #57606a; --text: #1f2328; --mark: #0969da; }
@media (prefers-color-scheme: dark) {
  :root { --line: #6e7681; --box: #21262d; --edge: #8b949e; --text: #e6edf3; --mark: #58a6ff; }
}
body { margin: 0; font: 14px system-ui, sans-serif; color: var(--text); }
header { position: sticky; top: 0; left: 0; padding: 12px 24px; background: Canvas;
  display: flex; gap: 16px; align-items: baseline; }
h1 { font-size: 16px; margin: 0; }
input { font: inherit; padding: 4px 8px; }
rect { fill: var(--box); stroke: var(--edge); }
text { fill: var(--text); font: 13px ui-monospace, monospace; }
text.note { font-size: 11px; opacity: 0.75; }
path { fill: none; stroke: var(--line); }
g.node { outline: none; cursor: default; }
svg.picked g.node, svg.picked path[data-to] { opacity: 0.18; }
svg.picked g.node.near, svg.picked path.near { opacity: 1; }
svg.picked path.near, g.node:focus rect, g.node:hover rect { stroke: var(--mark); stroke-width: 2; }
g.node.other { opacity: 0.18; }
</style>
</head>
<body>
<header><h1>@TITLE@</h1><span>@COUNTS@</span><label>Find <input type="search" id="find"></label></header>
<svg width="@WIDTH@" height="@HEIGHT@" role="img" aria-label="@TITLE@">
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">
<path d="M0 0 L8 4 L0 8" style="fill: none"/></marker></defs>
@EDGES@
@NODES@
</svg>
<script>
"use strict";
const svg = document.querySelector("svg");
const nodes = [...svg.querySelectorAll("g.node")];
const edges = [...svg.querySelectorAll("path[data-to]")];
const by = (end) => edges.reduce((found, edge) => {
  (found[edge.dataset[end]] ||= []).push(edge);
  return found;
}, Object.create(null));
const into = by("to"), outOf = by("from");
function walk(start, next, end) {
  const seen = new Set([start]), todo = [start];
  while (todo.length) {
    for (const edge of next[todo.pop()] || []) {
      edge.classList.add("near");
      if (!seen.has(edge.dataset[end])) { seen.add(edge.dataset[end]); todo.push(edge.dataset[end]); }
    }
  }
  return seen;
}
function pick(node) {
  for (const one of [...nodes, ...edges]) one.classList.remove("near");
  svg.classList.toggle("picked", Boolean(node));
  if (!node) return;
  const near = new Set([...walk(node.dataset.id, into, "from"), ...walk(node.dataset.id, outOf, "to")]);
  for (const one of nodes) one.classList.toggle("near", near.has(one.dataset.id));
}
for (const node of nodes) {
  node.addEventListener("mouseenter", () => pick(node));
  node.addEventListener("mouseleave", () => pick(null));
  node.addEventListener("focus", () => pick(node));
  node.addEventListener("blur", () => pick(null));
}
document.getElementById("find").addEventListener("input", (event) => {
  const wanted = event.target.value.toLowerCase();
  for (const node of nodes) node.classList.toggle("other", !node.textContent.toLowerCase().includes(wanted));
});
</script>
</body>
</html>
"""


def graph_page(view: GraphView, title: str) -> str:
    """title: what the page is called, such as the project's name."""
    layout = lay_out(view)
    boxes = layout.boxes
    numbers = {box.key: number for number, box in enumerate(boxes)}
    edges = sorted((numbers[one], numbers[two], lanes) for (one, two), lanes in layout.routes.items())
    count = f"{len(boxes)} {view.kind if len(boxes) != 1 else view.kind.removesuffix('s')}"
    parts = {
        "TITLE": html.escape(one_line(title)),
        "COUNTS": html.escape(count),
        "WIDTH": str(max((box.x + box.width for box in boxes), default=0) + 24),
        "HEIGHT": str(max((box.y + HEIGHT for box in boxes), default=0) + 24),
        "EDGES": "\n".join(_edge(boxes, start, end, lanes) for start, end, lanes in edges),
        "NODES": "\n".join(_node(number, box) for number, box in enumerate(boxes)),
    }
    return re.sub(r"@([A-Z]+)@", lambda found: parts[found[1]], _PAGE)


def _edge(boxes: tuple[Box, ...], start: int, end: int, lanes: tuple[Lane, ...]) -> str:
    x, y = boxes[start].x + boxes[start].width, boxes[start].y + HEIGHT // 2
    way = f"M{x} {y}"
    for lane in lanes:
        way += f"{_bend(x, y, lane.x, lane.y)} H{lane.x + lane.width}"
        x, y = lane.x + lane.width, lane.y
    way += _bend(x, y, boxes[end].x, boxes[end].y + HEIGHT // 2)
    return f'<path d="{way}" data-from="{start}" data-to="{end}" marker-end="url(#tip)"/>'


def _bend(x1: int, y1: int, x2: int, y2: int) -> str:
    bend = max(40, (x2 - x1) // 2)
    return f" C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"


def _node(number: int, box: Box) -> str:
    middle = box.x + box.width // 2
    line = box.y + (16 if box.note else 23)
    note = f'<text class="note" x="{middle}" y="{box.y + 30}" text-anchor="middle">{html.escape(box.note)}</text>'
    return (
        f'<g class="node" tabindex="0" data-id="{number}">'
        f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{HEIGHT}" rx="6"/>'
        f'<text x="{middle}" y="{line}" text-anchor="middle">{html.escape(box.title)}</text>'
        f"{note if box.note else ''}</g>"
    )
