#!/usr/bin/env python3
"""`provider/github`: GitHub Actions."""

from cigen.sdk import Graph, Output, Setting, ValidateRequest, ValidateResult, serve
from cigen.std.ci.provider import Provider, Rendered
from cigen.std.provider.github.budgets import matrix_budgets
from cigen.std.provider.github.checklist import checklist
from cigen.std.provider.github.limits import check_files
from cigen.std.provider.github.pipelines import check_triggers
from cigen.std.provider.github.problems import new_report
from cigen.std.provider.github.workflow import render_workflow

__all__ = ["PLUGIN", "GitHub"]


class GitHub(Provider):
    """Sole owner of `.github/workflows/`."""

    def render(self, graph: Graph, output: Output) -> Rendered:
        return Rendered(*render_workflow(graph, output))

    def checklist(self, graph: Graph, output: Output, _text: str, /) -> tuple[Setting, ...]:
        return checklist(graph, output)

    def validate(self, request: ValidateRequest) -> ValidateResult:
        """The limits of a file as it will be written, other plugins' parts included."""
        report = new_report()
        check_files(request.rendered, report)
        if request.graph is not None:
            check_triggers(request.graph, request.rendered, report)
        return ValidateResult(report.found, matrix_budgets(request.rendered, request.graph))


PLUGIN = GitHub()

if __name__ == "__main__":
    serve(PLUGIN, __file__)
