"""`agents`: machines by the queue that their agents listen to.

A `[runners.NAME] buildkite` table wins: all of it are tags of agents. Without one, `linux` is the queue `default`,
which an agent belongs to that was told nothing, and any other machine is a queue of its own name.
"""

from cigen.sdk import Runner
from cigen.sdk.yaml import Value
from cigen.std.ci.blocks import own_table
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.buildkite.texts import escaped
from cigen.std.report import Report

__all__ = ["agents", "system"]

_BUILT_IN = {"linux": "linux", "linux-arm64": "linux", "macos": "macos", "windows": "windows"}


def agents(runner: Runner, report: Report) -> dict[str, Value]:
    """The tags an agent must have. Raises CannotExpress for settings that are no tags."""
    settings = own_table(runner.settings, "buildkite", f'what runner "{runner.name}" is on Buildkite')
    if settings is not None:
        return _from_settings(runner.name, settings)
    if runner.name == "linux":
        return {"queue": "default"}
    if runner.name not in _BUILT_IN:
        message = (
            f'runner "{runner.name}" has no settings for Buildkite; its jobs wait for agents of the queue of that name'
        )
        hint = f'add to cig.toml: [runners.{runner.name}] buildkite = {{ queue = "{runner.name}" }}'
        report.warning("BUILDKITE_004", message, hint=hint, key=("runners", runner.name))
    return {"queue": runner.name}


def system(runner: Runner | None) -> str:
    """linux, macos or windows, as far as can be told."""
    return (runner.os or _BUILT_IN.get(runner.name, "linux")) if runner else "linux"


def _from_settings(name: str, settings: dict[str, object]) -> dict[str, Value]:
    hint = f'[runners.{name}] buildkite = {{ queue = "default" }}'
    if not settings:
        raise CannotExpress(f'the settings of runner "{name}" for Buildkite are empty', hint)
    found: dict[str, Value] = {}
    for tag, value in settings.items():
        if not isinstance(value, str | int | bool):
            raise CannotExpress(f'"{tag}" of runner "{name}" is no tag of an agent', hint)
        found[tag] = escaped(value) if isinstance(value, str) else value
    return found
