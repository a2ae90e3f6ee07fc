"""What was rendered does what cig.toml says, when something runs it."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from acting import act, say
from graphs import DEFAULT, cache, equal, job, legs, matches, name, script, workflow

from cigen.sdk import (
    Artifact,
    Download,
    Expr,
    Graph,
    Job,
    JobOutputs,
    ManualInput,
    ManualTrigger,
    Matrix,
    MatrixAxis,
    Op,
    Pair,
    PushTrigger,
    Retry,
    Runner,
    Shards,
    Step,
    TagTrigger,
    Tool,
    Triggers,
    Workflow,
)

TAGS = replace(DEFAULT, tag=TagTrigger(("v*",)))
NO_CONCURRENCY = workflow(concurrency=None)


def graph(*jobs: Job, given: Workflow = NO_CONCURRENCY) -> Graph:
    return Graph("project", (given,), jobs)


def test_steps_run_in_their_order_each_with_its_action(tmp_path: Path) -> None:
    steps = (
        Step("setup-ruby", "Set up Ruby", tool=Tool("ruby", "3.4")),
        cache("bundler", "vendor/bundle", "ruby:3.4", "Gemfile.lock"),
        script(say("own"), env=(Pair("A", "1"),)),
        Step("artifacts", upload=Artifact("one", ("dist/**",))),
    )
    later = job("two", Step("download-one", download=Download("one")), script(say("two")), needs=("one",))
    acted = act(graph(job("one", *steps), later), tmp_path)
    assert acted.log == [
        *("actions/checkout", "ruby/setup-ruby", "actions/cache", "own", "actions/upload-artifact"),
        *("actions/checkout", "actions/download-artifact", "two"),
    ]
    assert acted.succeeded


def test_after_a_failure_only_what_asks_for_it_runs(tmp_path: Path) -> None:
    steps = (
        script("exit 3", "soft", allow_failure=True),
        script(say("still fine")),
        script(say("no failure yet"), run_on="failure"),
        script("exit 4", "hard"),
        script(say("never")),
        script(say("failed"), run_on="failure"),
        script(say("cleanup"), run_on="always"),
        script(say("not here"), run_on="always", when=equal("branch", "other")),
        script(say("on main"), run_on="always", when=equal("branch", "main")),
    )
    acted = act(graph(job("one", *steps), job("two", script(say("two")), needs=("one",))), tmp_path)
    assert acted.log == ["actions/checkout", "still fine", "failed", "cleanup", "on main"]
    assert not acted.succeeded


def test_a_retried_script_succeeds_at_last_or_fails_with_its_own_code(tmp_path: Path) -> None:
    counting = 'echo try >> "$CIG_LOG"\n[ "$(grep -c try "$CIG_LOG")" -eq 3 ]\n'
    failing = '(exit 7)\necho unreachable >> "$CIG_LOG"'
    steps = (
        script(counting, "counting", retry=Retry(4)),
        script(say("between")),
        script(failing, "failing", retry=Retry(1)),
    )
    acted = act(graph(job("one", *steps)), tmp_path)
    assert acted.log == ["actions/checkout", "try", "try", "try", "between"]
    assert not acted.succeeded
    assert "exit status 7" in acted.output or "exit code 7" in acted.output


def test_each_leg_has_its_values_and_its_machine(tmp_path: Path) -> None:
    machines = {"mac": Runner("macos"), "lin": Runner("linux")}
    matrix = Matrix(
        (MatrixAxis("ruby", ("3.10", "3.4")), MatrixAxis("os", ("lin", "mac"))),
        legs=legs("test", machines, ruby=("3.10", "3.4"), os=("lin", "mac")),
    )
    steps = (
        script(say("{{ matrix.ruby }} {{ matrix.os }} $FROM_ENV")),
        script(say("only mac"), when=equal("matrix.os", "mac")),
    )
    test = job("test", *steps, matrix=matrix, machine=None, env=(Pair("FROM_ENV", "<{{ matrix.ruby }}>"),))
    acted = act(graph(replace(test, steps=test.steps[1:])), tmp_path)
    assert sorted(acted.log) == [
        "3.10 lin <3.10>",
        "3.10 mac <3.10>",
        "3.4 lin <3.4>",
        "3.4 mac <3.4>",
        "only mac",
        "only mac",
    ]
    assert acted.succeeded


EVENTS = {
    "push to main": ("push", {"ref": "refs/heads/main"}),
    "push to a branch": ("push", {"ref": "refs/heads/release/1"}),
    "tag": ("push", {"ref": "refs/tags/main"}),
    "pull request": (
        "pull_request",
        {
            "pull_request": {
                "number": 7,
                "draft": True,
                "labels": [{"name": "it's urgent"}],
                "head": {"ref": "main", "sha": "0" * 40},
                "base": {"ref": "main"},
            },
            "number": 7,
        },
    ),
}
LITERALS = (Expr(Op.LITERAL, "push"), Expr(Op.LITERAL, "tag"))
CONDITIONS = {
    "branch is main": equal("branch", "main"),
    "branch is not main": Expr(Op.NE, args=(name("branch"), Expr(Op.LITERAL, "main"))),
    "default": name("default_branch"),
    "release": matches("branch", "release/*"),
    "merge": matches("branch", "*/merge"),
    "no branch": equal("branch", ""),
    "tag is main": equal("tag", "main"),
    "some tag": matches("tag", "*"),
    "pushed": Expr(Op.IN, args=(name("event"), *LITERALS)),
    "branch pushed": equal("event", "push"),
    "not pushed": Expr(Op.NOT, args=(Expr(Op.IN, args=(name("event"), *LITERALS)),)),
    "draft": name("draft"),
    "urgent": name("label.it's urgent"),
    "not urgent": Expr(Op.NOT, args=(name("label.it's urgent"),)),
}
HOLD = {
    "push to main": ["branch is main", "default", "pushed", "branch pushed", "not urgent"],
    "push to a branch": ["branch is not main", "release", "pushed", "branch pushed", "not urgent"],
    "tag": ["branch is not main", "no branch", "tag is main", "some tag", "pushed", "not urgent"],
    "pull request": ["branch is not main", "no branch", "not pushed", "draft", "urgent"],
}


@pytest.mark.parametrize("event", EVENTS)
def test_a_condition_holds_for_the_events_it_means(event: str, tmp_path: Path) -> None:
    steps = [script(say(text), when=condition) for text, condition in CONDITIONS.items()]
    one = job("one", *steps)
    kind, payload = EVENTS[event]
    acted = act(
        graph(replace(one, steps=one.steps[1:]), given=workflow(concurrency=None, triggers=TAGS)),
        tmp_path,
        kind,
        payload,
    )
    assert acted.log == HOLD[event]


def test_a_job_runs_only_if_all_above_it_did(tmp_path: Path) -> None:
    """A chain of four below a job that its condition leaves out, and one beside it that does not depend on it."""
    jobs = [replace(job("a", script(say("a"))), when=equal("branch", "other"))]
    jobs += [job(this, script(say(this)), needs=(above,)) for this, above in ("ba", "cb", "dc", "ed")]
    jobs += [job("x", script(say("x"))), job("y", script(say("y")), needs=("x",), when=equal("branch", "main"))]
    jobs += [job("z", script(say("z")), needs=("y", "e"))]
    bare = [replace(one, steps=one.steps[1:]) for one in jobs]
    acted = act(graph(*bare), tmp_path)
    assert acted.log == ["x", "y"]
    assert acted.succeeded


def test_a_secret_reaches_the_step_that_asks_and_no_other(tmp_path: Path) -> None:
    steps = (script(say("${TOKEN:-none}")), script('echo "${#TOKEN} letters" >> "$CIG_LOG"', secrets=("TOKEN",)))
    acted = act(graph(job("one", *steps)), tmp_path, secrets="TOKEN=hidden")
    assert acted.log == ["actions/checkout", "none", "6 letters"]


SCRIPTS = {
    "quotes": "echo 'single' \"double\" `true` $(true) $HOME ${HOME} \\\\ \\n",
    "expression": "cat <<'X'\n${{ github.token }} ${{ x }} ${{ '${{' }} }} {{ y }} $${{ z }}\nX",
    "heredoc": "cat <<-EOF\n\tindented\n\tEOF\ncat <<'Y' <<< z\n  two\n\n\nY",
    "spaces": "  leading\nand trailing  \n\ttab\n \n\nlast",
    "yaml": "a: b # c\n- d\n? e\n: f\n---\n...\n%TAG\n&anchor *alias !tag | > @ `\n'",
    "unicode": "é — 😀 \u00a0 ﬁ 漢字",
    "percent": "%s %% <<: << 2 * 3 [a, b] {c: d} ~ null yes 3.10",
    "shebang": "#!/bin/sh\nset -u",
}


def test_a_script_reaches_the_shell_as_it_stands(tmp_path: Path) -> None:
    """Each script begins by copying the file it is run from, then leaves before the text that no shell could run."""
    copies = tmp_path / "copies"
    copies.mkdir()
    texts = {key: f'cat "$0" > "{copies}/{key}"; exit 0\n{text}' for key, text in SCRIPTS.items()}
    acted = act(graph(job("one", *(script(text, key) for key, text in texts.items()))), tmp_path)
    assert acted.succeeded, acted.output
    # act puts an empty line before the script and one behind it.
    assert {path.name: path.read_text().strip("\n") for path in copies.iterdir()} == texts


PIECES = (
    *("${{ github.token }}", "${{", "}}", "{{", "'", '"', "\\", "\\\n", "`x`", "$(x)", "$HOME", "${X}", "$$", "#{x}"),
    *("<<", "<<'EOF'\n a\nEOF\n", "\n", "\n\n", "\t", " ", "  \n", ": ", "- ", " #", "%s", "%TAG", "&a", "*a", "!t"),
    *("| >", "@", "---", "...", "~", "null", "3.10", "::error::x", "é", "😀", "\u00a0", "\u2028", "\u0085", "="),
    *("\\r", "$'\\n'"),
)


def _nasty(count: int) -> list[str]:
    """Texts of pieces that mean something to somebody on the way, the same ones every time."""
    chance = random.Random(5)
    made = ["".join(chance.choices(PIECES, k=chance.randrange(3, 25))) for _ in range(count)]
    return [text.replace("{{", "{{ '{{' }}").replace("${{ '{{' }}", "${{") for text in made]


def _meant(text: str) -> str:
    return text.replace("{{ '{{' }}", "{{")


def test_a_batch_of_nasty_scripts_reaches_the_shell_as_it_stands(tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    texts = {f"s{index}": text for index, text in enumerate(_nasty(60))}
    begun = {key: f'cat "$0" > "{copies}/{key}"; exit 0\n{text}' for key, text in texts.items()}
    acted = act(graph(job("one", *(script(text, key) for key, text in begun.items()))), tmp_path)
    assert acted.succeeded, acted.output
    found = {path.name: path.read_text().strip("\n") for path in copies.iterdir()}
    assert found == {key: _meant(text).strip("\n") for key, text in begun.items()}


def test_a_batch_of_nasty_values_reaches_the_script_as_it_stands(tmp_path: Path) -> None:
    values = {f"V{index}": text for index, text in enumerate(_nasty(40))}
    copy = tmp_path / "copy"
    env = tuple(Pair(name, text) for name, text in values.items())
    acted = act(graph(job("one", script(f'env -0 > "{copy}"', env=env))), tmp_path)
    assert acted.succeeded, acted.output
    found = dict(one.partition("=")[::2] for one in copy.read_text().split("\0") if one.startswith("V"))
    assert found == {name: _meant(text) for name, text in values.items()}


def test_shards_share_out_the_files(tmp_path: Path) -> None:
    listing = script('sed "s|^|$CIG_SHARD_INDEX of $CIG_SHARD_TOTAL: |" "$CIG_SHARD_FILES" >> "$CIG_LOG"', "list")
    one = job("one", listing, shards=Shards(2, ("x/*",)))
    acted = act(graph(one), tmp_path, files=("x/a", "x/b", "x/c", "x/d", "x/e"))
    lines = [line for line in acted.log if "of" in line]
    assert sorted(lines) == ["0 of 2: x/a", "0 of 2: x/c", "0 of 2: x/e", "1 of 2: x/b", "1 of 2: x/d"]


def test_values_reach_the_jobs_that_need_them(tmp_path: Path) -> None:
    first = script('echo "kind=small" >> "$CIG_OUTPUT"', "first")
    second = script('echo "kind=a<<b = $X" >> "$CIG_OUTPUT"', "second", env=(Pair("X", "it's"),))
    ask = job("ask-it", first, second, outputs=JobOutputs(values=("kind", "never-set")))
    told = job("told", script(say("<$CIG_NEEDS_ASK_IT_KIND> <$CIG_NEEDS_ASK_IT_NEVER_SET>"), "t"), needs=("ask-it",))
    right = job("right", script(say("right")), needs=("ask-it",), when=equal("needs.ask-it.kind", "a<<b = it's"))
    wrong = job("wrong", script(say("wrong")), needs=("ask-it",), when=equal("needs.ask-it.kind", "small"))
    unset = job("unset", script(say("unset")), needs=("ask-it",), when=equal("needs.ask-it.never-set", ""))
    bare = [replace(one, steps=one.steps[1:]) for one in (ask, told, right, wrong, unset)]
    acted = act(graph(*bare), tmp_path)
    assert acted.succeeded, acted.output
    assert sorted(acted.log) == ["<a<<b = it's> <>", "right", "unset"]


def test_jobs_run_after_failures_as_they_ask_for(tmp_path: Path) -> None:
    good, bad = job("good", script("true")), job("bad", script("false"))
    jobs = [good, bad, job("below", script(say("below")), needs=("bad",))]
    for key, needs in (("alarm", ("bad",)), ("calm", ("good",)), ("far", ("below",))):
        jobs.append(job(key, script(say(key)), needs=needs, run_on="failure"))
        jobs.append(job(f"{key}-always", script(say(f"{key} always")), needs=needs, run_on="always"))
    acted = act(graph(*(replace(one, steps=one.steps[1:]) for one in jobs)), tmp_path)
    assert sorted(acted.log) == ["alarm", "alarm always", "calm always", "far", "far always"]


ASKED = Triggers(
    push=PushTrigger(("main",)),
    manual=ManualTrigger(
        (
            ManualInput("level", "choice", default="some", options=("some", "all")),
            ManualInput("dry-run", "boolean", default="true"),
            ManualInput("really", "boolean"),
            ManualInput("count", "number"),
        )
    ),
)
VARIABLES = "$CIG_INPUT_LEVEL,$CIG_INPUT_DRY_RUN,$CIG_INPUT_REALLY,$CIG_INPUT_COUNT"
PLAYED = {
    "level is some": equal("input.level", "some"),
    "level is all": equal("input.level", "all"),
    "dry": name("input.dry-run"),
    "really": name("input.really"),
    "zero": equal("input.count", "0"),
    "no count": equal("input.count", ""),
}


@pytest.mark.parametrize(
    ("event", "inputs", "log"),
    [
        ("push", {}, ["some,true,false,", "level is some", "dry", "no count"]),
        (
            "workflow_dispatch",
            {"level": "all", "dry-run": "false", "really": "true", "count": "0"},
            ["all,false,true,0", "level is all", "really", "zero"],
        ),
    ],
)
def test_a_default_answers_where_nobody_was_asked(
    event: str, inputs: dict[str, str], log: list[str], tmp_path: Path
) -> None:
    steps = [script(say(VARIABLES), "vars")]
    steps += [script(say(text), text.replace(" ", "-"), when=condition) for text, condition in PLAYED.items()]
    asking = replace(job("one", *steps), steps=tuple(steps))
    acted = act(
        graph(asking, given=workflow(concurrency=None, triggers=ASKED)),
        tmp_path,
        event,
        {"ref": "refs/heads/main", "inputs": inputs},
    )
    assert acted.log == log, acted.output
