"""The plan document from whatever clone a CI machine has: shallow, blobless, bare, from a subfolder."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Cig = Callable[..., "subprocess.CompletedProcess[str]"]
Git = Callable[..., str]

CONFIG = """
version = "0.2"
[project]
name = "signed"
[jobs.build]
steps = ["make"]
skip_if = { paths_unmodified = ["src/**"] }
[jobs.test]
needs = ["build"]
matrix = { ruby = ["3.3", "3.4"] }
packages = ["ruby"]
steps = ["make test"]
skip_if = { paths_unmodified = ["test/**"] }
"""


@pytest.fixture
def repository(tmp_path: Path, git: Git) -> Path:
    root = tmp_path / "repository"
    for path, content in {"cig.toml": CONFIG, "src/a": "a\n", "test/a": "a\n", "Gemfile": "", "x/y": "z\n"}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "x")
    return root


def plan(cig: Cig, folder: Path, *arguments: str, **variables: str) -> dict[str, object]:
    done = cig(folder, "compute-signatures", *arguments, **variables)
    assert done.returncode == 0, done.stderr
    document: dict[str, object] = json.loads(done.stdout)
    return document


def test_the_plan_runs_everything_where_there_is_no_store(repository: Path, cig: Cig, git: Git) -> None:
    document = plan(cig, repository)
    assert document["schema"] == "cig.plan/1"
    assert document["rev"] == git(repository, "rev-parse", "HEAD").strip()
    assert document["tree"] == "git:" + git(repository, "rev-parse", "HEAD^{tree}").strip()
    assert document["store"] == {"state": "off", "url": ""}
    jobs = document["jobs"]
    assert isinstance(jobs, dict)
    assert list(jobs) == ["build", "test-ruby3.3", "test-ruby3.4"]
    assert {job["decision"] for job in jobs.values()} == {"run"}
    assert {job["reason"] for job in jobs.values()} == {"STORE_OFF"}
    assert jobs["test-ruby3.3"]["job"] == "test"
    assert jobs["test-ruby3.3"]["matrix"] == {"ruby": "3.3"}
    assert len({job["signature"] for job in jobs.values()}) == 3


@pytest.mark.parametrize("kind", ["subfolder", "bare", "shallow and blobless", "linked worktree"])
def test_every_kind_of_clone_gives_the_same_plan(
    kind: str, repository: Path, cig: Cig, git: Git, tmp_path: Path
) -> None:
    expected = plan(cig, repository)
    clone = tmp_path / "clone"
    if kind == "subfolder":
        clone = repository / "x"
    elif kind == "bare":
        git(tmp_path, "clone", "-q", "--bare", str(repository), str(clone))
    elif kind == "linked worktree":
        git(repository, "worktree", "add", "-q", str(clone), "HEAD", "--detach")
    else:
        git(repository, "config", "uploadpack.allowFilter", "true")
        url = repository.as_uri()
        git(tmp_path, "clone", "-q", "--depth=1", "--filter=blob:none", "--no-checkout", url, str(clone))
        # What a runner needs of the blobs: cig.toml, and no other.
        git(clone, "cat-file", "-e", "HEAD:cig.toml")
    assert plan(cig, clone) == expected


def test_the_worktree_signs_like_the_commit_it_would_become(repository: Path, cig: Cig, git: Git) -> None:
    (repository / "src/a").write_text("b\n")
    (repository / "test/new").write_text("untracked\n")
    worktree = plan(cig, repository, "--worktree")
    assert worktree["jobs"] != plan(cig, repository)["jobs"]
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "y")
    assert plan(cig, repository)["jobs"] == worktree["jobs"]


def test_an_older_commit_is_signed_with_its_own_cig_toml(repository: Path, cig: Cig, git: Git) -> None:
    before = plan(cig, repository)
    (repository / "cig.toml").write_text(CONFIG.replace("make test", "make check"))
    git(repository, "commit", "-qam", "y")
    assert plan(cig, repository)["jobs"] != before["jobs"]
    assert plan(cig, repository, "--rev", "HEAD^")["jobs"] == before["jobs"]


def test_one_job_or_one_leg_can_be_asked_for(repository: Path, cig: Cig) -> None:
    every = plan(cig, repository)["jobs"]
    assert isinstance(every, dict)
    one = plan(cig, repository, "--job", "test-ruby3.4")["jobs"]
    assert one == {"test-ruby3.4": every["test-ruby3.4"]}
    legs = plan(cig, repository, "--job", "test")["jobs"]
    assert isinstance(legs, dict)
    assert list(legs) == ["test-ruby3.3", "test-ruby3.4"]


def test_an_unknown_job_names_the_nearest_one(repository: Path, cig: Cig) -> None:
    done = cig(repository, "compute-signatures", "--job", "biuld")
    assert done.returncode == 1
    assert "CLI_003" in done.stderr
    assert 'did you mean "build"?' in done.stderr


def test_nothing_but_declared_inputs_changes_a_signature(repository: Path, cig: Cig, git: Git) -> None:
    before = plan(cig, repository)["jobs"]
    (repository / "x/y").write_text("other\n")
    (repository / "cig.toml").write_text("# a remark\n" + CONFIG.replace('name = "signed"', "name='signed'"))
    git(repository, "commit", "-qam", "y")
    assert plan(cig, repository, LANG="tr_TR.UTF-8", PYTHONHASHSEED="7", TZ="Asia/Tokyo")["jobs"] == before


def test_a_file_that_a_module_reads_changes_its_jobs(repository: Path, cig: Cig, git: Git) -> None:
    before = plan(cig, repository)["jobs"]
    (repository / "Gemfile").write_text("gem 'rails'\n")
    git(repository, "commit", "-qam", "y")
    after = plan(cig, repository)["jobs"]
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    assert {key for key in after if after[key] != before[key]} == {"test-ruby3.3", "test-ruby3.4"}


def test_an_unborn_head_is_a_clear_error(tmp_path: Path, cig: Cig, git: Git) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "cig.toml").write_text(CONFIG)
    done = cig(tmp_path, "compute-signatures")
    assert (done.returncode, done.stdout) == (1, "")
    assert "REPO_004" in done.stderr


def test_a_cycle_is_spelled_out(repository: Path, cig: Cig, git: Git) -> None:
    (repository / "cig.toml").write_text(CONFIG.replace("[jobs.build]", '[jobs.build]\nneeds = ["test"]'))
    git(repository, "commit", "-qam", "y")
    done = cig(repository, "compute-signatures")
    assert (done.returncode, done.stdout) == (1, "")
    assert "DAG_001" in done.stderr


HEAVY = {"doit", "grpc", "networkx", "pygit2", "sqlite3", "ssl", "subprocess", "yaml"}


def test_a_plan_loads_nothing_heavy(repository: Path, environment: dict[str, str]) -> None:
    """A CI machine pays for each module before any job can start."""
    code = (
        "import sys; before = set(sys.modules); sys.argv = ['cig', 'compute-signatures']\n"
        "from cigen.cli.main import main\n"
        "main(sys.argv[1:])\n"
        "print(*(set(sys.modules) - before), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, env=environment, capture_output=True, text=True, check=True
    )
    loaded = set(done.stderr.split())
    assert "cigen.cli.signing" in loaded
    assert loaded & HEAVY == set()
