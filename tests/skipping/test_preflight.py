"""Plugins that object to hits: S1 (whatever goes wrong with them, jobs run), S16 (forks bring none), S18, S20."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from signed_project import Project

from cigen.proof.keys import read_signing_key

Cig = Callable[..., "subprocess.CompletedProcess[str]"]

KEY = "01" * 32
PLUGINS = Path(__file__).resolve().parents[1] / "plugins"
CONFIG = """
version = "0.2"
[project]
name = "preflight"
[jobs.build]
steps = ["make"]
outputs = { files = ["out/**"] }
skip_if = { paths_unmodified = ["src/**"] }
[jobs.test]
needs = ["build"]
matrix = { ruby = ["3.3", "3.4"] }
steps = ["make test"]
inputs = { artifacts = ["build"] }
skip_if = { paths_unmodified = ["src/**"] }
[jobs.lint]
steps = ["make lint"]
skip_if = { paths_unmodified = ["src/**"] }
[jobs.other]
steps = ["make other"]
skip_if = { paths_unmodified = ["src/**"] }
[jobs.whole]
steps = ["make all"]
"""
PROVABLE = ("build", "lint", "other", "test-ruby3.3", "test-ruby3.4")
PLUGIN = """#!/usr/bin/env python3
from cigen.sdk import Plugin, PreflightRequest, PreflightResult, serve


class Freeze(Plugin):
    def preflight(self, request: PreflightRequest) -> PreflightResult:
        {body}


PLUGIN = Freeze()

if __name__ == "__main__":
    serve(PLUGIN, __file__)
"""
SERVED = """
version = "0.2"
[project]
name = "served"
[jobs.served]
packages = ["frost"]
steps = ["make"]
inputs.files = ["src/**"]
[jobs.plain]
steps = ["make"]
inputs.files = ["src/**"]
"""
LINT = 'return PreflightResult(request.job_id == "lint", "frozen until monday")'
NOTHING = "return PreflightResult()"


@pytest.fixture
def proven(project: Project, run_cig: Cig, environment: dict[str, str]) -> "Plans":
    """A project whose jobs are all recorded, but for one that can never be."""
    project.commit({"cig.toml": CONFIG, "src/a": "a\n"})
    plans = Plans(project, run_cig, environment)
    plans.record(BUILD_URL="https://ci.example.org/7")
    return plans


class Plans:
    """Plans of a project with a store, and plugins to put into it."""

    def __init__(self, project: Project, run_cig: Cig, environment: dict[str, str]) -> None:
        self.project = project
        self.path = project.path
        self.environment = environment
        self._run = run_cig
        self.store = (project.path.parent / "store").as_uri()

    def cig(self, *arguments: str, **variables: Any) -> "subprocess.CompletedProcess[str]":
        return self._run(self.path, *arguments, **{"CIG_STORE": self.store, **variables})

    def record(self, **variables: str) -> None:
        """Every job that can be recorded."""
        for key, job in self.jobs(**variables).items():
            if key in PROVABLE:
                done = self.cig("record", key, "--signature", job["signature"], **variables)
                assert (done.returncode, done.stderr) == (0, ""), done.stderr

    def install(self, body: str, hooks: str = '["preflight"]', place: Path | None = None) -> Path:
        """A plugin, of the project's own if there is no other place for it."""
        place = place or self.path / ".cigen/plugins/freeze"
        place.mkdir(parents=True)
        manifest = f'[module]\nname = "acme/freeze"\nversion = "1.0.0"\nhooks = {hooks}\n'
        (place / "module.toml").write_text(manifest)
        (place / "plugin.py").write_text(PLUGIN.format(body=body))
        (place / "plugin.py").chmod(0o755)
        return place

    def jobs(self, *arguments: str, **variables: str) -> dict[str, dict[str, Any]]:
        done = self.cig("compute-signatures", *arguments, **variables)
        assert done.returncode == 0, done.stderr
        jobs: dict[str, dict[str, Any]] = json.loads(done.stdout)["jobs"]
        return jobs

    def reasons(self, *arguments: str, **variables: str) -> dict[str, str]:
        return {key: job["reason"] for key, job in self.jobs(*arguments, **variables).items()}

    def on_path(self, body: str, tools: Path, hooks: str = '["preflight"]', more: str = "") -> str:
        """A plugin that no manifest describes, in a folder of PATH; the value of PATH that has it."""
        place = self.install(body, hooks, tools / "freeze")
        with (place / "module.toml").open("a") as manifest:
            manifest.write(more)
        program = tools / "cigen-plugin-acme-freeze"
        program.write_text(f'#!/bin/sh\nexec "{place}/plugin.py"\n')
        program.chmod(0o755)
        return f"{tools}{os.pathsep}{self.environment['PATH']}"


ALL_HITS = {**dict.fromkeys(PROVABLE, "PROVEN"), "whole": "NO_INPUTS"}
ALL_RUN = {**dict.fromkeys(PROVABLE, "PREFLIGHT"), "whole": "NO_INPUTS"}
AGREED = ("decision", "reason", "signature", "note", "proved_by")


def test_a_plugin_has_one_proven_job_run_and_no_other(proven: Plans) -> None:
    assert proven.reasons() == ALL_HITS
    proven.install(LINT)
    assert proven.reasons() == {**ALL_HITS, "lint": "PREFLIGHT"}
    lint = proven.jobs()["lint"]
    assert (lint["decision"], lint["note"]) == ("run", "acme/freeze: frozen until monday")
    assert lint["proved_by"]["url"] == "https://ci.example.org/7"
    assert proven.reasons("--worktree") == {**ALL_HITS, "lint": "PREFLIGHT"}


def test_everybody_who_tells_decisions_tells_the_objection(proven: Plans) -> None:
    proven.install(LINT)
    told = proven.cig("compute-signatures", "--format", "text").stdout
    assert "lint\trun\tPREFLIGHT\thttps://ci.example.org/7\tacme/freeze: frozen until monday\n" in told
    explained = proven.cig("explain", "job", "lint").stdout
    assert "lint must run: it is proven, and a plugin objects to a skip: acme/freeze: frozen until monday" in explained
    assert "proved by https://ci.example.org/7" in explained
    assert json.loads(proven.cig("explain", "job", "lint", "--json").stdout)["note"] == proven.jobs()["lint"]["note"]
    assert "other need not run" in proven.cig("explain", "job", "other").stdout
    outputs = proven.cig("compute-signatures", "--format", "github").stdout
    assert "run-lint=true\n" in outputs
    assert "run-other=false\n" in outputs


def test_s2_a_job_that_a_plugin_has_run_must_have_run(proven: Plans) -> None:
    proven.install(LINT)
    plan = proven.path.parent / "plan.json"
    plan.write_text(proven.cig("compute-signatures").stdout)
    for lint, code in (("success", 0), ("skipped", 1), ("failure", 1)):
        results = proven.path.parent / "results.json"
        ended = {**dict.fromkeys(PROVABLE, "skipped"), "lint": lint, "whole": "success"}
        results.write_text(json.dumps({key: {"result": result} for key, result in ended.items()}))
        assert proven.cig("gate", "--plan", str(plan), "--results", str(results)).returncode == code


def test_a_plugin_is_told_the_plan_key_the_tree_and_the_signature_twice(proven: Plans) -> None:
    same = "{request.previous_signature == request.new_signature}"
    told = "{request.job_id} {request.tree} {request.new_signature}"
    proven.install(f'return PreflightResult(True, f"{told} {same}")')
    found = proven.jobs()
    tree = proven.project.git("rev-parse", "HEAD^{tree}")
    for key in PROVABLE:
        assert found[key]["note"] == f"acme/freeze: {key} git:{tree} {found[key]['signature']} True"


def test_s18_whose_files_a_job_needs_that_a_plugin_has_run_runs_too(proven: Plans) -> None:
    proven.install('return PreflightResult(request.job_id == "test-ruby3.4", "new ruby")')
    assert proven.reasons() == {**ALL_HITS, "build": "OUTPUTS", "test-ruby3.4": "PREFLIGHT"}


def test_s20_an_audited_job_that_a_plugin_has_run_is_no_proof_that_was_wrong(proven: Plans) -> None:
    config = CONFIG + '[skipping]\naudit = "100%"\n'
    proven.project.commit({"cig.toml": config})
    assert set(proven.reasons().values()) == {"AUDIT", "NO_INPUTS"}
    proven.install(LINT)
    assert proven.reasons()["lint"] == "PREFLIGHT"


def test_no_plugin_has_a_job_skipped_that_would_run(proven: Plans) -> None:
    proven.install("return PreflightResult(False, 'skip it')")
    assert proven.reasons() == ALL_HITS
    (proven.path / "src/a").write_text("b\n")
    proven.project.commit()
    assert proven.reasons() == {**dict.fromkeys(PROVABLE, "FILES"), "whole": "NO_INPUTS"}
    assert set(proven.reasons(CIG_FORCE="*").values()) == {"CIG_FORCE"}


def test_s1_a_plugin_that_fails_has_every_proven_job_run_and_is_told_once(proven: Plans) -> None:
    proven.install('raise RuntimeError("no weather report")')
    done = proven.cig("compute-signatures")
    jobs = json.loads(done.stdout)["jobs"]
    assert (done.returncode, {key: job["reason"] for key, job in jobs.items()}) == (0, ALL_RUN)
    assert jobs["lint"]["note"] == "acme/freeze failed in preflight: RuntimeError: no weather report."
    assert done.stderr.count("warning[PLUGIN_016]") == 1
    assert "acme/freeze was not heard, so 5 proven jobs run: acme/freeze failed in preflight" in " ".join(
        done.stderr.split()
    )
    assert "a plugin objects to a skip: acme/freeze failed" in proven.cig("explain", "job", "lint").stdout


@pytest.mark.parametrize("body", ["import os; os._exit(0)", "import os; os.kill(os.getpid(), 9)", 'return "no"'])
def test_s1_a_plugin_that_dies_or_talks_nonsense_has_every_proven_job_run(proven: Plans, body: str) -> None:
    proven.install(body)
    assert proven.reasons() == ALL_RUN


def test_s1_a_plugin_that_cannot_be_started_has_every_proven_job_run(proven: Plans) -> None:
    place = proven.install(LINT)
    (place / "module.toml").write_text((place / "module.toml").read_text() + 'entry = "missing"\n')
    assert proven.reasons() == ALL_RUN


def test_s1_where_no_plugin_can_be_asked_at_all_every_proven_job_runs(proven: Plans, tmp_path: Path) -> None:
    """A machine that plans without the library that plugins are asked with."""
    broken = tmp_path / "broken/grpc"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('no grpc here')\n")
    proven.install(NOTHING)
    assert proven.reasons() == ALL_HITS
    done = proven.cig("compute-signatures", PYTHONPATH=str(broken.parent))
    assert done.returncode == 0
    assert {key: job["reason"] for key, job in json.loads(done.stdout)["jobs"].items()} == ALL_RUN
    assert done.stderr.count("PLUGIN_016") == 1


@pytest.mark.parametrize("deed", ["pid", "floods", "exits"])
def test_s1_the_faulty_plugin_lets_pass_what_it_answers_about(
    project: Project, run_cig: Cig, environment: dict[str, str], deed: str
) -> None:
    """Its answers are those of no objection: noise beside them changes nothing, a broken one runs its job."""
    shutil.copytree(PLUGINS / "faulty", project.path / "tools/faulty")
    job = f'[jobs.{deed}]\nsteps = ["make"]\nskip_if = {{ paths_unmodified = ["cig.toml"] }}\n'
    plugins = '[plugins."test/faulty"]\npath = "tools/faulty"\n'
    project.commit({"cig.toml": 'version = "0.2"\n[project]\nname = "x"\n' + plugins + job})
    plans = Plans(project, run_cig, environment)
    plans.cig("record", deed, "--signature", plans.jobs()[deed]["signature"])
    assert plans.reasons() == {deed: "PREFLIGHT" if deed == "exits" else "PROVEN"}


def test_no_words_of_a_plugin_reach_a_terminal_or_break_a_line(proven: Plans) -> None:
    proven.install("return PreflightResult(True, '\\x1b[2J\\r\\n::error::x\\u202e' + 'y' * 100000)")
    for arguments in (
        ("compute-signatures",),
        ("compute-signatures", "--format", "text"),
        ("compute-signatures", "--format", "github"),
        ("explain", "job", "lint"),
        ("explain", "job", "lint", "--json"),
    ):
        printed = proven.cig(*arguments).stdout
        assert "acme/freeze: [2J ::error::x yyy" in printed, arguments
        assert "y" * 200 not in printed
        assert all(char.isprintable() or char in "\t\n" for char in printed)
    assert len(proven.jobs()["lint"]["note"]) == 200
    # A plan that somebody changed.
    plan = proven.path.parent / "plan.json"
    document = json.loads(proven.cig("compute-signatures").stdout)
    document["jobs"]["lint"]["note"] = "\x1b[2J\nx\thit"
    plan.write_text(json.dumps(document))
    told = proven.cig("compute-signatures", "--plan", str(plan), "--format", "text").stdout
    assert "\\x1b[2J\\nx    hit\n" in told
    document["jobs"]["lint"]["note"] = ["x"]
    plan.write_text(json.dumps(document))
    assert "GATE_002" in proven.cig("compute-signatures", "--plan", str(plan), "--format", "text").stderr


def test_s1_a_plugin_on_path_whose_manifest_is_broken_has_every_proven_job_run(proven: Plans, tmp_path: Path) -> None:
    """It may have the hook: nobody knows."""
    path = proven.on_path(NOTHING, tmp_path / "tools")
    (tmp_path / "tools/cigen-plugin-acme-freeze.toml").write_text("[module]\nhoks = []\n")
    done = proven.cig("compute-signatures", PATH=path)
    assert (done.returncode, done.stderr.count("[PLUGIN_016]")) == (0, 1)
    assert "[PLUGIN_001]" in done.stderr
    assert {key: job["reason"] for key, job in json.loads(done.stdout)["jobs"].items()} == ALL_RUN
    explained = json.loads(proven.cig("explain", "job", "lint", "--json", PATH=path).stdout)
    assert (explained["reason"], explained["note"]) == ("PREFLIGHT", "the manifest of acme/freeze is broken")
    proven.project.commit({"cig.toml": CONFIG + '[plugins."acme/freeze"]\nenabled = false\n'})
    assert proven.reasons(PATH=path) == ALL_HITS


def test_a_plugin_that_is_switched_off_is_not_asked(proven: Plans) -> None:
    proven.install('raise RuntimeError("never")')
    proven.project.commit({"cig.toml": CONFIG + '[plugins]\n"acme/freeze" = { enabled = false }\n'})
    assert proven.reasons() == ALL_HITS


def test_s16_a_plugin_that_a_fork_brings_is_not_started_and_what_it_was_to_be_asked_about_runs(
    proven: Plans, tmp_path: Path, environment: dict[str, str]
) -> None:
    """One of the machine's own is none of the fork's."""
    store = {"CIG_STORE": (tmp_path / "signed").as_uri()}
    proven.record(CIG_STORE_KEY=KEY, **store)
    branch = {**store, "CIG_STORE_TRUST": f"branch:{read_signing_key(KEY).public}"}
    fork = {**branch, "CIG_TIER": "fork"}
    assert proven.reasons(**fork) == ALL_HITS
    marker = tmp_path / "started"
    place = proven.install(f"open({str(marker)!r}, 'w').close(); {NOTHING}")
    assert proven.reasons(**branch) == ALL_HITS
    marker.unlink()
    found = proven.jobs(**fork)
    assert {key: job["reason"] for key, job in found.items()} == ALL_RUN
    assert found["lint"]["note"] == "acme/freeze comes with a fork's commit and is not started"
    assert not marker.exists()
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "cigen-plugin-acme-freeze").symlink_to(place.rename(tmp_path / "freeze") / "plugin.py")
    assert proven.reasons(**fork, PATH=f"{tools}{os.pathsep}{environment['PATH']}") == ALL_HITS
    assert marker.exists()


def test_s1_a_plugin_without_a_manifest_is_asked_by_everybody_who_tells_decisions(
    proven: Plans, tmp_path: Path
) -> None:
    """Whether it has the hook only its handshake tells, so a plan has to start it."""
    path = proven.on_path(LINT, tmp_path / "tools")
    assert proven.reasons(PATH=path) == {**ALL_HITS, "lint": "PREFLIGHT"}
    assert proven.reasons("--worktree", PATH=path) == {**ALL_HITS, "lint": "PREFLIGHT"}
    for key, plan in proven.jobs(PATH=path).items():
        explained = json.loads(proven.cig("explain", "job", key, "--json", PATH=path).stdout)
        assert [explained.get(name) for name in AGREED] == [plan.get(name) for name in AGREED]


def test_a_plugin_without_a_manifest_that_has_not_the_hook_has_no_say(proven: Plans, tmp_path: Path) -> None:
    done = proven.cig("compute-signatures", PATH=proven.on_path("raise AssertionError", tmp_path / "tools", "[]"))
    assert {key: job["reason"] for key, job in json.loads(done.stdout)["jobs"].items()} == ALL_HITS
    assert "PLUGIN_016" not in done.stderr


def test_s1_a_program_of_a_plugins_name_that_is_none_has_every_proven_job_run(proven: Plans, tmp_path: Path) -> None:
    path = proven.on_path(NOTHING, tmp_path / "tools")
    (tmp_path / "tools/cigen-plugin-acme-freeze").write_text("#!/bin/sh\nexit 3\n")
    done = proven.cig("compute-signatures", PATH=path)
    assert {key: job["reason"] for key, job in json.loads(done.stdout)["jobs"].items()} == ALL_RUN
    told = " ".join(done.stderr.split())
    assert "acme/freeze was not heard, so 5 proven jobs run: acme/freeze stopped before it answered handshake" in told
    assert "one without the hook is not asked if its manifest says so" in told


def test_s16_what_a_program_without_a_manifest_of_a_forks_commit_was_to_be_asked_about_runs(
    proven: Plans, tmp_path: Path
) -> None:
    """It might have the hook. Everybody says so, also who knows from an earlier run that it has not."""
    proven.on_path("raise AssertionError", proven.path / "tools", "[]")
    config = CONFIG + '[plugins."acme/freeze"]\npath = "tools/cigen-plugin-acme-freeze"\n'
    proven.project.commit({"cig.toml": config})
    proven.record()
    assert proven.reasons() == ALL_HITS
    trusted = {"CIG_STORE_TRUST": f"branch:{read_signing_key(KEY).public}", "CIG_STORE": (tmp_path / "two").as_uri()}
    proven.record(CIG_STORE_KEY=KEY, **trusted)
    found = proven.jobs(CIG_TIER="fork", **trusted)
    assert {key: job["reason"] for key, job in found.items()} == ALL_RUN
    assert found["lint"]["note"] == "acme/freeze comes with a fork's commit and is not started"
    explained = json.loads(proven.cig("explain", "job", "lint", "--json", CIG_TIER="fork", **trusted).stdout)
    assert [explained.get(name) for name in AGREED] == [found["lint"].get(name) for name in AGREED]


def test_s1_what_a_module_without_a_manifest_may_serve_depends_on_all_that_it_may_read(
    project: Project, run_cig: Cig, environment: dict[str, str], tmp_path: Path
) -> None:
    """A plan that starts nothing cannot know its reads. A job that asks nothing of modules has nothing of it."""
    project.commit({"cig.toml": SERVED, "src/a": "a\n", "other": "1\n"})
    plans = Plans(project, run_cig, environment)
    path = plans.on_path(NOTHING, tmp_path / "tools", '["detect"]', 'capabilities = ["package:frost"]\n')
    first = plans.jobs(PATH=path)
    explained = json.loads(plans.cig("explain", "job", "served", "--json", PATH=path).stdout)
    assert explained["signature"] == first["served"]["signature"]
    used = plans.cig("explain", "file", "other", PATH=path).stdout
    assert "job     served  acme/freeze has no manifest and may read any file" in used
    assert "plain" not in used
    project.commit({"other": "2\n"})
    then = plans.jobs(PATH=path)
    assert {key for key in then if then[key]["signature"] != first[key]["signature"]} == {"served"}
    with (tmp_path / "tools/cigen-plugin-acme-freeze").open("a") as program:
        program.write("# changed\n")
    last = plans.jobs(PATH=path)
    assert {key for key in last if last[key]["signature"] != then[key]["signature"]} == {"served"}


@pytest.mark.parametrize(
    ("hooks", "edit"),
    [(None, False), ('["detect", "plan"]', False), ('["preflight"]', True)],
    ids=["no plugin", "a plugin without the hook", "nothing is proven"],
)
def test_nothing_is_loaded_or_started_where_no_plugin_has_a_say(
    proven: Plans, environment: dict[str, str], hooks: str | None, edit: bool
) -> None:
    if hooks:
        proven.install("raise AssertionError", hooks)
    if edit:
        (proven.path / "src/a").write_text("b\n")
        proven.project.commit()
    code = (
        "import sys\n"
        "from cigen.cli.main import main\n"
        "main(['compute-signatures'])\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    given = {**environment, "CIG_STORE": proven.store}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=proven.path, env=given, capture_output=True, text=True, check=True
    )
    assert {job["decision"] for job in json.loads(done.stdout)["jobs"].values()} == (
        {"run"} if edit else {"hit", "run"}
    )
    loaded = set(done.stderr.splitlines()[-1].split())
    assert "cigen.cli.deciding" in loaded
    assert loaded & {"cigen.rules.preflight", "cigen.host.pool", "cigen.wire", "grpc", "google.protobuf"} == set()
