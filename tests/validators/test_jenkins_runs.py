"""What Jenkinsfiles do, run with stub steps: all of them in one JVM, each test looks at one run."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from foreign import shellcheck
from jenkins_stub import Run, Runs, compile_groovy, method_sizes, run_groovy

from cigen.sdk import (
    Approval,
    Artifact,
    Cache,
    CachePart,
    CacheUse,
    Checkout,
    Concurrency,
    Container,
    Download,
    Expr,
    Graph,
    Job,
    JobOutputs,
    Leg,
    ManualInput,
    ManualTrigger,
    Matrix,
    Op,
    Output,
    Pair,
    PullRequestTrigger,
    PushTrigger,
    Retry,
    Runner,
    Schedule,
    Service,
    Shards,
    Step,
    TagTrigger,
    Tool,
    Trigger,
    Triggers,
    Workflow,
)
from cigen.sdk import Run as Script
from cigen.std.ci.tools import MISE
from cigen.std.provider.jenkins.groovy import literal
from cigen.std.provider.jenkins.limits import METHOD_BYTES, estimate_methods
from cigen.std.provider.jenkins.pipeline import render_pipeline

MAIN = {"BRANCH_NAME": "main", "BUILD_NUMBER": "7"}
LINUX = Runner("linux")
EVERYTHING = Triggers(
    push=PushTrigger(("main",)),
    pull_request=PullRequestTrigger(),
    tag=TagTrigger(("v*",)),
    schedule=(Schedule("0 3 * * *"),),
    manual=ManualTrigger((ManualInput("dry", "boolean", default="true"),)),
)
ALPHABET = list("abu'\\\"$\n\t {}0041uU/#!é✓\u2028😀\ufeff")


def job(id: str, *steps: Step, **given: Any) -> Job:
    return Job(**{"id": id, "workflow": "ci", "machine": LINUX, "steps": steps or (step(id),), **given})


def step(name: str, script: str = "true", **given: Any) -> Step:
    return Step(**{"id": name, "name": name, "run": Script(script), **given})


def render(*jobs: Job, triggers: Triggers = EVERYTHING, **workflow: Any) -> str:
    graph = Graph("shop", (Workflow("ci", "CI", triggers, **workflow),), jobs)
    text, found = render_pipeline(graph, Output("jenkins", "Jenkinsfile"))
    assert [one for one in found if one.level == "error"] == []
    return text


def matrix(job: str, *values: str, **given: Any) -> Matrix:
    return Matrix(legs=tuple(Leg(f"{job}-{value}", (Pair("v", value),)) for value in values), **given)


def condition(name: str, value: str, op: Op = Op.EQ) -> Expr:
    return Expr(op, args=(Expr(Op.NAME, name), Expr(Op.LITERAL, value)))


def texts() -> list[str]:
    chosen = random.Random(7)
    made = ["".join(chosen.choice(ALPHABET) for _ in range(chosen.randint(0, 40))) for _ in range(300)]
    return [
        "",
        "'",
        "'''",
        "\\",
        "\\u0041",
        "\\\\u0041",
        "\\\\\\uu0041",
        "a\\\nb",
        "$x ${y} \\$z",
        "\n'",
        "x" * 70_000,
        *made,
    ]


def scripts_byte_by_byte() -> Job:
    # A heredoc in which nothing is special but the line that ends it.
    steps = [
        step(f"text {number}", f"cat <<'END OF TEXT'\n{text}\nEND OF TEXT") for number, text in enumerate(texts()[:60])
    ]
    return job("texts", *steps)


def diamond() -> tuple[Job, ...]:
    return (
        job("lint"),
        job("test", step("test {{ matrix.v }}"), needs=("lint",), matrix=matrix("test", "1", "2")),
        job("build", needs=("lint",)),
        job("deploy", needs=("test", "build")),
        job("tell", needs=("deploy",), run_on="failure"),
        job("clean", needs=("deploy",), run_on="always"),
    )


def add_scheduling(runs: Runs) -> None:
    runs.add("diamond", render(*diamond()), env=MAIN)
    runs.add("diamond-fails", render(*diamond()), env=MAIN, fail=["test 2"])
    soft = (job("flaky", allow_failure=True), job("after", needs=("flaky",)))
    runs.add("soft", render(*soft), env=MAIN, fail=["flaky"])
    skipped = (job("skipped", when=condition("branch", "other")), job("after", needs=("skipped",)), job("alone"))
    runs.add("skipped", render(*skipped), env=MAIN)
    chain = tuple(job(f"j{number}", needs=(f"j{number - 1}",) if number else ()) for number in range(30))
    runs.add("chain", render(*chain), env=MAIN)
    legs = step("leg {{ matrix.v }}")
    together = matrix("legs", "a", "b", "c", "d", fail_fast=False, max_parallel=2)
    runs.add("slow-to-fail", render(job("legs", legs, matrix=together)), env=MAIN, fail=["leg a"])
    runs.add("fail-fast", render(job("legs", legs, matrix=replace(together, fail_fast=True))), env=MAIN, fail=["leg a"])
    always = (step("first"), step("second"), step("last", run_on="always"), step("if bad", run_on="failure"))
    runs.add("order", render(job("order", *always)), env=MAIN)
    runs.add("order-fails", render(job("order", *always)), env=MAIN, fail=["first"])
    gate = job("gate", approve=Approval("Ship it?", ("ops", "ann")), concurrency=Concurrency(group="prod"))
    start = job("start", trigger=Trigger("other", "feature/x", (Pair("A", "b"),)), steps=())
    runs.add("gate", render(gate, start), env=MAIN)
    careful = step("careful", timeout=3, allow_failure=True, retry=Retry(1))
    runs.add("careful", render(job("a", careful, step("next"))), env=MAIN, fail=["careful"])


def add_conditions(runs: Runs) -> None:
    push = job("push", when=condition("event", "push"))
    release = job("release", when=condition("tag", "v1.*", Op.MATCHES))
    wet = job("wet", when=Expr(Op.NOT, args=(Expr(Op.NAME, "input.dry"),)))
    text = render(push, release, wet, job("any"), concurrency=Concurrency("pr-latest"))
    timer, user = "hudson.triggers.TimerTrigger$TimerTriggerCause", "hudson.model.Cause$UserIdCause"
    runs.add("on-push", text, env=MAIN)
    runs.add("on-other-branch", text, env={**MAIN, "BRANCH_NAME": "other"})
    runs.add("on-pull-request", text, env={**MAIN, "BRANCH_NAME": "PR-5", "CHANGE_ID": "5", "CHANGE_TARGET": "main"})
    runs.add("on-tag", text, env={**MAIN, "BRANCH_NAME": "v1.2", "TAG_NAME": "v1.2"})
    runs.add("on-schedule", text, env=MAIN, causes=[timer])
    runs.add("by-hand", text, env=MAIN, causes=[user], params={"dry": False})


def add_executed(runs: Runs, home: Path) -> None:
    settings: dict[str, Any] = {"execute": True}
    env = {**MAIN, "HOME": str(home), "CIG_CACHE_DIR": str(home / "caches"), "CIG_TOOLS": str(home / "tools")}
    runs.add("texts", render(scripts_byte_by_byte()), env=env, **settings)
    matrix_text = step("leg", "echo 'v={{ matrix.v }} \\u0041' '{{ '{{' }} x }}'")
    runs.add("matrix", render(job("m", matrix_text, matrix=matrix("m", "1.0", "a/b"))), env=env, **settings)
    unsafe = matrix("m", "it's", "$HOME `id`")
    runs.add(
        "unsafe", render(job("m", step("leg", "cat <<'E'\n{{ matrix.v }}\nE"), matrix=unsafe)), env=env, **settings
    )
    again = step("again", f"echo x >> {home}/tries; [ $(wc -l < {home}/tries) -ge 3 ]", retry=Retry(2))
    runs.add("again", render(job("again", again)), env=env, **settings)
    keep = Step("keep", upload=Artifact("build", ("dist", "!dist/skip")))
    make = step("make", "mkdir -p dist/sub; echo 1 > dist/sub/.hidden; echo 2 > dist/skip")
    fetch = job(
        "fetch", Step("get", download=Download("build")), step("list", "find . -type f | sort"), needs=("make",)
    )
    runs.add("artifacts", render(job("make", make, keep), fetch), env=env, **settings)
    tell = step("tell", 'echo "version=1=$HOME" >> "$CIG_OUTPUT"; echo "go=yes" >> "$CIG_OUTPUT"')
    hear = job(
        "hear", step("hear", 'echo "$CIG_NEEDS_TELL_VERSION"'), needs=("tell",), when=condition("needs.tell.go", "yes")
    )
    deaf = job("deaf", needs=("tell",), when=condition("needs.tell.go", "no"))
    outputs = JobOutputs(values=("version", "go"))
    runs.add("outputs", render(job("tell", tell, outputs=outputs), hear, deaf), env=env, **settings)
    gems = Step("cache", cache=CacheUse(Cache("gems", ("vendor", "~/.gem"), (CachePart(files="lock"),))))
    fill = step("fill", "mkdir -p vendor ~/.gem; cat vendor/x 2>/dev/null || echo empty; echo $(cat lock) > vendor/x")
    first = job("first", step("lock", "echo 1 > lock"), gems, fill)
    second = job("second", step("lock", "echo 1 > lock"), gems, replace(fill, name="hit"), needs=("first",))
    third = job("third", step("lock", "echo 2 > lock"), gems, replace(fill, name="older"), needs=("second",))
    runs.add("caches", render(first, second, third), env=env, **settings)
    (home / "tools").mkdir()
    mise = home / "tools" / f"mise-{MISE}"
    mise.write_text('#!/bin/sh\n[ "$1" != bin-paths ] || echo "/opt/$2/bin"\n')
    mise.chmod(0o755)
    tools = job("tools", Step("node", tool=Tool("node", "20")), step("path", 'echo "$PATH"'))
    runs.add("tools", render(tools), env=env, **settings)
    files = step("files", "touch a.t b.t c.t d.u")
    shards = job(
        "shards", Step("c", checkout=Checkout()), step("part", 'cat "$CIG_SHARD_FILES"'), shards=Shards(2, ("*.t",))
    )
    shards = replace(shards, steps=(files, *shards.steps))
    runs.add("shards", render(shards), env=env, **settings)
    secret = step("secret", 'echo "$TOKEN"', secrets=("TOKEN",))
    runs.add("secrets", render(job("secrets", secret)), env=env, **settings)
    other = (step("sh", 'echo "$0"; set -o | head -1', shell="sh"), step("python", "print('py')", shell="python"),
             step("perl", "print 'pl'", shell="perl"), step("pipe", "false | true"))  # fmt: skip
    runs.add("shells", render(job("shells", *other)), env=env, **settings)


def add_strange_names(runs: Runs) -> None:
    strange = "\\u000a*/ 'x' ${y} \n\u2028"
    matrix = Matrix(legs=(Leg(strange, (Pair("class", "a"), Pair("in", "b"), Pair("a-b", strange))),))
    first = job(
        strange, step(strange, "{{ matrix.class }} {{ matrix.in }}"), name=strange, description=strange, matrix=matrix
    )
    plain = replace(matrix, legs=tuple(replace(leg, values=leg.values[:2]) for leg in matrix.legs))
    second = job("second", step("{{ matrix.class }} {{ matrix.in }}"), needs=(strange,), matrix=plain)
    runs.add(
        "strange", render(first, second, job("\u65e5"), job("\u672c"), concurrency=Concurrency(group=strange)), env=MAIN
    )


def add_surroundings(runs: Runs) -> None:
    postgres = Service("db", "postgres", "16", (5432,))
    inside = job("inside", image=Container("ruby:3", (Pair("A", "it's"),), "--cpus 2"), services=(postgres,))
    runs.add("inside", render(inside), env=MAIN, fail=["inside"])
    windows = job("windows", step("w"), step("p", shell="pwsh"), machine=Runner("windows"))
    runs.add("windows", render(windows), env=MAIN, windows=["windows"])
    lost = job("lost", retry=Retry(2, on=("agent_lost",)))
    runs.add("lost", render(lost), env=MAIN)
    runs.add("source", render(job("a", Step("c", checkout=Checkout(0, True, True, False, ("a",))))), env=MAIN)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Every run, by name."""
    runs = Runs(tmp_path_factory.mktemp("jenkins"))
    add_scheduling(runs)
    add_conditions(runs)
    add_executed(runs, tmp_path_factory.mktemp("home"))
    add_surroundings(runs)
    add_strange_names(runs)
    return runs.start()


def test_jobs_run_after_those_they_need(ran: dict[str, Run]) -> None:
    run = ran["diamond"]
    assert run.result == "SUCCESS", run.error
    order = run.scripts
    assert order[0] == "lint"
    assert set(order[1:4]) == {"test 1", "test 2", "build"}
    assert order[4:] == ["deploy", "clean"]


def test_a_failure_stops_those_that_need_the_job_and_nobody_else(ran: dict[str, Run]) -> None:
    run = ran["diamond-fails"]
    assert run.result == "FAILURE"
    assert run.error is not None
    assert "Failed: test" in run.error
    assert run.scripts == ["lint", "test 1", "test 2", "build", "tell", "clean"]
    blocked = [event for event in run.of("caught") if event["stageResult"] == "NOT_BUILT"]
    assert [event["stages"] for event in blocked] == [["deploy"]]


def test_a_job_that_may_fail_stops_nobody(ran: dict[str, Run]) -> None:
    run = ran["soft"]
    assert (run.result, run.scripts) == ("SUCCESS", ["flaky", "after"])
    assert [event["stageResult"] for event in run.of("caught")] == ["UNSTABLE"]


def test_a_job_whose_condition_does_not_hold_has_not_run_nor_has_what_needs_it(ran: dict[str, Run]) -> None:
    run = ran["skipped"]
    assert (run.result, run.scripts) == ("SUCCESS", ["alone"])
    assert len(run.of("echo")) == 2


def test_a_chain_of_jobs_nests_nothing(ran: dict[str, Run]) -> None:
    run = ran["chain"]
    assert run.scripts == [f"j{number}" for number in range(30)]
    assert {len(event["stages"]) for event in run.of("sh")} == {1}


def test_legs_go_on_after_a_failure_unless_they_are_to_fail_fast(ran: dict[str, Run]) -> None:
    assert ran["slow-to-fail"].scripts == ["leg a", "leg b", "leg c", "leg d"]
    assert ran["slow-to-fail"].result == "FAILURE"
    assert ran["fail-fast"].scripts == ["leg a"]
    assert ran["fail-fast"].result == "FAILURE"


def test_steps_run_as_what_was_before_them_allows(ran: dict[str, Run]) -> None:
    assert ran["order"].scripts == ["first", "second", "last"]
    assert ran["order-fails"].scripts == ["first", "last", "if bad"]
    assert ran["order-fails"].result == "FAILURE"


def test_whoever_waits_holds_no_agent(ran: dict[str, Run]) -> None:
    run = ran["gate"]
    asked = run.of("input")[0]
    assert (asked["message"], asked["submitter"], asked["where"]) == ("Ship it?", "ops,ann", ["timeout:30 DAYS"])
    assert run.of("sh")[0]["where"][:2] == ["lock:shop/prod", "node:linux"]
    started = run.of("build")[0]
    assert (started["job"], started["wait"], started["where"]) == ("other/feature%2Fx", False, [])


def test_a_step_that_may_fail_is_tried_within_its_time(ran: dict[str, Run]) -> None:
    run = ran["careful"]
    assert (run.result, run.scripts) == ("SUCCESS", ["careful", "careful", "next"])
    assert run.of("sh")[0]["where"][-1] == "timeout:3 MINUTES"
    assert [event["stageResult"] for event in run.of("caught")] == ["UNSTABLE"]


@pytest.mark.parametrize(
    ("name", "scripts"),
    [
        ("on-push", ["push", "any"]),
        ("on-other-branch", []),
        ("on-pull-request", ["any"]),
        ("on-tag", ["release", "any"]),
        ("on-schedule", ["any"]),
        ("by-hand", ["wet", "any"]),
    ],
)
def test_each_event_runs_its_jobs(ran: dict[str, Run], name: str, scripts: list[str]) -> None:
    assert ran[name].error is None
    assert ran[name].scripts == scripts


def test_only_builds_of_pull_requests_replace_older_ones(ran: dict[str, Run]) -> None:
    assert [event["number"] for event in ran["on-pull-request"].of("milestone")] == [6, 7]
    assert ran["on-push"].of("milestone") == []


def test_the_schedule_is_that_of_the_default_branch_alone(ran: dict[str, Run]) -> None:
    assert ran["on-push"].events[0]["triggers"] == [["cron", ["TZ=Etc/UTC\nH 3 * * *"]]]
    assert ran["on-other-branch"].events[0]["triggers"] == [["cron", [""]]]


def test_any_script_reaches_its_shell_as_it_stands(ran: dict[str, Run]) -> None:
    run = ran["texts"]
    assert run.result == "SUCCESS", run.error
    assert [run.output(f"text {number}") for number in range(60)] == [f"{text}\n" for text in texts()[:60]]


def test_values_of_the_matrix_reach_the_script(ran: dict[str, Run]) -> None:
    outputs = [event["output"] for event in ran["matrix"].of("sh")]
    assert outputs == ["v=1.0 \\u0041 {{ x }}\n", "v=a/b \\u0041 {{ x }}\n"]
    assert [event["output"] for event in ran["unsafe"].of("sh")] == ["it's\n", "$HOME `id`\n"]


def test_a_script_is_tried_again(ran: dict[str, Run]) -> None:
    assert (ran["again"].result, ran["again"].scripts) == ("SUCCESS", ["again"] * 3)


def test_files_travel_from_job_to_job(ran: dict[str, Run]) -> None:
    run = ran["artifacts"]
    assert run.result == "SUCCESS", run.error
    assert run.output("list") == "./dist/sub/.hidden\n"
    archived = run.of("archive")[0]
    assert (archived["artifacts"], archived["excludes"]) == ("dist,dist/**", "dist/skip,dist/skip/**")


def test_outputs_decide_conditions_and_reach_scripts(ran: dict[str, Run]) -> None:
    run = ran["outputs"]
    assert run.scripts == ["tell", "hear"]
    assert run.output("hear").startswith("1=/")


def test_a_cache_is_restored_by_its_key_or_the_nearest(ran: dict[str, Run]) -> None:
    run = ran["caches"]
    assert run.result == "SUCCESS", run.error
    assert [run.output(name) for name in ("fill", "hit", "older")] == ["empty\n", "1\n", "1\n"]


def test_a_tool_is_on_path_in_later_scripts(ran: dict[str, Run]) -> None:
    assert ran["tools"].result == "SUCCESS", ran["tools"].events
    assert ran["tools"].output("path").startswith("/opt/node@20/bin:")


def test_shards_share_the_files(ran: dict[str, Run]) -> None:
    parts = [event["output"] for event in ran["shards"].of("sh") if event["name"] == "part"]
    assert parts == ["a.t\nc.t\n", "b.t\n"]


def test_a_secret_is_a_variable_and_no_text(ran: dict[str, Run]) -> None:
    run = ran["secrets"]
    assert run.output("secret") == "secret of TOKEN\n"
    assert "secret of" not in run.of("sh")[0]["script"]


def test_each_shell_gets_its_script(ran: dict[str, Run]) -> None:
    run = ran["shells"]
    assert (run.output("python"), run.output("perl")) == ("py\n", "pl")
    # A failure in a pipe is one.
    assert run.result == "FAILURE"


def test_services_go_away_whatever_happened(ran: dict[str, Run]) -> None:
    run = ran["inside"]
    assert run.scripts == ["Start services", "Make a home", "inside", "Stop services"]
    where = run.of("sh")[2]["where"][-1]
    assert where == "docker:ruby:3 -e 'A=it'\"'\"'s' --cpus 2 --network cig-0-1"
    assert run.of("sh")[2]["env"]["CIG_SVC_DB_HOST"] == "db"


def test_windows_runs_bash_from_a_file_and_powershell_by_its_own_step(ran: dict[str, Run]) -> None:
    run = ran["windows"]
    assert [event["kind"] for event in run.events if event.get("script")] == ["bat", "pwsh"]
    assert "cig-script.sh" in run.of("bat")[0]["script"]


def test_a_lost_agent_is_replaced(ran: dict[str, Run]) -> None:
    assert ran["lost"].of("sh")[0]["where"][0] == "retry:3 [agent, nonresumable]"


def test_the_source_is_checked_out_as_cig_toml_says(ran: dict[str, Run]) -> None:
    extensions = ran["source"].of("checkout")[0]["what"]["extensions"]
    assert [next(iter(one)) for one in extensions] == ["cloneOption", "submodule", "lfs", "sparseCheckout"]
    assert extensions[0]["cloneOption"]["shallow"] is False
    remote = ran["source"].of("checkout")[0]["what"]["userRemoteConfigs"][0]
    assert remote["refspec"] == "+refs/heads/*:refs/remotes/origin/*"


def test_shellcheck_has_nothing_to_say_to_the_shell_of_cig(ran: dict[str, Run]) -> None:
    own = ("Start services", "Stop services", "Save cache gems", "Choose this shard's files", "cache", "node")
    events = [event for run in ran.values() for event in run.of("sh") if event["name"] in own]
    scripts = {event["name"]: event["script"] for event in events}
    assert sorted(scripts) == sorted(own)
    assert shellcheck(scripts) == []


def test_names_may_hold_anything(ran: dict[str, Run]) -> None:
    run = ran["strange"]
    assert run.result == "SUCCESS", run.error
    assert run.scripts[-3:].count("a b") == 1
    assert len(run.scripts) == 4


def test_groovy_reads_every_text_back(tmp_path: Path) -> None:
    lines = [f"def f{number}() {{ {literal(text)} }}" for number, text in enumerate(texts())]
    lines += [f"println(f{number}().getBytes('UTF-8').encodeHex().toString())" for number in range(len(texts()))]
    file = tmp_path / "texts.groovy"
    file.write_text("\n".join(lines), encoding="utf-8")
    assert [bytes.fromhex(line).decode() for line in run_groovy([file]).stdout.split("\n")[:-1]] == texts()


def _with_three_steps(number: int) -> Job:
    steps = [step(f"step {one} of {number}", f"make {one} {number}\n" * 20, secrets=("A",)) for one in range(3)]
    needs = ("job-0",) if number else ()
    return job(f"job-{number}", Step("source", checkout=Checkout()), *steps, needs=needs, env=(Pair("N", str(number)),))


def test_a_thousand_jobs_and_three_hundred_legs_compile_with_room_to_spare(tmp_path: Path) -> None:
    jobs = [_with_three_steps(number) for number in range(999)]
    legs = job("legs", step("leg {{ matrix.v }}"), matrix=matrix("legs", *map(str, range(300))))
    file = tmp_path / "large"
    file.write_text(render(*jobs, legs), encoding="utf-8")
    done = compile_groovy(file, tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    sizes = method_sizes(tmp_path / "classes")
    # Jenkins makes several times as much of a function, but for data. What has a $ in its name is Groovy's own.
    assert max(size for name, size in sizes.items() if "Legs" not in name and "$" not in name) * 8 < METHOD_BYTES
    assert max(sizes.values()) < METHOD_BYTES
    assert max(size for _, size in estimate_methods(file.read_text())) < METHOD_BYTES


def test_the_compiler_finds_a_mistake(tmp_path: Path) -> None:
    file = tmp_path / "bad"
    file.write_text(render(job("a")).replace("runAll(jobs())", "runAll(jobs()"), encoding="utf-8")
    assert compile_groovy(file, tmp_path).returncode != 0


def test_the_stub_run_finds_what_jenkins_would_refuse(tmp_path: Path) -> None:
    good = render(job("a"))
    runs = Runs(tmp_path)
    runs.add("no-agent", good.replace("agent none", ""), env=MAIN)
    runs.add("unknown-section", good.replace("agent none", "agent none\n  stags { }"), env=MAIN)
    runs.add("unknown-step", good.replace("bash('a'", "bsh('a'"), env=MAIN)
    assert [one.result for one in runs.start().values()] == ["FAILURE"] * 3
