#!/usr/bin/env python3
"""`provider/github`: GitHub Actions."""

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
from cigen.std.provider.github.budgets import matrix_budgets
from cigen.std.provider.github.checklist import checklist
from cigen.std.provider.github.limits import check_files
from cigen.std.provider.github.pipelines import check_triggers
from cigen.std.provider.github.problems import new_report
from cigen.std.provider.github.workflow import render_workflow

__all__ = ["PLUGIN", "GitHub"]


class GitHub(Plugin):
    """Sole owner of `.github/workflows/`."""

    def generate(self, request: GenerateRequest) -> GenerateResult:
        """One file for each output."""
        fragments: list[Fragment] = []
        diagnostics: list[Diagnostic] = []
        settings: list[Setting] = []
        for output in request.outputs:
            text, found = render_workflow(request.graph, output)
            diagnostics += found
            if not any(one.level is Level.ERROR for one in found):
                fragments.append(Fragment(output.path, text))
                settings += checklist(request.graph, output)
        return GenerateResult(tuple(fragments), tuple(diagnostics), tuple(settings))

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
