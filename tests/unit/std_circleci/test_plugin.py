"""The plugin as the core sees it."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import cigen.std.provider.circleci as package
from cigen.formats.manifest import parse_manifest
from cigen.sdk import (
    Fragment,
    GenerateRequest,
    Graph,
    Job,
    MergeStrategy,
    Output,
    Pair,
    Runner,
    ValidateRequest,
    Workflow,
)
from cigen.sdk.plugin import implemented_hooks
from cigen.std.provider.circleci.limits import FILE_BYTES
from cigen.std.provider.circleci.plugin import PLUGIN

FOLDER = Path(str(package.__file__)).parent
OUTPUT = Output("circleci", ".circleci/config.yml")

LEGS = f"""\
jobs:
  a: {"y" * 100_000}
workflows:
  w:
    jobs:
      - a:
          matrix:
            parameters:
              p: [{", ".join(map(str, range(100)))}]
"""


def test_the_manifest_lists_the_hooks_and_limits_that_the_plugin_has() -> None:
    manifest, problems = parse_manifest((FOLDER / "module.toml").read_text(), "module.toml")
    assert not problems
    assert manifest is not None
    assert tuple(sorted(manifest.info.hooks)) == implemented_hooks(PLUGIN)
    assert (manifest.info.name, manifest.info.capabilities, manifest.info.reads) == (
        *("provider/circleci", ("provider:circleci",), ()),
    )
    assert Pair("limit:file_bytes", str(FILE_BYTES)) in manifest.info.metadata


def test_each_output_is_one_whole_file(make_job: Callable[..., Job]) -> None:
    outputs = (OUTPUT, replace(OUTPUT, path=".circleci/other.yml"))
    graph = Graph("p", (Workflow("ci"),), (make_job(),))
    result = PLUGIN.generate(GenerateRequest("circleci", graph, outputs))
    assert [(part.path, part.strategy) for part in result.fragments] == [
        (output.path, MergeStrategy.REPLACE) for output in outputs
    ]
    assert not result.diagnostics


def test_a_mistake_leaves_the_file_out(make_job: Callable[..., Job]) -> None:
    graph = Graph("p", (Workflow("ci"),), (make_job(machine=Runner("nobody")),))
    result = PLUGIN.generate(GenerateRequest("circleci", graph, (OUTPUT,)))
    assert not result.fragments
    assert [found.code for found in result.diagnostics] == ["CIRCLECI_004"]


@pytest.mark.parametrize(
    ("path", "content", "codes"),
    [
        (".circleci/config.yml", "#" * (FILE_BYTES - 1), []),
        (".circleci/config.yml", "é" * (FILE_BYTES // 2) + "x", ["CIRCLECI_009"]),
        (".github/workflows/a.yml", "#" * (FILE_BYTES + 1), []),
        (
            ".circleci/config.yml",
            LEGS,
            ["CIRCLECI_009"],
        ),
        (".circleci/config.yml", "[" * 70_000, []),
    ],
)
def test_a_file_that_compiles_to_too_much_is_an_error(path: str, content: str, codes: list[str]) -> None:
    found = PLUGIN.validate(ValidateRequest((Fragment(path, content),))).diagnostics
    assert [one.code for one in found] == codes
    assert all("at most 8,388,608" in one.message for one in found)


def test_generating_reads_no_yaml_and_runs_from_its_own_folder() -> None:
    """PyYAML is for readers; and no module of the folder stands in the way of one of Python's own."""
    code = (
        f"import sys; sys.path.insert(0, {str(FOLDER)!r}); import plugin, json; "
        "assert 'yaml' not in sys.modules; print(type(plugin.PLUGIN).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "CircleCI\n", done.stderr
