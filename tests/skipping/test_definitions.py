"""S23, S27, S30: a definition is an input by what it means, each leg is signed for itself, no glob is silent."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from signed_project import Project, changed

HEAD = 'version = "0.2"\n[project]\nname = "definitions"\n'
TEST = """
[jobs.test]
name = "Test"
packages = ["python"]
matrix = { python = ["3.12", "3.13"], arch = ["amd64"] }
steps = [{ name = "Run", run = "make V={{ matrix.python }}" }, "make report"]
env = { A = "1", B = "2" }
skip_if = { paths_unmodified = ["src/**"] }
"""
FILES = {"src/a": "a\n", "pyproject.toml": "", "lib/b": "b\n"}
LEGS = {"test-python3.12-amd64", "test-python3.13-amd64"}


def signed(project: Project, config: str) -> dict[str, str]:
    project.commit({**FILES, "cig.toml": HEAD + config})
    return project.signed()


def test_s23_another_leg_changes_no_leg(project: Project) -> None:
    before = signed(project, TEST)
    assert before.keys() == LEGS
    assert len(set(before.values())) == 2
    more = signed(project, TEST.replace('"3.13"]', '"3.13", "3.14"]'))
    assert more.keys() == LEGS | {"test-python3.14-amd64"}
    assert {key: more[key] for key in before} == before


def test_s23_the_values_of_a_leg_are_in_its_signature_though_no_step_names_them(project: Project) -> None:
    legs = signed(project, TEST.replace("{{ matrix.python }}", "1"))
    assert len(set(legs.values())) == 2
    other = signed(project, TEST.replace('"amd64"', '"arm64"'))
    assert set(other.values()).isdisjoint(legs.values())


COSMETIC = [
    ('name = "Test"', 'name = "Tests"\ndescription = "All of them"'),
    ('name = "Run", ', ""),
    ("[jobs.test]", "# why\n[jobs.test]"),
    ('A = "1", B = "2"', '"B" = "2", A = \'1\''),
]


@pytest.mark.parametrize(("old", "new"), COSMETIC)
def test_s27_what_only_a_reader_sees_is_no_input(project: Project, old: str, new: str) -> None:
    before = signed(project, TEST)
    assert old in TEST
    assert signed(project, TEST.replace(old, new)) == before


@pytest.mark.parametrize(
    "more",
    [
        '[[outputs]]\nprovider = "github"\npath = ".github/workflows/other.yml"\n',
        '[jobs.other]\nsteps = ["make"]\nskip_if = { paths_unmodified = ["lib/**"] }\n',
        '[runners.big]\nos = "linux"\n[caches.unused]\npaths = ["x"]\n',
        '[workflows.nightly]\non = { schedule = "0 3 * * *" }\n',
    ],
    ids=["an output", "another job", "a machine and a cache", "a workflow"],
)
def test_s27_what_the_job_has_no_part_in_is_no_input(project: Project, more: str) -> None:
    before = signed(project, TEST)
    after = signed(project, TEST + more)
    assert {key: after[key] for key in before} == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("make report", "make  report"),
        ('A = "1"', 'A = "01"'),
        ("[jobs.test]", "[jobs.test]\ntimeout = 31"),
        ("[jobs.test]", '[jobs.test]\nraw = { github = { "continue-on-error" = true } }'),
        ("[jobs.test]", '[jobs.test]\nrunner = "linux-arm64"'),
        ("[jobs.test]", '[jobs.test]\nimage = "debian:13"'),
        ('packages = ["python"]', 'packages = ["python", "node"]'),
        ("[jobs.test]", '[env]\nSHARED = "1"\n[jobs.test]'),
    ],
)
def test_s27_what_the_job_does_is_an_input(project: Project, old: str, new: str) -> None:
    before = signed(project, TEST)
    assert changed(before, signed(project, TEST.replace(old, new))) == LEGS


def test_s27_a_module_that_makes_steps_is_an_input_and_the_renderer_is_none(project: Project) -> None:
    """A new version of a provider's plugin must not run the world again."""
    signed(project, TEST)
    for manifest in project.signing().signatures.manifests.values():
        plugins = {component.name for component in manifest.components if component.kind == "plugin"}
        assert plugins == {"lang/python"}


def test_s30_a_glob_that_selects_nothing_is_an_error_that_names_it(
    project: Project, run_cig: Callable[..., Any]
) -> None:
    project.commit({**FILES, "cig.toml": HEAD + TEST.replace('["src/**"]', '["src/**", "libs/**"]')})
    for command in ("validate", "render", "compute-signatures"):
        done = run_cig(project.path, command)
        assert done.returncode == 1
        assert "HASH_002" in done.stderr
        assert '"libs/**"' in done.stderr
        assert "lib" in done.stderr.partition("did you mean")[2]
    assert run_cig(project.path, "compute-signatures").stdout == "", "a plan that nobody can read runs everything"


def test_s30_a_glob_for_files_to_come_says_so(project: Project, run_cig: Callable[..., Any]) -> None:
    optional = TEST.replace('["src/**"]', '["src/**", { glob = "libs/**", optional = true }]')
    before = signed(project, optional)
    project.commit({"libs/first": ""})
    assert changed(before, project.signed()) == LEGS
    plan = run_cig(project.path, "compute-signatures")
    assert json.loads(plan.stdout)["jobs"].keys() == LEGS


def test_jobs_that_wait_for_each_other_are_told_and_the_others_signed(project: Project) -> None:
    cycle = '[jobs.a]\nneeds = ["b"]\nsteps = ["a"]\n[jobs.b]\nneeds = ["a"]\nsteps = ["b"]\n'
    project.commit({"cig.toml": HEAD + cycle + '[jobs.c]\nsteps = ["c"]\n'})
    signing = project.signing()
    assert [diagnostic.code for diagnostic in signing.diagnostics] == ["DAG_001"]
    assert signing.signatures.digests.keys() == {"c"}


def test_the_commits_own_definitions_count_whatever_the_worktree_has(project: Project) -> None:
    before = signed(project, TEST)
    for text in (HEAD + TEST.replace("make report", "make other"), "no toml", None):
        (project.path / "cig.toml").unlink() if text is None else project.write({"cig.toml": text})
        assert project.signed() == before
    project.git("checkout", "-q", "cig.toml")
    (project.path / "cig.toml").rename(project.path / "real.toml")
    (project.path / "cig.toml").symlink_to("/dev/zero")
    assert project.signed() == before
