"""Skipping: who plans, who asks, who records, and what their scripts do when cig is broken. S1, S4, S5, S18."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from cigen.cli.present.plan_document import plan_text
from cigen.formats import circleci as format_circleci
from cigen.sdk import (
    Artifact,
    Checkout,
    Container,
    Download,
    Graph,
    Inputs,
    Job,
    JobOutputs,
    Leg,
    ManualInput,
    ManualTrigger,
    Matrix,
    MatrixAxis,
    Output,
    Pair,
    PathGlob,
    ProviderBlock,
    PushTrigger,
    Retry,
    Run,
    Runner,
    Secret,
    Shards,
    SkipIf,
    Skipping,
    Step,
    Trigger,
    Triggers,
    Workflow,
)
from cigen.std.ci.plans import GATE, PLANNER
from cigen.std.provider.circleci import continuing, matrix, restoring
from cigen.std.provider.circleci.workflow import render_config

PROVEN = SkipIf((PathGlob("src/**"),))
SKIPPING = Skipping(store="s3://proofs", machine=Runner("linux"), version="1.2.3")
IN_JOB = replace(SKIPPING, settings=(ProviderBlock("circleci", '{"mode": "in-job"}'),))
SIGNATURE = "cs1:" + "b" * 64


def job(name: str = "test", *steps: Step, **given: Any) -> Job:
    usual = {"workflow": "ci", "machine": Runner("linux"), "skip_if": PROVEN}
    checkout = Step("checkout", checkout=Checkout())
    return Job(**{"id": name, **usual, "steps": (checkout, Step("run", run=Run("make")), *steps), **given})


def render(*jobs: Job, skipping: Skipping = SKIPPING, **given: Any) -> tuple[dict[str, Any], list[str]]:
    """The file, as a parser reads it, and the codes of what is wrong."""
    secrets = given.pop("secrets", ())
    path = given.pop("path", ".circleci/config.yml")
    graph = Graph("shop", (Workflow(**{"id": "ci", **given}),), jobs, skipping=skipping, secrets=secrets)
    text, found = render_config(graph, Output("circleci", path))
    return yaml.safe_load(text) or {}, [one.code for one in found]


def steps_of(data: dict[str, Any], name: str) -> list[str]:
    """What the steps of a job are called."""
    return [next(iter(step)) if isinstance(step, dict) else step for step in data["jobs"][name]["steps"]]


def test_the_renderer_and_the_format_agree_on_what_they_tell_each_other() -> None:
    assert (matrix.SIGNATURE, continuing.LAST_LINE) == (format_circleci.SIGNATURE, format_circleci.LAST_LINE)
    assert restoring.RESTORED == format_circleci.RESTORED
    data, _ = render(job())
    names = [next(iter(entry.values())).get("name") for entry in data["workflows"]["cig-plan"]["jobs"]]
    assert names == [format_circleci.PLANNER]
    assert data["workflows"]["ci"]["jobs"][-1][GATE]["name"] == format_circleci.GATE


def test_a_job_that_can_be_proven_records_last_and_takes_its_signature_as_a_parameter() -> None:
    cache = Step("up", upload=Artifact("dist", ("dist/**",)))
    data, codes = render(job("test", cache), job("deploy", needs=("test",), skip_if=None, effects=True))
    assert codes == []
    assert steps_of(data, "test")[-1] == "cig-record"
    assert data["jobs"]["test"]["parameters"] == {"cig-signature": {"type": "string", "default": ""}}
    assert "parameters" not in data["jobs"]["deploy"]
    assert "cig-record" not in steps_of(data, "deploy")


@pytest.mark.parametrize(
    "given",
    [
        {"shards": Shards(2)},
        {"steps": (Step("run", run=Run("make")),)},
        {"skip_if": SkipIf(env=("FAST",))},
        {"effects": True},
        {"trigger": Trigger("deploy"), "steps": ()},
        {"run_on": "always"},
        {"machine": Runner("windows")},
        {"machine": Runner("large", settings=(ProviderBlock("circleci", '{"resource_class":"windows.large"}'),))},
    ],
)
def test_s4_what_no_success_of_one_job_proves_is_not_recorded(given: dict[str, Any]) -> None:
    data, _ = render(job("a", **given), job("b"))
    assert "cig-record" not in steps_of(data, "a")
    assert "cig-record" in steps_of(data, "b")


@pytest.mark.parametrize("name", [PLANNER, GATE])
def test_the_names_of_what_cig_adds_are_taken(name: str) -> None:
    assert render(job(name))[1] == ["CIRCLECI_037"]
    workflows = (Workflow(name), Workflow("ci"))
    graph = Graph("shop", workflows, (job("a", workflow=name), job("b")), skipping=SKIPPING)
    _, found = render_config(graph, Output("circleci", ".circleci/config.yml", workflow="*"))
    assert [one.code for one in found] == ["CIRCLECI_037"]


def test_a_mode_that_is_not_known_is_an_error_and_another_key_a_warning() -> None:
    for settings, code in (({"mode": "magic"}, "CIRCLECI_006"), ({"modus": "in-job"}, "CIRCLECI_006")):
        blocks = (ProviderBlock("circleci", json.dumps(settings)),)
        assert render(job(), skipping=replace(SKIPPING, settings=blocks))[1] == [code]


def test_whoever_writes_their_own_setup_has_jobs_that_ask_for_themselves() -> None:
    data, _ = render(job(), raw=(ProviderBlock("circleci", '{"setup": true}'),))
    assert PLANNER not in data["jobs"]
    assert "cig-ask" in steps_of(data, "test")


def test_contexts_of_the_store_are_for_the_planner_and_for_what_records() -> None:
    secrets = tuple(Secret(name, (ProviderBlock("circleci", f'{{"context": "{name}-c"}}'),)) for name in ("AWS", "K"))
    secrets = (secrets[0], replace(secrets[1], name="CIG_STORE_KEY"))
    skipping = replace(SKIPPING, secrets=("AWS",), trust=("branch:aa",))
    data, _ = render(job(), job("deploy", skip_if=None, effects=True), skipping=skipping, secrets=secrets)
    contexts = {
        name: entry[name].get("context") if isinstance(entry, dict) else None
        for workflow in data["workflows"].values()
        for entry in workflow["jobs"]
        for name in ([entry] if isinstance(entry, str) else entry)
    }
    assert contexts == {PLANNER: ["AWS-c", "K-c"], "test": ["AWS-c", "K-c"], "deploy": None, GATE: None}
    data, _ = render(job(), skipping=replace(skipping, trust=()), secrets=secrets)
    assert data["workflows"]["cig-plan"]["jobs"][0][PLANNER]["context"] == "AWS-c"


def test_the_shell_of_cigs_steps_is_one_that_the_machine_has() -> None:
    data, _ = render(job("usual", shell="python"), job("own", image=Container("alpine")))
    calls = {name: data["jobs"][name]["steps"][-1]["cig-record"].get("shell") for name in ("usual", "own")}
    assert calls == {"usual": None, "own": "/bin/sh -e"}


@pytest.mark.parametrize("skipping", [SKIPPING, IN_JOB])
def test_a_leg_on_windows_neither_asks_nor_records(skipping: Skipping) -> None:
    legs = tuple(Leg(f"test-{name}", (Pair("os", name),), Runner(name)) for name in ("linux", "windows"))
    data, _ = render(
        job(machine=None, matrix=Matrix((MatrixAxis("os", ("linux", "windows")),), legs=legs)), skipping=skipping
    )
    own = {
        name: [step for step in steps_of(data, f"test-{name}") if step.startswith("cig-")]
        for name in ("linux", "windows")
    }
    assert own == {"linux": ["cig-record"] if skipping is SKIPPING else ["cig-ask", "cig-record"], "windows": []}


def test_answers_are_checked_by_every_job_that_a_plan_may_make_the_first() -> None:
    manual = ManualTrigger((ManualInput("who", required=True),))
    jobs = (job("a"), job("b", needs=("a",)))
    for skipping, checked in ((SKIPPING, ["a", "b"]), (IN_JOB, ["a"])):
        data, _ = render(*jobs, skipping=skipping, triggers=Triggers(manual=manual))
        assert [name for name in "ab" if "Check inputs" in str(data["jobs"][name]["steps"])] == checked


# -- scripts -----------------------------------------------------------------------------------------------------------

Execute = Callable[..., "subprocess.CompletedProcess[str]"]
POSTED = 'count=$(ls "$POSTS" | wc -l); cat > "$POSTS/$count"; [ "$count" -ge "${REFUSE:-0}" ]'


@pytest.fixture
def execute(tmp_path: Path) -> Execute:
    """Run a step's script with stand-ins for cig, curl and CircleCI's agent; /tmp is a folder of the test's own."""
    tools, posts = tmp_path / "tools", tmp_path / "posts"
    tools.mkdir()
    posts.mkdir()

    def run(step: dict[str, Any], cig: str | None = None, **given: str) -> "subprocess.CompletedProcess[str]":
        stand_ins = {"curl": POSTED, "circleci-agent": f"touch {tmp_path}/halted", "python3": "exit 1", **TOOLS}
        for name, body in {**stand_ins, **({"cig": cig} if cig is not None else {})}.items():
            (tools / name).write_text(f"#!/bin/bash\n{body}\n")
            (tools / name).chmod(0o755)
        script = str(step["command"]).replace("\\<<", "<<").replace("/tmp/cig", f"{tmp_path}/cig")
        shell = ["/bin/bash", "-eo", "pipefail", "-c", script]
        env = {"PATH": str(tools), "POSTS": str(posts), "CIRCLE_CONTINUATION_KEY": "key", **given}
        return subprocess.run(shell, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


USED = ("cat", "cut", "env", "seq", "head", "jq", "ls", "mkdir", "rm", "sed", "tail", "touch", "wc")
TOOLS = {name: f'exec {shutil.which(name)} "$@"' for name in USED} | {"timeout": 'shift 3; exec "$@"'}


def script_of(data: dict[str, Any], name: str, index: int = -1) -> dict[str, Any]:
    found: dict[str, Any] | str = data["jobs"][name]["steps"][index]["run"]
    return {"command": found} if isinstance(found, str) else found


def command_of(data: dict[str, Any], name: str) -> dict[str, Any]:
    step = data["commands"][name]["steps"][0]
    found: dict[str, Any] = (step["when"]["steps"][0] if "when" in step else step)["run"]
    return found


def posted(folder: Path) -> list[str]:
    """The configurations that pipelines were continued with, one after the other."""
    bodies = [json.loads(one.read_text()) for one in sorted((folder / "posts").iterdir())]
    assert all(body["continuation-key"] == "key" for body in bodies)
    return [body["configuration"] for body in bodies]


FILE = "version: 2.1\nsetup: true\njobs: {}\n"
FULL = "version: 2.1\njobs: {}\n"
PLANNED = f"version: 2.1\nworkflows: {{}}\n{continuing.LAST_LINE}\n"

RESTORING = replace(SKIPPING, restore=True)
FILES = (Step("checkout", checkout=Checkout()), Step("up", upload=Artifact("make", ("dist/**",))))
MAKES = job("make", steps=FILES, outputs=JobOutputs(("dist/**",)))
TAKES = job("take", Step("down", download=Download("make")), needs=("make",), inputs=Inputs(artifacts=("make",)))


def plans(skipping: Skipping) -> list[dict[str, Any]]:
    """The planner's scripts, once cig is on PATH."""
    steps = render(MAKES, TAKES, skipping=skipping)[0]["jobs"][PLANNER]["steps"][2:]
    return [step["run"] for step in steps if "run" in step]


both_ways = pytest.mark.parametrize("skipping", [SKIPPING, RESTORING], ids=["at once", "with files"])
needs_jq = pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed: apt-get install jq")


@needs_jq
@both_ways
@pytest.mark.parametrize(
    ("cig", "expected"),
    [
        (f"printf '{PLANNED}'", PLANNED),
        (f"printf '{PLANNED}'; exit 1", FULL),
        ("exit 1", FULL),
        ("true", FULL),
        (f"printf '{PLANNED[:-8]}'", FULL),
        (f"printf '{PLANNED}more'", FULL),
        ("echo nonsense", FULL),
        (None, FULL),
    ],
    ids=["whole", "whole, then a failure", "failure", "empty", "truncated", "too long", "nonsense", "no cig"],
)
def test_s1_a_planner_that_is_broken_in_any_way_runs_everything(
    cig: str | None, expected: str, skipping: Skipping, execute: Execute, tmp_path: Path
) -> None:
    (tmp_path / ".circleci").mkdir()
    (tmp_path / ".circleci/config.yml").write_text(FILE)
    done = [execute(step, cig) for step in plans(skipping)]
    codes = [one.returncode for one in done]
    assert (codes, posted(tmp_path)) == ([0] * len(done), [expected]), done
    assert [step.get("when") for step in plans(skipping)][-1] == "always"


@needs_jq
def test_s1_a_plan_that_was_never_asked_for_runs_everything(execute: Execute, tmp_path: Path) -> None:
    (tmp_path / ".circleci").mkdir()
    (tmp_path / ".circleci/config.yml").write_text(FILE)
    done = execute(plans(RESTORING)[-1], f"printf '{PLANNED}'")
    assert (done.returncode, posted(tmp_path)) == (0, [FULL])


def test_where_files_are_brought_the_folder_is_empty_before_and_there_after(execute: Execute, tmp_path: Path) -> None:
    (tmp_path / "cig-restored/old").mkdir(parents=True)
    told = f'(ls {tmp_path}/cig-restored; echo "$@"; exit 1) > {tmp_path}/args 2>&1'
    done = execute(plans(RESTORING)[0], told)
    said = (tmp_path / "args").read_text()
    assert done.returncode == 0, done.stderr
    assert "old" not in said
    assert f"compute-signatures --format circleci --restore {tmp_path}/cig-restored\n" in said
    assert [one.name for one in (tmp_path / "cig-restored").iterdir()] == [".planned"]


@needs_jq
@both_ways
def test_s1_a_planner_that_hangs_is_ended_and_runs_everything(
    skipping: Skipping, execute: Execute, tmp_path: Path
) -> None:
    (tmp_path / ".circleci").mkdir()
    (tmp_path / ".circleci/config.yml").write_text(FILE)
    steps, seconds = plans(skipping), 240 if skipping.restore else 120
    assert f"timeout -k 5 {seconds} cig compute-signatures" in steps[0]["command"]
    # The stand-in does at once what `timeout` does at the end.
    TOOLS["timeout"] = 'echo "$@" > used; exit 124'
    try:
        done = [execute(step, f"printf '{PLANNED}'") for step in steps]
    finally:
        TOOLS["timeout"] = 'shift 3; exec "$@"'
    assert (tmp_path / "used").read_text().startswith(f"-k 5 {seconds} cig")
    assert ([one.returncode for one in done], posted(tmp_path)) == ([0] * len(done), [FULL])


@needs_jq
@pytest.mark.parametrize(("refused", "posts", "code"), [("1", [PLANNED, FULL], 0), ("2", [PLANNED, FULL], 1)])
def test_s1_where_circleci_refuses_the_plan_everything_runs(
    refused: str, posts: list[str], code: int, execute: Execute, tmp_path: Path
) -> None:
    (tmp_path / ".circleci").mkdir()
    (tmp_path / ".circleci/config.yml").write_text(FILE)
    done = execute(script_of(render(job())[0], PLANNER), f"printf '{PLANNED}'", REFUSE=refused)
    assert (done.returncode, posted(tmp_path)) == (code, posts)


def test_s1_what_puts_cig_on_path_may_fail_and_the_planner_goes_on(execute: Execute) -> None:
    for install in ("", "exit 3", "false\nexit 3"):
        steps = render(job(), skipping=replace(SKIPPING, install=install))[0]
        assert execute(script_of(steps, PLANNER, 1)).returncode == 0
        assert script_of(steps, PLANNER)["when"] == "always"


@needs_jq
@pytest.mark.parametrize(
    ("given", "event"),
    [
        ({"CIG_SOURCE": "scheduled_pipeline"}, "schedule"),
        ({"CIG_SOURCE": "api", "CIRCLE_BRANCH": "gh-readonly-queue/main/pr-1"}, "manual"),
        ({"CIG_SOURCE": "webhook", "CIRCLE_BRANCH": "main"}, ""),
        ({"CIG_SOURCE": "webhook", "CIRCLE_BRANCH": "gh-readonly-queue/main/pr-1"}, "merge_queue"),
    ],
)
def test_the_plan_is_told_the_event_where_circleci_knows_it(
    given: dict[str, str], event: str, execute: Execute, tmp_path: Path
) -> None:
    (tmp_path / ".circleci").mkdir()
    (tmp_path / ".circleci/config.yml").write_text(FILE)
    triggers = Triggers(push=PushTrigger(("main",)), merge_queue="full")
    execute(script_of(render(job(), triggers=triggers)[0], PLANNER), f'echo "$CIG_EVENT" > {tmp_path}/event', **given)
    assert (tmp_path / "event").read_text() == f"{event}\n"


def test_another_path_of_the_file_is_the_one_that_is_read(execute: Execute, tmp_path: Path) -> None:
    data, _ = render(job(), path=".circleci/it's.yml")
    assert """.circleci/it'"'"'s.yml""" in script_of(data, PLANNER)["command"]


@pytest.mark.parametrize(
    ("cig", "told"),
    [("echo recorded", "recorded"), ("exit 1", "no proof"), ("exit 64", "no proof"), (None, "no proof")],
)
@pytest.mark.parametrize("skipping", [SKIPPING, IN_JOB], ids=["dynamic", "in-job"])
def test_s4_recording_never_fails_a_job(
    cig: str | None, told: str, skipping: Skipping, execute: Execute, tmp_path: Path
) -> None:
    (tmp_path / "cig-signature").write_text(SIGNATURE)
    step = command_of(render(job(), skipping=skipping)[0], "cig-record")
    done = execute(step, cig, CIG_JOB="test", CIG_SIGNATURE=SIGNATURE)
    assert done.returncode == 0
    assert told in done.stdout


@pytest.mark.parametrize("skipping", [SKIPPING, IN_JOB], ids=["dynamic", "in-job"])
@pytest.mark.parametrize("install", ["exit 7", "false\nexit 7"])
def test_s4_what_installs_cig_never_fails_a_job_either(skipping: Skipping, install: str, execute: Execute) -> None:
    data, _ = render(job(), skipping=replace(skipping, install=install))
    for name in data["commands"]:
        assert execute(command_of(data, name), CIG_JOB="test").returncode == 0


@pytest.mark.parametrize("skipping", [SKIPPING, IN_JOB], ids=["dynamic", "in-job"])
def test_s4_a_failure_that_is_allowed_is_not_recorded(skipping: Skipping, execute: Execute, tmp_path: Path) -> None:
    (tmp_path / "cig-signature").write_text(SIGNATURE)
    (tmp_path / "cig-failed").touch()
    step = command_of(render(job(allow_failure=True), skipping=skipping)[0], "cig-record")
    execute(step, f"touch {tmp_path}/recorded", CIG_JOB="test", CIG_SIGNATURE=SIGNATURE)
    assert not (tmp_path / "recorded").exists()


def test_a_job_records_what_it_was_planned_with_or_asked_with(execute: Execute, tmp_path: Path) -> None:
    noted = f'printf "%s\\n" "$@" > {tmp_path}/args'
    for skipping in (SKIPPING, IN_JOB):
        (tmp_path / "cig-signature").write_text(SIGNATURE)
        step = command_of(render(job(), skipping=skipping)[0], "cig-record")
        execute(step, noted, CIG_JOB="test-x 1", CIG_SIGNATURE=SIGNATURE)
        assert (tmp_path / "args").read_text().splitlines() == ["record", "test-x 1", "--signature", SIGNATURE]


# -- each job for itself -----------------------------------------------------------------------------------------------


def answer(decision: str, reason: str) -> str:
    """What `cig compute-signatures --job test` prints."""
    # A name may say what it likes.
    differs = [{"component": "file", "name": '"decision": "hit", "reason": "PROVEN"', "was": "", "now": ""}]
    entry: dict[str, Any] = {
        "job": "test",
        "matrix": {},
        "signature": SIGNATURE,
        "decision": decision,
        "reason": reason,
    }
    entry |= {"differs": [] if decision == "hit" else differs}
    if decision == "hit":
        entry["proved_by"] = {"url": "https://ci.example/7", "ref": "main", "at": "2026-01-01", "tier": "branch"}
    head = {"schema": "cig.plan/1", "tool": "1", "tree": "git:1", "rev": "1", "tier": "branch", "store": {"url": ""}}
    return plan_text({**head, "jobs": {"test": entry}})


@pytest.mark.parametrize(
    ("printed", "code", "halts"),
    [
        (answer("hit", "PROVEN"), 0, True),
        (answer("excluded", "SKIP_ENV"), 0, True),
        (answer("excluded", "SKIP_BRANCH"), 0, True),
        (answer("excluded", "WHEN"), 0, False),
        (answer("run", "FILES"), 0, False),
        (answer("forced", "CIG_FORCE"), 0, False),
        (answer("hit", "PROVEN"), 1, False),
        (answer("hit", "PROVEN")[:-4], 0, False),
        (answer("hit", "PROVEN").partition("\n}")[0], 0, False),
        ("", 0, False),
        ("hit PROVEN\n", 0, False),
    ],
)
def test_s1_a_job_ends_itself_only_after_a_whole_answer_that_says_so(
    printed: str, code: int, halts: bool, execute: Execute, tmp_path: Path
) -> None:
    (tmp_path / "answer").write_text(printed)
    step = command_of(render(job(), skipping=IN_JOB)[0], "cig-ask")
    done = execute(step, f'echo "$@" > {tmp_path}/args; cat {tmp_path}/answer; exit {code}', CIG_JOB="test")
    assert (done.returncode, (tmp_path / "halted").exists()) == (0, halts), done.stderr
    assert (tmp_path / "args").read_text() == "compute-signatures --job test\n"
    if code == 0 and printed.endswith("}\n"):
        assert (tmp_path / "cig-signature").read_text().strip() == SIGNATURE
    if halts:
        assert "test need not run" in done.stdout


def test_s1_a_job_without_cig_runs(execute: Execute, tmp_path: Path) -> None:
    done = execute(command_of(render(job(), skipping=IN_JOB)[0], "cig-ask"), CIG_JOB="test")
    assert (done.returncode, (tmp_path / "halted").exists()) == (0, False)
    # And what it does not know it does not record.
    recorded = execute(command_of(render(job(), skipping=IN_JOB)[0], "cig-record"), "echo recorded", CIG_JOB="test")
    assert (recorded.returncode, recorded.stdout) == (0, "")


def test_a_job_asks_as_soon_as_its_source_is_there_and_by_its_plan_key() -> None:
    legs = tuple(Leg(f"test-ruby{one}", (Pair("ruby", one),)) for one in ("3.3", "3.4"))
    data, _ = render(job(matrix=Matrix((MatrixAxis("ruby", ("3.3", "3.4")),), legs=legs)), skipping=IN_JOB)
    assert "setup" not in data
    assert steps_of(data, "test") == ["checkout", "cig-ask", "run", "cig-record"]
    assert data["jobs"]["test"]["steps"][1]["cig-ask"]["job"] == "test-ruby<< parameters.ruby >>"
    entry = data["workflows"]["ci"]["jobs"][0]["test"]
    assert entry["name"] == "test-ruby<< matrix.ruby >>"


@pytest.mark.parametrize(
    ("giver", "taker"),
    [
        ({"steps": (Step("c", checkout=Checkout()), Step("up", upload=Artifact("dist", ("dist/**",))))},
         {"steps": (Step("c", checkout=Checkout()), Step("down", download=Download("dist")))}),
        ({"outputs": JobOutputs(values=("version",))}, {}),
    ],
    ids=["files", "values"],
)  # fmt: skip
def test_s18_a_job_whose_work_others_take_does_not_end_itself(giver: dict[str, Any], taker: dict[str, Any]) -> None:
    data, _ = render(job("make", **giver), job("use", needs=("make",), **taker), skipping=IN_JOB)
    assert not {"cig-ask", "cig-record"} & set(steps_of(data, "make"))
    assert {"cig-ask", "cig-record"} <= set(steps_of(data, "use"))


def test_a_job_that_cannot_ask_does_not() -> None:
    data, _ = render(job("a", steps=(Step("run", run=Run("x")),)), job("b", effects=True), job("c"), skipping=IN_JOB)
    assert [name for name in "abc" if "cig-ask" in steps_of(data, name)] == ["c"]
    assert data["workflows"]["ci"]["jobs"][-1][GATE]["name"] == "cig/gate"


@pytest.mark.parametrize("skipping", [SKIPPING, IN_JOB], ids=["dynamic", "in-job"])
@pytest.mark.parametrize("retry", [Retry(2), Retry(9)], ids=["by CircleCI", "by a loop"])
def test_s5_what_passes_at_a_second_attempt_is_not_recorded(
    retry: Retry, skipping: Skipping, execute: Execute, tmp_path: Path
) -> None:
    flaky = "[ -e once ] || { touch once; exit 1; }"
    (tmp_path / "cig-signature").write_text(SIGNATURE)
    for lucky in (False, True):
        steps = (Step("checkout", checkout=Checkout()), Step("make", run=Run(flaky), retry=retry))
        data, _ = render(job(steps=steps), skipping=skipping)
        run = script_of(data, "test", -2)
        for _ in range(1 + int(run.get("max_auto_reruns", 0))):
            if execute(run, CIG_JOB="test").returncode == 0:
                break
        done = execute(command_of(data, "cig-record"), "echo recorded", CIG_JOB="test", CIG_SIGNATURE=SIGNATURE)
        assert (done.returncode, "recorded" in done.stdout) == (0, lucky)
        for mark in tmp_path.glob("cig-*ed"):
            mark.unlink()
        for mark in tmp_path.glob("cig-begun-*"):
            mark.unlink()


def test_a_script_of_a_job_that_records_nothing_is_as_it_was() -> None:
    data, _ = render(job(), job("deploy", retry=Retry(2), skip_if=None, effects=True))
    assert script_of(data, "deploy") == {"command": "make", "max_auto_reruns": 2}
