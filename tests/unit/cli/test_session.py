"""Signatures are computed once for a build, while plugins work, and what goes wrong with them is no plugin's fault."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cigen.cli import session as module
from cigen.cli.session import Session, open_session
from cigen.errors import ProjectError
from cigen.model.config import Config
from cigen.model.diagnostics import error
from cigen.model.events import ignore
from cigen.rules.context import Context
from cigen.rules.signature import Signatures

CONFIG = """\
version = "0.2"
[project]
name = "shop"
[[outputs]]
provider = "github"
path = ".github/workflows/ci.yml"
[jobs.test]
steps = ["make test"]
skip_if = { paths_unmodified = ["Makefile"] }
"""


@pytest.fixture
def project(tmp_path: Path, git: Callable[..., str]) -> Path:
    (tmp_path / "cig.toml").write_text(CONFIG)
    (tmp_path / "Makefile").write_text("test:\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "state")
    return tmp_path


def built(project: Path, environment: dict[str, str]) -> Session:
    with open_session(project, observer=ignore, environ=environment) as session:
        session.build()
        return session


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What came of each time that signatures were computed. Put `fail` into it for the first time to fail."""
    times: list[str] = []

    def of(context: Context, config: Config) -> Signatures:
        made = Signatures.of(context, config)
        if times == ["fail"]:
            times[:] = ["failed"]
            raise ProjectError(error("CLI_004", "a file is not in this clone"))
        times.append("computed")
        return made

    monkeypatch.setattr(module, "Signatures", type("Signatures", (), {"of": staticmethod(of)}))
    return times


def test_they_are_computed_once(project: Path, environment: dict[str, str], asked: list[str]) -> None:
    session = built(project, environment)
    assert session.run.ok, session.diagnostics
    assert asked == ["computed"]
    assert session.signatures is not None
    assert list(session.signatures.digests) == ["test"]


def test_a_failure_is_told_in_its_own_place_and_no_action_has_failed(
    project: Path, environment: dict[str, str], asked: list[str]
) -> None:
    asked.append("fail")
    session = built(project, environment)
    assert asked == ["failed", "computed"]
    assert session.run.ok, session.diagnostics
    assert session.run.failed == []
