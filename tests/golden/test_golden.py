"""Golden cases: a repository, the commands of a user, and everything they print and write.

A case is a folder with `input/` (the repository), `cmd` (one command a line; `! ` begins one of the shell) and
`expected/`: `transcript` (what was printed, and the exit codes) and `files/` (what was written). Names that the
repository itself would trip over are spelt without their dot: `dot-gitignore`. `pytest --update-golden` rewrites what
is expected.

`diagnostics/CODE/` shows what a user does to meet a code, and what they are told. There are many of these, so they run
in this process, on a cache in which every plugin has looked at an empty repository; without a `cmd`, it is `validate`.
"""

import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CASES = sorted(path.parent.relative_to(HERE).as_posix() for path in HERE.rglob("input"))
TOLD = "diagnostics"
DOT = "dot-"
SIGNATURE = re.compile(r"cs1:[0-9a-f]{64}")
"""Holds the digests of the bundled plugins, which any edit of theirs changes."""

Cig = Callable[..., "subprocess.CompletedProcess[str]"]
Git = Callable[..., str]


def commands(case: Path) -> list[str]:
    file = case / "cmd"
    if file.exists():
        return file.read_text().splitlines()
    return ["validate" if case.parent.name == TOLD else "render"]


def lay_out(case: Path, folder: Path, git: Git) -> None:
    """Make the input a repository with one commit."""
    shutil.copytree(case / "input", folder, symlinks=True)
    for path in sorted(folder.rglob(f"{DOT}*"), reverse=True):
        path.rename(path.with_name("." + path.name.removeprefix(DOT)))
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "input")


def transcript(case: Path, folder: Path, cig: Cig, environment: Mapping[str, str]) -> str:
    parts = []
    for line in commands(case):
        if line.startswith("! "):
            subprocess.run(line[2:], shell=True, cwd=folder, check=True, env=environment)
            parts.append(f"$ {line[2:]}\n")
            continue
        result = cig(folder, *shlex.split(line))
        assert "Traceback" not in result.stderr
        assert str(folder) not in result.stdout + result.stderr, "an absolute path is printed"
        parts.append(f"$ cig {line}\n{result.stdout}")
        if result.stderr:
            parts.append(f"--- stderr\n{result.stderr}")
        if result.returncode:
            parts.append(f"--- exit {result.returncode}\n")
    return SIGNATURE.sub("cs1:…", "".join(parts))


def written(folder: Path, git: Git) -> dict[str, str]:
    """Files that differ from the input, by path."""
    if not (folder / ".git").exists():
        return {}
    listed = git(folder, "status", "--porcelain", "--untracked-files=all", "-z").split("\0")
    paths = [entry[3:] for entry in listed if entry]
    return {path: (folder / path).read_text() for path in sorted(paths) if (folder / path).is_file()}


@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith(TOLD)])
def test_golden(
    name: str, tmp_path: Path, git: Git, cig: Cig, environment: dict[str, str], request: pytest.FixtureRequest
) -> None:
    folder = tmp_path / "repository"
    lay_out(HERE / name, folder, git)
    printed = transcript(HERE / name, folder, cig, environment)
    compare(HERE / name, printed, written(folder, git), update=request.config.getoption("--update-golden"))


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith(TOLD)])
def test_a_mistake_is_told(
    name: str,
    tmp_path: Path,
    git: Git,
    cig_here: Cig,
    environment: dict[str, str],
    warm_cache: Path,
    request: pytest.FixtureRequest,
) -> None:
    folder = tmp_path / "repository"
    lay_out(HERE / name, folder, git)
    if (HERE / name / "input/cig.toml").exists():
        shutil.copytree(warm_cache, folder / ".cigen/cache", dirs_exist_ok=True)
    printed = transcript(HERE / name, folder, cig_here, environment)
    assert f"[{Path(name).name}]" in printed, "the case is named after a code that is not printed"
    compare(HERE / name, printed, {}, update=request.config.getoption("--update-golden"))


def compare(case: Path, printed: str, files: Mapping[str, str], *, update: bool) -> None:
    expected = case / "expected"
    if update:
        shutil.rmtree(expected, ignore_errors=True)
        for path, content in files.items():
            target = expected / "files" / dotless(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content)
        expected.mkdir(exist_ok=True)
        (expected / "transcript").write_text(printed)
        return
    root = expected / "files"
    known = {dotted(path.relative_to(root).as_posix()): path.read_text() for path in root.rglob("*") if path.is_file()}
    assert printed == (expected / "transcript").read_text()
    assert files == known


def dotless(path: str) -> str:
    return "/".join(DOT + part[1:] if part.startswith(".") else part for part in path.split("/"))


def dotted(path: str) -> str:
    return "/".join("." + part.removeprefix(DOT) if part.startswith(DOT) else part for part in path.split("/"))


ELSEWHERE = {
    "CLI_002": ("tests/unit/cli/test_dispatch.py", "a mistake of cig itself has no input that shows it"),
    "CLI_009": ("tests/unit/cli/test_main.py", "another system"),
    "CLI_006": ("tests/badinput/test_interrupts.py", "Ctrl-C"),
    "REPO_002": ("tests/badinput/test_surroundings.py", "git is not installed"),
    "REPO_006": ("tests/badinput/test_surroundings.py", "it takes another user"),
    "REPO_010": ("tests/unit/repo/test_worktree.py", "a file that changes between two reads"),
    "REPO_011": ("tests/unit/repo/test_worktree.py", "CLI_005 comes first"),
    "HASH_004": ("tests/skipping/test_s25_parts.py", "a clone without contents"),
    "SCHEMA_026": ("tests/unit/schema/test_starting.py", "information, as PLUGIN_003"),
    "PLUGIN_003": ("tests/unit/host/test_discovery.py", "information, which only -v shows, among lines with times"),
    "PLUGIN_008": ("tests/badinput/test_plugins.py", "three seconds of waiting"),
    "PLUGIN_013": ("tests/faults/test_plugins_that_misbehave.py", "32 MB"),
    "PLUGIN_014": ("tests/badinput/test_plugins.py", "no plugin made with the SDK can say it, as it is"),
    "PLUGIN_015": ("tests/badinput/test_surroundings.py", "no folder for temporary files"),
    "PLUGIN_017": ("tests/badinput/test_surroundings.py", "a library that cannot be imported"),
    "PLUGIN_016": ("tests/unit/pipeline/test_preflight.py", "cases have no records"),
    "STORE_003": ("tests/unit/engine/test_store.py", "256 MB"),
    "STORE_004": ("tests/badinput/test_disks.py", "a disk that is nearly full"),
    "STORE_010": ("tests/endtoend/test_skipping.py", "cases have no key"),
    "STORE_011": ("tests/endtoend/test_buckets.py", "cases have no server"),
    "STORE_012": ("tests/endtoend/test_restored_files.py", "cases have no records"),
    "OUTPUT_005": ("tests/badinput/test_disks.py", "a disk that is full"),
    "OUTPUT_007": ("tests/unit/output/test_writer.py", "ten seconds of waiting"),
    "GITHUB_001": ("tests/unit/std_github/test_workflow.py", "cig.toml is refused before"),
    "GITHUB_019": ("tests/unit/std_github/test_artifacts.py", "cig.toml is refused before"),
    "GITHUB_028": ("tests/unit/std_github/test_shards.py", "information, as PLUGIN_003"),
}
"""Codes without a case: where one is shown instead, and why not here."""


UNIT_TESTED = {
    "CIRCLECI": "tests/unit/std_circleci",
    "BUILDKITE": "tests/unit/std_buildkite",
    "JENKINS": "tests/unit/std_jenkins",
}
"""Providers whose codes may be shown by a unit test that names them instead of a case."""


def test_every_code_has_a_case_or_a_test_that_names_it() -> None:
    explained = set(re.findall(r"(?m)^### ([A-Z]+_\d{3}):", (HERE.parents[1] / "docs/diagnostics.md").read_text()))
    shown = {path.name for path in (HERE / TOLD).iterdir()}
    assert not shown & set(ELSEWHERE)
    tested = set()
    for family, folder in UNIT_TESTED.items():
        texts = "".join(path.read_text() for path in (HERE.parents[1] / folder).glob("test_*.py"))
        tested |= set(re.findall(rf'"({family}_\d{{3}})"', texts))
    assert sorted(explained - shown - set(ELSEWHERE) - tested) == []
    assert sorted((shown | set(ELSEWHERE) | tested) - explained) == []


@pytest.mark.parametrize("code", ELSEWHERE)
def test_a_code_without_a_case_is_shown_elsewhere(code: str) -> None:
    path, _ = ELSEWHERE[code]
    text = (HERE.parents[1] / path).read_text()
    assert f'"{code}"' in text
