"""S25: what a plan, a record and an explanation make of the part of a lockfile that a job installs."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from locked_workspaces import WORKSPACES, Workspace, updated
from signed_project import Project

Run = Callable[..., "subprocess.CompletedProcess[str]"]

every = pytest.mark.parametrize("workspace", WORKSPACES, ids=lambda one: one.name)


@every
def test_s25_a_proven_job_stays_proven_until_its_own_part_changes(
    workspace: Workspace, project: Project, run_cig: Run, tmp_path: Path
) -> None:
    store = ("--store", (tmp_path / "store").as_uri())

    def planned() -> dict[str, dict[str, str]]:
        done = run_cig(project.path, "compute-signatures", *store)
        assert done.returncode == 0, done.stderr
        jobs: dict[str, dict[str, str]] = json.loads(done.stdout)["jobs"]
        return jobs

    project.commit(workspace.files())
    for job, entry in planned().items():
        done = run_cig(project.path, "record", job, "--signature", entry["signature"], *store)
        assert (done.returncode, done.stderr) == (0, "")
    assert {entry["decision"] for entry in planned().values()} == {"hit"}
    lock = updated(workspace.lock, workspace.of_api)
    project.commit({workspace.lockfile: lock})
    found = {job: (entry["decision"], entry["reason"]) for job, entry in planned().items()}
    assert found == {"web": ("hit", "PROVEN"), "api": ("run", "FILES"), "all": ("run", "FILES")}
    project.commit({workspace.lockfile: updated(lock, workspace.of_web)})
    assert planned()["web"]["decision"] == "run"


@every
def test_s25_an_explanation_names_the_lockfile_and_the_package(
    workspace: Workspace, project: Project, run_cig: Run
) -> None:
    project.commit(workspace.files())
    config = workspace.config().replace(f'package = "{workspace.web[0]}"', 'version = "3.13"')
    project.commit({workspace.lockfile: updated(workspace.lock, workspace.of_api)})
    module, (web, _), (api, _) = f"lang/{workspace.module}", workspace.web, workspace.api
    told = run_cig(project.path, "explain", "job", "api", "--against", "HEAD~1").stdout
    assert re.search(rf"reads +{module} {workspace.lockfile} +what {api} installs of it changed\n", told)
    project.commit({"cig.toml": config})
    told = run_cig(project.path, "explain", "job", "web", "--against", "HEAD~1").stdout
    assert re.search(rf"reads +{module} {workspace.lockfile} +what {web} installs of it to all of it\n", told)
    told = run_cig(project.path, "explain", "file", workspace.lockfile).stdout
    assert re.search(rf"job +api +{module} reads what {api} installs of it\n", told)
    assert re.search(rf"job +web +{module} reads it\n", told)


def test_s25_a_planner_checks_out_the_lockfiles_that_are_there(project: Project, run_cig: Run) -> None:
    workspace = WORKSPACES[0]
    settings = (
        '[skipping]\nstore = "s3://proofs/x"\n[[outputs]]\nprovider = "github"\npath = ".github/workflows/ci.yml"\n'
    )
    project.commit(workspace.files(settings))

    def checked_out() -> list[str]:
        done = run_cig(project.path, "render")
        assert done.returncode == 0, done.stderr
        text = (project.path / ".github/workflows/ci.yml").read_text()
        return re.findall(
            r"^ +/(\S+)$", text.partition("sparse-checkout: |\n")[2].partition("sparse-checkout-cone")[0], re.M
        )

    usual = [".cigen", "cig.lock", "cig.toml"]
    assert checked_out() == [*usual, "package-lock.json"]
    project.write({"npm-shrinkwrap.json": workspace.lock})
    assert checked_out() == [*usual, "npm-shrinkwrap.json", "package-lock.json"]
    project.write({"cig.toml": workspace.config(settings).replace("package =", "version =")})
    assert checked_out() == usual
