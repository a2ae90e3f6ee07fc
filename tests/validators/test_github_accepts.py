"""Nothing that provider/github renders gives a foreign parser anything to say."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from checks import CHECKS
from foreign import Check, actionlint, node_yaml, zizmor
from graphs import GRAPHS, LINUX, WIDER, job, script, workflow

from cigen.sdk import Graph, Output, PathGlob, ProviderBlock, SkipIf, Skipping
from cigen.sdk.yaml import emit
from cigen.std.provider.github.workflow import render_workflow

ASKED_FOR = frozenset(
    {
        "concurrency-limits",  # a workflow without concurrency, or one that no pull request starts
        "secrets-outside-env",  # a secret of a job without an environment
        "self-hosted-runner",
        "template-injection",  # a value of a matrix in a script
        "undocumented-permissions",
        "unpinned-images",  # an image by its tag
    }
)
"""What zizmor's strictest persona may find: what the user of these graphs wrote, never how it was rendered."""


TOLD = {"GITHUB_009", "GITHUB_025", "GITHUB_028"}
"""What the provider itself says of them: how a large matrix is shared, what is a setting, what has no timings."""


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Every graph's file, as on disk."""
    root = tmp_path_factory.mktemp("project")
    wider = ((graph, Output("github", f".github/workflows/{name}.yml")) for name, graph in WIDER.items())
    for graph, output in (*GRAPHS.values(), *wider):
        text, diagnostics = render_workflow(graph, output)
        assert {found.code for found in diagnostics} <= TOLD
        path = root / output.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return sorted((root / ".github" / "workflows").iterdir())


@pytest.mark.parametrize("check", CHECKS["github"].values(), ids=list(CHECKS["github"]))
def test_no_finding(check: Check, rendered: list[Path]) -> None:
    assert len(rendered) == len(GRAPHS) + len(WIDER)
    assert check(rendered) == []


UP_TO_DATE = {name: check for name, check in CHECKS["github"].items() if name != "act"}
"""Those who know `deployment: false`, which is younger than act's schema."""


@pytest.mark.parametrize("check", UP_TO_DATE.values(), ids=list(UP_TO_DATE))
def test_no_finding_where_proofs_are_signed_in_an_environment(check: Check, tmp_path: Path) -> None:
    provable = replace(job("test", script("make")), skip_if=SkipIf(paths_unmodified=(PathGlob("src/**"),)))
    skipping = Skipping(
        store="s3://proofs",
        trust=("protected:0a",),
        secrets=("STORE_TOKEN",),
        machine=LINUX,
        settings=(ProviderBlock("github", '{"environment":"cig-protected","oidc":true}'),),
        files=("cig.toml",),
        version="1.2.3",
    )
    graph = Graph("shop", (workflow(),), (provable,), skipping=skipping)
    text, diagnostics = render_workflow(graph, Output("github", ".github/workflows/ci.yml"))
    assert (diagnostics, "deployment: false" in text, "id-token: write" in text) == ((), True, True)
    path = tmp_path / ".github/workflows/ci.yml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert check([path]) == []


RESTORING = Path(__file__).parents[1] / "golden/github-restore/expected/files/dot-github/workflows/ci.yml"


@pytest.fixture
def restoring(tmp_path: Path) -> Path:
    """A workflow whose planner hands files on, where GitHub has it."""
    path = tmp_path / ".github/workflows/ci.yml"
    path.parent.mkdir(parents=True)
    path.write_text(RESTORING.read_text())
    return path


@pytest.mark.parametrize("check", CHECKS["github"].values(), ids=list(CHECKS["github"]))
def test_no_finding_where_files_of_proven_jobs_are_handed_on(check: Check, restoring: Path) -> None:
    assert check([restoring]) == []


def test_the_strictest_persona_minds_no_files_that_are_handed_on(restoring: Path) -> None:
    assert {finding.partition(":")[0] for finding in zizmor([restoring], "auditor")} <= ASKED_FOR


KNOWN = (
    *("cache-binary", "distribution", "go-version", "merge-multiple", "package-manager-cache", "persist-credentials"),
    *("python-version", "restore-keys", "retention-days", "ruby-version"),
)
"""Inputs that actionlint knows of, by the tags of the actions' releases."""


def test_every_input_is_one_that_the_pinned_release_has(rendered: list[Path], tmp_path: Path) -> None:
    assert actionlint(_by_tag(rendered, tmp_path / "right", "")) == []
    misspelt = "\n".join(actionlint(_by_tag(rendered, tmp_path / "wrong", "x-")))
    assert [name for name in KNOWN if f'input "x-{name}" is not defined' not in misspelt] == []


def _by_tag(files: list[Path], folder: Path, prefix: str) -> list[Path]:
    """The files with actions by tag instead of by commit, and a prefix before every known input."""
    folder.mkdir()
    for file in files:
        text = re.sub(r"@[0-9a-f]{40} # (v\d+)\.[\d.]+", r"@\1", file.read_text())
        (folder / file.name).write_text(re.sub(rf"(?m)^( +)({'|'.join(KNOWN)}):", rf"\1{prefix}\2:", text))
    return sorted(folder.iterdir())


def test_the_strictest_persona_finds_only_what_a_user_asked_for(rendered: list[Path]) -> None:
    assert {finding.partition(":")[0] for finding in zizmor(rendered, "auditor")} <= ASKED_FOR


NASTY = {
    "strings": ["yes", "on", "3.10", "1:30", "0x1F", "1_000", "~", "a: b", "a #b", "- a", "*a", "&a", "!a", "%a", "@a"],
    "texts": [
        "a\nb\n",
        "  a\nb",
        "\ta\n",
        "a\n\n",
        "\n",
        "a  \nb\t\n",
        "é\n😀",
        "tab\tin",
        "\x07",
        "\u2028",
        "nbsp\u00a0",
    ],
    "keys": {key: key for key in ("yes", "n", "3.3", "a b", "a: b", "#", "", "on", "x" * 2000)},
    "others": [None, True, False, 0, -7, 12, {}, [], [[1], {"a": [2]}]],
}


def test_a_yaml_1_2_parser_reads_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "nasty.yml"
    path.write_text(emit(NASTY))
    assert node_yaml([path]) == [NASTY]
    assert yaml.safe_load(path.read_text()) == NASTY
