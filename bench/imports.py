"""What a no-op `cig render` imports, as `python -X importtime` tells it."""

import subprocess
from pathlib import Path

from installs import Tools

__all__ = ["imports_of_no_op"]

_SHOWN = 15


def imports_of_no_op(tools: Tools, root: Path) -> str:
    """A table of the costliest modules: microseconds of their own, and with what they import."""
    words = [tools.python, "-X", "importtime", tools.cig, "render"]
    done = subprocess.run(words, cwd=root, env=tools.environ, capture_output=True, text=True, check=True)
    found = [_parsed(line) for line in done.stderr.splitlines()[1:] if line.startswith("import time:")]
    total = sum(own for own, _, _ in found)
    lines = [f"imports of a no-op: {len(found)} modules, {total / 1000:.1f} ms by importtime's slower count"]
    lines += [f"  {own:6d} {whole:6d} µs  {name}" for own, whole, name in sorted(found, reverse=True)[:_SHOWN]]
    cigs = [name for _, _, name in found if name.partition(".")[0] not in _SMALL and "." not in name.strip("_")]
    return "\n".join([*lines, f"  top-level modules: {', '.join(sorted(cigs))}"])


_SMALL = frozenset({"encodings", "site", "codecs", "io", "abc", "stat", "os", "posixpath", "genericpath"})


def _parsed(line: str) -> tuple[int, int, str]:
    own, whole, name = line.removeprefix("import time:").split("|")
    return int(own), int(whole), name.strip()
