"""Every file that leaves jobs out has a gate, and no two files have one of the same name: a merge waits for each."""

import re
from collections.abc import Callable
from pathlib import Path

CONFIG = """
version = "0.2"
[project]
name = "gated"
[skipping]
store = "github-cache"
[workflows.site]
on = { pull_request = true }
[jobs.test]
steps = ["make"]
skip_if = { paths_unmodified = ["src/**"] }
[jobs.build]
workflow = "site"
steps = ["make site"]
skip_if = { paths_unmodified = ["site/**"] }
[[outputs]]
provider = "github"
path = ".github/workflows/ci.yml"
[[outputs]]
provider = "github"
path = ".github/workflows/site.yml"
workflow = "site"
"""


def test_two_files_have_two_gates(tmp_path: Path, git: Callable[..., str], cig: Callable[..., object]) -> None:
    (tmp_path / "cig.toml").write_text(CONFIG)
    for name in ("src", "site"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_text("")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    cig(tmp_path, "render")
    files = [(tmp_path / f".github/workflows/{name}.yml").read_text() for name in ("ci", "site")]
    gates = [re.findall(r"name: (cig/gate\S*)", text) for text in files]
    assert gates == [["cig/gate"], ["cig/gate-site"]]
