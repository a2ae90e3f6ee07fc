"""A standard provider as the core sees it: a file for each output, and what must be set up for it.

Owns: that a file with a mistake is left out while the others are written. Refuses: knowing any CI system.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from cigen.sdk import (
    Diagnostic,
    Fragment,
    GenerateRequest,
    GenerateResult,
    Graph,
    Level,
    Output,
    Plugin,
    Setting,
)

__all__ = ["Provider", "Rendered"]


@dataclass(frozen=True, slots=True)
class Rendered:
    """An output's file and what is wrong; with an error among it, nothing is written.

    beside: more files in the output's folder, which belong to it.
    """

    text: str
    found: tuple[Diagnostic, ...] = ()
    beside: tuple[Fragment, ...] = ()


class Provider(Plugin, ABC):
    """What each CI system says in its own way: a file's text, and the settings that the file cannot make itself."""

    @abstractmethod
    def render(self, graph: Graph, output: Output) -> Rendered:
        """An output's file."""

    @abstractmethod
    def checklist(self, graph: Graph, output: Output, text: str, /) -> tuple[Setting, ...]:
        """What has to be set up outside of the repository for a file that was rendered as `text`."""

    def generate(self, request: GenerateRequest) -> GenerateResult:
        """The files of each output."""
        fragments: list[Fragment] = []
        diagnostics: list[Diagnostic] = []
        settings: list[Setting] = []
        for output in request.outputs:
            rendered = self.render(request.graph, output)
            diagnostics += rendered.found
            if not any(one.level is Level.ERROR for one in rendered.found):
                fragments += (Fragment(output.path, rendered.text), *rendered.beside)
                settings += self.checklist(request.graph, output, rendered.text)
        return GenerateResult(tuple(fragments), tuple(diagnostics), tuple(settings))
