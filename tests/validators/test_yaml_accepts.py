"""Nothing that the providers of CircleCI and Buildkite render gives a foreign parser anything to say."""

import shutil
from pathlib import Path

import pytest
from checks import CHECKS
from graphs import GRAPHS, WIDER
from rendering import GOLDEN, PROVIDERS, golden_files, render

from cigen.model.diagnostics import Level, has_errors

REFUSED = {("buildkite", "rails"): {"BUILDKITE_019"}}
"""The graphs that a provider refuses, and by which codes."""

YAML = [name for name in PROVIDERS if name in CHECKS and name != "github"]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """Every graph's file that the provider does not refuse, by provider."""
    found: dict[str, list[Path]] = {}
    for provider in YAML:
        folder = tmp_path_factory.mktemp(provider)
        for name, graph in {**{name: graph for name, (graph, _) in GRAPHS.items()}, **WIDER}.items():
            text, diagnostics = render(provider, graph)
            assert bool(text) != has_errors(diagnostics), f"{name}: a file exactly where there is no error"
            errors = {one.code for one in diagnostics if one.level is Level.ERROR}
            assert errors == REFUSED.get((provider, name), set()), name
            if text:
                (folder / f"{name}.yml").write_text(text)
        found[provider] = sorted(folder.iterdir())
    return found


@pytest.mark.parametrize(("provider", "check"), [(name, check) for name in YAML for check in CHECKS[name]])
def test_no_finding(provider: str, check: str, rendered: dict[str, list[Path]]) -> None:
    assert CHECKS[provider][check](rendered[provider]) == []


@pytest.mark.parametrize(("provider", "check"), [(name, check) for name in PROVIDERS for check in CHECKS.get(name, ())])
def test_no_finding_in_what_golden_cases_expect(provider: str, check: str, tmp_path: Path) -> None:
    files = golden_files(provider)
    assert files, "golden cases are rendered for every provider"
    # All at once, because most of the time is that of starting; each under a name of its own.
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    together = []
    for path in files:
        case = path.relative_to(GOLDEN).parts[0]
        together.append(Path(shutil.copy(path, folder / f"{case}-{path.name}")))
    assert CHECKS[provider][check](together) == []
