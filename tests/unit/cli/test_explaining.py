"""What depends on a path, wherever it is typed, and mistakes of another commit."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Cig = Callable[..., "subprocess.CompletedProcess[str]"]
Git = Callable[..., str]

CONFIG = """\
version = "0.2"
[project]
name = "x"
[jobs.web]
steps = ["make"]
skip_if = { paths_unmodified = ["web/**/*.ts"] }
[jobs.docs]
steps = ["make"]
skip_if = { paths_unmodified = ["docs/**", "!docs/old/**", "web/[[]1].md"] }
"""


@pytest.fixture
def root(tmp_path: Path, git: Git) -> Path:
    """A repository, whose first commit has a mistake in its cig.toml."""
    root = tmp_path / "project"
    for path in ("web/src/a.ts", "web/src/b.ts", "docs/old/a", "docs/b", "web/[1].md"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("")
    git(root, "init", "-q")
    for text in (CONFIG.replace("steps", "stepz", 1), CONFIG):
        (root / "cig.toml").write_text(text)
        git(root, "add", "-A")
        git(root, "commit", "-qm", "x")
    return root


def told(cig: Cig, folder: Path, path: str) -> list[str]:
    """The first line, then the jobs."""
    done = cig(folder, "explain", "file", path)
    assert (done.returncode, done.stderr) == (0, "")
    first, *rest = done.stdout.splitlines()
    return [first, *(line.split()[1] for line in rest)]


def test_a_folder_stands_for_all_that_is_in_it(root: Path, cig: Cig) -> None:
    assert told(cig, root, "web/src") == ["web/src is a folder, with inputs of", "web"]
    assert told(cig, root, "web") == ["web is a folder, with inputs of", "docs", "web"]
    assert told(cig, root, "docs/") == ["docs is a folder, with inputs of", "docs"]
    assert told(cig, root, ".")[:3] == [". is a folder, with inputs of", "docs", "web"]
    assert told(cig, root, "docs/old") == ["Nothing depends on docs/old: changing it runs no job and no action."]


def test_a_path_is_no_pattern(root: Path, cig: Cig) -> None:
    assert told(cig, root, "web/[1].md") == ["web/[1].md is an input of", "docs"]
    assert told(cig, root, "web/*")[0].startswith("Nothing depends on web/*, which is not in the repository")


def test_a_path_that_is_not_there_is_told_so(root: Path, cig: Cig) -> None:
    assert told(cig, root, "web/c.ts") == ["web/c.ts is not in the repository; it would be an input of", "web"]
    assert told(cig, root, "docs/b/c") == ["docs/b/c is not in the repository; it would be an input of", "docs"]


def test_a_path_counts_from_where_it_is_typed(root: Path, cig: Cig) -> None:
    assert told(cig, root / "web/src", "a.ts") == ["web/src/a.ts is an input of", "web"]
    assert told(cig, root / "web/src", "../../docs/b") == ["docs/b is an input of", "docs"]
    assert told(cig, root / "web", ".")[0] == "web is a folder, with inputs of"


def test_a_mistake_in_the_cig_toml_of_a_commit_is_shown_where_it_is(root: Path, cig: Cig) -> None:
    done = cig(root, "compute-signatures", "--rev", "HEAD~1")
    assert (done.returncode, done.stdout) == (1, "")
    assert " --> cig.toml:5:1\n" in done.stderr
    assert 'stepz = ["make"]\n' in done.stderr


def test_a_commit_with_a_mistake_that_a_job_is_compared_with_is_named(root: Path, cig: Cig) -> None:
    done = cig(root, "explain", "job", "web", "--against", "HEAD~1")
    assert (done.returncode, done.stdout) == (1, "")
    assert 'at HEAD~1: [jobs.web] has no key "stepz"' in done.stderr
    assert "-->" not in done.stderr


def test_a_page_is_told_where_it_is(root: Path, cig: Cig) -> None:
    done = cig(root, "graph", "--html", "g.html")
    assert (done.returncode, done.stdout, done.stderr) == (0, "Wrote g.html\n", "")
    assert (root / "g.html").read_text().startswith("<!doctype html>")
