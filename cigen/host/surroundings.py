"""What a plugin process finds around it: an empty folder, an almost empty environment, limits.

Owns: the layer of protection that holds whatever else does: docs/protocol.md, "What a plugin may do". A plugin sees the
files that its requests carry and no others by our doing; a sandbox, which would enforce that, goes in front of the exec
(`launcher.py`). Refuses: starting anything.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from cigen.host.discovery import InstalledPlugin
from cigen.host.launcher import Order
from cigen.model.codec import to_json
from cigen.model.dataclass import dataclass
from cigen.wire import PLUGIN_MARK

__all__ = ["Limits", "forbid_tracing", "is_bundled", "make_folder", "plugin_order", "remove_folder"]

_PR_SET_DUMPABLE = 4


@dataclass(frozen=True, slots=True)
class Limits:
    """What a plugin process may use."""

    answer_bytes: int = 32 << 20
    stderr_bytes: int = 64 << 10
    file_bytes: int = 64 << 20
    open_files: int = 512
    cpu_seconds: int = 120


def is_bundled(plugin: InstalledPlugin) -> bool:
    """Whether a plugin is forked rather than exec'd: ours, in Python, described by its manifest."""
    return plugin.origin == "bundled" and plugin.entry.suffix == ".py" and plugin.info is not None


def plugin_order(plugin: InstalledPlugin, folder: str, limits: Limits, environ: Mapping[str, str]) -> Order:
    """How to start a plugin. Of the core's environment it gets PATH alone; `environ` comes on top."""
    path = os.environ.get("PATH", os.defpath)
    env = {"HOME": folder, "LANG": "C.UTF-8", "PATH": path, "TMPDIR": folder, **environ}
    numbers = {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": limits.cpu_seconds,
        "RLIMIT_FSIZE": limits.file_bytes,
        "RLIMIT_NOFILE": limits.open_files,
    }
    entry = str(plugin.entry.absolute())
    if is_bundled(plugin) and plugin.info:
        return Order((entry,), folder, env, numbers, to_json(plugin.info))
    own = plugin.origin in ("project", "config", "bundled") and plugin.entry.suffix == ".py"
    argv = (sys.executable, entry) if own else (entry,)
    return Order(argv, folder, {**env, PLUGIN_MARK: "1"}, numbers)


def make_folder(place: Path | None) -> str:
    """A new folder that nobody else may enter."""
    parent = str(place) if place else os.environ.get("TMPDIR") or "/tmp"  # noqa: S108
    folder = Path(parent, f"cig-{os.urandom(8).hex()}").absolute()
    folder.mkdir(0o700)
    return str(folder)


def remove_folder(folder: str) -> None:
    """Remove a folder with whatever plugins left in it. What cannot be removed stays."""
    try:
        for each in Path(folder).iterdir():
            each.rmdir()
        Path(folder).rmdir()
    except OSError:
        from shutil import rmtree

        rmtree(folder, ignore_errors=True)


def forbid_tracing() -> None:
    """Keep other processes of this user from reading the core's memory, where tokens may be."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, *(ctypes.c_ulong(0) for _ in range(4)))
