"""Files of proven jobs on CircleCI: brought by the planner, handed on in a cache, put into the workspace by their job.

S1, S6, S16, S17 and S18: whatever becomes of the cache or of the store, a job that takes files finds those that its
producer makes of these sources, and none fails.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from circleci_machines import Project, Run

Git = Callable[..., str]

CONFIG = """\
version = "0.2"
[project]
name = "restored"
[on]
push = {{ branches = ["main"] }}
[jobs.lint]
inputs.files = ["src/**"]
steps = ["echo lint >> $CIG_LOG"]
[jobs.build]
needs = ["lint"]
inputs.files = ["src/**"]
outputs.files = ["out/**", "note"]
steps = ["echo build >> $CIG_LOG; mkdir -p out/deep; cp src/a out/deep/b; cp src/a 'out/a b'; cp src/a note"]
[jobs.test]
needs = ["build"]
inputs = {{ files = ["test/**"], artifacts = ["build"] }}
outputs.files = ["report/**"]
steps = ["cat test/a >> $CIG_LOG; cmp src/a out/deep/b; cmp src/a 'out/a b'; cmp src/a note; cp -R test report"]
[jobs.page]
matrix = {{ lang = ["de", "en"] }}
inputs.files = ["de/**", "en/**"]
outputs.files = ["page", "{{{{ matrix.lang }}}}.html"]
env = {{ L = "{{{{ matrix.lang }}}}" }}
steps = ["echo page-$L >> $CIG_LOG; cp $L/a $L.html; cp *.html page"]
[jobs.publish]
needs = ["test", "page"]
inputs = {{ files = ["docs/**"], artifacts = ["test", "build", "page"] }}
steps = ["echo publish >> $CIG_LOG; cmp test/a report/a; cmp src/a note; cmp de/a de.html; cmp en/a page"]
[skipping]
restore = true
{skipping}
[[outputs]]
provider = "circleci"
path = ".circleci/config.yml"
"""
GONE = ["build", "page-de", "page-en"]
ALL = ["build", "lint", "page-de", "page-en", "publish", "test"]


@pytest.fixture(scope="module")
def first() -> dict[str, Project]:
    """Holds, once a test has needed it, a project of which everything has run."""
    return {}


@pytest.fixture
def project(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    first: dict[str, Project],
    git: Git,
    environment: dict[str, str],
) -> Project:
    """All of it is proven."""
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed: apt-get install jq")
    if "project" not in first:
        project = Project(tmp_path_factory.mktemp("first"), git, environment, CONFIG)
        project.write(".gitignore", "/out/\n/note\n/report/\n/page\n*.html\n")
        for name in ("src/a", "test/a", "docs/a", "de/a", "en/a"):
            project.write(name, f"{name.partition('/')[0]}\n")
        project.commit()
        done = project.run()
        assert (done.ran, done.ended["cig/gate"]) == (ALL, "success"), done.output
        first["project"] = project
    return first["project"].copied(tmp_path)


@pytest.fixture
def proven(project: Project) -> Project:
    """The sources of `test` have changed since."""
    project.write("test/a", "again\n")
    project.commit()
    return project


def arguments(run: Run, name: str) -> dict[str, str]:
    """What the continued configuration gives a job."""
    listed = yaml.safe_load(run.text)["workflows"]["ci"]["jobs"]
    entries = [next(iter(one.items())) if isinstance(one, dict) else (one, {}) for one in listed]
    return next((given for key, given in entries if given.get("name", key) == name), {})


def test_s18_a_proven_job_hands_on_its_files_without_doing_its_work(proven: Project) -> None:
    done = proven.run()
    assert (done.ran, done.ended["cig/gate"]) == (["again", "publish"], "success"), done.output
    assert {name for name, how in done.ended.items() if how == "success"} >= {"build", "page-de", "page-en"}
    assert "lint" not in done.ended
    assert "build is proven" in done.output


def test_s23_a_leg_runs_beside_one_whose_files_are_brought(proven: Project) -> None:
    """Both leave the file `page`, and the last leg's counts, as ever."""
    (record,) = (one for one in proven.store.rglob("*") if one.match("records/*/page-de/*") and one.is_file())
    record.unlink()
    done = proven.run()
    assert (done.ran, done.ended["cig/gate"]) == (["again", "page-de", "publish"], "success"), done.output
    assert [name for name in ("page-de", "page-en") if "cig-restored" in arguments(done, name)] == ["page-en"]


def test_s6_a_job_whose_files_were_brought_records_nothing(proven: Project) -> None:
    before = {one for one in proven.store.rglob("*") if one.match("records/*/build/*")}
    assert before
    proven.run()
    assert {one for one in proven.store.rglob("*") if one.match("records/*/build/*")} == before


def test_where_nobody_takes_the_files_the_job_is_not_there(proven: Project) -> None:
    proven.run()
    done = proven.run()
    assert (done.ran, set(done.ended)) == ([], {"cig/plan", "cig/gate"}), done.output


def test_a_job_that_takes_files_itself_runs_and_finds_them(proven: Project) -> None:
    """Its own producer would not be there if it had to do its work after all."""
    proven.run()
    proven.write("docs/a", "more\n")
    proven.commit()
    done = proven.run()
    assert (done.ran, done.ended["cig/gate"]) == (["again", "publish"], "success"), done.output
    assert "cig-restored" in arguments(done, "build")
    assert "cig-restored" not in arguments(done, "test")


def test_s1_where_the_cache_is_gone_the_job_does_its_work(proven: Project) -> None:
    proven.between = proven.caches.clear
    done = proven.run()
    assert "cig-restored" in arguments(done, "build")
    assert (done.ran, done.ended["cig/gate"]) == (["again", *GONE, "publish"], "success"), done.output


@pytest.mark.parametrize("change", ["other", "more"])
def test_s16_what_somebody_else_has_saved_is_not_taken(change: str, proven: Project) -> None:
    """A key is a beginning, and the newest cache wins: any job of the project can put its own first."""

    def poison() -> None:
        key, held = proven.caches[-1]
        files = dict(held)
        for name in ("build/note", "page-de/page", "page-en/page"):
            path = next(one for one in held if one.endswith(name))
            files[path if change == "other" else f"{path}.html"] = b"evil\n"
        proven.caches.append((f"{key}-evil", files))

    proven.between = poison
    done = proven.run()
    assert (done.ran, done.ended["cig/gate"]) == (["again", *GONE, "publish"], "success"), done.output
    assert b"evil\n" not in [data for layer in done.layers.values() for data in layer.values()]


@pytest.mark.parametrize("damage", ["gone", "altered"])
def test_s17_what_the_store_does_not_have_any_more_is_made_again(damage: str, proven: Project) -> None:
    kept = [one for one in proven.store.rglob("*") if "/outputs/" in str(one) and one.is_file()]
    assert kept
    for one in kept:
        one.unlink() if damage == "gone" else one.write_bytes(b"x")
    done = proven.run()
    assert "STORE_012" in done.output
    assert "cig-restored" not in arguments(done, "build")
    assert (done.ran, done.ended["cig/gate"]) == (["again", *GONE, "publish"], "success"), done.output


@pytest.mark.parametrize(
    "cig", ["exit 1", "true", 'python3 -m cigen "$@" | head -n 20'], ids=["fails", "says nothing", "stops"]
)
def test_s1_a_planner_that_is_broken_runs_everything(cig: str, proven: Project) -> None:
    whole = (proven.tools / "cig").read_text().partition("\n")[2]
    proven.tool("cig", f'if [ "$1" = compute-signatures ]; then\n{cig}\nelse\n{whole}\nfi')
    done = proven.run()
    assert (done.ran, done.ended["cig/gate"]) == (["again", *ALL[:-1]], "success"), done.output


def test_s1_where_nothing_can_be_saved_the_pipeline_goes_on(proven: Project) -> None:
    proven.saves = False
    done = proven.run()
    assert (proven.caches[1:], done.ended["cig/plan"]) == ([], "failed")
    assert (done.ran, done.ended["cig/gate"]) == (["again", *GONE, "publish"], "success"), done.output


def test_s22_what_is_run_again_from_its_start_finds_the_files_or_makes_them(proven: Project) -> None:
    done = proven.run()
    again = proven.again(done)
    assert (again.ran, again.ended["cig/gate"]) == (["again", "publish"], "success"), again.output
    proven.caches.clear()
    later = proven.again(done)
    assert (later.ran, later.ended["cig/gate"]) == (["again", *GONE, "publish"], "success"), later.output


def test_in_jobs_that_ask_for_themselves_whoever_others_take_from_runs(project: Project) -> None:
    project.commit('circleci = { mode = "in-job" }')
    done = project.run()
    assert "build" in done.ran
    assert "cig-restored" not in done.text


def test_a_plan_whose_files_are_elsewhere_is_no_configuration(project: Project) -> None:
    job = {"job": "build", "decision": "hit", "reason": "PROVEN", "restored": True, "signature": ""}
    (project.root / "plan.json").write_text(json.dumps({"schema": "cig.plan/1", "jobs": {"build": job}}))
    command = [sys.executable, "-m", "cigen", "compute-signatures", "--plan", "plan.json", "--format", "circleci"]
    done = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "CLI_008" in done.stderr
    assert 'the plan restores files of "build", which are not here' in done.stderr
