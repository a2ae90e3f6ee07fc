"""What every test stands on: a git identity of its own, an untouched environment, and repositories to play with.

It also owns what a skip means. A test skips for want of a tool, or of something only another machine has; the reason
of the latter starts with `platform: `. With CIG_REQUIRE_TOOLS set any other skip is a failure, so that no test asks
for the variable.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

IDENTITY = {
    "GIT_AUTHOR_NAME": "Test",
    "GIT_AUTHOR_EMAIL": "test@example.org",
    "GIT_COMMITTER_NAME": "Test",
    "GIT_COMMITTER_EMAIL": "test@example.org",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite what golden cases expect; read the diff")


settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
"""How fast a machine is, or how busy, is nothing that a test may fail for."""


def pytest_configure() -> None:
    """A shell that runs the tests in the background has them ignore interrupts, and with them all that they start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _judged((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _judged((yield))


def _judged(report: Report) -> Report:
    if not report.skipped or hasattr(report, "wasxfail") or not os.environ.get("CIG_REQUIRE_TOOLS"):
        return report
    reason = report.longrepr[2].removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else ""
    if not reason.startswith("platform: "):
        report.outcome = "failed"
        report.longrepr = f"skipped where everything must run: {reason}"
    return report


@pytest.fixture(autouse=True)
def _same_environment() -> Iterator[None]:
    """No test leaves a variable changed."""
    before = dict(os.environ)
    yield
    assert {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"} == {
        k: v for k, v in before.items() if k != "PYTEST_CURRENT_TEST"
    }


@pytest.fixture
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A clean environment for subprocesses: this Python's tools and git, nothing of the developer's own settings."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    home = tmp_path_factory.mktemp("home")
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])
    return {**kept, **IDENTITY, "PATH": path, "HOME": str(home), "LANG": "C.UTF-8"}


@pytest.fixture
def git(environment: dict[str, str]) -> Callable[..., str]:
    """`git(folder, *arguments)`: run git, give back its stdout."""

    def run(folder: Path, *arguments: str) -> str:
        command = ["git", "-c", "init.defaultBranch=main", *arguments]
        return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout

    return run


@pytest.fixture
def cig(environment: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`cig(folder, *arguments, **variables)`: run the command as a user does."""

    def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cigen", *arguments],
            cwd=folder,
            env={**environment, **variables},
            check=False,
            capture_output=True,
            text=True,
        )

    return run
