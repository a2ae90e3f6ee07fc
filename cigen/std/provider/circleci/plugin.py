#!/usr/bin/env python3
"""`provider/circleci`: CircleCI."""

from cigen.sdk import Graph, Output, Setting, ValidateRequest, ValidateResult, serve
from cigen.std.ci.provider import Provider, Rendered
from cigen.std.provider.circleci.checklist import checklist
from cigen.std.provider.circleci.limits import check_files, context_budgets
from cigen.std.provider.circleci.problems import new_report
from cigen.std.provider.circleci.workflow import render_config

__all__ = ["PLUGIN", "CircleCI"]


class CircleCI(Provider):
    """Sole owner of `.circleci/`."""

    def render(self, graph: Graph, output: Output) -> Rendered:
        return Rendered(*render_config(graph, output))

    def checklist(self, graph: Graph, output: Output, _text: str, /) -> tuple[Setting, ...]:
        return checklist(graph, output)

    def validate(self, request: ValidateRequest) -> ValidateResult:
        """The limits of a file as it will be written, other plugins' parts included."""
        report = new_report()
        check_files(request.rendered, report)
        return ValidateResult(report.found, context_budgets(request.rendered, request.graph))


PLUGIN = CircleCI()

if __name__ == "__main__":
    serve(PLUGIN, __file__)
