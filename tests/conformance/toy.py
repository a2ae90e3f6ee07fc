"""A provider that passes: it renders the graph as it is. What is done to the graph or the file first breaks it."""

import json
from collections.abc import Callable

from cigen.model.codec import to_json
from cigen.sdk import Fragment, GenerateRequest, GenerateResult, Graph, Output, Plugin

__all__ = ["Toy"]


class Toy(Plugin):
    """`graph` and `text` are applied on the way in and out."""

    def __init__(
        self,
        graph: Callable[[Graph], Graph] = lambda graph: graph,
        text: Callable[[str], str] = lambda text: text,
        path: Callable[[str], str] = lambda path: path,
    ) -> None:
        self.graph = graph
        self.text = text
        self.path = path

    def generate(self, request: GenerateRequest) -> GenerateResult:
        """One file for each output."""
        return GenerateResult(tuple(self.fragment(request.graph, output) for output in request.outputs))

    def fragment(self, graph: Graph, output: Output) -> Fragment:
        """The graph as JSON, with placeholders of its own."""
        content = json.dumps([output.description, to_json(self.graph(graph))], indent=1, ensure_ascii=False).replace(
            "{{ matrix.", "$("
        )
        return Fragment(self.path(output.path), self.text(content + "\n"))
