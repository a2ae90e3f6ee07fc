"""`cig graph`: jobs, or pipeline actions, as a tree, for Graphviz, for Mermaid and as JSON. `page.py` draws it.

An edge is written dependent first, as everywhere; an arrow points the way the work goes, at the dependent.
"""

import re
from collections.abc import Mapping

from cigen.cli.glyphs import one_line
from cigen.cli.present.document import document_text
from cigen.cli.terminal import Symbols
from cigen.model.dataclass import dataclass

__all__ = ["GraphNode", "GraphView", "graph_dot", "graph_json", "graph_mermaid", "graph_text", "levels", "node_note"]


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A job or an action. `legs`: plan keys of a matrix job's variants; `note`: runner of a job, state of an action."""

    key: str
    note: str = ""
    legs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GraphView:
    """`kind`: jobs or actions. `edges`: (dependent, dependency), both keys of nodes; the graph has no cycle."""

    kind: str
    nodes: tuple[GraphNode, ...]
    edges: tuple[tuple[str, str], ...]


def node_note(node: GraphNode) -> str:
    """What stands beside the key: `4 legs, linux-small`."""
    return ", ".join(
        [*([f"{len(node.legs)} legs"] if node.legs else []), *([one_line(node.note)] if node.note else [])]
    )


def levels(view: GraphView) -> dict[str, int]:
    """The length of the longest way from a node that needs nothing, by key."""
    needs = _needs(view)
    waiting = {key: len(found) for key, found in needs.items()}
    dependents: dict[str, list[str]] = {key: [] for key in needs}
    for dependent, found in needs.items():
        for dependency in found:
            dependents[dependency].append(dependent)
    level = dict.fromkeys(needs, 0)
    ready = [key for key, count in waiting.items() if not count]
    while ready:
        key = ready.pop()
        for dependent in dependents[key]:
            level[dependent] = max(level[dependent], level[key] + 1)
            waiting[dependent] -= 1
            if not waiting[dependent]:
                ready.append(dependent)
    return level


def graph_text(view: GraphView, symbols: Symbols) -> str:
    """A tree: each node once, below the deepest of those it needs; the others are named beside it."""
    level = levels(view)
    needs = _needs(view)
    nodes = {node.key: node for node in view.nodes}
    parents = {key: max(found, key=lambda one: level[one], default="") for key, found in needs.items()}
    below: dict[str, list[str]] = {key: [] for key in ["", *nodes]}
    for key in sorted(nodes):
        below[parents[key]].append(key)
    lines: list[str] = []
    # (key, the columns in front of it, the columns in front of what is below it); a stack, as chains may be long.
    stack = [(key, "", "") for key in reversed(below[""])]
    while stack:
        key, before, under = stack.pop()
        others = [one for one in needs[key] if one != parents[key]]
        lines.append(before + _tree_label(nodes[key], others))
        for index, child in reversed(list(enumerate(below[key]))):
            last = index == len(below[key]) - 1
            mark = symbols.corner if last else symbols.branch
            stack.append((child, under + mark, under + ("    " if last else symbols.trunk)))
    return "".join(f"{line}\n" for line in lines)


def graph_dot(view: GraphView) -> str:
    """For Graphviz."""
    lines = ["digraph cig {", "  rankdir=LR;", '  node [shape=box, style=rounded, fontname="sans-serif"];']
    for node in sorted(view.nodes, key=lambda one: one.key):
        note = node_note(node)
        label = _dot_text(node.key) + (f"\\n{_dot_text(note)}" if note else "")
        lines.append(f'  "{_dot_text(node.key)}" [label="{label}"];')
    lines += [f'  "{_dot_text(b)}" -> "{_dot_text(a)}";' for a, b in sorted(set(view.edges))]
    return "\n".join([*lines, "}"]) + "\n"


def graph_mermaid(view: GraphView) -> str:
    """For a Markdown page. Nodes are numbered, as no quoting makes every key an id there."""
    ordered = sorted(view.nodes, key=lambda one: one.key)
    ids = {node.key: f"n{number}" for number, node in enumerate(ordered)}
    lines = ["flowchart LR"]
    for node in ordered:
        note = node_note(node)
        label = _mermaid_text(one_line(node.key)) + (f"<br/>{_mermaid_text(note)}" if note else "")
        lines.append(f'  {ids[node.key]}["{label}"]')
    lines += [f"  {ids[b]} --> {ids[a]}" for a, b in sorted(set(view.edges))]
    return "\n".join(lines) + "\n"


def graph_json(view: GraphView) -> str:
    """`cig.graph/1`: docs/cli.md. The completion scripts read its `"key"` lines."""
    nodes = [
        {"key": node.key, "note": node.note, "legs": [{"key": leg} for leg in node.legs]}
        for node in sorted(view.nodes, key=lambda one: one.key)
    ]
    edges = [{"dependent": a, "dependency": b} for a, b in sorted(set(view.edges))]
    return document_text("cig.graph/1", {"kind": view.kind, "nodes": nodes, "edges": edges})


def _needs(view: GraphView) -> Mapping[str, list[str]]:
    needs: dict[str, list[str]] = {node.key: [] for node in view.nodes}
    for dependent, dependency in sorted(set(view.edges)):
        needs[dependent].append(dependency)
    return needs


def _tree_label(node: GraphNode, others: list[str]) -> str:
    parts = [note for note in (node_note(node),) if note]
    parts += [f"also needs {', '.join(one_line(one) for one in others)}"] if others else []
    return one_line(node.key) + (f" ({'; '.join(parts)})" if parts else "")


def _dot_text(text: str) -> str:
    return one_line(text).replace("\\", "\\\\").replace('"', '\\"')


def _mermaid_text(text: str) -> str:
    """Everything but plain characters as an entity, which Mermaid writes with `#`."""
    return re.sub(r"[^A-Za-z0-9 ./_,:@-]", lambda found: f"#{ord(found[0])};", text)
