#!/usr/bin/env python3
"""`provider/jenkins`: Jenkins."""

from cigen.sdk import Graph, Output, Setting, ValidateRequest, ValidateResult, serve
from cigen.std.ci.provider import Provider, Rendered
from cigen.std.provider.jenkins.checklist import checklist
from cigen.std.provider.jenkins.limits import check_files
from cigen.std.provider.jenkins.pipeline import render_pipeline
from cigen.std.provider.jenkins.problems import new_report

__all__ = ["PLUGIN", "Jenkins"]


class Jenkins(Provider):
    """Sole owner of Jenkinsfiles."""

    def render(self, graph: Graph, output: Output) -> Rendered:
        return Rendered(*render_pipeline(graph, output))

    def checklist(self, graph: Graph, output: Output, text: str, /) -> tuple[Setting, ...]:
        return checklist(graph, output, text)

    def validate(self, request: ValidateRequest) -> ValidateResult:
        """The limits of a file as it will be written, raw blocks and other plugins' parts included."""
        report = new_report()
        budgets = check_files(request.rendered, report)
        return ValidateResult(report.found, budgets)


PLUGIN = Jenkins()

if __name__ == "__main__":
    serve(PLUGIN, __file__)
