"""Nobody reads what cig prints, or nobody can."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from ground import Project, Told, told

COMMANDS = ("render", "validate", "plan --full", "graph", "explain job test", "schema", "help", "completion bash")


def run(project: Project, command: str, redirection: str) -> Told:
    script = f'"$0" -m cigen {command} {redirection}'
    result = subprocess.run(
        ["sh", "-c", script, sys.executable],
        cwd=project.root, env=project.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return told(result)


@pytest.fixture
def rendered(project: Project) -> Project:
    """With nothing to do: `render` is the null build, which prints by itself."""
    assert project.run("render").code == 0
    assert project.run("render").out.startswith("Up to date: ")
    return project


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_stdout_is_told_on_stderr(rendered: Project, command: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("platform: no /dev/full")
    seen = run(rendered, command, ">/dev/full")
    assert (seen.code, seen.codes) == (3, ["OUTPUT_005"])
    assert "standard output" in seen.err


@pytest.mark.parametrize("redirection", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-", "2>/dev/full"])
@pytest.mark.parametrize("command", COMMANDS[:3])
def test_a_closed_stream_is_done_without(rendered: Project, command: str, redirection: str) -> None:
    seen = run(rendered, command, redirection)
    assert (seen.code, seen.codes) == (0, [])


@pytest.mark.parametrize("command", COMMANDS)
def test_a_reader_that_has_gone_is_no_mistake(rendered: Project, command: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    result = subprocess.run(
        [sys.executable, "-m", "cigen", *command.split()],
        cwd=rendered.root, env=rendered.environment, stdout=writing, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(writing)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("redirection", ["<&-", ">&-", "2>&-", ">&- 2>&-", "<&- >&-", "<&- >&- 2>&-"])
def test_a_render_whose_report_nobody_can_read_is_done_all_the_same(project: Project, redirection: str) -> None:
    """What it opens first must not get the number of a closed stream, where a child that it starts would write."""
    seen = run(project, "render", redirection)
    assert seen.code == 0
    assert None not in project.outputs()


def test_a_message_that_the_stream_cannot_encode_is_escaped(project: Project) -> None:
    project.write("cig.toml", 'version = "0.2"\nproject = { name = "x" }\n[jobs.t]\nrunner = "büro"\nsteps = ["x"]\n')
    seen = project.run("validate", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert (seen.code, seen.codes) == (1, ["SCHEMA_018"])
    assert "b\\xfcro" in seen.err
