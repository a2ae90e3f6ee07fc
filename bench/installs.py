"""The programs that are measured: cig as an installed wheel, turbo and nx from npm.

Owns: where they are installed (a cache folder) and the environment that every command gets. Nothing of it is installed
into the project or the user's home.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measure import output_of

__all__ = ["Tools", "build_wheel", "install_tools"]

HERE = Path(__file__).parent
PROJECT = HERE.parent

_QUIET = {
    "DO_NOT_TRACK": "1",
    "NX_DAEMON": "false",
    "NX_NO_CLOUD": "true",
    "NX_TUI": "false",
    "TURBO_NO_UPDATE_NOTIFIER": "1",
    "TURBO_TELEMETRY_DISABLED": "1",
}


@dataclass(frozen=True, slots=True)
class Tools:
    """What to call, and with which environment. turbo is its native binary, not the script that starts it."""

    cig: str
    python: str
    turbo: str
    nx: tuple[str, ...]
    node_modules: Path
    environ: dict[str, str]

    def versions(self) -> dict[str, str]:
        """What answers to its name: for the record of a run."""
        return {
            "cig": self._version(self.cig, "--version"),
            "git": self._version("git", "--version"),
            "node": self._version(self.nx[0], "--version"),
            "nx": self._version(*self.nx, "--version"),
            "python": self._version(self.python, "--version"),
            "turbo": self._version(self.turbo, "--version"),
        }

    def _version(self, *words: str) -> str:
        text = output_of(words, self.node_modules.parent, self.environ)
        found = [line.strip() for line in text.splitlines() if any(letter.isdigit() for letter in line)]
        return found[0].removeprefix("- Local:").strip() if found else text.strip()


def install_tools(cache: Path) -> Tools:
    """Install whatever is not there yet, and cig anew if its sources are not those of the last time."""
    node_modules = _install_peers(cache / "peers")
    environment = _install_cig(cache)
    home = cache / "home"
    home.mkdir(exist_ok=True)
    node = shutil.which("node") or sys.exit("node is not on PATH")
    native = next(iter(sorted(node_modules.glob("@turbo/*/bin/turbo*"))), None) or sys.exit("npm installed no turbo")
    folders = [str(environment / "bin"), *dict.fromkeys(str(Path(p).parent) for p in (node, shutil.which("git") or ""))]
    return Tools(
        cig=str(environment / "bin" / "cig"),
        python=str(environment / "bin" / "python"),
        turbo=str(native),
        nx=(node, str(node_modules / "nx" / "dist" / "bin" / "nx.js")),
        node_modules=node_modules,
        environ={
            **_QUIET,
            "PATH": os.pathsep.join(dict.fromkeys([*folders, "/usr/bin", "/bin"])),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
        },
    )


def _install_peers(folder: Path) -> Path:
    names = ("package.json", "package-lock.json", ".npmrc")
    wanted = _digest([HERE / name for name in names])
    if not _is_done(folder, wanted):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in names:
            shutil.copy(HERE / name, folder)
        # Not `npm ci`: it refuses a lockfile from which a platform is missing because the registry does not offer it.
        subprocess.run(["npm", "install", "--no-save", "--ignore-scripts", "--silent"], cwd=folder, check=True)
        _mark_done(folder, wanted)
    return folder / "node_modules"


def _install_cig(cache: Path) -> Path:
    """A venv with cig's wheel."""
    wanted = _digest(_sources())
    environment = cache / "venv"
    if not _is_done(environment, wanted):
        pip = [str(environment / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "-q"]
        if not (environment / "bin").exists():
            venv.create(environment, with_pip=True)
            # The pip that Python brings along writes a `cig` that imports `re`: 6 ms of every command.
            subprocess.run([*pip, "install", "--upgrade", "pip>=26"], check=True)
        wheel = build_wheel(cache, pip)
        subprocess.run([*pip, "uninstall", "-y", "cigen"], check=True, stderr=subprocess.DEVNULL)
        subprocess.run([*pip, "install", str(wheel)], check=True)
        _mark_done(environment, wanted)
    return environment


def build_wheel(cache: Path, pip: Sequence[str]) -> Path:
    """cig's wheel, from the project as it is now. Built from a copy, so that the project's folder stays so."""
    copy = cache / "source"
    shutil.rmtree(copy, ignore_errors=True)
    for path in _sources():
        target = copy / path.relative_to(PROJECT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    subprocess.run([*pip, "wheel", "--no-deps", "-w", str(copy / "wheels"), str(copy)], check=True)
    (wheel,) = (copy / "wheels").glob("*.whl")
    return wheel


def _sources() -> list[Path]:
    folders = ["cigen", "rules", "pyproject.toml", "setup.py", "README.md", "LICENSE"]
    listed = output_of(["git", "ls-files", "-z", "-co", "--exclude-standard", "--", *folders], PROJECT, os.environ)
    paths = [PROJECT / name for name in sorted(set(listed.split("\0"))) if name]
    return [path for path in paths if path.is_file()]


def _digest(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        digest.update(b"%s %d\n" % (str(path).encode(), len(content)))
        digest.update(content)
    return digest.hexdigest()


def _is_done(folder: Path, wanted: str) -> bool:
    mark = folder / "installed"
    return mark.exists() and mark.read_text() == wanted


def _mark_done(folder: Path, done: str) -> None:
    (folder / "installed").write_text(done)
