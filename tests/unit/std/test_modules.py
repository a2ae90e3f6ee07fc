"""What every standard module keeps: its manifest, its code and its documentation say the same."""

import ast
import importlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from cigen.formats.manifest import parse_manifest
from cigen.sdk import Plugin
from cigen.sdk.plugin import implemented_hooks
from cigen.std.declared import DeclaredFiles
from cigen.std.inputs import Input, Kind

Call = Callable[..., Any]

ROOT = Path(__file__).parents[3]
STD = ROOT / "cigen" / "std"
VERSIONS = {
    "lang/ruby": "1.3.0",
    "lang/node": "2.1.0",
    "lang/python": "1.2.0",
    "db/postgres": "2.1.0",
    "db/redis": "2.0.0",
    "docker/build": "1.1.0",
    "policy/conventions": "1.0.0",
}
"""Those that the examples of the specification resolve to: a change is a decision."""


def manifest(name: str) -> dict[str, Any]:
    return tomllib.loads((STD / name / "module.toml").read_text())


def plugin_module(name: str) -> Any:
    return importlib.import_module(f"cigen.std.{name.replace('/', '.')}.plugin")


def accepted(name: str) -> dict[str, Input]:
    """The inputs that the code of the module accepts."""
    planning = f"cigen.std.{name.replace('/', '.')}.planning"
    module = importlib.import_module(planning) if name.startswith("lang/") else plugin_module(name)
    found: dict[str, Input] = module.SERVER.inputs if hasattr(module, "SERVER") else getattr(module, "INPUTS", {})
    return found


def sources(name: str) -> Iterator[tuple[str, ast.AST]]:
    shared = [*STD.glob("*.py"), *(STD / name).parent.glob("*.py")]
    for path in sorted({*(STD / name).rglob("*.py"), *shared}):
        yield path.relative_to(STD).as_posix(), ast.parse(path.read_text())


@pytest.mark.parametrize("name", VERSIONS)
def test_the_manifest_says_what_the_plugin_is(name: str) -> None:
    module = manifest(name)["module"]
    assert (module["name"], module["version"], module["protocol"]) == (name, VERSIONS[name], 1)
    read, mistakes = parse_manifest((STD / name / "module.toml").read_text(), "module.toml")
    assert (read.info.name if read else None, mistakes) == (name, ())
    entry = STD / name / module["entry"]
    assert os.access(entry, os.X_OK)
    assert entry.read_text().startswith("#!/usr/bin/env python3\n")
    plugin = plugin_module(name).PLUGIN
    assert isinstance(plugin, Plugin)
    assert tuple(sorted(module["hooks"])) == implemented_hooks(plugin)


@pytest.mark.parametrize("name", VERSIONS)
def test_the_manifest_lists_the_inputs_that_the_code_accepts(name: str) -> None:
    declared = manifest(name).get("inputs", {})
    assert {key: Kind(value["type"]) for key, value in declared.items()} == {
        key: value.kind for key, value in accepted(name).items()
    }
    assert all(("default" in value) != value.get("optional", False) for value in declared.values())


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("lang/ruby", "versions.RUBY.default"),
        ("lang/node", "versions.NODE.default"),
        ("lang/python", "versions.PYTHON.default"),
        ("db/postgres", "plugin.SERVER.default"),
        ("db/redis", "plugin.SERVER.default"),
    ],
)
def test_the_default_version_of_the_manifest_is_the_one_that_runs(name: str, default: str) -> None:
    module, *attributes = default.split(".")
    value: Any = importlib.import_module(f"cigen.std.{name.replace('/', '.')}.{module}")
    for attribute in attributes:
        value = getattr(value, attribute)
    assert manifest(name)["inputs"]["version"]["default"] == value


@pytest.mark.parametrize("name", VERSIONS)
def test_a_module_imports_the_sdk_and_the_standard_library_alone(name: str) -> None:
    family = f"cigen.std.{name.replace('/', '.')}"
    shared = {f"cigen.std.{path.stem}" for path in STD.glob("*.py")}
    shared |= {f"cigen.std.{room}.{path.stem}" for room in ("lang", "db") for path in (STD / room).glob("*.py")}
    for path, tree in sources(name):
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for imported in names:
                root = imported.partition(".")[0]
                own = imported == "cigen.sdk" or imported in shared or imported.startswith((family, "cigen.std.lang."))
                assert own if root == "cigen" else root in sys.stdlib_module_names, f"{path} imports {imported}"


@pytest.mark.parametrize("name", VERSIONS)
def test_every_public_name_exists(name: str) -> None:
    for path, _ in sources(name):
        module = importlib.import_module(
            "cigen.std." + path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        )
        assert not [one for one in getattr(module, "__all__", ()) if not hasattr(module, one)], path


@pytest.mark.parametrize("name", VERSIONS)
def test_no_file_hides_a_module_of_the_standard_library(name: str) -> None:
    """Run directly, a plugin's own folder comes first on Python's path."""
    assert not {path.stem for path in (STD / name).glob("*.py")} & sys.stdlib_module_names


@pytest.mark.parametrize("name", VERSIONS)
def test_starting_a_plugin_reads_no_format(name: str) -> None:
    code = f"import sys, cigen.sdk; before = set(sys.modules); import cigen.std.{name.replace('/', '.')}.plugin; "
    code += "print(*sorted(set(sys.modules) - before))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(run.stdout.split())
    assert not loaded & {"tomllib", "configparser", "yaml", "urllib", "urllib.parse", "subprocess", "google.protobuf"}


@pytest.mark.parametrize("name", VERSIONS)
def test_every_code_is_documented_with_its_title(name: str) -> None:
    text = (ROOT / "docs" / "diagnostics.md").read_text()
    titles = {
        key: title
        for path, _ in sources(name)
        if path.startswith(name)
        for module in [importlib.import_module("cigen.std." + path.removesuffix(".py").replace("/", "."))]
        for key, title in getattr(module, "TITLES", {}).items()
    }
    assert titles
    for code, title in titles.items():
        assert f"### {code}: {title}\n" in text
    prefix = next(iter(titles)).partition("_")[0]
    assert set(re.findall(rf"^### ({prefix}_\d+):", text, re.MULTILINE)) == set(titles)


EXAMPLES = [
    {},
    {"package.json": '{"workspaces": [], "packageManager": "yarn@4.1.0"}', "yarn.lock": "", ".bun-version": "1"},
    {"bun.lock": "", "package.json": "{}"},
    {"web/package.json": "{}", "web/yarn.lock": ""},
    {"Gemfile": "gem 'rails'", "Gemfile.lock": "", "x.gemspec": ""},
    {"gems.rb": "gem 'rails'", "bin/rails": ""},
    {"api/Gemfile": "", "api/Gemfile.lock": ""},
    {"pyproject.toml": "[project]\n", "uv.lock": ""},
    {"setup.py": "", "requirements.txt": "", "requirements-dev.txt": "-r requirements/extra.in"},
    {"Pipfile": "", "setup.cfg": ""},
    {"api/pyproject.toml": "[project]\n", "api/poetry.lock": ""},
    {"api/requirements.txt": "flask"},
]


@pytest.mark.parametrize("name", [name for name in VERSIONS if name != "policy/conventions"])
def test_a_plugin_asks_for_no_file_that_it_does_not_declare(
    name: str, request_for: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that it does not declare never exists for it: asking is a mistake."""
    asked: set[str] = set()
    is_there, text = DeclaredFiles.__contains__, DeclaredFiles.text
    monkeypatch.setattr(DeclaredFiles, "__contains__", lambda self, path: asked.add(path) or is_there(self, path))
    monkeypatch.setattr(DeclaredFiles, "text", lambda self, path, **k: asked.add(path) or text(self, path, **k))
    reads = [glob for read in manifest(name)["module"]["reads"] for glob in alternatives(read)]
    for files in EXAMPLES:
        seen = {path: text for path, text in files.items() if any(matches(path, glob) for glob in reads)}
        plugin_module(name).PLUGIN.detect(request_for(seen))
    assert {path for path in asked if not any(matches(path, glob) for glob in reads)} <= INCLUDED


INCLUDED = {"requirements/extra.in"}
"""A requirements file may name any other; one that is not declared counts as empty."""


def alternatives(glob: str) -> list[str]:
    before, brace, rest = glob.partition("{")
    inside, _, after = rest.partition("}")
    return [before + one + after for one in inside.split(",")] if brace else [glob]


def matches(path: str, glob: str) -> bool:
    parts, globs = path.split("/"), glob.split("/")
    return len(parts) == len(globs) and all(map(fnmatchcase, parts, globs))
