"""Jenkinsfiles executed: `jenkins/Harness.groovy` defines Jenkins' steps as stubs and says what happened.

Groovy 2.4 is the language that Jenkins embeds. A JVM takes two seconds to start, so all runs of a module share one.
What no stub can show is Jenkins' own continuation-passing compiler; `method_sizes` reads what Groovy makes of a file.
"""

import json
import struct
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foreign import HERE, run, tool

__all__ = ["Run", "Runs", "compile_groovy", "method_sizes", "run_groovy"]

_FOLDER = HERE / "jenkins"
_INSTALL = "apt-get install groovy default-jre-headless"


@dataclass(frozen=True)
class Run:
    """What a Jenkinsfile did. `events`: every step, in order, with the stages and blocks around it."""

    result: str
    error: str | None
    events: list[dict[str, Any]]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The events of one kind."""
        return [event for event in self.events if event["kind"] == kind]

    @property
    def scripts(self) -> list[str]:
        """The names of the scripts that were run, in order."""
        return [event["name"] for event in self.events if event["kind"] in ("sh", "bat", "pwsh", "powershell")]

    def output(self, name: str) -> str:
        """What a script wrote."""
        return next(event["output"] for event in self.events if event.get("name") == name and "output" in event)


@dataclass
class Runs:
    """Files to run, by name, until `start` runs them all in one JVM."""

    folder: Path
    cases: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def add(self, name: str, text: str, **settings: Any) -> None:
        """A file and what surrounds it: env, params, causes, execute, fail, windows, outputs."""
        # The file's name becomes that of a class, which hides a variable of the same name.
        file = self.folder / f"Run{len(self.cases)}.groovy"
        file.write_text(text, encoding="utf-8")
        (self.folder / name).mkdir()
        self.cases[name] = {"file": str(file), "dir": str(self.folder / name), **settings}

    def start(self) -> dict[str, Run]:
        """Run them, each as if it were the only one."""
        listed = self.folder / "cases.json"
        listed.write_text(json.dumps(list(self.cases.values())), encoding="utf-8")
        done = run_groovy([_FOLDER / "Harness.groovy", listed])
        found = [json.loads(line) for line in done.stdout.split("\n") if line]
        assert len(found) == len(self.cases), done.stderr
        return {name: Run(one["result"], one["error"], one["log"]) for name, one in zip(self.cases, found, strict=True)}


def run_groovy(arguments: Sequence[str | Path]) -> "subprocess.CompletedProcess[str]":
    """Run a script. A failure of Groovy itself fails the test."""
    done = run([tool("groovy", _INSTALL), "-cp", _FOLDER / "stubs", "-Dfile.encoding=UTF-8", "-c", "UTF-8", *arguments])
    assert done.returncode == 0, done.stderr
    return done


def compile_groovy(file: Path, into: Path) -> "subprocess.CompletedProcess[str]":
    """Compile a Jenkinsfile as it stands, with the one import that Jenkins adds."""
    copy = into / "Jenkinsfile.groovy"
    text = file.read_text(encoding="utf-8")
    added = "import com.cloudbees.groovy.cps.NonCPS\nimport groovy.transform.Field\n"
    copy.write_text(text.replace("import groovy.transform.Field\n", added), encoding="utf-8")
    command = [tool("groovyc", _INSTALL), "--encoding", "UTF-8", "-cp", _FOLDER / "stubs", "-d", into / "classes", copy]
    return run(command)


def method_sizes(classes: Path) -> dict[str, int]:
    """Bytes of code of each method of each class in a folder."""
    return {f"{path.stem}.{name}": size for path in classes.rglob("*.class") for name, size in _methods(path)}


def _methods(path: Path) -> Iterator[tuple[str, int]]:
    """Read a class file, as chapter 4 of the Java Virtual Machine Specification describes it."""
    data = path.read_bytes()
    names: dict[int, str] = {}
    count, at, index = struct.unpack_from(">H", data, 8)[0], 10, 1
    widths = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 18: 4}
    while index < count:
        tag = data[at]
        if tag == 1:
            length = struct.unpack_from(">H", data, at + 1)[0]
            names[index] = data[at + 3 : at + 3 + length].decode("utf-8", "replace")
            at += 3 + length
        else:
            at += 1 + widths[tag]
        index += 2 if tag in (5, 6) else 1
    at += 6
    at += 2 + 2 * struct.unpack_from(">H", data, at)[0]
    for members in ("fields", "methods"):
        total = struct.unpack_from(">H", data, at)[0]
        at += 2
        for _ in range(total):
            name, _, attributes = struct.unpack_from(">HHH", data, at + 2)
            at += 8
            for _ in range(attributes):
                kind, length = struct.unpack_from(">HI", data, at)
                if members == "methods" and names[kind] == "Code":
                    yield names[name], struct.unpack_from(">I", data, at + 10)[0]
                at += 6 + length
