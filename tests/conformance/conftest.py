"""What the tests of the conformance suite share: plugins written on the spot, and providers in this process."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cigen.cli.feature_cases import feature_cases
from cigen.cli.trying import PATIENT, Trial
from cigen.host.discovery import plugin_at
from cigen.model.events import ignore
from cigen.sdk import Plugin, PluginInfo
from cigen.sdk.conformance import Verdict, check_plugin
from cigen.sdk.conformance.ordinary import target_of

sys.path.append(str(Path(__file__).parent))
from subjects import InProcess, failures

MANIFEST = """\
[module]
name = "test/broken"
version = "1.0.0"
hooks = ["detect", "preflight"]
capabilities = ["test:broken"]
reads = ["notes.json"]
"""

HONEST = """\
import json
import os
import sys

from cigen.sdk import DetectRequest, DetectResult, Diagnostic, Fact, Level, Plugin, PreflightResult, serve


class Notes(Plugin):
    def detect(self, request):
        content = b"".join(file.content for file in request.repo.files)
        return self.answer(content)

    def answer(self, content):
        return DetectResult(facts=(Fact("bytes", str(len(content))),), confidence=0.5)

    def preflight(self, request):
        return PreflightResult(request.job_id == "test", "depends on the weather")


PLUGIN = Notes()
"""
"""A plugin that passes; what is added to it breaks it."""

SERVE = """
if __name__ == "__main__":
    serve(PLUGIN, __file__)
"""


@pytest.fixture
def try_process(tmp_path: Path) -> Callable[..., dict[str, Verdict]]:
    """`try_process(code, detect=1)`: what fails of HONEST with this code behind it, as a process."""

    def run(code: str, **deadlines: float) -> dict[str, Verdict]:
        (tmp_path / "module.toml").write_text(MANIFEST)
        (tmp_path / "plugin.py").write_text(HONEST + code + SERVE)
        patient = replace(PATIENT, **{"detect": 60.0, "preflight": 60.0, **deadlines})
        return failures(check_plugin(Trial(plugin_at(str(tmp_path)), ignore, patient), lambda _: ()))

    return run


@pytest.fixture
def try_provider() -> Callable[[Plugin], dict[str, Verdict]]:
    """What fails of a provider for "toy", in this process."""
    info = PluginInfo("provider/toy", "1.0.0", 1, capabilities=("provider:toy",), hooks=("generate",))

    def run(plugin: Plugin) -> dict[str, Verdict]:
        return failures(check_plugin(InProcess(plugin, info), lambda info: feature_cases(target_of(info))))

    return run
