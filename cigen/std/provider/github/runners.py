"""`runs-on`: machines by GitHub's labels.

A `[runners.NAME] github` table wins. The built-in names get GitHub's floating labels: a fixed one is switched off two
years later and the workflow stops, and whoever wants one says so in `[runners]`.
"""

from typing import Any

from cigen.sdk import Runner
from cigen.sdk.yaml import Value
from cigen.std.ci.blocks import own_table
from cigen.std.ci.problems import CannotExpress
from cigen.std.report import Report

__all__ = ["HOSTED", "is_linux", "runs_on"]

HOSTED = {
    ("linux", "amd64"): "ubuntu-latest",
    ("linux", "arm64"): "ubuntu-24.04-arm",
    ("macos", "arm64"): "macos-latest",
    ("macos", "amd64"): "macos-15-intel",
    ("windows", "amd64"): "windows-latest",
    ("windows", "arm64"): "windows-11-arm",
}
_BUILT_IN = {
    "linux": ("linux", "amd64"),
    "linux-arm64": ("linux", "arm64"),
    "macos": ("macos", "arm64"),
    "windows": ("windows", "amd64"),
}


def runs_on(runner: Runner, report: Report) -> Value:
    """The value of `runs-on`. Raises CannotExpress for a machine that GitHub cannot be told about."""
    settings = own_table(runner.settings, "github", f'what runner "{runner.name}" is on GitHub')
    if settings is not None:
        return _from_settings(runner.name, settings, report)
    if runner.name in _BUILT_IN and not (runner.os or runner.arch):
        return HOSTED[_BUILT_IN[runner.name]]
    hint = f'add to cig.toml: [runners.{runner.name}] github = {{ runs-on = "ubuntu-latest" }}'
    label = HOSTED.get((runner.os or "linux", runner.arch or "amd64"))
    if label is None or not (runner.os or runner.arch or runner.settings):
        raise CannotExpress(f'runner "{runner.name}" has no settings for GitHub', hint)
    message = f'runner "{runner.name}" has no settings for GitHub; its jobs run on {label} there'
    report.warning("GITHUB_004", message, hint=hint, key=("runners", runner.name))
    return label


def is_linux(runner: Runner | None) -> bool:
    """Whether containers can run there, as far as can be told."""
    if runner is None:
        return True
    system = runner.os or _BUILT_IN.get(runner.name, ("linux", ""))[0]
    return system == "linux"


def _from_settings(name: str, settings: dict[str, Any], report: Report) -> Value:
    label = settings.get("runs-on")
    if not label or not isinstance(label, str | list | dict):
        hint = f'[runners.{name}] github = {{ runs-on = "ubuntu-latest" }}'
        raise CannotExpress(f'the settings of runner "{name}" for GitHub have no "runs-on"', hint)
    others = sorted(set(settings) - {"runs-on"})
    if others:
        listed = ", ".join(f'"{key}"' for key in others)
        message = f'the settings of runner "{name}" for GitHub have {listed}; only "runs-on" means something there'
        report.warning("GITHUB_006", message, key=("runners", name, "github", others[0]))
    return label
