"""The step that makes a plan, the command that keeps a proof, and the gate: rendered, and their scripts executed."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from cigen.sdk import (
    Approval,
    Artifact,
    Download,
    Expr,
    GenerateRequest,
    Graph,
    Inputs,
    Job,
    JobOutputs,
    Matrix,
    MatrixAxis,
    Notify,
    Op,
    Output,
    Pair,
    PathGlob,
    ProviderBlock,
    Run,
    Runner,
    Schedule,
    Secret,
    Shards,
    SkipIf,
    Skipping,
    Step,
    Trigger,
    Triggers,
)
from cigen.sdk import Leg as MatrixLeg
from cigen.std.provider.buildkite.plugin import PLUGIN

FILES = SkipIf(paths_unmodified=(PathGlob("app/**"),))
MAKE = Step("make", run=Run("make"))
SKIPPING = Skipping(install="exit 9", machine=Runner("linux"), version="0.3.0")
ON_MAIN = Expr(Op.EQ, args=(Expr(Op.NAME, "branch"), Expr(Op.LITERAL, "main")))


@dataclass(frozen=True)
class Files:
    """What is written for an output: the texts by path, and what was told."""

    texts: dict[str, str]
    codes: list[str]

    @property
    def planner(self) -> dict[str, Any]:
        (step,) = yaml.safe_load(self.texts[".buildkite/pipeline.yml"])["steps"]
        return dict(step)

    @property
    def full(self) -> dict[str, Any]:
        return dict(yaml.safe_load(self.texts[".buildkite/pipeline.full.yml"]))

    @property
    def steps(self) -> dict[str, dict[str, Any]]:
        listed = self.full["steps"]
        return {inner["key"]: inner for step in listed for inner in step.get("steps", [step])}


def shell(step: dict[str, Any]) -> str:
    """The script as the agent hands it to bash, for texts without a backslash before a dollar."""
    command: str = step["command"]
    return command.replace("$$", "$")


@pytest.fixture
def write(make_workflow: Callable, make_job: Callable) -> Callable[..., Files]:
    """Render jobs in a graph with skipping on."""

    def written(*jobs: Job, skipping: Skipping | None = SKIPPING, output: Output | None = None, **given: Any) -> Files:
        workflows = given.pop("workflows", (make_workflow(),))
        graph = Graph("shop", workflows, jobs, skipping=skipping, **given)
        output = output or Output("buildkite", ".buildkite/pipeline.yml", workflow=workflows[0].id)
        done = PLUGIN.generate(GenerateRequest("buildkite", graph, (output,)))
        return Files({one.path: one.content for one in done.fragments}, [one.code for one in done.diagnostics])

    return written


@pytest.fixture
def provable(make_job: Callable) -> Callable[..., Job]:
    """A job that may be skipped, and whose success is a proof."""
    return lambda *steps, **given: make_job(*(steps or (MAKE,)), **{"skip_if": FILES, **given})


# -- what is rendered --------------------------------------------------------------------------------------------------


def test_without_a_job_that_may_be_skipped_there_is_one_file_as_ever(
    write: Callable, make_job: Callable, provable: Callable
) -> None:
    plain, job = make_job(MAKE), provable()
    for files in (write(plain), write(job, skipping=None), write(replace(job, effects=True))):
        assert list(files.texts) == [".buildkite/pipeline.yml"]
        assert "cig compute" not in files.texts[".buildkite/pipeline.yml"]
    before = write(plain, skipping=None)
    assert write(plain).texts == before.texts
    assert write(job, skipping=None).texts == before.texts


def test_the_jobs_stand_in_a_file_of_their_own_behind_one_step_that_makes_the_plan(
    write: Callable, make_job: Callable, provable: Callable
) -> None:
    files = write(provable(id="a"), make_job(MAKE, id="b", needs=("a",)))
    assert list(files.texts) == [".buildkite/pipeline.yml", ".buildkite/pipeline.full.yml"]
    planner = files.planner
    assert (planner["key"], planner["label"], planner["timeout_in_minutes"]) == ("cig-plan", "cig/plan", 5)
    assert planner["agents"] == {"queue": "default"}
    assert planner["checkout"]["depth"] == 1
    assert list(files.steps) == ["a", "b", "cig-gate"]
    assert planner["if"] == files.steps["a"]["if"] == files.steps["cig-gate"]["if"]


def test_only_what_a_plan_may_skip_says_what_the_plan_calls_it(
    write: Callable, make_job: Callable, provable: Callable
) -> None:
    files = write(
        provable(id="a"),
        make_job(MAKE, id="plain"),
        provable(id="deploy", effects=True),
        provable(id="tell", needs=("a",), run_on="always"),
        provable(id="shared", shards=Shards(2)),
        provable(id="win", machine=Runner("windows")),
        make_job(MAKE, id="wip", skip_if=SkipIf(branch=("wip/*",))),
        make_job(id="other", trigger=Trigger("other"), skip_if=FILES),
    )
    named = {key: step.get("env", {}).get("CIG_JOB") for key, step in files.steps.items()}
    assert {name for name in named.values() if name} == {"a", "shared", "win", "wip"}
    assert all(name in (key, None) for key, name in named.items())
    recording = [key for key, step in files.steps.items() if "CIG_RECORD" in step.get("command", "")]
    assert recording == ["a"]


def test_each_leg_of_a_job_that_may_be_skipped_is_a_step(write: Callable, provable: Callable) -> None:
    """S23: so a leg is proven, and skipped, for itself."""
    legs = tuple(MatrixLeg(f"test-ruby{value}", (Pair("ruby", value),)) for value in ("3.3", "3.4"))
    matrix = Matrix((MatrixAxis("ruby", ("3.3", "3.4")),), legs=legs)
    job = provable(Step("make", run=Run("make {{ matrix.ruby }}")), matrix=matrix)
    files = write(job)
    assert {key: step["env"]["CIG_JOB"] for key, step in files.steps.items() if key != "cig-gate"} == {
        "test-ruby3_3": "test-ruby3.3",
        "test-ruby3_4": "test-ruby3.4",
    }
    plain = write(replace(job, skip_if=None), provable(id="other"))
    assert plain.steps["test"]["matrix"] == {"setup": {"ruby": ["3.3", "3.4"]}}


def test_of_legs_on_several_systems_those_on_windows_keep_no_proof(write: Callable, provable: Callable) -> None:
    legs = tuple(MatrixLeg(f"test-{name}", (Pair("os", name),), Runner(name)) for name in ("linux", "windows"))
    files = write(provable(machine=None, matrix=Matrix((MatrixAxis("os", ("linux", "windows")),), legs=legs)))
    recording = [key for key, step in files.steps.items() if "CIG_RECORD" in step.get("command", "")]
    assert recording == ["test-linux"]


def test_the_gate_waits_for_every_job_and_reports_under_one_name(
    write: Callable, make_job: Callable, provable: Callable
) -> None:
    """S3"""
    gate = write(provable(id="a"), make_job(MAKE, id="deploy", effects=True, needs=("a",))).steps["cig-gate"]
    assert gate["depends_on"] == ["a", "deploy"]
    assert gate["allow_dependency_failure"] is True
    assert gate["notify"] == [{"github_commit_status": {"context": "cig/gate"}}]
    assert gate["env"] == {"CIG_PLANNED": "false"}


def test_each_workflow_of_a_file_has_a_gate_and_all_have_one_planner(
    write: Callable, make_workflow: Callable, provable: Callable, make_job: Callable
) -> None:
    nightly = make_workflow(id="nightly", triggers=Triggers(schedule=(Schedule("0 3 * * *", "n"),)))
    tagged = make_workflow(id="tagged", triggers=Triggers(schedule=(Schedule("0 4 * * *", "t"),)))
    files = write(
        provable(id="a"),
        provable(id="soak", workflow="nightly"),
        make_job(MAKE, id="plain", workflow="tagged"),
        workflows=(make_workflow(), nightly, tagged),
        output=Output("buildkite", ".buildkite/pipeline.yml", workflow="*"),
    )
    gates = {key: step for key, step in files.steps.items() if key.startswith("cig-gate")}
    assert {key: step["notify"][0]["github_commit_status"]["context"] for key, step in gates.items()} == {
        "cig-gate-ci": "cig/gate",
        "cig-gate-nightly": "cig/gate-nightly",
    }
    assert gates["cig-gate-nightly"]["depends_on"] == ["soak"]
    assert "--workflow nightly" in gates["cig-gate-nightly"]["command"]
    assert files.planner["if"].startswith("(")
    assert ") || (" in files.planner["if"]


def test_a_pipeline_in_several_files_is_planned_whole(write: Callable, provable: Callable) -> None:
    jobs = [provable(id=f"j{index}", shards=Shards(100)) for index in range(6)]
    files = write(*jobs)
    assert "cig_upload .buildkite/pipeline.full.yml .buildkite/pipeline.2.yml\n" in files.planner["command"]
    assert "upload" not in files.steps
    second = write(*jobs, output=Output("buildkite", ".buildkite/pipeline.2.yml", workflow="ci"))
    (text,) = second.texts.values()
    steps = yaml.safe_load(text)["steps"]
    assert steps[-1]["key"] == "cig-gate"
    assert steps[-1]["depends_on"] == [f"j{index}" for index in range(6)]


def test_a_missing_part_of_a_planned_pipeline_is_told(write: Callable, provable: Callable) -> None:
    from cigen.sdk import Fragment, ValidateRequest

    files = write(*(provable(id=f"j{index}", shards=Shards(100)) for index in range(6)))
    rendered = tuple(Fragment(path, text) for path, text in files.texts.items())
    found = PLUGIN.validate(ValidateRequest(rendered))
    assert [one.code for one in found.diagnostics] == ["BUILDKITE_008"]
    assert ".buildkite/pipeline.2.yml" in found.diagnostics[0].message


def test_no_job_is_skipped_where_a_second_file_has_no_place(write: Callable, provable: Callable) -> None:
    files = write(provable(), output=Output("buildkite", "pipeline.yml", workflow="ci"))
    assert list(files.texts) == ["pipeline.yml"]
    assert "BUILDKITE_016" in files.codes


def test_a_key_of_signing_is_fetched_for_the_record_alone(write: Callable, provable: Callable) -> None:
    trusting = replace(SKIPPING, trust=("branch:0a",), secrets=("AWS_KEY",))
    named = Secret("AWS_KEY", (ProviderBlock("buildkite", '{"name":"PROOFS_AWS"}'),))
    files = write(provable(), skipping=trusting, secrets=(named,))
    record = files.full["env"]["CIG_RECORD"]
    assert "cig_secret CIG_STORE_KEY CIG_STORE_KEY\ncig_secret AWS_KEY PROOFS_AWS\n" in record
    assert "cig_secret AWS_KEY PROOFS_AWS\n" in files.planner["command"]
    for step in (files.planner, *files.steps.values()):
        assert "secrets" not in step
        assert "CIG_STORE_KEY" not in step["command"]
    assert "CIG_STORE_KEY" not in write(provable()).texts[".buildkite/pipeline.full.yml"]


OWN_KEY = ProviderBlock("buildkite", '{"protected_key":"CIG_STORE_KEY_PROTECTED"}')


def test_s16_a_record_is_signed_with_the_key_of_protected_branches_where_the_build_may_have_it(
    write: Callable, provable: Callable, machine: "Machine"
) -> None:
    skipping = replace(SKIPPING, trust=("protected:0a", "branch:0b"), protected=("main",), settings=(OWN_KEY,))
    files = write(provable(Step("s", run=Run("true"))), skipping=skipping)
    assert files.codes == write(provable(Step("s", run=Run("true")))).codes
    assert "CIG_STORE_KEY_PROTECTED" not in files.planner["command"]
    variable = files.full["env"]["CIG_RECORD"].replace("$$", "$")
    machine.program("cig", 'echo "$CIG_STORE_KEY" >> "$LOG"')
    ours = '[ "$*" = "secret get CIG_STORE_KEY_PROTECTED" ] && echo protected && exit'
    others = '[ "$*" = "secret get CIG_STORE_KEY" ] && echo branch && exit'
    for agent in (f"{ours}\n{others}", f"{others}\nexit 1"):
        machine.program("buildkite-agent", agent)
        machine.run(shell(files.steps["test"]), CIG_RECORD=variable, **PLANNED)
    assert machine.log == ["protected", "branch"]


@pytest.mark.parametrize(
    ("given", "changes", "code"),
    [
        ('{"protected_key":""}', {}, "BUILDKITE_014"),
        ('{"protected_key":"bk_key"}', {}, "BUILDKITE_014"),
        ('{"protected_key":"a b"}', {}, "BUILDKITE_014"),
        ('{"protected_key":["A"]}', {}, "BUILDKITE_014"),
        ('{"protected_key":"KEY","other":1}', {}, "BUILDKITE_006"),
        ('{"protected_key":"KEY"}', {"trust": ()}, "BUILDKITE_006"),
        ('{"protected_key":"KEY"}', {"protected": ()}, "BUILDKITE_006"),
        ('{"protected_key":"KEY"}', {}, ""),
    ],
)
def test_a_key_of_protected_branches_that_no_run_signs_with_is_told(
    given: str, changes: dict[str, Any], code: str, write: Callable, provable: Callable
) -> None:
    usual = {"trust": ("protected:0a",), "protected": ("main",), "settings": (ProviderBlock("buildkite", given),)}
    files = write(provable(), skipping=replace(SKIPPING, **{**usual, **changes}))
    assert sorted(set(files.codes) & {"BUILDKITE_006", "BUILDKITE_014"}) == ([code] if code else [])


def test_a_secret_of_a_plugin_is_the_planners_and_no_jobs(write: Callable, provable: Callable) -> None:
    vault = Secret("AWS_KEY", (ProviderBlock("buildkite", '{"plugin":{"vault#v1":{"name":"AWS_KEY"}}}'),))
    files = write(provable(), skipping=replace(SKIPPING, secrets=("AWS_KEY",)), secrets=(vault,))
    assert files.planner["plugins"] == [{"vault#v1": {"name": "AWS_KEY"}}]
    assert "plugins" not in files.steps["test"]
    assert "BUILDKITE_029" in files.codes


def test_a_machine_that_has_no_agents_is_an_error(write: Callable, provable: Callable) -> None:
    nowhere = Runner("x", settings=(ProviderBlock("buildkite", "{}"),))
    assert "BUILDKITE_010" in write(provable(), skipping=replace(SKIPPING, machine=nowhere)).codes
    assert "BUILDKITE_010" in write(provable(), skipping=replace(SKIPPING, machine=None)).codes


def test_what_only_another_system_would_know_is_told(write: Callable, provable: Callable) -> None:
    own = replace(SKIPPING, settings=(ProviderBlock("buildkite", '{"mode":"x"}'),))
    assert write(provable(), skipping=own).codes == ["BUILDKITE_006"]


# -- files that a plan brings ------------------------------------------------------------------------------------------

RESTORING = replace(SKIPPING, restore=True)


def leaving(provable: Callable, *paths: str, **given: Any) -> Job:
    """A job that leaves files, as cig.toml makes one."""
    job: Job = provable(MAKE, Step("keep", upload=Artifact(given["id"], paths)), **given)
    return replace(job, outputs=JobOutputs(files=paths))


def fetching(make_job: Callable, *names: str, **given: Any) -> Job:
    job: Job = make_job(*(Step(f"get-{name}", download=Download(name)) for name in names), MAKE, needs=names, **given)
    return replace(job, inputs=Inputs(artifacts=names))


def test_only_where_a_plan_can_bring_files_it_is_asked_to(
    write: Callable, make_job: Callable, provable: Callable
) -> None:
    build, use = leaving(provable, "dist/**", id="build"), fetching(make_job, "build", id="use")
    files = write(build, use, skipping=RESTORING)
    assert 'cig compute-signatures --restore "$$CIG_TEMP/cig-restored" > ' in files.planner["command"]
    assert files.steps["use"]["env"] == {"CIG_FETCHES": "build"}
    assert (files.steps["build"]["timeout_in_minutes"], files.steps["use"]["timeout_in_minutes"]) == (35, 30)
    off = write(build, use)
    assert off.steps["use"]["command"].count("buildkite-agent artifact download 'dist/**/*' . --step build\n") == 1
    assert off.steps["build"]["timeout_in_minutes"] == 30
    for text in off.texts.values():
        assert "cig_fetch" not in text
        assert "estore" not in text
    unread = leaving(provable, "dist/**", id="build"), make_job(MAKE, id="use")
    assert write(*unread, skipping=RESTORING).texts == write(*unread).texts
    unplanned = write(build, use, skipping=RESTORING, output=Output("buildkite", "pipeline.yml", workflow="ci"))
    assert "cig_fetch" not in unplanned.texts["pipeline.yml"]


def test_of_a_workflow_with_a_file_of_its_own_the_plan_is_of_that_alone(
    write: Callable, make_workflow: Callable, make_job: Callable, provable: Callable
) -> None:
    """So nothing is brought that no job of the build could fetch."""
    workflows = (make_workflow(), make_workflow(id="nightly"))
    build, use = leaving(provable, "dist/**", id="build"), fetching(make_job, "build", id="use")
    other = provable(id="slow", workflow="nightly")
    own = write(build, use, other, skipping=RESTORING, workflows=workflows)
    assert 'compute-signatures --workflow ci --restore "$$CIG_TEMP/cig-restored" > ' in own.planner["command"]
    every = Output("buildkite", ".buildkite/pipeline.yml", workflow="*")
    both = write(build, use, other, skipping=RESTORING, workflows=workflows, output=every)
    assert "--workflow" not in both.planner["command"]


def test_a_leg_whose_step_is_called_otherwise_says_what_the_plan_calls_it(
    write: Callable, make_job: Callable, provable: Callable, machine: "Machine"
) -> None:
    """S23: and is fetched from where it is, in the order of the legs."""
    legs = tuple(MatrixLeg(f"lib-ruby{value}", (Pair("ruby", value),)) for value in ("3.3", "3.4"))
    lib = leaving(provable, "lib/*", id="lib", matrix=Matrix((MatrixAxis("ruby", ("3.3", "3.4")),), legs=legs))
    build = leaving(provable, "dist/**", id="build")
    files = write(build, lib, fetching(make_job, "lib", "build", id="use"), skipping=RESTORING)
    fetches = files.steps["use"]["env"]["CIG_FETCHES"]
    assert fetches == "lib-ruby3_3=lib-ruby3.3 lib-ruby3_4=lib-ruby3.4 build"
    assert fetched(files, machine, CIG_RESTORED="lib-ruby3_4") == [
        "lib/* of lib-ruby3_3",
        "cig-restored/lib/lib/* of cig-plan",
        "dist/**/* of build",
    ]


DOWNLOAD = """\
if [ "$6" != "$BROUGHT" ] && [ "$6" = cig-plan ]; then exit 1; fi
case "$3" in *"$LACKS") exit 1 ;; esac
echo "$3 of $6" >> "$LOG"
to="$4/$(dirname "${3//\\*/x}")"; mkdir -p "$to"; echo "$6" > "$to/file"
"""


def fetched(files: Files, machine: "Machine", **env: str) -> list[str]:
    machine.program("buildkite-agent", DOWNLOAD)
    env = {"LACKS": "app", "BROUGHT": "cig-plan", **env}
    done = machine.run(shell(files.steps["use"]).replace("\nmake\n", "\ntrue\n"), **env)
    assert done.returncode == 0, done.stderr
    return machine.log


def test_files_that_the_plan_has_brought_are_fetched_from_the_planner(
    write: Callable, make_job: Callable, provable: Callable, machine: "Machine"
) -> None:
    """S18: those of each job from a folder of its own, to where the job had them; all others from their own step."""
    build, docs = leaving(provable, "dist/**", "app", id="build"), leaving(provable, "dist/**", id="docs")
    files = write(build, docs, fetching(make_job, "build", "docs", id="use"), skipping=RESTORING)
    for others in ("", "build-more more-docs"):
        assert fetched(files, machine, CIG_RESTORED=others) == [
            "dist/**/* of build",
            "app/**/* of build",
            "dist/**/* of docs",
        ]
        (machine.folder / "log").unlink()
    assert fetched(files, machine, CIG_RESTORED="build") == [
        "cig-restored/build/dist/**/* of cig-plan",
        "cig-restored/build/app/**/* of cig-plan",
        "dist/**/* of docs",
    ]
    assert {path.name for path in machine.folder.iterdir()} == {"bin", "log", "dist", "app"}
    assert (machine.folder / "app/xx/file").read_text() == "cig-plan\n"


def test_a_download_to_a_folder_takes_what_was_brought_there_too(
    write: Callable, make_job: Callable, provable: Callable, machine: "Machine"
) -> None:
    build, use = leaving(provable, "dist/**", id="build"), fetching(make_job, "build", id="use")
    there = Step("down", download=Download("build", "site"))
    files = write(build, replace(use, steps=(*use.steps[:-2], there, MAKE)), skipping=RESTORING)
    assert fetched(files, machine, CIG_RESTORED="build") == ["cig-restored/build/dist/**/* of cig-plan"]
    assert (machine.folder / "site/xx/file").read_text() == "cig-plan\n"


def test_files_that_were_brought_and_are_not_there_fail_the_job(
    write: Callable, make_job: Callable, provable: Callable, machine: "Machine"
) -> None:
    build, use = leaving(provable, "app", id="build"), fetching(make_job, "build", id="use")
    files = write(build, use, skipping=RESTORING)
    for halfway in ("true", 'mkdir -p "$4/cig-restored/build"; touch "$4/cig-restored/build/a"'):
        machine.program("buildkite-agent", f"{halfway}; exit 1")
        assert machine.run(shell(files.steps["use"]), CIG_RESTORED="build").returncode == 1
        assert machine.run(shell(files.steps["use"])).returncode == 1


BRINGING = """\
case "$*" in
  *--plan*) echo 'steps: []'; echo '# cig: complete' ;;
  compute-signatures*) MADE; echo '{}' ;;
esac
"""


@pytest.mark.parametrize(
    ("made", "kept", "log"),
    [
        (
            'mkdir -p "$3/build/dist"; touch "$3/build/dist/a"',
            "true",
            ["cig-restored/**/*", "cig-plan.json", "planned"],
        ),
        ('mkdir -p "$3"', "true", ["cig-plan.json", "planned"]),
        ("true", "true", ["cig-plan.json", "planned"]),
        ('mkdir -p "$3/build/dist"; touch "$3/build/dist/a"', '[ "$3" = cig-plan.json ]', ["full"]),
    ],
)
def test_what_the_plan_has_brought_is_handed_on_or_everything_runs(
    made: str, kept: str, log: list[str], write: Callable, make_job: Callable, provable: Callable, machine: "Machine"
) -> None:
    """S18, S1."""
    files = write(leaving(provable, "dist/**", id="build"), fetching(make_job, "build", id="use"), skipping=RESTORING)
    machine.program("cig", BRINGING.replace("MADE", made))
    upload = f'{kept} || exit 1; echo "$3" >> "$LOG"'
    pipeline = f'if [ "$3" = {FULL} ]; then echo full; else echo planned; fi >> "$LOG"'
    machine.program("buildkite-agent", f'if [ "$1" = artifact ]; then {upload}; else {pipeline}; fi')
    assert machine.run(shell(files.planner)).returncode == 0
    assert machine.log == log


# -- the planner, executed ---------------------------------------------------------------------------------------------

CIG = """\
case "$*" in
  *--plan*) MARK ;;
  compute-signatures*) PLAN ;;
esac
"""
PLAN, MARK = "echo '{}'", "echo 'steps: []'; echo '# cig: complete'"


@dataclass(frozen=True)
class Machine:
    """A machine with `cig` and `buildkite-agent`, which are what a test says."""

    folder: Path

    def program(self, name: str, script: str) -> None:
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/bash\n{script}\n")
        path.chmod(0o755)

    def run(self, script: str, **env: str) -> subprocess.CompletedProcess[str]:
        given = {
            "PATH": f"{self.folder / 'bin'}:/usr/bin:/bin",
            "HOME": str(self.folder),
            "LOG": str(self.folder / "log"),
            "BUILDKITE_BRANCH": "main",
            "BUILDKITE_PULL_REQUEST": "false",
            "BUILDKITE_SOURCE": "webhook",
            "BUILDKITE_TAG": "",
            **env,
        }
        command = ["/bin/bash", "-e", "-c", script]
        return subprocess.run(
            command, cwd=self.folder, env=given, capture_output=True, text=True, timeout=60, check=False
        )

    @property
    def log(self) -> list[str]:
        log = self.folder / "log"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    (tmp_path / "bin").mkdir()
    made = Machine(tmp_path)
    made.program("buildkite-agent", 'echo "$1 $2 ${3##*/}" >> "$LOG"')
    return made


def uploads(machine: Machine, script: str, full: str) -> list[str]:
    """What was uploaded, told apart by where it lies: the pipeline as it stands, or as the plan has it."""
    machine.program("buildkite-agent", f'if [ "$3" = {full} ]; then echo full; else echo "$2 planned"; fi >> "$LOG"')
    done = machine.run(script)
    assert done.returncode == 0, done.stderr
    return machine.log


FULL = ".buildkite/pipeline.full.yml"


def test_a_plan_is_uploaded_with_its_document(write: Callable, provable: Callable, machine: Machine) -> None:
    machine.program("cig", CIG.replace("PLAN", PLAN).replace("MARK", MARK))
    assert uploads(machine, shell(write(provable()).planner), FULL) == ["upload planned", "upload planned"]


@pytest.mark.parametrize(
    ("plan", "mark"),
    [
        ("exit 1", MARK),
        ("echo '{}'; exit 3", MARK),
        ("kill -9 $$", MARK),
        (PLAN, "exit 1"),
        (PLAN, "true"),
        (PLAN, "echo 'steps: []'"),
        (PLAN, "echo '# cig: complete'; echo 'steps: []'"),
        (PLAN, "printf '# cig: comp'"),
        (PLAN, f"{MARK}; exit 1"),
        (PLAN, f"{MARK}; kill -9 $$"),
        ("sleep 60", MARK),
        (PLAN, "sleep 60"),
    ],
)
def test_whatever_is_wrong_with_a_plan_everything_runs(
    plan: str, mark: str, write: Callable, provable: Callable, machine: Machine
) -> None:
    """S1: a planner that fails, says nothing, is cut off or hangs."""
    machine.program("cig", CIG.replace("PLAN", plan).replace("MARK", mark))
    script = shell(write(provable()).planner)
    assert "timeout 4m " in script
    assert uploads(machine, script.replace("timeout 4m", "timeout 1"), FULL) == ["full"]


def test_where_cig_cannot_be_installed_everything_runs(write: Callable, provable: Callable, machine: Machine) -> None:
    """S1"""
    assert uploads(machine, shell(write(provable()).planner), FULL) == ["full"]


@pytest.mark.parametrize("refused", ["pipeline upload", "artifact upload"])
def test_where_the_agent_refuses_a_plan_everything_runs(
    refused: str, write: Callable, provable: Callable, machine: Machine
) -> None:
    """S1: a pipeline that cannot be parsed, and a plan that the gate would not find."""
    machine.program("cig", CIG.replace("PLAN", PLAN).replace("MARK", MARK))
    script = shell(write(provable()).planner)
    refuse = f'[ "$1 $2" != "{refused}" ] || [ "$3" = {FULL} ] || exit 1'
    machine.program("buildkite-agent", f'{refuse}; echo "$1 $3" >> "$LOG"')
    assert machine.run(script).returncode == 0
    assert machine.log[-1] == f"pipeline {FULL}"
    assert sum(line.startswith("pipeline ") for line in machine.log) == 1


def test_where_nothing_can_be_uploaded_the_planner_fails(write: Callable, provable: Callable, machine: Machine) -> None:
    machine.program("cig", CIG.replace("PLAN", PLAN).replace("MARK", MARK))
    machine.program("buildkite-agent", "exit 1")
    assert machine.run(shell(write(provable()).planner)).returncode != 0


def test_all_files_of_a_pipeline_are_planned_or_none(write: Callable, provable: Callable, machine: Machine) -> None:
    files = write(*(provable(id=f"j{index}", shards=Shards(100)) for index in range(6)))
    machine.program("cig", CIG.replace("PLAN", PLAN).replace("MARK", f"{MARK}; [[ $* != *pipeline.2* ]]"))
    assert machine.run(shell(files.planner)).returncode == 0
    assert machine.log == ["pipeline upload pipeline.full.yml", "pipeline upload pipeline.2.yml"]
    machine.program("buildkite-agent", 'echo "$2 $3" >> "$LOG"')
    assert machine.run(shell(files.planner)).returncode == 0
    assert machine.log[2:] == [f"upload {FULL}", "upload .buildkite/pipeline.2.yml"]


# -- the record, executed ----------------------------------------------------------------------------------------------

PLANNED = {"CIG_JOB": "test", "CIG_SIGNATURE": "cs1:0a", "CIG_STORE": "/proofs"}
RECORDED = "record test --signature cs1:0a"


def recorded(files: Files, machine: Machine, **env: str) -> tuple[int, list[str]]:
    machine.program("cig", 'echo "$*" >> "$LOG"')
    variable = files.full["env"]["CIG_RECORD"].replace("$$", "$")
    done = machine.run(shell(files.steps["test"]), CIG_RECORD=variable, **env)
    return done.returncode, machine.log


@pytest.mark.parametrize(
    ("steps", "code", "record"),
    [
        ((Step("s", run=Run("true")),), 0, True),
        ((Step("s", run=Run("exit 3")),), 3, False),
        ((Step("s", run=Run("exit 3"), allow_failure=True),), 0, True),
        ((Step("s", run=Run("true")), Step("t", run=Run("false"), run_on="always")), 1, False),
        ((Step("s", run=Run("true")), Step("t", run=Run("true"), run_on="always")), 0, True),
        ((Step("s", run=Run("exit 3")), Step("t", run=Run("true"), run_on="always")), 3, False),
        ((Step("s", run=Run("true")), Step("t", run=Run("kill -TERM $$"), run_on="always")), 0, False),
    ],
)
def test_only_a_job_in_which_all_went_well_is_recorded(
    steps: tuple[Step, ...], code: int, record: bool, write: Callable, provable: Callable, machine: Machine
) -> None:
    """S4"""
    files = write(provable(*steps))
    assert recorded(files, machine, **PLANNED) == (code, [RECORDED] if record else [])


def test_a_job_that_was_not_planned_records_nothing(write: Callable, provable: Callable, machine: Machine) -> None:
    """S4: its pipeline was uploaded as it stands."""
    files = write(provable(Step("s", run=Run("true"))))
    assert recorded(files, machine, CIG_JOB="test", CIG_STORE="/proofs") == (0, [])


def test_a_job_that_ends_since_its_condition_does_not_hold_records_nothing(
    write: Callable, make_job: Callable, provable: Callable, machine: Machine
) -> None:
    asks = Expr(Op.EQ, args=(Expr(Op.NAME, "needs.a.go"), Expr(Op.LITERAL, "yes")))
    files = write(make_job(MAKE, id="a"), provable(needs=("a",), when=asks))
    machine.program("buildkite-agent", "echo no")
    assert recorded(files, machine, **PLANNED) == (0, [])


@pytest.mark.parametrize("cig", [None, "exit 1", "kill -9 $$", "exec 0<&- 1>&-; false"])
def test_a_record_never_fails_the_job(cig: str | None, write: Callable, provable: Callable, machine: Machine) -> None:
    files = write(provable(Step("s", run=Run("true"))))
    if cig is not None:
        machine.program("cig", cig)
    variable = files.full["env"]["CIG_RECORD"].replace("$$", "$")
    assert machine.run(shell(files.steps["test"]), CIG_RECORD=variable, **PLANNED).returncode == 0
    assert machine.run(shell(files.steps["test"]), CIG_RECORD="if then", **PLANNED).returncode == 0
    assert machine.run(shell(files.steps["test"]), **PLANNED).returncode == 0


def test_the_users_scripts_do_not_see_the_key(write: Callable, provable: Callable, machine: Machine) -> None:
    seen = 'echo "script ${CIG_STORE_KEY-none}" >> "$LOG"'
    files = write(provable(Step("s", run=Run(seen))), skipping=replace(SKIPPING, trust=("branch:0a",)))
    machine.program("buildkite-agent", '[ "$*" = "secret get CIG_STORE_KEY" ] && echo k3y')
    machine.program("cig", 'echo "cig ${CIG_STORE_KEY-none}" >> "$LOG"')
    variable = files.full["env"]["CIG_RECORD"].replace("$$", "$")
    machine.run(shell(files.steps["test"]), CIG_RECORD=variable, **PLANNED)
    assert machine.log == ["script none", "cig k3y"]
    machine.program("buildkite-agent", "exit 1")
    machine.run(shell(files.steps["test"]), CIG_RECORD=variable, **PLANNED)
    assert machine.log[2:] == ["script none", "cig none"]


# -- the gate, executed ------------------------------------------------------------------------------------------------

GATED = """\
while [ $# -gt 0 ]; do
  if [ "$1" = --results ]; then shift; cat "$1"; else echo "$1"; fi >> "$LOG"
  shift
done
"""


def judged(files: Files, machine: Machine, outcomes: dict[str, str], **env: str) -> tuple[dict[str, str], list[str]]:
    """The results as cig gets them, and what else it is told."""
    cases = "".join(f'*" {step}") echo {outcome} ;; ' for step, outcome in outcomes.items())
    machine.program("buildkite-agent", f'case "$*" in {cases} artifact*) echo "$*" >> "$LOG" ;; *) exit 1 ;; esac')
    machine.program("cig", GATED)
    gate = files.steps["cig-gate"]
    done = machine.run(shell(gate), **{**gate["env"], **env})
    assert done.returncode == 0, done.stderr
    (document,) = [line for line in machine.log if line.startswith("{")]
    rest = [line for line in machine.log if not line.startswith("{")]
    return {key: one["result"] for key, one in json.loads(document).items()}, rest


@pytest.mark.parametrize(
    ("outcome", "result"),
    [
        ("passed", "success"),
        ("soft_failed", "success"),
        ("hard_failed", "failure"),
        ("errored", "failure"),
        ("neutral", "skipped"),
        ("anything", "skipped"),
        ("", "skipped"),
    ],
)
def test_the_gate_tells_how_each_job_ended(
    outcome: str, result: str, write: Callable, make_job: Callable, provable: Callable, machine: Machine
) -> None:
    files = write(provable(id="a"), make_job(MAKE, id="b"))
    results, rest = judged(files, machine, {"a": outcome, "b": "passed"})
    assert results == {"a": result, "b": "success"}
    assert rest == ["gate"]


def test_the_gate_asks_for_many_jobs_at_once_and_mixes_up_none(
    write: Callable, make_job: Callable, provable: Callable, machine: Machine
) -> None:
    names = [f"job-{number}" for number in range(40)]
    files = write(provable(id="a"), *(make_job(MAKE, id=name) for name in names))
    ended = {name: ("passed", "errored", "neutral")[place % 3] for place, name in enumerate(names)}
    results, _ = judged(files, machine, {"a": "passed", **ended})
    told = {"passed": "success", "errored": "failure", "neutral": "skipped"}
    assert results == {"a": "success", **{name: told[outcome] for name, outcome in ended.items()}}


def test_a_leg_is_judged_by_what_the_plan_calls_it(write: Callable, provable: Callable, machine: Machine) -> None:
    """S23"""
    legs = tuple(MatrixLeg(f"test-ruby{value}", (Pair("ruby", value),)) for value in ("3.3", "3.4"))
    files = write(provable(matrix=Matrix((MatrixAxis("ruby", ("3.3", "3.4")),), legs=legs)))
    results, _ = judged(files, machine, {"test-ruby3_3": "passed", "test-ruby3_4": "neutral"})
    assert results == {"test-ruby3.3": "success", "test-ruby3.4": "skipped"}


def test_the_gate_reads_a_plan_only_where_the_pipeline_was_uploaded_by_it(
    write: Callable, provable: Callable, machine: Machine
) -> None:
    """S1, S2: after a plan that failed, no job may have been skipped."""
    files = write(provable())
    _, rest = judged(files, machine, {"test": "passed"})
    assert rest == ["gate"]
    (machine.folder / "log").unlink()
    _, rest = judged(files, machine, {"test": "passed"}, CIG_PLANNED="true")
    assert rest[0].startswith("artifact download cig-plan.json ")
    assert rest[0].endswith(" --step cig-plan")
    assert rest[1:3] == ["gate", "--plan"]


@pytest.mark.parametrize(("branch", "told"), [("main", []), ("topic", ["--excluded", "deploy"])])
def test_the_gate_expects_what_its_own_condition_leaves_out(
    branch: str, told: list[str], write: Callable, make_job: Callable, provable: Callable, machine: Machine
) -> None:
    deploy = make_job(MAKE, id="deploy", needs=("test",), when=ON_MAIN, effects=True)
    _, rest = judged(write(provable(), deploy), machine, {}, BUILDKITE_BRANCH=branch)
    assert rest == ["gate", *told]


def test_the_gate_is_red_where_cig_cannot_judge(write: Callable, provable: Callable, machine: Machine) -> None:
    files = write(provable())
    script = shell(files.steps["cig-gate"])
    assert machine.run(script, CIG_PLANNED="false").returncode == 9
    machine.program("cig", "exit 1")
    assert machine.run(script, CIG_PLANNED="false").returncode == 1
    machine.program("cig", "true")
    machine.program("buildkite-agent", '[ "$1" != artifact ]')
    assert machine.run(script, CIG_PLANNED="true").returncode != 0
    assert machine.run(script, CIG_PLANNED="false").returncode == 0


# -- around skipped steps ----------------------------------------------------------------------------------------------


def test_what_stands_around_a_skipped_job_keeps_its_place(
    write: Callable, make_job: Callable, provable: Callable
) -> None:
    """Approvals, pipelines that a job starts, groups and gates of concurrency, with nothing or all of it proven."""
    from cigen.cli.present.buildkite_pipeline import buildkite_text

    files = write(
        provable(id="a", stage="check"),
        provable(id="b", stage="check", needs=("a",), approve=Approval("Now?")),
        make_job(id="site", trigger=Trigger("site"), needs=("b",)),
        provable(id="c", needs=("b",), notify=(Notify(script="x"),)),
        make_job(MAKE, id="told", needs=("c",), run_on="always"),
    )
    entry = {"job": "x", "decision": "hit", "reason": "PROVEN", "signature": "cs1:0a", "proved_by": {"url": "u"}}
    document = {"jobs": dict.fromkeys(("a", "b", "c"), entry)}
    text = buildkite_text(document, files.texts[".buildkite/pipeline.full.yml"])
    found = Files({".buildkite/pipeline.full.yml": text}, []).steps
    assert {key: "skip" in step for key, step in found.items()} == {
        "a": True, "approve-b": False, "b": True, "site": False, "c": True, "told": False, "cig-gate": False,
    }  # fmt: skip
    assert found["site"]["depends_on"] == "approve-b"
    assert found["approve-b"].get("depends_on") is None
    assert "depends_on" not in found["told"]
    assert found["cig-gate"]["depends_on"] == ["site", "told"]


def test_every_script_passes_shellcheck(
    write: Callable, make_job: Callable, provable: Callable, shellcheck: Callable[..., str]
) -> None:
    on_main = make_job(MAKE, id="deploy", needs=("test",), when=ON_MAIN)
    skipping = replace(SKIPPING, trust=("branch:0a",), secrets=("AWS_KEY",), install="")
    several = [provable(id=f"j{index}", shards=Shards(100)) for index in range(6)]
    restored = leaving(provable, "dist/**", "app", id="build"), fetching(make_job, "build", id="use")
    written = (write(provable(), on_main, skipping=skipping), write(*several), write(*restored, skipping=RESTORING))
    for files in written:
        scripts = [shell(files.planner), *(shell(step) for step in files.steps.values() if "command" in step)]
        scripts.append(files.full.get("env", {}).get("CIG_RECORD", "").replace("$$", "$"))
        for script in scripts:
            assert shellcheck(script, "--exclude=SC2034") == ""
