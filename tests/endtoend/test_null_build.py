"""Doing nothing is nearly free: what the null path imports, and that it is taken."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cigen.engine import unchanged

Git = Callable[..., str]
ROOT = Path(__file__).parents[2]
SHOP = ROOT / "examples/shop"

HEAVY = {
    "argparse", "contextlib", "dataclasses", "doit", "google.protobuf", "grpc", "h2", "inspect", "json", "jsonschema",
    "networkx", "pathlib", "pygit2", "re", "sqlite3", "subprocess", "tomli", "typing", "yaml", "cigen.cli.dispatch",
    "cigen.engine.run", "cigen.schema", "cigen.model",
}  # fmt: skip
"""None of these on the null path."""


@pytest.fixture
def shop(tmp_path: Path, git: Git, environment: dict[str, str]) -> Path:
    root = tmp_path / "shop"
    shutil.copytree(SHOP, root)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "x")
    for _ in range(2):
        subprocess.run([sys.executable, "-m", "cigen", "render"], cwd=root, env=environment, check=True)
    return root


def imported(root: Path, environment: dict[str, str]) -> tuple[str, set[str]]:
    """What a render printed, and the modules it imported after the interpreter had started.

    Python runs without `site`: what that imports for an editable install would pass unseen. Its finder knows where
    `cigen.rules` lies, so here `cigen` is told.
    """
    code = (
        f"import sys; sys.path[:0] = {[str(ROOT), *sys.path]!r}; before = set(sys.modules)\n"
        f"import cigen; cigen.__path__.append({str(ROOT)!r})\n"
        "from cigen.cli.main import main\n"
        "main(['render'])\n"
        "print(sorted(set(sys.modules) - before), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout, set(eval(done.stderr.strip().splitlines()[-1]))


def test_the_null_build_imports_nothing_heavy(shop: Path, environment: dict[str, str]) -> None:
    printed, modules = imported(shop, environment)
    assert printed.startswith("Up to date: ")
    assert "cigen.engine.unchanged" in modules
    assert modules & HEAVY == set()


def test_files_are_counted_alike_whichever_way_is_taken(shop: Path, environment: dict[str, str]) -> None:
    """Those that a first render writes, `.gitattributes` among them."""

    def render(*options: str) -> str:
        call = [sys.executable, "-m", "cigen", "render", *options]
        return subprocess.run(call, cwd=shop, env=environment, capture_output=True, text=True, check=True).stdout

    printed, _ = imported(shop, environment)
    assert printed.endswith(", 2 files.\n")
    assert render("--check").endswith(", 2 files.\n")
    (shop / ".gitattributes").unlink()
    shutil.rmtree(shop / ".github")
    assert "\n2 files written: " in render()


def test_a_changed_file_takes_the_long_way(shop: Path, environment: dict[str, str]) -> None:
    (shop / "app/models/order.rb").write_text("class Order; end\n")
    _, modules = imported(shop, environment)
    assert "cigen.engine.run" in modules


def test_a_file_edited_and_put_back_is_no_change(shop: Path, environment: dict[str, str]) -> None:
    path = shop / "app/models/order.rb"
    before = path.read_text()
    path.write_text("class Order; end\n")
    subprocess.run([sys.executable, "-m", "cigen", "render"], cwd=shop, env=environment, check=True)
    path.write_text(before)
    printed, _ = imported(shop, environment)
    assert printed.startswith("Up to date: ")


@pytest.mark.parametrize("damage", [b"", b"cig-unchanged-1\n", b"cig-unchanged-1\n00000000 0\nxxxx"])
def test_a_damaged_record_takes_the_long_way(shop: Path, environment: dict[str, str], damage: bytes) -> None:
    (shop / ".cigen/cache/unchanged").write_bytes(damage)
    printed, modules = imported(shop, environment)
    assert printed.startswith("Up to date: ")
    assert "cigen.engine.run" in modules


def test_a_record_cut_off_anywhere_takes_the_long_way(shop: Path, environment: dict[str, str]) -> None:
    record = shop / ".cigen/cache/unchanged"
    whole = record.read_bytes()
    for length in range(0, len(whole), 97):
        record.write_bytes(whole[:length])
        assert unchanged.look_for_changes(str(shop), environment)[0] is None


@pytest.mark.parametrize("change", ["variable", "path", "plugin", "output", "root"])
def test_what_stands_outside_the_worktree_counts(
    shop: Path, environment: dict[str, str], change: str, tmp_path: Path
) -> None:
    text = (shop / "cig.toml").read_text().replace("[jobs.lint]", '[jobs.lint]\ninputs = { env = ["TOKEN"] }')
    (shop / "cig.toml").write_text(text)
    tools = tmp_path / "tools"
    tools.mkdir()
    settings = {**environment, "PATH": f"{tools}:{environment['PATH']}", "TOKEN": "a"}
    # The folder must be older than the record that is to trust it.
    os.utime(tools, (time.time() - 10, time.time() - 10))
    root = shop
    subprocess.run([sys.executable, "-m", "cigen", "render"], cwd=root, env=settings, check=True)
    if change == "variable":
        settings["TOKEN"] = "b"
    elif change == "path":
        settings["PATH"] = environment["PATH"]
    elif change == "plugin":
        (tools / "cigen-plugin-x").write_text("#!/bin/sh\n")
    elif change == "output":
        (root / ".github/workflows/ci.yml").write_text("x\n")
    else:
        root = root.rename(tmp_path / "elsewhere")
    assert unchanged.look_for_changes(str(root), settings)[0] is None
