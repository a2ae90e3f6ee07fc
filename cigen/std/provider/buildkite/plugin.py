#!/usr/bin/env python3
"""`provider/buildkite`: Buildkite."""

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
from cigen.std.provider.buildkite.checklist import checklist
from cigen.std.provider.buildkite.files import check_files
from cigen.std.provider.buildkite.pipeline import render_pipeline
from cigen.std.provider.buildkite.problems import new_report

__all__ = ["PLUGIN", "Buildkite"]


class Buildkite(Plugin):
    """Sole owner of `.buildkite/`."""

    def generate(self, request: GenerateRequest) -> GenerateResult:
        """One file for each output."""
        fragments: list[Fragment] = []
        diagnostics: list[Diagnostic] = []
        settings: list[Setting] = []
        for output in request.outputs:
            text, found = render_pipeline(request.graph, output)
            diagnostics += found
            if not any(one.level is Level.ERROR for one in found):
                fragments.append(Fragment(output.path, text))
                settings += checklist(request.graph, output)
        return GenerateResult(tuple(fragments), tuple(diagnostics), tuple(settings))

    def validate(self, request: ValidateRequest) -> ValidateResult:
        """The limits of the files as they will be written, other plugins' parts included."""
        report = new_report()
        budgets = check_files(request.rendered, report)
        return ValidateResult(report.found, budgets)


PLUGIN = Buildkite()

if __name__ == "__main__":
    serve(PLUGIN, __file__)
