"""What the tests of bad input share: a repository, and the two states between which a render is interrupted."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from ground import CONFIG, Cig, Edited, Git, Project


@pytest.fixture
def project(tmp_path: Path, cig: Cig, git: Git, environment: dict[str, str]) -> Project:
    """One job with a module, another in a workflow of its own; committed, never rendered."""
    root = tmp_path / "project"
    root.mkdir()
    made = Project(root, cig, git, environment)
    made.write("cig.toml", CONFIG)
    made.write("pyproject.toml", '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.12"\n')
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "project")
    return made


@pytest.fixture(scope="session")
def two_states(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Filled by `edited`."""
    return {"folder": tmp_path_factory.mktemp("states")}


@pytest.fixture
def edited(project: Project, two_states: dict[str, Path]) -> Edited:
    """The project, rendered, then edited so that another render writes two files."""
    kept = two_states["folder"] / "old"
    new = two_states["folder"] / "new"
    if not new.exists():
        assert project.run("render").code == 0
        project.write("cig.toml", CONFIG.replace("make", "gmake"))
        shutil.rmtree(project.root / ".cigen")
        shutil.copytree(project.root, kept, symlinks=True)
        assert project.run("render").code == 0
        shutil.copytree(project.root, new, symlinks=True)
    before, after = (Project(root, project.cig, project.git, {}).outputs() for root in (kept, new))
    assert before != after
    made = Edited(kept, project, before, after)
    made.restore()
    return made
