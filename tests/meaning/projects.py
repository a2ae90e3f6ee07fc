"""Projects, planned by cig itself: the graph that providers are given."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from rendering import GOLDEN

from cigen.cli.session import open_session
from cigen.model.diagnostics import has_errors
from cigen.model.events import ignore
from cigen.rules.dag import GRAPH
from cigen.sdk import Graph

__all__ = ["PROJECTS", "planned"]

_OWN = {path.stem: path for path in sorted((Path(__file__).parent / "projects").glob("*.toml"))}
_REFUSED = {"parts-refused"}
_GOLDEN = {
    path.parent.name: path
    for path in sorted(GOLDEN.glob("*/input"))
    if (path / "cig.toml").exists() and path.parent.name not in _REFUSED
}
PROJECTS = {**_OWN, **_GOLDEN}
"""By name: a cig.toml, or the folder of a golden case; those that cig refuses are none."""


@cache
def planned(name: str) -> Graph:
    """The graph of a project."""
    source = PROJECTS[name]
    with TemporaryDirectory() as folder:
        root = Path(folder, "repository")
        if source.is_file():
            root.mkdir()
            shutil.copy(source, root / "cig.toml")
        else:
            shutil.copytree(source, root, symlinks=True)
            for path in sorted(root.rglob("dot-*"), reverse=True):
                path.rename(path.with_name("." + path.name.removeprefix("dot-")))
        _commit(root)
        with mock.patch.dict(os.environ), open_session(root, observer=ignore) as session:
            session.build()
            assert not has_errors(session.diagnostics), session.diagnostics
            graph: Graph = session.run.outputs.value(GRAPH)
    return graph


def _commit(root: Path) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    for arguments in (("init", "-q", "-b", "main"), ("add", "-A"), (*identity, "commit", "-q", "-m", "x")):
        subprocess.run(["git", *arguments], cwd=root, check=True)
