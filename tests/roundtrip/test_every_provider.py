"""Whatever cig.toml says, a provider renders a valid file or refuses with a diagnostic: no crash, no invalid file."""

import shutil
import subprocess
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from documents import documents, to_toml, with_outputs
from hypothesis import HealthCheck, Phase, given, note, settings
from validity import VALID, groovy_problem

from cigen.model.diagnostics import Level
from cigen.pipeline.dag import build_graph
from cigen.pipeline.expand import expand_jobs
from cigen.pipeline.merge import part_of
from cigen.schema.load import load_config
from cigen.schema.source import parse
from cigen.sdk import GenerateRequest, GenerateResult

PROVIDERS = ("buildkite", "circleci", "github", "jenkins")
UNHURRIED = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


def rendered(tree: dict[str, Any], provider: str) -> list[tuple[str, GenerateResult]]:
    """What the provider makes of each output of a document, by path."""
    config, found = load_config(to_toml(with_outputs(_without_wrong_raw(tree), provider)).encode())
    assert config is not None, found
    jobs, _ = expand_jobs(config)
    graph, found = build_graph(config, jobs, {}, ())
    assert graph is not None, found
    plugin = import_module(f"cigen.std.provider.{provider}.plugin").PLUGIN
    return [
        (output.path, plugin.generate(GenerateRequest(provider, part_of(graph, output), (output,))))
        for output in config.outputs
    ]


def _without_wrong_raw(tree: dict[str, Any]) -> dict[str, Any]:
    """What a raw block says is the user's, right or wrong: one for a step that runs something is wrong elsewhere."""
    jobs = {
        id: {k: v for k, v in job.items() if k != "raw" or "trigger" not in job} for id, job in tree["jobs"].items()
    }
    return {**tree, "jobs": jobs}


def check_result(provider: str, path: str, result: GenerateResult) -> None:
    errors = [found for found in result.diagnostics if found.level is Level.ERROR]
    assert all(found.code.startswith(f"{provider.upper()}_") for found in result.diagnostics)
    assert bool(errors) != bool(result.fragments), "a file exactly where there is no error"
    assert [fragment.path for fragment in result.fragments][:1] in ([path], [])
    for fragment in result.fragments:
        assert Path(fragment.path).parent == Path(path).parent
        problem = VALID[provider](fragment.content)
        if problem:
            note(fragment.content)
        assert not problem


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_random_document_is_rendered_or_refused(provider: str) -> None:
    written = []

    @UNHURRIED
    @given(documents(modules=False))
    def check(tree: dict[str, Any]) -> None:
        note(to_toml(tree))
        for path, result in rendered(tree, provider):
            check_result(provider, path, result)
            written.append(bool(result.fragments))

    check()
    assert sum(written) * 4 > len(written), "most documents can be said"


def test_groovy_itself_compiles_random_files(tmp_path: Path) -> None:
    if shutil.which("groovyc") is None:
        pytest.skip("groovyc is not installed: apt-get install groovy default-jre-headless")
    files: list[Path] = []

    @settings(UNHURRIED, max_examples=12, derandomize=True, phases=[Phase.generate], database=None)
    @given(documents(modules=False))
    def collect(tree: dict[str, Any]) -> None:
        for _, result in rendered(tree, "jenkins"):
            files.extend(_written(tmp_path, len(files), fragment.content) for fragment in result.fragments)

    collect()
    assert len(files) >= 6, "most documents can be said"
    stubs = Path(__file__).parents[1] / "validators/jenkins/stubs"
    command = ["groovyc", "--encoding", "UTF-8", "-cp", stubs, "-d", tmp_path / "classes", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _written(folder: Path, number: int, text: str) -> Path:
    file = folder / f"Run{number}.groovy"
    added = "import com.cloudbees.groovy.cps.NonCPS\nimport groovy.transform.Field\n"
    file.write_text(text.replace("import groovy.transform.Field\n", added), encoding="utf-8")
    return file


BAD: dict[str, tuple[Callable[[str], str], str]] = {
    "an unknown key": (VALID["github"], "on: push\njobs: {a: {runs-on: x, steps: [{run: x}], oops: 1}}\n"),
    "a key twice": (VALID["github"], "on: push\non: push\njobs: {a: {runs-on: x, steps: [{run: x}]}}\n"),
    "no YAML": (VALID["buildkite"], "steps: [\n"),
    "a step that is a number": (VALID["buildkite"], "steps: [7]\n"),
    "steps that are a number": (VALID["circleci"], "version: 2.1\njobs: {a: {steps: 7}}\n"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_noticed(what: str) -> None:
    check, text = BAD[what]
    assert check(text)


@pytest.mark.parametrize(
    "text", ["a(b", "a)", "x = '", "x = 'a\nb'", "'''a", "/* a", "'\\x'", '"$"', "[(])", "x = 'a' + \"b"]
)
def test_bad_groovy_is_noticed(text: str) -> None:
    assert groovy_problem(text)


@pytest.mark.parametrize(
    "text",
    ["a('b', \"${c}\")", "'''a\n'b' ''c'''", "// it's\nx", "/* ( */ [:]", "'\\\\' + '\\''", "a / b", "'\\u0041$'"],
)
def test_good_groovy_is_let_through(text: str) -> None:
    assert groovy_problem(text) == ""


LEGS = """
version = "0.2"
[project]
name = "legs"
[skipping]
store = "s3://bucket"
[jobs.build]
steps = ["make"]
inputs = { files = ["src/**"] }
[jobs.test]
needs = ["build"]
matrix = { package = ["api", "web"], include = [{ package = "old", node = 18 }] }
steps = ["make {{ matrix.package }}"]
skip_if = { paths_unmodified = ["GLOB", "!GLOB.md"] }
inputs = { files = [{ glob = "GLOB", optional = true }] }
"""


@pytest.mark.parametrize("provider", PROVIDERS)
def test_globs_of_files_that_differ_from_leg_to_leg_are_none_of_a_providers_business(provider: str) -> None:
    """Signatures know them. A provider that took them for text of its own would render them, or make other legs."""
    plain, own = (
        rendered(parse(LEGS.replace("GLOB", glob).encode())[0] or {}, provider)
        for glob in ("packages/*", "packages/{{ matrix.package }}/*")
    )
    assert plain[0][1].fragments
    assert plain == own
