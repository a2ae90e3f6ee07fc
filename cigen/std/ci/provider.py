"""A standard provider as the core sees it: one file for each output, and what must be set up for it.

Owns: that a file with a mistake is left out while the others are written. Refuses: knowing any CI system.
"""

from abc import ABC, abstractmethod

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

__all__ = ["Provider"]


class Provider(Plugin, ABC):
    """What each CI system says in its own way: a file's text, and the settings that the file cannot make itself."""

    @abstractmethod
    def render(self, graph: Graph, output: Output) -> tuple[str, tuple[Diagnostic, ...]]:
        """The text of an output's file, and what is wrong; with an error among it the text is not used."""

    @abstractmethod
    def checklist(self, graph: Graph, output: Output, text: str, /) -> tuple[Setting, ...]:
        """What has to be set up outside of the repository for a file that was rendered as `text`."""

    def generate(self, request: GenerateRequest) -> GenerateResult:
        """One file for each output."""
        fragments: list[Fragment] = []
        diagnostics: list[Diagnostic] = []
        settings: list[Setting] = []
        for output in request.outputs:
            text, found = self.render(request.graph, output)
            diagnostics += found
            if not any(one.level is Level.ERROR for one in found):
                fragments.append(Fragment(output.path, text))
                settings += self.checklist(request.graph, output, text)
        return GenerateResult(tuple(fragments), tuple(diagnostics), tuple(settings))
