"""What uv installs for a package or for groups alone is of that part of the lockfile, and depends on it alone."""

import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from installing import run, tool, write
from python_worlds import GROUPS, MEMBERS, Project, changed, pyproject, wheels, workspace

from cigen.lockfiles import uv
from cigen.lockfiles.parts import locked_part

pytestmark = pytest.mark.xdist_group("uv installs")  # so that each lockfile is made once

SEEDS = range(5)
SELECTED = [
    *((name, "") for name in MEMBERS.values()),
    *(("", group) for group in GROUPS),
    *((name, group) for name in MEMBERS.values() for group in GROUPS),
]
"""A package, a group of the root, and both."""


class World(NamedTuple):
    """A workspace before and after somebody changed what it asks for, with the lockfile of each."""

    folder: Path
    sides: tuple[tuple[dict[str, Project], str], ...]
    settings: dict[str, str]


@pytest.fixture(scope="module", params=SEEDS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("world")
    kept = str(tmp_path_factory.mktemp("kept"))
    settings = {"UV_CACHE_DIR": kept, "UV_PYTHON": sys.executable, "UV_PYTHON_DOWNLOADS": "never", "UV_OFFLINE": "1"}
    wheels(folder / "wheels", request.param)
    first = workspace(request.param)
    sides = []
    for projects in (first, changed(request.param, first)):
        found = World(folder / "w", (), settings)
        arrange(found, projects)
        run([tool("uv"), "lock", "--quiet"], found.folder, **settings)
        sides.append((projects, (found.folder / "uv.lock").read_text()))
    return World(folder / "w", tuple(sides), settings)


def arrange(world: World, projects: dict[str, Project], lock: str = "") -> None:
    files = {
        f"{folder}/pyproject.toml".lstrip("/"): pyproject(folder, project, world.folder.parent / "wheels")
        for folder, project in projects.items()
    }
    write(world.folder, {**files, **({"uv.lock": lock} if lock else {})})
    shutil.rmtree(world.folder / ".venv", ignore_errors=True)


def install(world: World, side: int, package: str, group: str) -> set[str]:
    """What is installed by what a job with these inputs runs: `name-version`."""
    arrange(world, *world.sides[side])
    chosen = [*(("--package", package) if package else ()), *(("--only-group", group) if group else ())]
    run([tool("uv"), "sync", "--locked", "--quiet", *chosen], world.folder, **world.settings)
    return {path.name.removesuffix(".dist-info") for path in world.folder.glob(".venv/lib/*/site-packages/*.dist-info")}


def test_everything_that_is_installed_is_of_the_part(world: World) -> None:
    total = 0
    for package, group in SELECTED:
        entries = uv.part(world.sides[0][1], package, (group,) if group else ())[1]
        found = install(world, 0, package, group)
        assert found <= {f"{name}-{entry['version']}" for name, listed in entries.items() for entry in listed}
        total += len(found)
    assert total


def test_equal_parts_install_the_same(world: World) -> None:
    for package, group in SELECTED:
        groups = (group,) if group else ()
        digests = {
            locked_part("uv.lock", lock.encode(), package=package, only_groups=groups) for _, lock in world.sides
        }
        assert None not in digests
        if len(digests) == 1:
            assert install(world, 0, package, group) == install(world, 1, package, group)


def test_a_lockfile_that_is_not_of_all_members_is_refused(world: World) -> None:
    """Which is why the lockfile's word for what a member depends on can be taken."""
    projects, lock = world.sides[0]
    stale = {**projects, "core": {**projects["core"], "dependencies": ["w0", "w1", "w2"]}}
    arrange(world, stale, lock)
    with pytest.raises(AssertionError, match="needs to be updated"):
        run([tool("uv"), "sync", "--locked", "--package", "web"], world.folder, **world.settings)


def test_a_group_that_the_package_does_not_have_is_that_of_the_root(world: World) -> None:
    """Which is why `lang/python` refuses `groups` beside `package`: they would be of another part."""
    projects, _ = world.sides[0]
    core: Project = {"dependencies": [], "fast": []}
    arrange(world, {**projects, "": {**projects[""], "lint": ["w11"]}, "core": core})
    run([tool("uv"), "lock", "--quiet"], world.folder, **world.settings)
    assert set(uv.part((world.folder / "uv.lock").read_text(), "core", ())[1]) == {"core"}
    run([tool("uv"), "sync", "--locked", "--package", "core", "--group", "lint"], world.folder, **world.settings)
    assert [*world.folder.glob(".venv/lib/*/site-packages/w11-*.dist-info")]
