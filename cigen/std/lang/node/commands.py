"""The commands with which a maintainer of this Node project would check it: suggestions for `cig init`."""

import re

from cigen.std.lang.node.managers import Manager
from cigen.std.lang.node.manifest import Manifest

__all__ = ["is_berry", "suggested_commands"]

_KINDS = (
    ("lint:ci", "lint:check", "lint"),
    ("format:check", "check:format", "check-format", "format-check", "fmt:check", "prettier:check"),
    ("typecheck", "type-check", "check-types", "check:types", "types:check", "tsc"),
    ("build",),
    ("test:ci", "test-ci", "test", "test:unit", "unit"),
)
"""Scripts worth running, by what they are for; of each kind the first that exists and ends."""

_WATCHES = re.compile(r"(?:^|\s)--watch(?:All)?(?!\S)|(?:^|\s)--ui(?!\S)|\b(?:nodemon|webpack-dev-server)\b")


def suggested_commands(manifest: Manifest, manager: Manager, *, members: bool) -> tuple[str, ...]:
    """Those of the root manifest. members: a workspace, whose members may have tests that the root does not run."""
    commands = []
    for names in _KINDS:
        ending = (name for name in names if name in manifest.scripts and not _WATCHES.search(manifest.scripts[name]))
        name = next(ending, "")
        if name:
            commands.append(_run(manager, name))
    if members and not set(_KINDS[-1]) & set(manifest.scripts):
        commands += _run_in_members(manager)
    return tuple(commands)


def is_berry(version: str) -> bool:
    """Whether this Yarn is 2 or later, which is another program than Yarn 1."""
    return bool(re.match(r"[2-9]|1\d", version)) and not version.startswith("1.")


def _run(manager: Manager, script: str) -> str:
    if manager.name == "npm":
        return "npm test" if script == "test" else f"npm run {script}"
    # `bun test` is Bun's own test runner, whatever the script of that name does.
    return f"bun run {script}" if manager.name == "bun" else f"{manager.name} {script}"


def _run_in_members(manager: Manager) -> list[str]:
    """Only where members without the script are passed over: a command that fails is no suggestion."""
    if manager.name == "npm":
        return ["npm test --workspaces --if-present"]
    if manager.name == "pnpm":
        return ["pnpm --recursive --if-present run test"]
    if manager.name == "yarn" and is_berry(manager.version):
        return ["yarn workspaces foreach --all run test"]
    return []
