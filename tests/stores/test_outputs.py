"""S18: files in real servers, for each kind of store that is none of this machine's folders."""

import os
import subprocess
from pathlib import Path

import pytest
from records import Cig, record

from cigen.proof.archive import selection
from cigen.proof.outputs import FILES, PIECE, Deadline, UnrestoredError, keep_files, restore_files
from cigen.proof.places import output_place
from cigen.proof.stores import Store

pytestmark = pytest.mark.xdist_group("stores")  # so that each server is started once

CHOSEN = selection(["dist/**"])
LATER = Deadline(10, lambda: 0)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "work"
    (root / "dist/x").mkdir(parents=True)
    (root / "dist/x/small").write_text("1")
    (root / "dist/large").write_bytes(os.urandom(2 * PIECE + 10))
    return root


def test_what_a_job_left_comes_back_and_what_is_damaged_does_not(store: Store, root: Path, tmp_path: Path) -> None:
    one = record("build")
    kept = record("build", outputs=((FILES, keep_files(store, one, root, CHOSEN, LATER)),))
    assert keep_files(store, one, root, CHOSEN, LATER) == kept.outputs[0][1]
    restore_files(store, kept, tmp_path / "into", CHOSEN, LATER)
    for path in ("dist/large", "dist/x/small"):
        assert (tmp_path / "into" / path).read_bytes() == (root / path).read_bytes()
    # Whoever may write the store puts something else where the list of pieces is.
    listed = output_place(one.repository, one.scope, kept.outputs[0][1].removeprefix("sha256:"))
    store.replace(listed, b"{}")
    with pytest.raises(UnrestoredError, match="something else in their place"):
        restore_files(store, kept, tmp_path / "other", CHOSEN, LATER)
    assert keep_files(store, one, root, CHOSEN, LATER) == kept.outputs[0][1]
    restore_files(store, kept, tmp_path / "again", CHOSEN, LATER)


def test_what_was_never_kept_is_not_there(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UnrestoredError, match="any more"):
        restore_files(store, record("build", outputs=((FILES, "sha256:" + "a" * 64),)), tmp_path / "i", CHOSEN, LATER)


CONFIG = """
version = "0.2"
[project]
name = "PROJECT"
[skipping]
restore = true
[jobs.build]
steps = ["make"]
outputs = { files = ["dist/**"] }
skip_if.paths_unmodified = ["src/**"]
[jobs.test]
needs = ["build"]
inputs = { artifacts = ["build"] }
steps = ["make test"]
skip_if.paths_unmodified = ["cig.toml"]
"""


def test_a_plan_restores_what_record_kept(
    place: tuple[str, dict[str, str]], repository: Path, root: Path, cig: Cig, tmp_path: Path
) -> None:
    url, variables = place
    (repository / "cig.toml").write_text(CONFIG.replace("PROJECT", tmp_path.name))
    (repository / ".gitignore").write_text("dist\n")
    subprocess.run(["git", "add", "-A"], cwd=repository, check=True)
    commit = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qm", "x"]
    subprocess.run(commit, cwd=repository, check=True)
    (root / "dist").rename(repository / "dist")
    given = {**variables, "CIG_STORE": url, "CIG_STORE_KEY": "01" * 32}
    line = cig(repository, "compute-signatures", "--format", "jenkins", "--job", "build", **given).stdout
    signature = line.partition('"signature": "')[2].partition('"')[0]
    done = cig(repository, "record", "build", "--signature", signature, **given)
    assert (done.stderr, done.returncode) == ("", 0)
    done = cig(repository, "compute-signatures", "--restore", str(tmp_path / "into"), "--format", "text", **given)
    assert done.stderr == ""
    assert done.stdout.splitlines()[0].startswith("build\thit\tPROVEN")
    assert (tmp_path / "into/build/dist/large").read_bytes() == (repository / "dist/large").read_bytes()
