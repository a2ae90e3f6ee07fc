"""Machines by Jenkins' labels.

A `[runners.NAME] jenkins = { label = "…" }` table wins. The built-in names are labels of their own, joined with the
architecture where it is not the usual one: an administrator gives agents these labels, or says others in `[runners]`.
"""

from typing import Any

from cigen.sdk import Runner
from cigen.std.ci.blocks import own_table
from cigen.std.ci.problems import CannotExpress
from cigen.std.report import Report

__all__ = ["agent_label"]

_BUILT_IN = {
    "linux": ("linux", "amd64"),
    "linux-arm64": ("linux", "arm64"),
    "macos": ("macos", "arm64"),
    "windows": ("windows", "amd64"),
}
_USUAL = {"linux": "amd64", "macos": "arm64", "windows": "amd64"}


def agent_label(runner: Runner, report: Report) -> str:
    """The label expression of `node`. Raises CannotExpress for a machine that Jenkins cannot be told about."""
    settings = own_table(runner.settings, "jenkins", f'what runner "{runner.name}" is on Jenkins')
    if settings is not None:
        return _from_settings(runner, settings, report)
    if runner.name in _BUILT_IN and not (runner.os or runner.arch):
        return _label(*_BUILT_IN[runner.name])
    hint = f'add to cig.toml: [runners.{runner.name}] jenkins = {{ label = "linux" }}'
    if not (runner.os or runner.arch or runner.settings):
        raise CannotExpress(f'runner "{runner.name}" has no settings for Jenkins', hint)
    system = runner.os or "linux"
    label = _label(system, runner.arch or _USUAL.get(system, "amd64"))
    message = f'runner "{runner.name}" has no settings for Jenkins; its jobs run on agents with the label "{label}"'
    report.warning("JENKINS_003", message, hint=hint, key=("runners", runner.name))
    return label


def _label(system: str, arch: str) -> str:
    return system if _USUAL.get(system) == arch else f"{system} && {arch}"


def _from_settings(runner: Runner, table: dict[str, Any], report: Report) -> str:
    label = table.get("label")
    if not isinstance(label, str) or not label:
        hint = f'[runners.{runner.name}] jenkins = {{ label = "linux" }}'
        raise CannotExpress(f'the settings of runner "{runner.name}" for Jenkins have no "label"', hint)
    for name in sorted(set(table) - {"label"}):
        message = (
            f'the settings of runner "{runner.name}" for Jenkins have "{name}"; only "label" means something there'
        )
        report.warning("JENKINS_005", message, key=("runners", runner.name, "jenkins", name))
    return label
