"""Several cig in one repository."""

import subprocess
import sys

import pytest
from ground import Edited, told


@pytest.mark.parametrize("number", [2, 10])
def test_renders_at_once_all_succeed_and_one_of_them_writes(edited: Edited, number: int) -> None:
    project = edited.project
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "cigen", "render"],
            cwd=project.root,
            env=project.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(number)
    ]
    for process in running:
        out, err = process.communicate(timeout=300)
        seen = told(subprocess.CompletedProcess((), process.returncode, out, err))
        assert (seen.code, seen.codes) == (0, [])
    assert project.outputs() == edited.after
    assert project.strays() == []
    assert project.run("render").out.startswith("Up to date: ")
    assert project.run("explain", "action", "plan:lang/python").code == 0
