"""What `cig graph` prints, in each form."""

import json
import shutil
import subprocess
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.cli.present.graph import (
    GraphNode,
    GraphView,
    graph_dot,
    graph_json,
    graph_mermaid,
    graph_text,
    levels,
)
from cigen.cli.present.layout import HEIGHT, lay_out
from cigen.cli.present.page import graph_page
from cigen.cli.terminal import ASCII, UNICODE

DIAMOND = GraphView(
    "jobs",
    (
        GraphNode("test", "linux", ("test-a", "test-b")),
        GraphNode("setup", "linux-small"),
        GraphNode("lint"),
        GraphNode("build"),
        GraphNode("docs"),
    ),
    (("test", "setup"), ("lint", "setup"), ("build", "test"), ("build", "lint"), ("build", "lint")),
)
HOSTILE = 'a"b\\c<script>alert(1)</script>@NODES@&\x1b[2J\n]'
HOSTILE_VIEW = GraphView("jobs", (GraphNode(HOSTILE, HOSTILE), GraphNode("z")), (("z", HOSTILE),))


@st.composite
def views(draw: st.DrawFn) -> GraphView:
    """Graphs without a cycle: an edge goes from a later node to an earlier one."""
    keys = draw(st.lists(st.text(min_size=1, max_size=6), unique=True, max_size=8))
    numbers = st.tuples(st.integers(0, 7), st.integers(0, 7))
    pairs = draw(st.lists(numbers.filter(lambda p: p[1] < p[0] < len(keys)), max_size=12)) if len(keys) > 1 else []
    return GraphView("jobs", tuple(GraphNode(key) for key in keys), tuple((keys[a], keys[b]) for a, b in pairs))


def test_a_tree_has_each_job_once_below_the_deepest_it_needs() -> None:
    assert graph_text(DIAMOND, UNICODE) == (
        "docs\nsetup (linux-small)\n├── lint\n│   └── build (also needs test)\n└── test (2 legs, linux)\n"
    )


def test_a_terminal_without_unicode_gets_letters() -> None:
    assert "|-- lint\n|   `-- build" in graph_text(DIAMOND, ASCII)


@given(views())
def test_every_node_is_on_a_line_of_its_own(view: GraphView) -> None:
    assert len(graph_text(view, UNICODE).split("\n")) == len(view.nodes) + 1


def test_a_long_chain_is_no_trouble() -> None:
    keys = [f"j{number:05}" for number in range(5000)]
    chain = GraphView("jobs", tuple(GraphNode(key) for key in keys), tuple(zip(keys[1:], keys, strict=False)))
    assert graph_text(chain, UNICODE).count("\n") == 5000
    assert max(levels(chain).values()) == 4999


@given(views())
def test_what_a_node_needs_stands_on_an_earlier_level(view: GraphView) -> None:
    level = levels(view)
    assert all(level[a] > level[b] for a, b in view.edges)


@given(views(), st.randoms())
def test_the_order_of_nodes_and_edges_does_not_show(view: GraphView, random: object) -> None:
    nodes, edges = list(view.nodes), list(view.edges)
    random.shuffle(nodes)  # type: ignore[attr-defined]
    random.shuffle(edges)  # type: ignore[attr-defined]
    other = GraphView(view.kind, tuple(nodes), tuple(edges))
    for form in (lambda v: graph_text(v, UNICODE), graph_dot, graph_mermaid, graph_json, lambda v: graph_page(v, "t")):
        assert form(view) == form(other)


def test_dot_has_a_node_a_line_and_arrows_at_dependents() -> None:
    text = graph_dot(DIAMOND)
    assert '  "test" [label="test\\n2 legs, linux"];\n' in text
    assert text.count('  "lint" -> "build";\n') == 1


@pytest.mark.parametrize("view", [DIAMOND, HOSTILE_VIEW])
def test_graphviz_reads_dot(view: GraphView) -> None:
    if shutil.which("dot") is None:
        pytest.skip("graphviz is not installed")
    read = subprocess.run(["dot", "-Tjson"], input=graph_dot(view).encode(), capture_output=True, check=True)
    drawn = json.loads(read.stdout)
    assert len(drawn["objects"]) == len(view.nodes)
    assert len(drawn["edges"]) == len(set(view.edges))


def test_mermaid_escapes_everything_that_could_mean_something() -> None:
    assert graph_mermaid(DIAMOND).startswith('flowchart LR\n  n0["build"]\n')
    assert '  n4["test<br/>2 legs, linux"]\n' in graph_mermaid(DIAMOND)
    label = graph_mermaid(HOSTILE_VIEW).splitlines()[1]
    assert label.startswith('  n0["a#34;b#92;c#60;script#62;alert#40;1#41;')
    assert label.count('"') == 2


def test_json_has_a_key_a_line_for_the_completion_scripts() -> None:
    text = graph_json(DIAMOND)
    assert '"key": "test-a"\n' in text or '"key": "test-a",\n' in text
    document = json.loads(text)
    assert document["schema"] == "cig.graph/1"
    assert document["kind"] == "jobs"
    assert document["nodes"][4] == {"key": "test", "note": "linux", "legs": [{"key": "test-a"}, {"key": "test-b"}]}
    assert document["edges"] == [
        {"dependent": "build", "dependency": "lint"},
        {"dependent": "build", "dependency": "test"},
        {"dependent": "lint", "dependency": "setup"},
        {"dependent": "test", "dependency": "setup"},
    ]


# -- the page ----------------------------------------------------------------------------------------------------------


class Reader(HTMLParser):
    """Collects tags, attributes, and the texts of the drawing."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == "text":
            self.texts.append(data)


def test_a_page_shows_every_job_and_edge() -> None:
    read = Reader(graph_page(DIAMOND, "docspring"))
    assert [text for text in read.texts if text.strip()] == [
        "docs", "setup", "linux-small", "lint", "test", "2 legs, linux", "build",
    ]  # fmt: skip
    assert sum(name == "data-from" for name, _ in read.attributes) == 4


def test_a_page_asks_the_network_for_nothing() -> None:
    page = graph_page(DIAMOND, "docspring")
    names = {name for name, _ in Reader(page).attributes}
    assert not names & {"src", "href", "srcset", "action"}
    assert "default-src 'none'" in page
    assert "http:" not in page
    assert "https:" not in page
    assert page.count("url(") == page.count("url(#tip)")


def test_nothing_in_a_key_becomes_markup() -> None:
    plain, hostile = Reader(graph_page(DIAMOND, "t")), Reader(graph_page(HOSTILE_VIEW, HOSTILE))
    assert set(hostile.tags) == set(plain.tags)
    assert hostile.tags.count("script") == 1
    assert any("<script>alert(1)</script>@NODES@&\\x1b[2J\\n]" in text for text in hostile.texts)


@given(views())
def test_boxes_never_overlap_and_edges_go_to_the_right(view: GraphView) -> None:
    boxes = lay_out(view).boxes
    for one in boxes:
        for two in boxes:
            apart = one.x + one.width <= two.x or two.x + two.width <= one.x or abs(one.y - two.y) >= HEIGHT
            assert one is two or apart
    by_key = {box.key: box for box in boxes}
    assert all(by_key[b].x + by_key[b].width < by_key[a].x for a, b in view.edges)


@given(views())
def test_no_line_passes_behind_a_box(view: GraphView) -> None:
    """It leaves a column by a lane that is above or below every box there."""
    layout = lay_out(view)
    assert layout.routes.keys() == {(dependency, dependent) for dependent, dependency in view.edges}
    by_key = {box.key: box for box in layout.boxes}
    for (start, end), lanes in layout.routes.items():
        between = {box.x for box in layout.boxes if by_key[start].x < box.x < by_key[end].x}
        assert [lane.x for lane in lanes] == sorted(between)
        for lane in lanes:
            column = [box for box in layout.boxes if box.x == lane.x]
            assert all(lane.width == box.width for box in column)
            assert not any(box.y <= lane.y <= box.y + HEIGHT for box in column)


def test_an_empty_graph_is_an_empty_drawing() -> None:
    empty = GraphView("actions", (), ())
    assert graph_text(empty, UNICODE) == ""
    assert "0 actions" in graph_page(empty, "t")
