"""A script that is tried again, run by a real shell."""

import subprocess
from pathlib import Path

import pytest

from cigen.sdk import Retry
from cigen.std.ci.retrying import can_retry, mark_retry, retried


def run(script: str, folder: Path, shell: str = "bash") -> subprocess.CompletedProcess[str]:
    return subprocess.run([shell, "-e", "-c", script], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_a_script_that_succeeds_at_last_succeeds(shell: str, tmp_path: Path) -> None:
    done = run(retried('echo x >> tries\n[ "$(wc -l < tries)" -eq 3 ]\n', Retry(4)), tmp_path, shell)
    assert (done.returncode, (tmp_path / "tries").read_text()) == (0, "x\n" * 3)


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_the_exit_code_is_that_of_the_last_try(shell: str, tmp_path: Path) -> None:
    done = run(retried('echo x >> tries\nexit "$((40 + $(wc -l < tries)))"', Retry(2)), tmp_path, shell)
    assert done.returncode == 43


def test_a_failing_line_ends_its_try_and_leaves_no_trace_for_the_next(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    done = run(retried("pwd\nknown=${known:-}x\necho $known\ncd sub\nfalse\necho never", Retry(1)), tmp_path)
    where = str(tmp_path)
    lines = [line for line in done.stdout.splitlines() if "Attempt" not in line]
    assert lines == [where, "x", where, "x"]


def test_each_failure_is_told_with_its_notice(tmp_path: Path) -> None:
    done = run(retried("exit 7", Retry(1), "::warning::"), tmp_path)
    assert done.stdout.splitlines() == [
        "::warning::Attempt 1 of 2 failed with exit code 7.",
        "::warning::Attempt 2 of 2 failed with exit code 7.",
    ]


def test_the_pause_is_between_tries_only(tmp_path: Path) -> None:
    script = "sleep() { echo slept $1; }\n" + retried("false", Retry(2, 9))
    assert run(script, tmp_path).stdout.count("slept 9") == 2


@pytest.mark.parametrize(
    ("command", "marks"), [("true", 0), ("[ -e again ] || { touch again; false; }", 1), ("false", 3)]
)
def test_each_failed_attempt_leaves_a_mark_for_the_record(tmp_path: Path, command: str, marks: int) -> None:
    """S5: at the repository's root, wherever the script runs."""
    (tmp_path / "web/app").mkdir(parents=True)
    script = "cd web/app\n" + retried(command, Retry(2), mark=mark_retry("../../"))
    assert run(script, tmp_path).returncode == (1 if marks == 3 else 0)
    file = tmp_path / ".cigen/cache/retried"
    assert (len(file.read_text().splitlines()) if file.exists() else 0) == marks


def test_a_last_line_that_goes_on_does_not_swallow_the_loop(tmp_path: Path) -> None:
    assert run(retried("echo hello \\", Retry(1)), tmp_path).stdout == "hello\n"


def test_more_tries_than_anybody_lists_are_counted(tmp_path: Path) -> None:
    assert "seq 1 31" in retried("false", Retry(30))
    assert run(retried("false", Retry(30)), tmp_path).stdout.count("Attempt") == 31


@pytest.mark.parametrize(("shell", "can"), [("", True), ("bash", True), ("sh -x {0}", True), ("pwsh", False)])
def test_only_posix_shells_have_loops_of_this_kind(shell: str, can: bool) -> None:
    assert can_retry(shell) is can
