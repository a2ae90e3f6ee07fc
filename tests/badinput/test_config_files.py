"""A cig.toml that is none."""

import os

import pytest
from ground import CONFIG, Project

HUGE = 10 * 1024 * 1024
COMMANDS = ("render", "validate", "plan", "settings", "graph", "explain job test", "compute-signatures --worktree")

NO_CONFIG = {
    "empty": (b"", "SCHEMA_001"),
    "only space": (b" \n\t\n", "SCHEMA_001"),
    "ten megabytes of comment": (b"#" * HUGE, "SCHEMA_002"),
    "ten megabytes of jobs": (b"".join(b"[jobs.j%d]\nsteps = ['x']\n" % n for n in range(HUGE // 24)), "SCHEMA_002"),
    "ten megabytes of brackets": (b"a = " + b"[" * HUGE, "SCHEMA_002"),
    "Latin-1": (CONFIG.replace("shop", "caf\xe9").encode("latin-1"), "SCHEMA_003"),
    "UTF-16": (CONFIG.encode("utf-16"), "SCHEMA_003"),
    "zeros": (bytes(100), "SCHEMA_005"),
    "YAML": (b"jobs:\n  test:\n    steps: []\n", "SCHEMA_005"),
    "JSON": (b'{"version": "0.2"}\n', "SCHEMA_005"),
    "a program": (b"\x7fELF" + bytes(60), "SCHEMA_005"),
    "a merge conflict": (b"<<<<<<< HEAD\n" + CONFIG.encode(), "SCHEMA_005"),
    "an unclosed text": (CONFIG.encode() + b'a = "', "SCHEMA_005"),
    "deep brackets": (b"a = " + b"[" * 5000 + b"]" * 5000, "SCHEMA_006"),
    "an unknown key": (CONFIG.encode() + b"[job.lint]\n", "SCHEMA_007"),
    "no version": (CONFIG.replace('version = "0.2"', "").encode(), "SCHEMA_008"),
    "a version of the future": (CONFIG.replace('"0.2"', '"9.0"').encode(), "SCHEMA_010"),
}


@pytest.mark.parametrize("name", NO_CONFIG)
def test_a_file_that_is_no_configuration_is_told_once(project: Project, name: str) -> None:
    content, code = NO_CONFIG[name]
    project.write("cig.toml", content)
    seen = project.run("render")
    assert (seen.code, seen.codes, seen.out) == (1, [code], "")
    assert len(seen.err) < 3000
    assert project.outputs() == (None, None, None)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_tells_of_it_alike(project: Project, command: str) -> None:
    project.write("cig.toml", CONFIG + '\n[jobs.lint]\nrunner = "lniux"\nsteps = ["make lint"]\n')
    seen = project.run(*command.split())
    assert (seen.code, seen.codes, seen.out) == (1, ["SCHEMA_018"], "")
    assert " --> cig.toml:27:10\n" in seen.err
    assert 'did you mean "linux"?' in seen.err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_tells_of_a_missing_file(project: Project, command: str) -> None:
    (project.root / "cig.toml").unlink()
    seen = project.run(*command.split())
    assert (seen.code, seen.codes, seen.out) == (1, ["CLI_004"], "")
    assert "cig init" in seen.err


def test_a_folder_in_place_of_the_file(project: Project) -> None:
    (project.root / "cig.toml").unlink()
    (project.root / "cig.toml").mkdir()
    seen = project.run("render")
    assert (seen.code, seen.codes) == (1, ["CLI_004"])


def test_a_link_to_itself_in_place_of_the_file(project: Project) -> None:
    (project.root / "cig.toml").unlink()
    (project.root / "cig.toml").symlink_to("cig.toml")
    seen = project.run("render")
    assert (seen.code, seen.codes) == (1, ["CLI_004"])


def test_a_pipe_in_place_of_the_file_does_not_hang(project: Project) -> None:
    (project.root / "cig.toml").unlink()
    os.mkfifo(project.root / "cig.toml")
    seen = project.run("render")
    assert (seen.code, seen.codes) == (1, ["CLI_004"])


def test_init_leaves_an_empty_file_alone(project: Project) -> None:
    project.write("cig.toml", "")
    seen = project.run("init", "--yes")
    assert (seen.code, seen.codes) == (1, ["CLI_007"])
    assert (project.root / "cig.toml").read_text() == ""


def test_a_million_legs_are_not_multiplied_out(project: Project) -> None:
    axis = ", ".join(f'"{number}"' for number in range(1000))
    project.write("cig.toml", CONFIG + f"\n[jobs.many]\nmatrix = {{ a = [{axis}], b = [{axis}] }}\nsteps = ['x']\n")
    seen = project.run("validate")
    assert (seen.code, seen.codes) == (1, ["DAG_004"])
    assert "1,000,000 legs" in seen.err


def test_ten_thousand_legs_are_no_mistake(project: Project) -> None:
    axis = ", ".join(f'"{number}"' for number in range(100))
    project.write("cig.toml", CONFIG + f"\n[jobs.many]\nmatrix = {{ a = [{axis}], b = [{axis}] }}\nsteps = ['x']\n")
    seen = project.run("validate")
    assert (seen.code, seen.codes) == (0, [])


@pytest.mark.parametrize("number", [2, 3, 400])
def test_a_circle_of_jobs_is_spelled_out(project: Project, number: int) -> None:
    jobs = "".join(f'\n[jobs.j{n:03}]\nneeds = ["j{(n + 1) % number:03}"]\nsteps = ["x"]\n' for n in range(number))
    project.write("cig.toml", CONFIG + jobs)
    seen = project.run("validate")
    assert (seen.code, seen.codes) == (1, ["DAG_001"])
    assert '"j000" needs "j001"' in seen.err
