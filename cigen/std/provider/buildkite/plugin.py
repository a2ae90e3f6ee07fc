#!/usr/bin/env python3
"""`provider/buildkite`: Buildkite."""

from cigen.sdk import Fragment, Graph, Output, Setting, ValidateRequest, ValidateResult, serve
from cigen.std.ci.provider import Provider, Rendered
from cigen.std.provider.buildkite.checklist import checklist
from cigen.std.provider.buildkite.chunks import full_path
from cigen.std.provider.buildkite.files import check_files
from cigen.std.provider.buildkite.pipeline import render_pipeline
from cigen.std.provider.buildkite.problems import new_report

__all__ = ["PLUGIN", "Buildkite"]


class Buildkite(Provider):
    """Sole owner of `.buildkite/`."""

    def render(self, graph: Graph, output: Output) -> Rendered:
        text, found, first = render_pipeline(graph, output)
        if not first:
            return Rendered(text, found)
        return Rendered(first, found, (Fragment(full_path(output.path), text),))

    def checklist(self, graph: Graph, output: Output, _text: str, /) -> tuple[Setting, ...]:
        return checklist(graph, output)

    def validate(self, request: ValidateRequest) -> ValidateResult:
        """The limits of the files as they will be written, other plugins' parts included."""
        report = new_report()
        budgets = check_files(request.rendered, report)
        return ValidateResult(report.found, budgets)


PLUGIN = Buildkite()

if __name__ == "__main__":
    serve(PLUGIN, __file__)
