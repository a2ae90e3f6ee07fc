"""What a job's step says, beside its script and its condition."""

from collections.abc import Callable

import pytest

from cigen.sdk import (
    Approval,
    Artifact,
    Cache,
    CachePart,
    CacheUse,
    Checkout,
    Concurrency,
    Download,
    Expr,
    Job,
    JobOutputs,
    Leg,
    Matrix,
    MatrixAxis,
    Native,
    Op,
    Pair,
    ProviderBlock,
    Retry,
    Run,
    Runner,
    Secret,
    Shards,
    Step,
    Trigger,
)
from cigen.std.provider.buildkite.problems import new_report
from cigen.std.provider.buildkite.secret_env import job_secrets

MAKE = Step("make", run=Run("make"))


def test_a_plain_job_says_nothing_needless(render: Callable) -> None:
    rendered = render(Job("test", workflow="ci", machine=Runner("linux"), steps=(Step("c", checkout=Checkout()), MAKE)))
    assert rendered.diagnostics == ()
    assert rendered.data == {
        "agents": {"queue": "default"},
        "checkout": {"depth": 1, "submodules": False},
        "steps": [
            {
                "label": "test",
                "key": "test",
                "if": 'build.pull_request.id != null || (build.branch == "main" && build.tag == null)',
                "command": "make",
                "timeout_in_minutes": 30,
            }
        ],
    }


def test_jobs_wait_for_those_they_need(make_job: Callable, render: Callable) -> None:
    rendered = render(make_job(id="c", needs=("a", "b")), make_job(id="a"), make_job(id="b", needs=("a",)))
    assert rendered.keys == ["a", "b", "c"]
    assert [step.get("depends_on") for step in rendered.steps] == [None, "a", ["a", "b"]]


def test_a_job_that_must_run_runs_after_failures_too(make_job: Callable, render: Callable) -> None:
    rendered = render(make_job(id="a"), make_job(MAKE, id="b", needs=("a",), run_on="always"))
    assert rendered.step["allow_dependency_failure"] is True
    assert rendered.step["command"] == "make"


@pytest.mark.parametrize(
    ("outcomes", "ran"), [("passed passed", False), ("passed hard_failed", True), ("errored neutral", True)]
)
def test_a_job_for_failures_asks_whether_there_was_one(
    outcomes: str, ran: bool, make_job: Callable, render: Callable, run: Callable
) -> None:
    jobs = [
        make_job(id="a"),
        make_job(id="b", needs=("a",)),
        make_job(Step("x", run=Run("echo alarm")), id="c", needs=("b",), run_on="failure"),
    ]
    rendered = render(*jobs)
    fake = "; ".join(f"echo {one} > $FAKE/outcome-{name}" for name, one in zip("ab", outcomes.split(), strict=True))
    assert ("alarm" in run(f"{fake}\n{rendered.script}").out) is ran
    assert rendered.codes == ["BUILDKITE_025"]


def test_values_go_from_job_to_job(make_job: Callable, render: Callable, run: Callable) -> None:
    tell = Step("tell", run=Run('echo "version=1 $x" >> "$CIG_OUTPUT"\necho "empty=" >> "$CIG_OUTPUT"'))
    first = make_job(tell, id="a-b", outputs=JobOutputs(values=("version", "empty")))
    ask = make_job(Step("ask", run=Run('echo "<$CIG_NEEDS_A_B_VERSION>"')), id="c", needs=("a-b",))
    rendered = render(first, ask)
    script = rendered.steps[0]["command"].replace("$$", "$")
    assert run(script, x="2").log == ["meta-data [set] [a-b.version] [1 2]"]
    assert run(f"echo 1.2 > $FAKE/meta-a-b.version\n{rendered.script}").out == ["<1.2>"]


@pytest.mark.parametrize(("said", "out"), [("yes", ["go"]), ("no", ["Its condition does not hold: nothing to do."])])
def test_what_another_job_said_is_asked_when_the_job_has_started(
    said: str, out: list[str], make_job: Callable, render: Callable, run: Callable
) -> None:
    first = make_job(MAKE, id="a", outputs=JobOutputs(values=("deploy",)))
    when = Expr(Op.EQ, args=(Expr(Op.NAME, "needs.a.deploy"), Expr(Op.LITERAL, "yes")))
    both = Expr(Op.AND, args=(Expr(Op.NAME, "default_branch"), when))
    second = make_job(Step("go", run=Run("echo go")), id="b", needs=("a",), when=both)
    third = make_job(Step("on", run=Run("echo go")), id="c", needs=("b",))
    rendered = render(first, second, third)
    assert rendered.codes == ["BUILDKITE_025", "BUILDKITE_025"]
    for step in rendered.steps[1:]:
        assert step["if"] == 'build.branch == "main" && build.pull_request.id == null && build.tag == null'
        script = step["command"].replace("$$", "$")
        assert run(f"echo {said} > $FAKE/meta-a.deploy\n{script}").out == out


def test_an_approval_is_a_block_between_the_needed_jobs_and_this(make_job: Callable, render: Callable) -> None:
    rendered = render(make_job(id="a"), make_job(id="b", needs=("a",), approve=Approval("Cost: $5?", ("ops",))))
    _, block, step = rendered.steps
    assert block["block"] == "Cost: $$5?"
    assert (block["key"], block["depends_on"], block["allowed_teams"]) == ("approve-b", "a", ["ops"])
    assert block["if"] == step["if"]
    assert step["depends_on"] == ["a", "approve-b"]


def test_too_many_teams_are_refused(make_job: Callable, render: Callable) -> None:
    rendered = render(make_job(approve=Approval("", tuple(f"team-{index}" for index in range(101)))))
    assert rendered.codes == ["BUILDKITE_009"]


def test_a_job_can_start_another_pipeline(render: Callable) -> None:
    trigger = Trigger("deploy", "main", (Pair("dry-run", "$no"),))
    step = render(Job("b", workflow="ci", machine=Runner("linux"), trigger=trigger, allow_failure=True)).step
    del step["if"]
    assert step == {
        "label": "b",
        "key": "b",
        "trigger": "deploy",
        "soft_fail": True,
        "async": True,
        "build": {"branch": "main", "env": {"CIG_INPUT_DRY_RUN": "$$no"}},
    }


def test_whoever_waits_for_the_other_pipeline_is_not_async(render: Callable) -> None:
    rendered = render(Job("b", workflow="ci", timeout=45, trigger=Trigger("deploy", wait=True)))
    assert "async" not in rendered.step
    assert rendered.codes == ["BUILDKITE_006"], "nothing ends it after its timeout"


def test_a_job_that_starts_a_pipeline_cannot_ask_another_job(make_job: Callable, render: Callable) -> None:
    when = Expr(Op.EQ, args=(Expr(Op.NAME, "needs.a.x"), Expr(Op.LITERAL, "1")))
    first = make_job(id="a", outputs=JobOutputs(values=("x",)))
    assert render(first, Job("b", workflow="ci", needs=("a",), when=when, trigger=Trigger("d"))).codes == [
        "BUILDKITE_007"
    ]


LOST, FAILED = {"exit_status": -1, "limit": 2}, {"exit_status": "*", "limit": 2}


@pytest.mark.parametrize(
    ("retry", "rules"),
    [
        (Retry(2), [LOST, FAILED]),
        (Retry(2, on=("failure",)), [FAILED]),
        (Retry(2, on=("agent_lost",)), [LOST]),
        (Retry(2, delay=5), [LOST]),
        (Retry(2, delay=5, on=("agent_lost",)), [LOST]),
        (Retry(30), [{**LOST, "limit": 10}, {**FAILED, "limit": 10}]),
    ],
)
def test_a_jobs_retry_is_buildkites(retry: Retry, rules: list[object], render_step: Callable) -> None:
    rendered = render_step(MAKE, retry=retry)
    assert rendered.step["retry"] == {"automatic": rules}
    assert ("cig_attempt" in rendered.text) is (retry.delay > 0 and retry.on != ("agent_lost",))


def test_a_pause_between_tries_is_the_scripts(render_step: Callable) -> None:
    rendered = render_step(MAKE, retry=Retry(2, delay=5, on=("failure",)))
    assert "retry" not in rendered.step
    assert "sleep 5" in rendered.script


def test_soft_failures_and_timeouts(render_step: Callable) -> None:
    step = render_step(MAKE, allow_failure=True, timeout=7).step
    assert (step["soft_fail"], step["timeout_in_minutes"]) == (True, 7)


def test_variables_of_jobs_and_of_the_workflow_are_escaped(make_job: Callable, render: Callable) -> None:
    rendered = render(make_job(MAKE, env=(Pair("A", "$x"),)), env=(Pair("B", "1"),))
    assert (rendered.data["env"], rendered.step["env"]) == ({"B": "1"}, {"A": "$$x"})


def test_secrets_are_seen_by_the_steps_that_want_them_and_no_others(render_step: Callable, run: Callable) -> None:
    show = "printenv TOKEN || echo nothing"
    steps = [Step("a", run=Run(show)), Step("b", run=Run(show), secrets=("TOKEN",)), Step("c", run=Run(show))]
    rendered = render_step(*steps)
    assert rendered.step["secrets"] == ["TOKEN"]
    said = [line for line in run(rendered.script, TOKEN="s3").out if not line.startswith("---")]
    assert said == ["nothing", "s3", "nothing"]


def test_where_all_steps_want_all_secrets_nothing_is_done(render_step: Callable) -> None:
    assert render_step(Step("a", run=Run("make"), secrets=("TOKEN",))).step["command"] == "make"


def test_a_secret_has_another_name_on_buildkite_or_comes_from_a_plugin() -> None:
    step = Step("a", run=Run("x"), secrets=("A", "B", "C"))
    vault = '{"plugin":{"vault-secrets#v2.2.1":{"server":"x"}}}'
    defined = [
        Secret("A", (ProviderBlock("buildkite", '{"name":"other_a"}'),)),
        Secret("B", (ProviderBlock("buildkite", vault),)),
    ]
    found = job_secrets(Job("j", steps=(step,)), "j", defined, new_report())
    assert found.value == {"A": "other_a", "C": "C"}
    assert found.plugins == ({"vault-secrets#v2.2.1": {"server": "x"}},)


@pytest.mark.parametrize("name", ["BUILDKITE_TOKEN", "bk_key", "1ST", "A-B"])
def test_a_name_that_buildkite_refuses_is_refused(name: str, render_step: Callable) -> None:
    assert render_step(Step("a", run=Run("x"), secrets=(name,))).codes == ["BUILDKITE_010"]


@pytest.mark.parametrize(
    ("checkout", "value"),
    [
        (Checkout(), {"depth": 1, "submodules": False}),
        (Checkout(0, submodules=True), {"submodules": True}),
        (
            Checkout(5, lfs=True, sparse=("web", "lib/")),
            {"depth": 5, "submodules": False, "lfs": True, "sparse": {"paths": ["web/", "lib/"]}},
        ),
        (Checkout(disabled=True), {"skip": True}),
        (None, {"skip": True}),
    ],
)
def test_how_the_source_is_fetched(
    checkout: Checkout | None, value: object, make_job: Callable, render: Callable
) -> None:
    steps = (Step("c", checkout=checkout), MAKE) if checkout else (MAKE,)
    rendered = render(make_job(id="other"), make_job(id="test", steps=steps))
    assert rendered.step.get("checkout", rendered.data.get("checkout")) == value


def test_a_whole_history_is_not_cut_by_what_the_root_says(make_job: Callable, render: Callable) -> None:
    rendered = render(
        make_job(id="a"), make_job(id="b"), make_job(id="c", steps=(Step("c", checkout=Checkout(0)), MAKE))
    )
    assert "checkout" not in rendered.data
    assert "depth" not in rendered.steps[2]["checkout"]


def test_sparse_takes_folders_only(make_job: Callable, render: Callable) -> None:
    assert render(make_job(steps=(Step("c", checkout=Checkout(sparse=("*.md",))), MAKE))).codes == ["BUILDKITE_010"]


@pytest.mark.parametrize(
    ("runner", "agents", "codes"),
    [
        (Runner("linux"), {"queue": "default"}, []),
        (Runner("linux-arm64"), {"queue": "linux-arm64"}, []),
        (
            Runner("big", settings=(ProviderBlock("buildkite", '{"queue":"big","gpu":"$x"}'),)),
            {"queue": "big", "gpu": "$$x"},
            [],
        ),
        (Runner("big", "linux"), {"queue": "big"}, ["BUILDKITE_004"]),
        (Runner("big", settings=(ProviderBlock("buildkite", "{}"),)), None, ["BUILDKITE_010"]),
        (Runner("big", settings=(ProviderBlock("buildkite", '{"queue":[]}'),)), None, ["BUILDKITE_010"]),
        (Runner("windows"), {"queue": "windows"}, ["BUILDKITE_017"]),
    ],
)
def test_machines_are_queues(runner: Runner, agents: object, codes: list[str], render_step: Callable) -> None:
    rendered = render_step(MAKE, machine=runner)
    assert (rendered.data.get("agents"), rendered.codes) == (agents, codes)


def test_shards_are_parallel_jobs(render_step: Callable, run: Callable) -> None:
    rendered = render_step(
        Step("a", run=Run('echo "$CIG_SHARD_INDEX/$CIG_SHARD_TOTAL"; cat "$CIG_SHARD_FILES"')),
        shards=Shards(2, ("*.rb",)),
    )
    assert rendered.step["parallelism"] == 2
    plant = "touch a.rb b.rb c.rb d.py\n"
    assert run(plant + rendered.script, BUILDKITE_PARALLEL_JOB="1", BUILDKITE_PARALLEL_JOB_COUNT="2").out == [
        "1/2",
        "b.rb",
    ]


def test_timings_are_told_to_be_sizes(render_step: Callable) -> None:
    rendered = render_step(MAKE, shards=Shards(2, ("*",), "timings"))
    assert rendered.codes == ["BUILDKITE_012"]
    assert "wc -c" in rendered.script


@pytest.mark.parametrize(
    ("concurrency", "group", "codes"),
    [
        (Concurrency("serial"), (1, "shop/ci/test"), []),
        (Concurrency(group="stage", max=3), (3, "shop/stage"), []),
        (Concurrency(group="stage", cancel=True), (1, "shop/stage"), ["BUILDKITE_023"]),
        (Concurrency("pr-latest"), None, ["BUILDKITE_023"]),
        (Concurrency(group="x" * 200), (1, "shop/" + "x" * 200), ["BUILDKITE_009"]),
    ],
)
def test_jobs_wait_in_groups(concurrency: Concurrency, group: object, codes: list[str], render_step: Callable) -> None:
    rendered = render_step(MAKE, concurrency=concurrency)
    step = rendered.step
    assert (step["concurrency"], step["concurrency_group"]) == group if group else "concurrency" not in step
    assert rendered.codes == codes


def test_caches_are_volumes_with_a_name(render_step: Callable) -> None:
    cache = Cache("Gems", ("vendor/bundle", "$HOME/.x"), (CachePart("ruby:3.4"), CachePart(files="Gemfile.lock")))
    rendered = render_step(Step("c", cache=CacheUse(cache)), MAKE)
    assert rendered.step["cache"] == {"name": "gems-ruby-3-4", "paths": ["vendor/bundle", "$$HOME/.x"]}
    assert rendered.codes == ["BUILDKITE_018"]


def test_a_step_of_buildkites_own_gives_a_command_and_plugins(render_step: Callable) -> None:
    own = Step(
        "own", native=Native("buildkite", '{"command":"echo $BUILDKITE_TAG","plugins":[{"ecr#v2.9.0":{"login":true}}]}')
    )
    rendered = render_step(MAKE, own)
    assert rendered.step["plugins"] == [{"ecr#v2.9.0": {"login": True}}]
    assert "echo $BUILDKITE_TAG\n" in rendered.step["command"]


@pytest.mark.parametrize(
    ("native", "code"),
    [
        (Native("github", "{}"), "BUILDKITE_015"),
        (Native("buildkite", '{"block":"x"}'), "BUILDKITE_014"),
        (Native("buildkite", "[]"), "BUILDKITE_014"),
    ],
)
def test_other_steps_are_left_out_and_told(native: Native, code: str, render_step: Callable) -> None:
    assert render_step(MAKE, Step("own", native=native)).codes == [code]


@pytest.mark.parametrize(
    ("block", "codes"),
    [
        ('{"priority":3,"agents":{"os":"x"}}', []),
        ('{"steps":{"make":{"command":"echo $BUILDKITE_TAG"}}}', []),
        ('{"steps":{"gone":{"command":"x"}}}', ["BUILDKITE_013"]),
        ('{"steps":{"make":{"shell":"x"}}}', ["BUILDKITE_014"]),
        ('{"steps":[]}', ["BUILDKITE_014"]),
        ("[]", ["BUILDKITE_014"]),
        ('{"runs-on":"x"}', ["BUILDKITE_014"]),
    ],
)
def test_raw_blocks(block: str, codes: list[str], render_step: Callable) -> None:
    rendered = render_step(MAKE, raw=(ProviderBlock("buildkite", block),))
    assert rendered.codes == codes
    if "priority" in block:
        assert rendered.step["priority"] == 3
    if "TAG" in block:
        assert rendered.step["command"] == "set -eo pipefail\necho $BUILDKITE_TAG\n"


def test_a_script_that_no_agent_could_hand_over_is_refused(render_step: Callable) -> None:
    assert render_step(Step("a", run=Run("echo " + "x" * 140_000))).codes == ["BUILDKITE_009"]


def legs(**axes: tuple[str, ...]) -> Matrix:
    from itertools import product

    rows = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]
    made = [
        Leg("test-" + "-".join(row.values()), tuple(Pair(*pair) for pair in row.items()), Runner("linux"))
        for row in rows
    ]
    return Matrix(tuple(MatrixAxis(name, values) for name, values in axes.items()), legs=tuple(made))


def test_the_legs_of_a_job_are_needed_all_together(make_job: Callable, render: Callable) -> None:
    shards = make_job(MAKE, matrix=legs(os=("a", "b")), machine=None, shards=Shards(2))
    rendered = render(shards, make_job(id="last", needs=("test",)))
    assert rendered.keys == ["test-a", "test-b", "last"]
    assert rendered.step["depends_on"] == ["test-a", "test-b"]


ONE_STEP = "buildkite-agent artifact download 'dist/**/*' . --step test"
EACH_STEP = """\
set -eo pipefail
for cig_step in test-a test-b; do
  buildkite-agent artifact download 'dist/**/*' . --step "$cig_step"
done
"""


@pytest.mark.parametrize(("shards", "script"), [(None, ONE_STEP), (Shards(2), EACH_STEP)])
def test_artifacts_of_all_legs_are_fetched(
    shards: Shards | None, script: str, make_job: Callable, render: Callable
) -> None:
    up = Step("up", upload=Artifact("test", ("dist/**",)))
    build = make_job(MAKE, up, matrix=legs(os=("a", "b")), machine=None, shards=shards)
    last = make_job(Step("down", download=Download("test")), id="last", needs=("test",))
    assert render(build, last).script == script


@pytest.mark.parametrize(("on", "loops"), [(("agent_lost",), False), (("agent_lost", "failure"), True)])
def test_a_step_alone_cannot_be_tried_on_another_machine(
    on: tuple[str, ...], loops: bool, render_step: Callable
) -> None:
    rendered = render_step(Step("a", run=Run("make"), retry=Retry(2, on=on)))
    assert rendered.codes == ["BUILDKITE_006"]
    assert ("cig_attempt" in rendered.text) is loops


def test_a_cache_of_nothing_is_refused(render_step: Callable) -> None:
    found = render_step(Step("c", cache=CacheUse(Cache("gems"))), MAKE).diagnostics
    assert [str(one.level) for one in found] == ["error", "info"]
