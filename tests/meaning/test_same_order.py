"""The same graph, executed as each system executes it: what runs, in which order, with which variables.

GitHub's workflow is run by act, the Jenkinsfile with stub steps, the others by what the vendors document of their
agents.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from acting import act, say
from events import EVENTS
from executing import Executed, execute_buildkite, execute_circleci, execute_jenkins
from graphs import equal, job, legs, script, workflow
from rendering import PROVIDERS, render

from cigen.model.diagnostics import has_errors
from cigen.sdk import (
    Approval,
    Artifact,
    Download,
    Expr,
    Graph,
    Job,
    JobOutputs,
    Matrix,
    MatrixAxis,
    Op,
    Pair,
    PullRequestTrigger,
    PushTrigger,
    Retry,
    Shards,
    Step,
    TagTrigger,
    Triggers,
)

EVERY_PUSH = Triggers(push=PushTrigger(), pull_request=PullRequestTrigger(), tag=TagTrigger(("v*",)))
GIVEN = workflow(concurrency=None, triggers=EVERY_PUSH)


def graph(*jobs: Job) -> Graph:
    return Graph("project", (GIVEN,), tuple(replace(one, steps=one.steps[1:]) for one in jobs))


PAYLOADS: dict[str, tuple[str, dict[str, object]]] = {
    "push to main": ("push", {"ref": "refs/heads/main"}),
    "push to a branch": ("push", {"ref": "refs/heads/feature/x"}),
    "tag": ("push", {"ref": "refs/tags/v1.2.0"}),
}


Texts = Mapping[str, str]


def on_github(given: Graph, text: str, event: str, folder: Path, secrets: Texts, sources: Texts) -> Executed:
    assert not sources, "act's stand-in for a checkout brings no files"
    kind, payload = PAYLOADS[event]
    acted = act(given, folder, kind, payload, " ".join(f"{name}={value}" for name, value in secrets.items()))
    return Executed(acted.log, acted.succeeded, acted.output)


def on_circleci(given: Graph, text: str, event: str, folder: Path, secrets: Texts, sources: Texts) -> Executed:
    return execute_circleci(text, "ci", EVENTS[event], folder, secrets, sources)


def on_buildkite(given: Graph, text: str, event: str, folder: Path, secrets: Texts, sources: Texts) -> Executed:
    return execute_buildkite(text, EVENTS[event], folder, secrets, sources)


def on_jenkins(given: Graph, text: str, event: str, folder: Path, secrets: Texts, sources: Texts) -> Executed:
    return execute_jenkins(text, EVENTS[event], folder)


SYSTEMS: dict[str, Callable[[Graph, str, str, Path, Texts, Texts], Executed]] = {
    "github": on_github,
    "circleci": on_circleci,
    "buildkite": on_buildkite,
    "jenkins": on_jenkins,
}
HERE = [name for name in PROVIDERS if name in SYSTEMS]


NOT_ACT = [name for name in HERE if name != "github"]
"""Where act stands for GitHub, it does nothing of what is tested."""
WITH_SOURCES = [name for name in NOT_ACT if name != "jenkins"]
"""The stub of Jenkins checks nothing out."""


def run(
    system: str,
    given: Graph,
    folder: Path,
    event: str = "push to main",
    secrets: Texts | None = None,
    sources: Texts | None = None,
) -> Executed:
    text, diagnostics = render(system, given)
    assert not has_errors(diagnostics), diagnostics
    return SYSTEMS[system](given, text, event, folder, secrets or {}, sources or {})


@pytest.mark.parametrize("system", HERE)
def test_after_a_failure_only_what_asks_for_it_runs(system: str, tmp_path: Path) -> None:
    steps = (
        script("exit 3", "soft", allow_failure=True),
        script(say("still fine"), "fine"),
        script(say("no failure yet"), "early", run_on="failure"),
        script("exit 4", "hard"),
        script(say("never"), "never"),
        script(say("failed"), "failed", run_on="failure"),
        script(say("cleanup"), "cleanup", run_on="always"),
        script(say("not here"), "other", run_on="always", when=equal("branch", "other")),
        script(say("on main"), "main", run_on="always", when=equal("branch", "main")),
    )
    done = run(system, graph(job("one", *steps), job("two", script(say("two")), needs=("one",))), tmp_path)
    assert done.log == ["still fine", "failed", "cleanup", "on main"], done.output
    assert not done.succeeded


@pytest.mark.parametrize("system", NOT_ACT)
def test_a_job_that_may_fail_holds_nobody_up(system: str, tmp_path: Path) -> None:
    """Not on GitHub: act ends the run where GitHub goes on."""
    may = job("may", script(f"{say('may')}\nexit 1"), allow_failure=True)
    done = run(system, graph(may, job("below", script(say("below")), needs=("may",))), tmp_path)
    assert done.log == ["may", "below"], done.output
    assert done.succeeded


@pytest.mark.parametrize("system", HERE)
def test_a_retried_script_succeeds_at_last_or_fails_for_good(system: str, tmp_path: Path) -> None:
    counting = 'echo try >> "$CIG_LOG"\n[ "$(grep -c try "$CIG_LOG")" -eq 3 ]\n'
    steps = (
        script(counting, "counting", retry=Retry(4)),
        script(say("between"), "between"),
        script(f"{say('again')}\n(exit 7)\n{say('unreachable')}", "failing", retry=Retry(1)),
        script(say("never"), "never"),
    )
    done = run(system, graph(job("one", *steps)), tmp_path)
    assert done.log == ["try", "try", "try", "between", "again", "again"], done.output
    assert not done.succeeded


@pytest.mark.parametrize("system", HERE)
def test_each_leg_has_its_values(system: str, tmp_path: Path) -> None:
    matrix = Matrix(
        (MatrixAxis("ruby", ("3.10", "3.4")), MatrixAxis("db", ("pg", "none"))),
        legs=legs("test", {}, ruby=("3.10", "3.4"), db=("pg", "none")),
    )
    steps = (
        script(say("{{ matrix.ruby }} {{ matrix.db }} $FROM_ENV"), "first"),
        script(say("only pg"), "second", when=equal("matrix.db", "pg")),
    )
    test = job("test", *steps, matrix=matrix, machine=None, env=(Pair("FROM_ENV", "<{{ matrix.ruby }}>"),))
    test = replace(test, runner="linux")
    below = job("below", script(say("below"), "third"), needs=("test",))
    done = run(system, graph(test, below), tmp_path)
    expected = ["3.10 none <3.10>", "3.10 pg <3.10>", "3.4 none <3.4>", "3.4 pg <3.4>", "only pg", "only pg"]
    assert sorted(done.log[:-1]) == expected, done.output
    assert done.log[-1] == "below"
    assert done.succeeded


@pytest.mark.parametrize("event", PAYLOADS)
@pytest.mark.parametrize("system", HERE)
def test_what_stands_below_a_job_left_out_is_left_out(system: str, event: str, tmp_path: Path) -> None:
    jobs = [replace(job("a", script(say("a"))), when=equal("branch", "main"))]
    jobs += [job(this, script(say(this)), needs=(above,)) for this, above in ("ba", "cb")]
    jobs += [
        job("x", script(say("x"))),
        job("y", script(say("y")), needs=("x",), when=Expr(Op.NOT, args=(equal("branch", "main"),))),
    ]
    jobs += [job("z", script(say("z")), needs=("y", "c")), job("t", script(say("t")), when=equal("tag", "v1.2.0"))]
    done = run(system, graph(*jobs), tmp_path, event)
    expected = {"push to main": "abcx", "push to a branch": "xy", "tag": "xyt"}[event]
    assert sorted(done.log) == sorted(expected), done.output
    assert done.succeeded


@pytest.mark.parametrize("system", HERE)
def test_a_secret_reaches_the_step_that_asks(system: str, tmp_path: Path) -> None:
    steps = (script('echo "${#TOKEN} letters" >> "$CIG_LOG"', "asks", secrets=("TOKEN",)),)
    done = run(system, graph(job("one", *steps)), tmp_path, secrets={"TOKEN": "hidden"})
    # The stub of Jenkins gives credentials a text of its own.
    assert done.log == ["15 letters" if system == "jenkins" else "6 letters"], done.output


@pytest.mark.parametrize("system", HERE)
def test_variables_arrive_as_they_were_written(system: str, tmp_path: Path) -> None:
    texts = {"DOLLAR": "$HOME $$ ${X}", "TEMPLATE": "<< x >> {{ y }} #{z}", "QUOTES": "'a' \"b\" \\ `c`", "EMPTY": ""}
    env = tuple(Pair(name, value) for name, value in texts.items())
    steps = [script(f'printf "%s\\n" "[${name}]" >> "$CIG_LOG"', name.lower()) for name in texts]
    done = run(system, graph(job("one", *steps, env=env)), tmp_path)
    assert done.log == [f"[{value}]" for value in texts.values()], done.output


SCRIPTS = {
    "quotes": "echo 'single' \"double\" `true` $(true) $HOME ${HOME} $$ \\\\ \\n \\$ '''three''' \"\"\"more\"\"\"",
    "templates": "${{ github.token }} << parameters.x >> <<y>> \\<< #{z} {{ x }} }} $${{ z }} %s %%",
    "heredoc": "cat <<-EOF\n\tindented\n\tEOF\ncat <<'Y' <<< z\n  two\n\n\nY",
    "spaces": "  leading\nand trailing  \n\ttab\n \n\nlast",
    "yaml": "a: b # c\n- d\n? e\n: f\n---\n...\n%TAG\n&anchor *alias !tag | > @ `\n'",
    "unicode": "é — 😀 \u00a0 ﬁ 漢字",
    "backslashes": "\\ \\\\ \\\\\\ \\$A \\\\$A \\${B} \\n\\t\nend \\\nnext",
}


@pytest.mark.parametrize("system", HERE)
def test_a_script_reaches_the_shell_as_it_stands(system: str, tmp_path: Path) -> None:
    """Each script writes itself to a file, as a heredoc that no shell looks into."""
    copies = tmp_path / "copies"
    copies.mkdir()
    steps = [script(f"cat > {copies}/{key} <<'CIG-END'\n{text}\nCIG-END", key) for key, text in SCRIPTS.items()]
    done = run(system, graph(job("one", *steps)), tmp_path / "run")
    assert done.succeeded, done.output
    assert {path.name: path.read_text().removesuffix("\n") for path in copies.iterdir()} == SCRIPTS


@pytest.mark.parametrize("system", NOT_ACT)
def test_files_travel_from_job_to_job(system: str, tmp_path: Path) -> None:
    make = script("mkdir -p out/deep\necho one > out/deep/x.txt\necho two > out/y.txt", "make")
    use = script('cat out/deep/x.txt out/y.txt >> "$CIG_LOG"', "use")
    above = job("above", make, Step("keep", "Keep", upload=Artifact("above", ("out/**",))))
    below = job("below", Step("fetch", "Fetch", download=Download("above")), use, needs=("above",))
    done = run(system, graph(above, below), tmp_path)
    assert done.log == ["one", "two"], done.output


@pytest.mark.parametrize("system", HERE)
def test_every_shard_knows_its_number(system: str, tmp_path: Path) -> None:
    one = job("one", script(say("$CIG_SHARD_INDEX of $CIG_SHARD_TOTAL"), "shard"), shards=Shards(3))
    done = run(system, graph(one, job("two", script(say("two")), needs=("one",))), tmp_path)
    assert sorted(done.log[:-1]) == ["0 of 3", "1 of 3", "2 of 3"], done.output
    assert done.log[-1] == "two"


@pytest.mark.parametrize("by", ["name", "size"])
@pytest.mark.parametrize("system", WITH_SOURCES)
def test_shards_share_the_files_out(system: str, by: str, tmp_path: Path) -> None:
    sources = {f"spec/{name}_spec.rb": "x" * size for name, size in (("a", 50), ("b", 1), ("c", 30), ("d", 19))}
    one = job(
        "one", script('paste -sd " " "$CIG_SHARD_FILES" >> "$CIG_LOG"', "list"), shards=Shards(2, ("spec/*.rb",), by)
    )
    done = run(system, graph(one), tmp_path, sources=sources | {"README": "no spec"})
    assert sorted(" ".join(sorted(done.log)).split()) == sorted(sources), done.output
    assert len(done.log) == 2


@pytest.mark.parametrize("system", HERE)
def test_a_value_travels_to_scripts_and_conditions(system: str, tmp_path: Path) -> None:
    ask = job("ask", script('echo "kind=big" >> "$CIG_OUTPUT"', "ask"), outputs=JobOutputs(values=("kind", "none")))
    told = job("told", script(say("told $CIG_NEEDS_ASK_KIND [$CIG_NEEDS_ASK_NONE]"), "tell"), needs=("ask",))
    big = job("big", script(say("big"), "big"), needs=("ask",), when=equal("needs.ask.kind", "big"))
    small = job("small", script(say("small"), "small"), needs=("ask",), when=equal("needs.ask.kind", "small"))
    done = run(system, graph(ask, told, big, small), tmp_path)
    assert sorted(done.log) == ["big", "told big []"], done.output
    assert done.succeeded


@pytest.mark.parametrize("system", NOT_ACT)
def test_what_waits_for_a_person_comes_after_what_it_needs(system: str, tmp_path: Path) -> None:
    deploy = job("deploy", script(say("deploy")), needs=("build",), approve=Approval("Deploy?"))
    done = run(system, graph(job("build", script(say("build"))), deploy), tmp_path)
    assert done.log == ["build", "deploy"], done.output


@pytest.mark.parametrize("system", HERE)
def test_jobs_for_failures_run_after_one_and_at_no_other_time(system: str, tmp_path: Path) -> None:
    def watched(text: str, folder: Path) -> list[str]:
        work = job("work", script(text, "work"))
        alarm = job("alarm", script(say("alarm")), needs=("work",), run_on="failure")
        sweep = job("sweep", script(say("sweep")), needs=("work",), run_on="always")
        return sorted(run(system, graph(work, alarm, sweep), folder).log)

    (tmp_path / "bad").mkdir()
    (tmp_path / "good").mkdir()
    assert watched("exit 1", tmp_path / "bad") == ["alarm", "sweep"]
    assert watched("true", tmp_path / "good") == ["sweep"]


@pytest.mark.parametrize("system", WITH_SOURCES)
def test_scripts_run_in_their_folder_and_shell(system: str, tmp_path: Path) -> None:
    steps = (
        script('echo "${PWD##*/}" >> "$CIG_LOG"', "outer"),
        script('echo "${PWD##*/}" >> "$CIG_LOG"', "inner", working_directory="web/app"),
        script('echo "${BASH_VERSION:-none}" | cut -c 1-4 >> "$CIG_LOG"', "posix", shell="sh"),
        script('import os\nopen(os.environ["CIG_LOG"], "a").write("python\\n")', "python", shell="python3"),
    )
    done = run(system, graph(job("one", *steps, working_directory="web")), tmp_path, sources={"web/app/x": ""})
    assert done.log[:2] == ["web", "app"], done.output
    assert done.log[-1] == "python"
