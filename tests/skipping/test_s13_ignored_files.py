"""S13: what a build makes is in no commit, so it is no input by itself; the signature of its maker stands for it."""

from collections.abc import Callable
from typing import Any

import pytest
from signed_project import Project, changed

Run = Callable[..., Any]

HEAD = 'version = "0.2"\n[project]\nname = "ignored"\n'
BUILD = """
[jobs.build]
steps = ["make dist"]
skip_if = { paths_unmodified = ["src/**"] }
outputs = { files = ["dist"] }
"""
TEST = """
[jobs.test]
needs = ["build"]
steps = ["make test"]
skip_if = { paths_unmodified = ["dist/**"] }
"""
FETCHING = TEST + 'inputs = { artifacts = ["build"] }\n'
FILES = {".gitignore": "# made\ndist/\n*.log\n!kept.log\n", "src/a": "a\n"}


def validate(project: Project, run_cig: Run, config: str, **files: str) -> Any:
    project.commit({**FILES, **files, "cig.toml": HEAD + config})
    return run_cig(project.path, "validate")


def test_s13_ignored_files_in_a_covered_folder_are_no_input(project: Project) -> None:
    project.commit({**FILES, "cig.toml": HEAD + BUILD})
    before = project.worktree()
    project.write({"src/debug.log": "one\n", "dist/app.js": "1\n"})
    assert project.worktree() == before
    project.write({"src/kept.log": "one\n"})
    assert changed(before, project.worktree()) == {"build"}


@pytest.mark.parametrize("glob", ['"dist/**"', '{ glob = "dist/*.js", optional = true }', '"dist/{a,b}.js"'])
def test_s13_a_glob_of_ignored_files_is_an_error_that_names_the_rule(project: Project, run_cig: Run, glob: str) -> None:
    done = validate(project, run_cig, BUILD + TEST.replace('"dist/**"', glob))
    assert done.returncode == 1
    assert "HASH_003" in done.stderr
    assert "names files that .gitignore:2 keeps out of the repository" in done.stderr
    assert 'job "build" makes them: fetch them with inputs.artifacts = ["build"]' in done.stderr


def test_s13_the_files_may_be_those_of_an_artifact_that_the_job_fetches(project: Project, run_cig: Run) -> None:
    done = validate(project, run_cig, BUILD + FETCHING)
    assert (done.returncode, done.stderr) == (0, "")
    before = project.signed()
    project.commit({"src/a": "b\n"})
    assert changed(before, project.signed()) == {"build", "test"}, "the maker's signature stands for them"


@pytest.mark.parametrize(
    ("made", "named", "fine"),
    [
        ("dist", "dist/app.js", True),
        ("dist/**", "dist/sub/*.js", True),
        ("dist/*.js", "dist/*.js", True),
        ("dist/*.js", "dist/**", False),
        ("dist/app", "dist/app2/**", False),
        ("**", "dist/**", False),
    ],
)
def test_s13_only_what_the_artifact_surely_holds_is_taken_from_it(
    project: Project, run_cig: Run, made: str, named: str, fine: bool
) -> None:
    build = BUILD.replace('files = ["dist"]', f'files = ["{made}"]')
    done = validate(project, run_cig, build + FETCHING.replace("dist/**", named))
    assert (done.returncode == 0) == fine, done.stderr
    assert ("HASH_003" in done.stderr) != fine


def test_s13_a_typing_mistake_stays_one_though_an_artifact_is_fetched(project: Project, run_cig: Run) -> None:
    done = validate(project, run_cig, BUILD + FETCHING.replace("dist/**", "tests/**"))
    assert "HASH_002" in done.stderr


@pytest.mark.parametrize("glob", ["kept.log", "docs/**", "**/*.gen"])
def test_s13_an_optional_glob_of_files_to_come_is_fine(project: Project, run_cig: Run, glob: str) -> None:
    """A rule that keeps a file in is no rule against it, and a glob without a folder may mean files anywhere."""
    optional = f'["src/**", {{ glob = "{glob}", optional = true }}]'
    done = validate(project, run_cig, BUILD.replace('["src/**"]', optional), **{"docs/.gitignore": "*.tmp\n"})
    assert (done.returncode, done.stderr) == (0, "")


def test_s13_a_tracked_file_is_an_input_whatever_the_rules_say(project: Project, run_cig: Run) -> None:
    project.write({**FILES, "dist/app.js": "1\n"})
    project.git("add", "--force", "dist/app.js")
    assert validate(project, run_cig, BUILD + TEST).returncode == 0
    before = project.signed()
    project.commit({"dist/app.js": "2\n"})
    assert changed(before, project.signed()) == {"test"}


def test_s13_the_users_own_rules_decide_nothing(project: Project, run_cig: Run, environment: dict[str, str]) -> None:
    (project.path.parent / "mine").write_text("docs/\n")
    project.git("config", "core.excludesFile", str(project.path.parent / "mine"))
    done = validate(project, run_cig, BUILD.replace("src/**", "docs/**"))
    assert "HASH_002" in done.stderr
