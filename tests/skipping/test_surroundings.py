"""S14, S15: variables, secrets, machines and tools. What is declared is an input, what is not is told and is none."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from signed_project import Project, changed

Run = Callable[..., Any]

HEAD = 'version = "0.2"\n[project]\nname = "surroundings"\n'
JOB = """
[jobs.test]
steps = ["make $FLAVOUR $OTHER"]
secrets = ["TOKEN"]
inputs = { env = ["FLAVOUR"] }
skip_if = { paths_unmodified = ["src/**"], env = ["SKIP_IT"] }
[jobs.other]
steps = ["make other"]
skip_if = { paths_unmodified = ["src/**"] }
"""


def signed(project: Project, config: str, files: dict[str, str] | None = None, **environ: str) -> dict[str, str]:
    project.commit({"src/a": "a\n", "cig.toml": HEAD + config, **(files or {})})
    return project.signed(**environ)


def test_s14_declared_variables_are_inputs_by_value_and_others_are_none(project: Project) -> None:
    before = signed(project, JOB)
    values = [project.signed(FLAVOUR=value) for value in ("", "a", "a ", "A")]
    assert len({plan["test"] for plan in (before, *values)}) == 5
    assert {plan["other"] for plan in values} == {before["other"]}
    assert changed(before, project.signed(SKIP_IT="1")) == {"test"}
    assert project.signed(OTHER="x", FLAVOUR_="x", flavour="x", TOKEN="x", PATH="/elsewhere") == before


def test_s14_no_value_of_a_variable_stands_in_what_is_kept(project: Project) -> None:
    signed(project, JOB)
    manifest = project.signing(FLAVOUR="hunter2", TOKEN="hunter3").signatures.manifests["test"]
    assert b"FLAVOUR" in manifest.to_json()
    assert b"hunter" not in manifest.to_json()


def test_s14_a_secret_is_an_input_by_its_name_and_version(project: Project) -> None:
    before = signed(project, JOB, TOKEN="one")
    assert project.signed(TOKEN="two") == before
    first = signed(project, JOB + '[secrets.TOKEN]\nversion = "1"\n')
    assert changed(before, first) == {"test"}
    assert changed(first, signed(project, JOB + '[secrets.TOKEN]\nversion = "2"\n')) == {"test"}
    assert changed(before, signed(project, JOB.replace('["TOKEN"]', '["OTHER_TOKEN"]'))) == {"test"}


def test_s14_what_a_script_reads_and_nobody_declares_is_told(project: Project, run_cig: Run) -> None:
    signed(project, JOB)
    told = run_cig(project.path, "validate").stderr
    assert "CONVENTIONS_007" in told
    assert 'job "test" may be skipped, and reads OTHER, of which nothing is in its signature' in told


MACHINES = """
[runners.big]
os = "linux"
arch = "amd64"
github = { runs-on = "ubuntu-24.04" }
[jobs.plain]
runner = "big"
steps = ["make"]
skip_if = { paths_unmodified = ["src/**"] }
[jobs.legs]
runner = "{{ matrix.on }}"
matrix = { on = ["big", "macos"] }
steps = ["make"]
skip_if = { paths_unmodified = ["src/**"] }
[jobs.elsewhere]
steps = ["make"]
image = "debian:13"
services = { db = { image = "postgres:17" } }
skip_if = { paths_unmodified = ["src/**"] }
"""


@pytest.mark.parametrize(
    ("old", "new", "jobs"),
    [
        ('arch = "amd64"', 'arch = "arm64"', {"plain", "legs-big"}),
        ('os = "linux"', 'os = "windows"', {"plain", "legs-big"}),
        ("ubuntu-24.04", "ubuntu-26.04", {"plain", "legs-big"}),
        ("debian:13", "debian:13.1", {"elsewhere"}),
        ("debian:13", "debian@sha256:" + "0" * 64, {"elsewhere"}),
        ("postgres:17", "postgres:18", {"elsewhere"}),
        ("[runners.big]", '[runners.small]\nos = "linux"\n[runners.big]', set()),
    ],
)
def test_s15_machine_and_image_are_inputs(project: Project, old: str, new: str, jobs: set[str]) -> None:
    before = signed(project, MACHINES)
    assert before.keys() == {"plain", "legs-big", "legs-macos", "elsewhere"}
    assert changed(before, signed(project, MACHINES.replace(old, new))) == jobs


TOOLS = """
[jobs.node]
packages = ["node"]
steps = ["npm test"]
skip_if = { paths_unmodified = ["src/**"] }
[jobs.bare]
steps = ["make"]
skip_if = { paths_unmodified = ["src/**"] }
"""


@pytest.mark.parametrize(
    "path", [".node-version", ".nvmrc", ".tool-versions", "mise.toml", "package.json", "package-lock.json"]
)
def test_s15_files_that_choose_a_tools_version_are_inputs_though_no_glob_names_them(
    project: Project, path: str
) -> None:
    """Present, changed and absent are three things."""
    before = signed(project, TOOLS)
    given = signed(project, TOOLS, {path: "22\n"})
    assert changed(before, given) == {"node"}
    assert changed(given, signed(project, TOOLS, {path: "24\n"})) == {"node"}


def test_s15_the_version_of_a_module_and_its_settings_are_inputs(project: Project) -> None:
    before = signed(project, TOOLS)
    signing = project.signing()
    rows = {(row.kind, row.name): row.value for row in signing.signatures.manifests["node"].components}
    version, digest = rows["plugin", "lang/node"].split()
    assert version.count(".") == 2
    assert digest.startswith("sha256:")
    assert changed(before, signed(project, TOOLS + '[plugins]\n"lang/node" = { settings = { a = 1 } }\n')) == {"node"}


IMAGE = """
[jobs.test]
steps = ["make"]
inputs = { env = ["ImageOS", "ImageVersion"] }
skip_if = { paths_unmodified = ["src/**"] }
"""


def test_s15_the_image_of_a_hosted_machine_is_an_input_of_whoever_declares_it(project: Project, run_cig: Run) -> None:
    """GitHub's machines tell their image. A job that ran on another one than was planned with proves nothing."""
    signed(project, IMAGE)
    store = (project.path.parent / "store").as_uri()
    monday = {"ImageOS": "ubuntu24", "ImageVersion": "20260105.1"}
    tuesday = {**monday, "ImageVersion": "20260112.1"}

    def decided(**machine: str) -> dict[str, str]:
        done = run_cig(project.path, "compute-signatures", "--store", store, **machine)
        job: dict[str, str] = json.loads(done.stdout)["jobs"]["test"]
        return job

    def record(**machine: str) -> str:
        signature = decided(**monday)["signature"]
        done = run_cig(project.path, "record", "test", "--signature", signature, "--store", store, **machine)
        return str(done.stderr)

    assert "STORE_009" in record(**tuesday)
    assert decided(**monday)["decision"] == "run"
    assert "STORE_009" not in record(**monday)
    assert decided(**monday)["decision"] == "hit"
    assert (decided(**tuesday)["decision"], decided(**tuesday)["reason"]) == ("run", "ENV")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("ubuntu-24.04", "ubuntu-latest", ['"plain" may be skipped, and runs on "ubuntu-latest"', '"legs" may be']),
        ("debian:13", "debian", ['"elsewhere" uses the image "debian"']),
        ("debian:13", "debian:stable", ['"elsewhere" uses the image "debian:stable"']),
        ("postgres:17", "postgres:latest", ['"elsewhere" uses the image "postgres:latest"']),
        ("x", "x", []),
    ],
)
def test_s15_what_moves_on_under_one_name_is_told(
    project: Project, run_cig: Run, old: str, new: str, told: list[str]
) -> None:
    signed(project, MACHINES.replace(old, new))
    said = run_cig(project.path, "validate").stderr
    assert said.count("CONVENTIONS_002") == len(told)
    assert [one for one in told if one not in said] == []
