#!/usr/bin/env python3
"""`provider/circleci`: CircleCI."""

from cigen.sdk import (
    Diagnostic,
    Fragment,
    GenerateRequest,
    GenerateResult,
    Level,
    Plugin,
    Setting,
    ValidateRequest,
    ValidateResult,
    serve,
)
from cigen.std.provider.circleci.checklist import checklist
from cigen.std.provider.circleci.limits import check_files, context_budgets
from cigen.std.provider.circleci.problems import new_report
from cigen.std.provider.circleci.workflow import render_config

__all__ = ["PLUGIN", "CircleCI"]


class CircleCI(Plugin):
    """Sole owner of `.circleci/`."""

    def generate(self, request: GenerateRequest) -> GenerateResult:
        """One file for each output."""
        fragments: list[Fragment] = []
        diagnostics: list[Diagnostic] = []
        settings: list[Setting] = []
        for output in request.outputs:
            text, found = render_config(request.graph, output)
            diagnostics += found
            if not any(one.level is Level.ERROR for one in found):
                fragments.append(Fragment(output.path, text))
                settings += checklist(request.graph, output)
        return GenerateResult(tuple(fragments), tuple(diagnostics), tuple(settings))

    def validate(self, request: ValidateRequest) -> ValidateResult:
        """The limits of a file as it will be written, other plugins' parts included."""
        report = new_report()
        check_files(request.rendered, report)
        return ValidateResult(report.found, context_budgets(request.rendered, request.graph))


PLUGIN = CircleCI()

if __name__ == "__main__":
    serve(PLUGIN, __file__)
