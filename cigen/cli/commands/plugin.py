"""`cig plugin test`: the conformance suite on one plugin, started as any foreign plugin is."""

import sys

from cigen.cli.console import PROJECT, Console
from cigen.cli.feature_cases import feature_cases
from cigen.cli.options import PluginOptions
from cigen.cli.present.plugin import TestView, test_json, test_line, test_summary
from cigen.cli.terminal import Paint
from cigen.cli.trying import Trial
from cigen.host.discovery import plugin_at
from cigen.sdk.conformance import Verdict, check_plugin
from cigen.sdk.conformance.ordinary import target_of

__all__ = ["run"]


def run(options: PluginOptions, console: Console) -> int:
    """Exit codes: 0 all checks passed, 1 one did not; 1 and 3 as everywhere for what is no plugin at all."""
    plugin = plugin_at(str(console.start / options.path))
    trial = Trial(plugin, console.observer)
    paint = Paint(console.color(sys.stdout))
    verdicts: list[Verdict] = []
    for verdict in check_plugin(trial, lambda info: feature_cases(target_of(info))):
        verdicts.append(verdict)
        if not options.json:
            console.out(test_line(verdict, paint))
    view = TestView(plugin.id, plugin.version, tuple(verdicts))
    console.out(test_json(view) if options.json else test_summary(view))
    return 0 if view.passed else PROJECT
