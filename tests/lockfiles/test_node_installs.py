"""What npm and pnpm install for one package of a workspace is of its part of the lockfile, and depends on it alone."""

import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from installing import installed, run, tool, tree, write
from node_worlds import MEMBERS, Manifests, changed, packages, workspace
from npm_registry import Registry, registry

from cigen.lockfiles import npm, pnpm
from cigen.lockfiles.parts import locked_part
from cigen.std.lang.node.install import Project
from cigen.std.lang.node.package import package_script

pytestmark = pytest.mark.xdist_group("node installs")  # so that each lockfile is made once

SEEDS = range(3)


class Manager(NamedTuple):
    """A package manager in a folder of its own. What it fetched before is kept."""

    command: tuple[str | Path, ...]
    lockfile: str
    settings: dict[str, str]

    def lock(self, folder: Path, manifests: Manifests) -> str:
        """The lockfile of these package.json files; the one that is there decides what need not change."""
        write(folder, {f"{at}/package.json".lstrip("/"): json.dumps(fields) for at, fields in manifests.items()})
        if self.lockfile == "package-lock.json":
            run([*self.command, "install", "--package-lock-only", "--ignore-scripts"], folder, **self.settings)
        else:
            run([*self.command, "install", "--lockfile-only", "--no-frozen-lockfile"], folder, **self.settings)
        return (folder / self.lockfile).read_text()

    def install(self, folder: Path, package: str) -> dict[str, str]:
        """The tree, after what a job with that package runs."""
        if self.lockfile == "package-lock.json":
            run([*self.command, "ci", "-w", f"./{package}", "--include-workspace-root"], folder, **self.settings)
        else:
            chosen = ("--filter", ".", "--filter", f"{{./{package}}}...")
            run([*self.command, "install", "--frozen-lockfile", *chosen], folder, **self.settings)
        return tree(folder)


@pytest.fixture(scope="module", params=["npm", "pnpm9", "pnpm10", "pnpm12"])
def manager(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Manager:
    kept = str(tmp_path_factory.mktemp("kept"))
    settings = {"npm_config_cache": kept, "npm_config_audit": "false", "npm_config_fund": "false"}
    if request.param == "npm":
        return Manager((tool("npm"),), "package-lock.json", settings)
    settings |= {"HOME": kept, "npm_config_store_dir": kept, "XDG_CACHE_HOME": kept, "XDG_DATA_HOME": kept}
    if request.param != "pnpm12":
        return Manager((tool("node"), tool(request.param) / "bin/pnpm.cjs"), "pnpm-lock.yaml", settings)
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("platform: pnpm 12 is a program, here one for Linux on x86-64")
    return Manager((tool("@pnpm/exe.linux-x64") / "pnpm",), "pnpm-lock.yaml", settings)


class World(NamedTuple):
    """One workspace before and after somebody updated a member, with the lockfile of each."""

    before: tuple[Manifests, str]
    after: tuple[Manifests, str]
    extra: dict[str, str]


def told(manager: Manager, lock: str, package: str) -> Any:
    return (npm if manager.lockfile == "package-lock.json" else pnpm).part(lock, package, ())[1]


@pytest.fixture(scope="module", params=SEEDS)
def world(
    request: pytest.FixtureRequest, manager: Manager, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, Manager]]:
    known = packages(request.param)
    first = workspace(request.param, "*" if manager.lockfile == "package-lock.json" else "workspace:*", known)
    second = changed(request.param, first, known)
    with locked(manager, tmp_path_factory.mktemp("world"), known, first, second) as found:
        yield found


@contextmanager
def locked(
    manager: Manager, folder: Path, known: Registry, first: Manifests, second: Manifests
) -> Iterator[tuple[World, Manager]]:
    with registry(known) as url:
        # pnpm 12 does not ask the environment for a registry.
        extra = {"pnpm-workspace.yaml": f"packages: [apps/*, libs/*]\nminimumReleaseAge: 0\nregistry: {url}/\n"}
        if manager.lockfile == "package-lock.json":
            first[""]["workspaces"] = second[""]["workspaces"] = ["apps/*", "libs/*"]
            extra = {}
        write(folder, extra)
        own = manager._replace(settings={**manager.settings, "npm_config_registry": f"{url}/"})
        before = own.lock(folder, first)
        yield World((first, before), (second, own.lock(folder, second)), extra), own


def fresh(folder: Path, world: World, side: tuple[Manifests, str], manager: Manager) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    files = {f"{at}/package.json".lstrip("/"): json.dumps(fields) for at, fields in side[0].items()}
    write(folder, {**files, **world.extra, manager.lockfile: side[1]})
    return folder


@pytest.mark.parametrize("package", MEMBERS)
def test_everything_that_is_installed_is_of_the_part(
    world: tuple[World, Manager], package: str, tmp_path: Path
) -> None:
    states, manager = world
    part = told(manager, states.before[1], package)
    manager.install(fresh(tmp_path / "w", states, states.before, manager), package)
    found = installed(tmp_path / "w")
    assert found
    if manager.lockfile == "package-lock.json":
        assert set(found) <= {path for path in part if "link" not in part[path]}
    else:
        keys = {key.partition("(")[0] for key in part["packages"]}
        assert set(found.values()) <= keys
        assert {at for at in MEMBERS if (tmp_path / "w" / at / "node_modules").exists()} <= set(part["importers"])


def test_equal_parts_install_equal_trees(world: tuple[World, Manager], tmp_path: Path) -> None:
    states, manager = world
    digests = [
        {package: locked_part(manager.lockfile, side[1].encode(), package=package) for package in MEMBERS}
        for side in (states.before, states.after)
    ]
    assert None not in digests[0].values()
    for package in MEMBERS:
        if digests[0][package] == digests[1][package]:
            trees = [
                manager.install(fresh(tmp_path / "w", states, side, manager), package)
                for side in (states.before, states.after)
            ]
            assert trees[0] == trees[1]


def test_an_update_for_one_package_leaves_what_the_others_install(manager: Manager, tmp_path: Path) -> None:
    known: Registry = {
        "left": {"1.0.0": {}, "2.0.0": {"dependencies": {"deep": "^1.0.0"}}},
        "deep": {"1.0.0": {}},
        "lint": {"1.0.0": {"dependencies": {"rules": "^1.0.0"}}},
        "rules": {"1.0.0": {}},
        "serve": {"1.0.0": {}, "1.1.0": {"dependencies": {"left": "^2.0.0"}}},
    }
    api = {"name": "api", "version": "1.0.0", "dependencies": {"serve": "1.0.0"}}
    first: Manifests = {
        "": {"name": "root", "private": True, "devDependencies": {"lint": "^1.0.0"}},
        "apps/web": {"name": "@acme/web", "version": "1.0.0", "dependencies": {"left": "^1.0.0"}},
        "apps/api": api,
    }
    second = {**first, "apps/api": {**api, "dependencies": {"serve": "1.1.0"}}}
    with locked(manager, tmp_path / "locked", known, first, second) as (states, own):
        parts = [
            [locked_part(own.lockfile, side[1].encode(), package=package) for package in (".", "apps/web", "apps/api")]
            for side in (states.before, states.after)
        ]
        assert None not in parts[0] + parts[1]
        assert [old == new for old, new in zip(*parts, strict=True)] == [True, True, False]
        sides = (states.before, states.after)
        trees = [own.install(fresh(tmp_path / "w", states, side, own), "apps/web") for side in sides]
        assert trees[0] == trees[1]
        assert any(path.endswith("node_modules/left/package.json") for path in trees[0])


def lang_node(manager: str, folder: Path, manifests: Manifests, settings: dict[str, str], pnpm: str = "") -> str:
    """What a step of `lang/node` with `package = "apps/web"` runs, in a workspace with these package.json files."""
    write(folder, {f"{at}/package.json".lstrip("/"): json.dumps(fields) for at, fields in manifests.items()})
    start = f'exec "{tool("node")}" "{tool("pnpm10")}/bin/pnpm.cjs" "$@"' if manager == "pnpm" else "exit 1"
    write(folder, {"bin/pnpm": f"#!/bin/sh\n{start}\n", "pnpm-workspace.yaml": pnpm})
    (folder / "bin/pnpm").chmod(0o755)
    script = package_script(Project("", manager, "10.0.0", lockfile="x", package="apps/web"))
    variables = {**settings, "PATH": f"{folder}/bin:{os.environ['PATH']}"}
    return run([tool("sh"), "-ec", script], folder, **variables)


def test_npm_is_not_asked_where_a_manifest_names_more_than_the_lockfile(tmp_path: Path) -> None:
    """npm would install what is there for somebody else, and an update of that would not be seen."""
    settings = {"npm_config_cache": str(tmp_path / "kept")}
    known: Registry = {"left": {"1.0.0": {}}}
    first: Manifests = {
        "": {"name": "root", "private": True, "workspaces": ["apps/*"]},
        "apps/web": {"name": "web", "version": "1.0.0"},
        "apps/api": {"name": "api", "version": "1.0.0", "dependencies": {"left": "1.0.0"}},
    }
    stale = {**first, "apps/web": {**first["apps/web"], "dependencies": {"left": "*"}}}
    with registry(known) as url:
        manager = Manager((tool("npm"),), "package-lock.json", {**settings, "npm_config_registry": f"{url}/"})
        manager.lock(tmp_path / "w", first)
        lang_node("npm", tmp_path / "w", first, manager.settings)
        with pytest.raises(AssertionError, match=r"older than apps/web/package\.json"):
            lang_node("npm", tmp_path / "w", stale, manager.settings)
        assert "node_modules/left" not in installed(tmp_path / "w")
        # Were it asked, npm would not mind.
        assert "node_modules/left/package.json" in manager.install(tmp_path / "w", "apps/web")


def test_pnpm_is_refused_where_it_installs_everything(tmp_path: Path) -> None:
    kept = str(tmp_path / "kept")
    settings = {"HOME": kept, "npm_config_store_dir": kept, "XDG_CACHE_HOME": kept, "XDG_DATA_HOME": kept}
    known: Registry = {"left": {"1.0.0": {}}, "lint": {"1.0.0": {}}}
    first: Manifests = {
        "": {"name": "root", "private": True, "devDependencies": {"lint": "1.0.0"}},
        "apps/web": {"name": "web", "version": "1.0.0"},
        "apps/api": {"name": "api", "version": "1.0.0", "dependencies": {"left": "1.0.0"}},
    }
    with registry(known) as url:
        pnpm = "packages: [apps/*]\n"
        write(tmp_path / "w", {"pnpm-workspace.yaml": pnpm})
        manager = Manager(
            (tool("node"), tool("pnpm10") / "bin/pnpm.cjs"),
            "pnpm-lock.yaml",
            {**settings, "npm_config_registry": f"{url}/"},
        )
        manager.lock(tmp_path / "w", first)
        lang_node("pnpm", tmp_path / "w", first, manager.settings, pnpm)
        assert set(installed(tmp_path / "w").values()) == {"lint@1.0.0"}
        shutil.rmtree(tmp_path / "w/node_modules")
        with pytest.raises(AssertionError, match="pnpm installs all packages"):
            lang_node("pnpm", tmp_path / "w", first, manager.settings, f"{pnpm}nodeLinker: hoisted\n")
        assert set(installed(tmp_path / "w").values()) == {"left@1.0.0", "lint@1.0.0"}
