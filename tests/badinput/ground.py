"""A small project to be hostile to, and what counts as one clear message."""

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["CONFIG", "OUTPUTS", "Cig", "Edited", "Git", "Project", "Told", "processes", "told"]

Cig = Callable[..., "subprocess.CompletedProcess[str]"]
Git = Callable[..., str]

CONFIG = """\
version = "0.2"

[project]
name = "shop"

[[outputs]]
provider = "github"
path = ".github/workflows/ci.yml"

[[outputs]]
provider = "github"
path = ".github/workflows/nightly.yml"
workflow = "nightly"

[workflows.nightly]
on = { schedule = "0 3 * * *" }

[jobs.test]
packages = ["python"]
steps = ["make test"]

[jobs.soak]
workflow = "nightly"
steps = ["make soak"]
"""
OUTPUTS = (".gitattributes", ".github/workflows/ci.yml", ".github/workflows/nightly.yml")


@dataclass(frozen=True)
class Told:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def codes(self) -> list[str]:
        return re.findall(r"^(?:error|warning)\[([A-Z]+_\d{3})\]", self.err, re.MULTILINE)


def told(result: "subprocess.CompletedProcess[str]") -> Told:
    """The result, once it is sure that nothing but messages meant for users was printed."""
    assert "Traceback" not in result.stdout + result.stderr, result.stderr
    assert "Exception" not in result.stderr, result.stderr
    return Told(result.returncode, result.stdout, result.stderr)


@dataclass
class Project:
    """A repository with a cig.toml."""

    root: Path
    cig: Cig
    git: Git
    environment: Mapping[str, str] = field(repr=False)

    def run(self, *arguments: str, **variables: str) -> Told:
        return told(self.cig(self.root, *arguments, **variables))

    def write(self, path: str, content: str | bytes) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def outputs(self) -> tuple[str | None, ...]:
        files = [self.root / path for path in OUTPUTS]
        return tuple(file.read_text() if file.exists() else None for file in files)

    def strays(self) -> list[str]:
        """Files that are neither the project's nor outputs."""
        listed = self.git(self.root, "ls-files", "--others", "--exclude-standard", "-z").split("\0")
        return [path for path in listed if path and path not in OUTPUTS]


@dataclass
class Edited:
    """A project whose outputs are `before`, and must be `before` or `after`. `kept`: as it was before."""

    kept: Path
    project: Project
    before: tuple[str | None, ...]
    after: tuple[str | None, ...]

    def restore(self) -> None:
        """As it was."""
        shutil.rmtree(self.project.root)
        shutil.copytree(self.kept, self.project.root, symlinks=True)


def processes(session: int) -> list[str]:
    """Command lines of the processes of a session that still run."""
    found = []
    for place in Path("/proc").iterdir():
        try:
            if place.name.isdigit():
                state, _, _, owner = (place / "stat").read_text().rpartition(")")[2].split()[:4]
                command = (place / "cmdline").read_text().replace("\0", " ")
                if int(owner) == session and state != "Z" and command:  # one that is just ending has none
                    found.append(command)
        except OSError:  # it has just ended
            continue
    return found
