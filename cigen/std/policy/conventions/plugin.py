#!/usr/bin/env python3
"""`policy/conventions`: looks at the finished pipeline for mistakes that every pipeline may make."""

from cigen.sdk import Graph, Plugin, ValidateRequest, ValidateResult, serve
from cigen.std.policy.conventions.rules import FILE_RULES, GRAPH_RULES, TITLES
from cigen.std.report import Report

__all__ = ["PLUGIN", "Conventions"]


class Conventions(Plugin):
    """Warnings only: a convention is no reason to refuse a pipeline."""

    def validate(self, request: ValidateRequest) -> ValidateResult:
        """What the rules find, in their order."""
        report = Report(TITLES)
        for judge in GRAPH_RULES:
            judge(request.graph or Graph(), report)
        for read in FILE_RULES:
            read(request.rendered, report)
        return ValidateResult(report.found)


PLUGIN = Conventions()

if __name__ == "__main__":
    serve(PLUGIN, __file__)
