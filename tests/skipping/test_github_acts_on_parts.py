"""Jobs that install one package of a workspace, in a rendered GitHub workflow that act runs with the real npm (S25)."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from acted_project import ActedProject

Git = Callable[..., str]

CONFIG = """\
version = "0.2"
[project]
name = "acted"
[on]
push = { branches = ["main"] }
[jobs.one]
matrix = { package = ["web", "api"] }
skip_if = { paths_unmodified = ["apps/{{ matrix.package }}/**"] }
steps = [
  { uses = "lang/node", with = { package = "apps/{{ matrix.package }}" } },
  "echo {{ matrix.package }}: $(cd node_modules && ls | tr '\\\\n' ' ') >> $CIG_LOG",
]
[jobs.all]
packages = ["node"]
skip_if = { paths_unmodified = ["apps/**"] }
steps = ["echo all: $(cd node_modules && ls | tr '\\\\n' ' ') >> $CIG_LOG"]
"""
APPS = {"apps/web": {"ui": "1.0.0"}, "apps/api": {"db": "1.0.0"}, "packages/ui": {}, "packages/db": {}}


def lock(**versions: str) -> str:
    """npm's own, of a workspace without anything from elsewhere."""
    packages: dict[str, object] = {"": {"name": "root", "workspaces": ["apps/*", "packages/*"]}}
    for path, needs in APPS.items():
        name = path.partition("/")[2]
        packages[path] = {"version": versions.get(name, "1.0.0")} | ({"dependencies": needs} if needs else {})
        packages[f"node_modules/{name}"] = {"resolved": path, "link": True}
    whole = {"name": "root", "lockfileVersion": 3, "requires": True, "packages": dict(sorted(packages.items()))}
    return json.dumps(whole, indent=2) + "\n"


@pytest.fixture
def project(tmp_path: Path, git: Git, environment: dict[str, str]) -> ActedProject:
    project = ActedProject(tmp_path, git, environment)
    files = {
        "cig.toml": CONFIG,
        ".nvmrc": "22\n",
        "package.json": '{"name": "root", "private": true, "workspaces": ["apps/*", "packages/*"]}\n',
        "package-lock.json": lock(),
    }
    for path, needs in APPS.items():
        name = path.partition("/")[2]
        files[f"{path}/package.json"] = json.dumps({"name": name, "version": "1.0.0", "dependencies": needs})
    for path, text in files.items():
        (project.root / path).parent.mkdir(parents=True, exist_ok=True)
        (project.root / path).write_text(text)
    project.commit()
    return project


def test_s25_a_job_installs_its_package_and_is_proven_until_that_part_of_the_lockfile_changes(
    project: ActedProject,
) -> None:
    first = project.act()
    assert (first.failed, first.gate) == ([], "green"), first.output
    assert logged(project) == ["all: api db ui web", "api: api db", "web: ui web"]
    assert project.act().ran == []
    (project.root / "package-lock.json").write_text(lock(db="1.0.1"))
    project.commit()
    later = project.act()
    assert (later.failed, later.gate) == ([], "green"), later.output
    assert logged(project) == ["all: api db ui web", "api: api db"]


def logged(project: ActedProject) -> list[str]:
    return sorted(line.strip() for line in (project.root.parent / "log").read_text().splitlines())
