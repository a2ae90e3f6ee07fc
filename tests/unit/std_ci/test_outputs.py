"""Outputs of jobs, written and read by a real shell."""

import subprocess
from pathlib import Path

from cigen.std.ci.outputs import output_variable, read_output


def shell(text: str, cwd: Path) -> str:
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", text], capture_output=True, text=True, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_variable_of_an_output_names_the_job_and_the_output() -> None:
    assert output_variable("build-image", "digest.sha") == "CIG_NEEDS_BUILD_IMAGE_DIGEST_SHA"


def test_the_last_value_of_a_name_counts(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("version=1\nversion2=9\nversion=2=two words $HOME\n")
    assert shell(read_output("version", "out"), tmp_path) == "2=two words $HOME\n"


def test_an_output_that_was_never_set_is_empty(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("other=1\n")
    assert shell(read_output("version", '"$PWD/out"'), tmp_path) == ""


def test_a_name_is_no_pattern(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a.b=1\na_b=2\n")
    assert shell(read_output("a.b", "out"), tmp_path) == "1\n"
