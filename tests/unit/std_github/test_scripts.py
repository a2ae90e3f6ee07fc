"""Scripts reach the shell unchanged, and a retry keeps what they do and how they end."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.sdk import Retry, Run, Step
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.github.scripts import render_script, render_shell
from cigen.std.provider.github.texts import render_text


def _run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """As GitHub runs `shell: bash`."""
    file = folder / "script.sh"
    file.write_text(script)
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(file)]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=20, check=False)


@pytest.mark.parametrize(
    ("script", "rendered"),
    [
        ("make test", "make test"),
        ("make test\n\n", "make test"),
        ("a\nb", "a\nb\n"),
        ("a: b", "a: b\n"),
        ("echo *", "echo *\n"),
        ("\n  a\n", "\n  a\n"),
    ],
)
def test_a_script_is_one_plain_line_or_a_block(script: str, rendered: str) -> None:
    assert render_script(script) == rendered


@given(st.text(st.sampled_from("ab \t\n$`'\"\\{}#:-<|é"), max_size=30).filter(str.strip))
def test_nothing_but_final_line_ends_changes(script: str) -> None:
    assert render_script(script).rstrip("\n") == render_text(script).rstrip("\n")


@pytest.mark.parametrize(
    ("body", "code", "tries"),
    [
        ("exit 3", 3, 3),
        ("false\necho unreachable", 1, 3),
        ("false | true", 1, 3),
        ("exit 0\nfalse", 0, 1),
        ("set +e\nfalse\ntrue", 0, 1),
        ("cat <<EOF\n  $(echo kept)\nEOF\nexit 4", 4, 3),
        ("cd /; umask 0; trap 'exit 5' EXIT; true", 5, 3),
        ('[ "$(wc -l < tries)" -ge 2 ]', 0, 2),
        ("true # a comment", 0, 1),
        ("true \\", 0, 1),
        ("kill -9 $BASHPID", 137, 3),
    ],
)
def test_a_retry_ends_as_the_script_would(body: str, code: int, tries: int, tmp_path: Path) -> None:
    done = _run(render_script(f"echo try >> {tmp_path}/tries\n{body}", Retry(2)), tmp_path)
    assert (done.returncode, (tmp_path / "tries").read_text().count("try")) == (code, tries), done
    assert done.stdout.count("::warning::") == tries - (code == 0)
    assert "unreachable" not in done.stdout


def test_a_heredoc_of_a_retried_script_keeps_its_indentation(tmp_path: Path) -> None:
    done = _run(render_script("cat <<'X'\n  two\n\tone\nX", Retry(1)), tmp_path)
    assert done.stdout == "  two\n\tone\n"


def test_a_delay_comes_between_tries_and_not_after_the_last() -> None:
    script = render_script("x", Retry(1, 30))
    assert '[ "$cig_try" -eq 2 ] || sleep 30' in script
    assert "sleep" not in render_script("x", Retry(1))


def test_many_tries_are_counted_and_not_listed() -> None:
    assert "for cig_try in $(seq 1 101); do" in render_script("x", Retry(100))
    assert "for cig_try in 1 2; do" in render_script("x", Retry(1))


@pytest.mark.parametrize("shell", ["pwsh", "python", "fish"])
def test_a_retry_in_a_shell_of_another_kind_is_refused(shell: str, render_step: Callable[..., Any]) -> None:
    with pytest.raises(CannotExpress):
        render_script("x", Retry(1), shell)
    assert render_script("x", Retry(0), shell) == "x"
    rendered = render_step(Step("a", run=Run("x"), retry=Retry(1)), shell=shell)
    assert rendered.codes == ["GITHUB_011"]


def test_a_shell_github_does_not_know_is_told_where_the_script_is() -> None:
    assert [render_shell(shell) for shell in ("bash", "pwsh", "fish", "ruby -w {0}")] == [
        *("bash", "pwsh", "fish {0}", "ruby -w {0}")
    ]
