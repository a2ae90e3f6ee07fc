"""As a new user: the wheel in a fresh virtual environment, in a repository that knows nothing of cig."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Git = Callable[..., str]
ROOT = Path(__file__).parents[2]
SHOP = ROOT / "examples/shop"


def run(command: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with nothing but the wheel and what it depends on; its bin folder."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listed.split(b"\0")):
        path = os.fsdecode(name)
        if path.startswith(("cigen/", "rules/", "schemas/", "pyproject", "setup", "README", "LICENSE")):
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / path).exists():
                shutil.copy2(ROOT / path, source / path)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    steps = [
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(source)],
        [sys.executable, "-m", "venv", str(folder / "venv")],
    ]
    for step in steps:
        done = run(step, folder, environment)
        assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    done = run([str(folder / "venv/bin/pip"), "install", "-q", str(wheel)], folder, environment)
    if done.returncode != 0:
        pytest.skip(f"the wheel's dependencies cannot be installed: {done.stderr.strip()[-400:]}")
    return folder / "venv/bin"


@pytest.fixture
def cig(installed: Path, environment: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    def call(folder: Path, *arguments: str, command: str = "cig") -> subprocess.CompletedProcess[str]:
        return run([str(installed / command), *arguments], folder, environment)

    return call


@pytest.fixture
def project(tmp_path: Path, git: Git) -> Path:
    folder = tmp_path / "shop"
    shutil.copytree(SHOP, folder)
    (folder / "cig.toml").unlink()
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "A shop")
    return folder


def test_init_plan_render_and_render_again(project: Path, cig: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    for arguments in (["init"], ["plan"], ["render"]):
        done = cig(project, *arguments)
        assert (done.returncode, done.stderr) == (0, ""), arguments
    workflow = (project / ".github/workflows/ci.yml").read_text()
    assert "bundle exec rspec" in workflow
    again = cig(project, "render")
    assert again.stdout.startswith("Up to date: ")
    assert (project / ".github/workflows/ci.yml").read_text() == workflow


def test_the_long_name_is_the_same_command(
    cig: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    assert cig(tmp_path, "--version", command="cigen").stdout == cig(tmp_path, "--version").stdout


def test_the_schema_comes_with_the_wheel(cig: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    assert cig(tmp_path, "schema").stdout == (ROOT / "schemas/cig.schema.json").read_text()


def test_every_standard_plugin_comes_with_the_wheel_and_is_executable(installed: Path) -> None:
    (package,) = (installed.parent / "lib").glob("python*/site-packages/cigen/std")
    plugins = sorted(path.parent.relative_to(package).as_posix() for path in package.rglob("module.toml"))
    assert plugins == [
        "db/postgres", "db/redis", "docker/build", "lang/node", "lang/python", "lang/ruby", "policy/conventions",
        "provider/buildkite", "provider/circleci", "provider/github", "provider/jenkins",
    ]  # fmt: skip
    assert all(os.access(package / name / "plugin.py", os.X_OK) for name in plugins)


def test_a_render_leaves_no_file_of_its_own_behind(
    project: Path, cig: Callable[..., subprocess.CompletedProcess[str]], git: Git
) -> None:
    cig(project, "init")
    cig(project, "render")
    changed = {line[3:] for line in git(project, "status", "--porcelain", "--untracked-files=all").splitlines()}
    assert changed == {"cig.toml", ".gitattributes", ".github/workflows/ci.yml"}
