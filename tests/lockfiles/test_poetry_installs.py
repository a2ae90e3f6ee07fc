"""What Poetry installs for groups alone is of that part of the lockfile."""

import hashlib
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest
from installing import run, tool, write
from python_worlds import GROUPS, MEMBERS, Project, wheels, workspace

from cigen.lockfiles import poetry

pytestmark = pytest.mark.xdist_group("poetry installs")  # so that each lockfile is made once

SEEDS = range(2)


@contextmanager
def index(folder: Path) -> Iterator[str]:
    """The URL of a simple index of the wheels in a folder."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = Path(self.path.rstrip("/")).name
            wheels = sorted(folder.glob(f"{name}-*.whl"))
            links = (
                f'<a href="/{one.name}#sha256={hashlib.sha256(one.read_bytes()).hexdigest()}"></a>' for one in wheels
            )
            body = "".join(links).encode() if wheels else b""
            if (folder / name).is_file():
                body = (folder / name).read_bytes()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html" if wheels else "application/octet-stream")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/simple/"
        finally:
            server.shutdown()
            thread.join()


class World(NamedTuple):
    """A project and its lockfile."""

    folder: Path
    project: str
    lock: str
    settings: dict[str, str]


def pyproject(project: Project, url: str) -> str:
    wanted = [one for one in project["dependencies"] if one not in MEMBERS.values()]
    groups = {group: [one for one in project[group] if one != "shop[fast]"] for group in GROUPS}
    named = "".join(f"{group} = {listed!r}\n" for group, listed in groups.items())
    return (
        f'[project]\nname = "shop"\nversion = "1.0"\nrequires-python = ">=3.11"\ndependencies = {wanted!r}\n'
        f"[dependency-groups]\n{named}[tool.poetry]\npackage-mode = false\n"
        f'[[tool.poetry.source]]\nname = "here"\nurl = "{url}"\npriority = "primary"\n'
    )


@pytest.fixture(scope="module", params=SEEDS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    kept = str(tmp_path_factory.mktemp("kept"))
    settings = {"HOME": kept, "POETRY_CACHE_DIR": kept, "POETRY_VIRTUALENVS_IN_PROJECT": "true"}
    settings["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
    wheels(folder / "wheels", request.param)
    with index(folder / "wheels") as url:
        project = pyproject(workspace(request.param)[""], url)
        write(folder / "w", {"pyproject.toml": project})
        run([tool("poetry"), "lock", "--no-interaction"], folder / "w", **settings)
        yield World(folder / "w", project, (folder / "w/poetry.lock").read_text(), settings)


def test_everything_that_is_installed_is_of_the_part(world: World) -> None:
    total = 0
    for group in ("main", "lint"):
        entries = poetry.part(world.lock, "", (group,))[1]
        write(world.folder, {"pyproject.toml": world.project, "poetry.lock": world.lock})
        shutil.rmtree(world.folder / ".venv", ignore_errors=True)
        run([tool("poetry"), "install", "--no-interaction", "--only", group], world.folder, **world.settings)
        found = {path.name for path in world.folder.glob(".venv/lib/*/site-packages/w[0-9]*.dist-info")}
        total += len(found)
        assert found <= {f"{name}-{entry['version']}.dist-info" for name, listed in entries.items() for entry in listed}
    assert total


def test_a_lockfile_of_another_pyproject_is_refused(world: World) -> None:
    """Which is why the lockfile's word for what is of a group can be taken."""
    stale = world.project.replace("dependencies = [", "dependencies = ['w11', ", 1)
    write(world.folder, {"pyproject.toml": stale, "poetry.lock": world.lock})
    with pytest.raises(AssertionError, match="changed significantly"):
        run([tool("poetry"), "install", "--no-interaction", "--only", "lint"], world.folder, **world.settings)
