"""Files as the standard providers write them: from graphs, or as golden cases expect them."""

from importlib import import_module
from pathlib import Path

from cigen.model.diagnostics import Diagnostic
from cigen.pipeline.merge import part_of
from cigen.sdk import GenerateRequest, Graph, Output

__all__ = ["FILES", "GOLDEN", "PROVIDERS", "golden_files", "render"]

FILES = {
    "github": ".github/workflows/ci.yml",
    "circleci": ".circleci/config.yml",
    "buildkite": ".buildkite/pipeline.yml",
    "jenkins": "Jenkinsfile",
}
_ROOT = Path(__file__).parents[2]
PROVIDERS = [name for name in FILES if (_ROOT / "cigen/std/provider" / name / "plugin.py").is_file()]
GOLDEN = _ROOT / "tests" / "golden"


def render(provider: str, graph: Graph, workflow: str = "") -> tuple[str, tuple[Diagnostic, ...]]:
    """The file of one workflow, the first if none is named, or nothing where the provider refuses; and what it said."""
    plugin = import_module(f"cigen.std.provider.{provider}.plugin").PLUGIN
    output = Output(provider, FILES[provider], "", workflow or graph.workflows[0].id)
    done = plugin.generate(GenerateRequest(provider, part_of(graph, output), (output,)))
    # Where a plan is made first, the jobs stand in a file beside the one that was asked for.
    path = max((one.path for one in done.fragments), key=lambda one: ".full." in one, default="")
    return "".join(one.content for one in done.fragments if one.path == path), done.diagnostics


def golden_files(provider: str) -> list[Path]:
    """What golden cases expect of a provider."""
    pattern = {
        "github": "dot-github/workflows/*.yml",
        "circleci": "dot-circleci/*.yml",
        "buildkite": "dot-buildkite/*.yml",
        "jenkins": "**/*Jenkinsfile",
    }
    return sorted(GOLDEN.glob(f"*/expected/files/{pattern[provider]}"))
