"""The plugin as the core sees it."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import cigen.std.provider.github as package
from cigen.formats.manifest import parse_manifest
from cigen.sdk import (
    Fragment,
    GenerateRequest,
    Graph,
    Job,
    MergeStrategy,
    Output,
    Runner,
    ValidateRequest,
    Workflow,
)
from cigen.sdk.plugin import implemented_hooks
from cigen.std.provider.github.plugin import PLUGIN

FOLDER = Path(str(package.__file__)).parent
OUTPUT = Output("github", ".github/workflows/ci.yml")


def test_the_manifest_lists_the_hooks_that_the_plugin_has() -> None:
    manifest, problems = parse_manifest((FOLDER / "module.toml").read_text(), "module.toml")
    assert not problems
    assert manifest is not None
    assert tuple(sorted(manifest.info.hooks)) == implemented_hooks(PLUGIN)
    assert (manifest.info.name, manifest.info.capabilities, manifest.info.reads) == (
        *("provider/github", ("provider:github",), ()),
    )


def test_each_output_is_one_whole_file(make_job: Callable[..., Job]) -> None:
    outputs = (OUTPUT, replace(OUTPUT, path=".github/workflows/other.yml"))
    graph = Graph("p", (Workflow("ci"),), (make_job(),))
    result = PLUGIN.generate(GenerateRequest("github", graph, outputs))
    assert [(part.path, part.strategy) for part in result.fragments] == [
        (output.path, MergeStrategy.REPLACE) for output in outputs
    ]
    assert not result.diagnostics


def test_a_mistake_leaves_the_file_out(make_job: Callable[..., Job]) -> None:
    graph = Graph("p", (Workflow("ci"),), (make_job(machine=Runner("nobody")),))
    result = PLUGIN.generate(GenerateRequest("github", graph, (OUTPUT,)))
    assert not result.fragments
    assert [found.code for found in result.diagnostics] == ["GITHUB_004"]


@pytest.mark.parametrize(
    ("path", "size", "codes"),
    [
        (".github/workflows/a.yml", 500_000, []),
        (".github/workflows/a.yml", 500_001, ["GITHUB_020"]),
        (".circleci/config.yml", 900_000, []),
    ],
)
def test_a_file_too_large_for_github_is_an_error_with_its_size(path: str, size: int, codes: list[str]) -> None:
    found = PLUGIN.validate(ValidateRequest((Fragment(path, "é" * (size // 2) + "x" * (size % 2)),))).diagnostics
    assert [one.code for one in found] == codes
    assert not codes or "500,001 bytes" in found[0].message


def test_generating_reads_no_yaml_and_runs_from_its_own_folder() -> None:
    """PyYAML is for readers; and no module of the folder stands in the way of one of Python's own."""
    code = (
        f"import sys; sys.path.insert(0, {str(FOLDER)!r}); import plugin, secrets, json; "
        "assert hasattr(secrets, 'token_bytes'); assert 'yaml' not in sys.modules; print(type(plugin.PLUGIN).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "GitHub\n", done.stderr
