"""What is around cig.toml is not what it should be: the repository, git, the folder for temporary files."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ground import CONFIG, OUTPUTS, Cig, Git, Project, told

COMMANDS = ("render", "render --check", "validate", "plan", "graph", "explain job test", "init --yes")


@pytest.mark.parametrize("command", [*COMMANDS, "compute-signatures"])
def test_there_is_no_repository(tmp_path: Path, cig: Cig, command: str) -> None:
    (tmp_path / "cig.toml").write_text(CONFIG)
    seen = told(cig(tmp_path, *command.split()))
    assert (seen.code, seen.codes, seen.out) == (1, ["REPO_001"], "")
    assert [path.name for path in tmp_path.iterdir()] == ["cig.toml"]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_repository_is_bare(project: Project, tmp_path: Path, git: Git, cig: Cig, command: str) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(project.root), "bare.git")
    seen = told(cig(tmp_path / "bare.git", *command.split()))
    assert (seen.code, seen.codes, seen.out) == (1, ["CLI_005"], "")


def test_signatures_are_computed_in_a_bare_repository(project: Project, tmp_path: Path, git: Git, cig: Cig) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(project.root), "bare.git")
    seen = told(cig(tmp_path / "bare.git", "compute-signatures"))
    assert (seen.code, seen.codes) == (0, [])
    assert seen.out == project.run("compute-signatures").out


def test_there_is_no_commit_yet(project: Project) -> None:
    shutil.rmtree(project.root / ".git")
    project.git(project.root, "init", "-q")
    assert project.run("compute-signatures").codes == ["REPO_004"]
    assert project.run("compute-signatures", "--worktree").code == 0
    assert project.run("render").codes == []
    assert project.run("render").out.startswith("Up to date: ")
    assert None not in project.outputs()


@pytest.mark.parametrize("content", ["", "gitdir: /nowhere\n", "gitdir: ../project\n", "\0"])
def test_the_git_folder_is_a_file_that_leads_nowhere(project: Project, content: str) -> None:
    shutil.rmtree(project.root / ".git")
    project.write(".git", content)
    seen = project.run("render")
    assert (seen.code, seen.codes) == (1, ["REPO_001"])


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("index", b"DIRC"),
        ("HEAD", b"nonsense\n"),
        ("HEAD", b""),
        ("config", b"[core\n"),
        ("refs", None),
        ("objects", None),
    ],
)
def test_the_repository_is_damaged(project: Project, path: str, content: bytes | None) -> None:
    if content is None:
        shutil.rmtree(project.root / ".git" / path)
    else:
        project.write(f".git/{path}", content)
    seen = project.run("render")
    assert seen.code == 1
    assert len(seen.codes) == 1
    assert seen.codes[0] in ("REPO_001", "REPO_008", "REPO_009")
    assert project.outputs() == (None, None, None)


def test_git_is_not_installed(project: Project, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    seen = project.run("render", PATH=str(tmp_path / "bin"))
    assert (seen.code, seen.codes) == (3, ["REPO_002"])


def test_git_fails_in_its_own_way(project: Project, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin/git"
    script.write_text("#!/bin/sh\necho 'fatal: the moon is in the wrong phase' >&2\nexit 128\n")
    script.chmod(0o755)
    seen = project.run("render", PATH=f"{script.parent}:{os.environ['PATH']}")
    assert (seen.code, seen.codes) == (1, ["REPO_009"])
    assert "the moon is in the wrong phase" in seen.err


def test_the_repository_belongs_to_somebody_else(project: Project) -> None:
    if os.geteuid() != 0:
        pytest.skip("platform: only root can give files away")
    for folder, folders, files in os.walk(project.root):
        for path in (folder, *(os.path.join(folder, name) for name in (*folders, *files))):  # noqa: PTH118
            os.chown(path, 65534, 65534)
    seen = project.run("render")
    assert (seen.code, seen.codes) == (1, ["REPO_006"])
    assert "safe.directory" in seen.err


@pytest.mark.parametrize("command", [*COMMANDS, "compute-signatures", "-C .. render"])
def test_the_folder_that_a_command_is_started_in_is_gone(project: Project, command: str) -> None:
    script = f'mkdir gone && cd gone && rmdir ../gone && exec "$0" -m cigen {command}'
    result = subprocess.run(
        ["sh", "-c", script, sys.executable],
        cwd=project.root, env=project.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    seen = told(result)
    assert (seen.code, seen.codes, seen.out) == (1, ["REPO_001"], "")
    assert project.outputs() == (None, None, None)


def test_what_needs_no_folder_works_without_one(tmp_path: Path, environment: dict[str, str]) -> None:
    script = 'mkdir gone && cd gone && rmdir ../gone && "$0" -m cigen --version && exec "$0" -m cigen schema'
    result = subprocess.run(
        ["sh", "-c", script, sys.executable],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    seen = told(result)
    assert (seen.code, seen.err) == (0, "")


@pytest.mark.parametrize("place", ["nowhere", "cig.toml", "cig.toml/inside"])
def test_the_folder_of_the_option_c_is_none(project: Project, place: str) -> None:
    seen = project.run("-C", place, "render")
    assert (seen.code, seen.codes, seen.out) == (64, ["CLI_001"], "")
    assert project.outputs() == (None, None, None)


def test_there_is_no_folder_for_temporary_files(project: Project) -> None:
    seen = project.run("render", TMPDIR="/nowhere")
    assert (seen.code, seen.codes) == (3, ["PLUGIN_015"])
    assert project.outputs() == (None, None, None)


@pytest.mark.parametrize("library", ["grpc", "google.protobuf"])
@pytest.mark.parametrize("command", [("render",), ("plan",), ("graph", "--actions")], ids=lambda words: words[0])
def test_a_library_that_plugins_are_asked_with_cannot_be_imported(
    project: Project, tmp_path: Path, library: str, command: tuple[str, ...]
) -> None:
    broken = tmp_path / "broken" / library.replace(".", "/")
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('made for another Python')\n")
    seen = project.run(*command, PYTHONPATH=str(tmp_path / "broken"))
    assert (seen.code, seen.codes, seen.out) == (3, ["PLUGIN_017"], "")
    said = " ".join(seen.err.split())
    assert f"No plugin can be asked: {library} cannot be imported: made for another Python." in said
    assert "Traceback" not in said
    assert project.outputs() == (None, None, None)


def test_render_does_not_follow_a_link_out_of_the_repository(project: Project, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (project.root / ".github").symlink_to(tmp_path / "elsewhere")
    seen = project.run("render")
    assert (seen.code, seen.codes) == (1, ["OUTPUT_004"])
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("path", ["../ci.yml", "/etc/ci.yml", ".git/hooks/pre-commit", "a/../../ci.yml", "C:/ci.yml"])
def test_an_output_outside_of_the_repository_is_refused(project: Project, path: str) -> None:
    project.write("cig.toml", CONFIG.replace(".github/workflows/ci.yml", path))
    seen = project.run("render")
    assert (seen.code, seen.codes) == (1, ["SCHEMA_022"])


@pytest.mark.parametrize(
    "path", [".cigen/plugins/x/plugin.py", "cig.toml", "CIG.toml", ".GIT /config", ".git::$DATA/x"]
)
def test_an_output_in_a_place_of_cigs_or_gits_own_is_refused(project: Project, path: str) -> None:
    project.write("cig.toml", CONFIG.replace(".github/workflows/ci.yml", path))
    seen = project.run("render")
    assert seen.code == 1
    assert [code for code in seen.codes if code != "GITHUB_003"] == ["OUTPUT_001"]
    assert (project.root / OUTPUTS[0]).exists() is False


PLUGIN = """\
#!/usr/bin/env python3
from cigen.sdk import Fragment, GenerateRequest, GenerateResult, Plugin, serve

class Own(Plugin):
    def generate(self, request: GenerateRequest) -> GenerateResult:
        return GenerateResult(tuple(Fragment(output.path, "mine\\n") for output in request.outputs))

if __name__ == "__main__":
    serve(Own(), __file__)
"""


def test_two_plugins_of_the_project_own_one_path(project: Project) -> None:
    for name in ("one", "two"):
        manifest = f'[module]\nname = "acme/{name}"\nversion = "1.0.0"\nhooks = ["generate"]\n'
        project.write(f".cigen/plugins/{name}/module.toml", manifest + 'capabilities = ["provider:drone"]\n')
        project.write(f".cigen/plugins/{name}/plugin.py", PLUGIN).chmod(0o755)
    project.write("cig.toml", CONFIG + '\n[[outputs]]\nprovider = "drone"\npath = ".drone.yml"\n')
    seen = project.run("render")
    assert (seen.code, seen.codes) == (1, ["MERGE_001"])
    assert "acme/one and acme/two each want to write the whole of .drone.yml" in seen.err
    assert project.outputs() == (None, None, None)
    assert not (project.root / ".drone.yml").exists()
