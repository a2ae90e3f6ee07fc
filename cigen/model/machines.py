"""Which machines are Windows, as far as cig.toml tells. `cig` does not run there, so no job leaves a proof on one."""

import re

from cigen.model.steps import Runner

__all__ = ["is_windows"]

_SETTING = re.compile(r'"windows[^"]*"(?!:)', re.IGNORECASE)
"""A text of a runner's settings, in canonical JSON: a label of GitHub's, a class of CircleCI's, a queue, an image."""


def is_windows(runner: Runner | None) -> bool:
    """Whether scripts there are run by no POSIX system. Of the names only `windows` counts: others are free."""
    if runner is None or runner.os:
        return runner is not None and runner.os == "windows"
    return runner.name == "windows" or any(_SETTING.search(block.json) for block in runner.settings)
