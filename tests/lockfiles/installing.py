"""Running package managers, and what they leave behind."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

__all__ = ["JOURNALS", "TOOLS", "installed", "run", "tool", "tree", "write"]

TOOLS = Path(__file__).parent / "tools/node_modules"
JOURNALS = {
    ".modules.yaml",
    "lock.yaml",
    ".package-lock.json",
    ".pnpm-workspace-state-v1.json",
    ".pnpm-workspace-state.json",
}
"""What installers note about themselves, with times and the whole lockfile's digest; no package is in it."""

_LIMIT = 30


def tool(name: str) -> Path:
    """A program of npm packages that only these tests need, else one beside this Python, else one on PATH."""
    if (TOOLS / name).exists():
        return TOOLS / name
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        pytest.skip(f"{name} is not installed: npm ci --prefix tests/lockfiles/tools, make setup")
    return Path(found)


def run(command: Sequence[str | Path], folder: Path, **variables: str) -> str:
    """Run it without the user's own settings; its output, once it has succeeded."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, "CI": "1", "npm_config_userconfig": os.devnull, **variables}
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env=environment, capture_output=True, text=True, timeout=_LIMIT
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def write(folder: Path, files: dict[str, str]) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)


def tree(folder: Path) -> dict[str, str]:
    """Every file and link in the `node_modules` of a workspace, with what it holds or where it leads."""
    return {str(path.relative_to(folder)): content for path, content in _walk(folder, inside=False)}


def _walk(folder: Path, inside: bool) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.iterdir()):
        below = inside or path.name == "node_modules"
        if path.is_symlink():
            yield path, f"-> {path.readlink()}"
        elif path.is_dir():
            yield path, ""
            yield from _walk(path, below)
        elif inside and path.name not in JOURNALS:
            yield path, path.read_text()


def installed(folder: Path) -> dict[str, str]:
    """The package.json of each installed package, by its path: `name@version`."""
    found = {}
    for path, content in tree(folder).items():
        parent = Path(path).parent
        above = parent.parent if not parent.parent.name.startswith("@") else parent.parent.parent
        if Path(path).name == "package.json" and above.name == "node_modules":
            manifest = json.loads(content)
            found[str(parent)] = f"{manifest['name']}@{manifest['version']}"
    return found
