"""A job's script, run: what fails, what runs all the same, and what a step leaves to the next."""

import subprocess
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cigen.sdk import Expr, Op, Pair, Retry, Run, Step
from cigen.std.provider.buildkite.scripts import indented, says, subshell


def step(id: str, script: str, **given: object) -> Step:
    return Step(id, run=Run(script), **given)  # type: ignore[arg-type]


def test_one_plain_command_is_the_command(render_step: Callable) -> None:
    assert render_step(step("a", "bundle exec rspec")).step["command"] == "bundle exec rspec"


def test_one_script_is_the_script_with_pipefail(render_step: Callable) -> None:
    assert render_step(step("a", "cd web\nmake | cat")).script == "set -eo pipefail\ncd web\nmake | cat\n"


def test_plain_commands_stand_as_they_are_in_groups_of_the_log(render_step: Callable) -> None:
    script = render_step(step("a", "bin/setup"), step("b", "make test", name="Specs")).script
    assert script == 'set -eo pipefail\necho "--- bin/setup"\nbin/setup\necho "--- Specs"\nmake test\n'


@pytest.mark.parametrize(
    "first", ["cd /", "exit 0", "set +e; false; true", "export A=2", "A=2", "trap 'echo bye' EXIT", "umask 0"]
)
def test_what_a_step_does_to_its_shell_ends_with_it(first: str, render_step: Callable, run: Callable) -> None:
    script = render_step(step("a", first), step("b", "echo $PWD $A $(umask)"), env=(Pair("A", "1"),)).script
    assert run(script, A="1").out[-1].endswith("/work 1 0022")


@pytest.mark.parametrize(
    "script", ["false", "exit 7", "false | true", "a=$(false)\necho never", "false && true", "(exit 3)"]
)
def test_a_failing_step_ends_the_job(script: str, render_step: Callable, run: Callable) -> None:
    done = run(render_step(step("a", script), step("b", "echo after")).script)
    assert done.code != 0
    assert "after" not in done.out


def test_the_exit_code_is_the_steps_own(render_step: Callable, run: Callable) -> None:
    assert run(render_step(step("a", "exit 42"), step("b", "true")).script).code == 42
    assert run(render_step(step("a", "exit 42"), step("b", "false", run_on="always")).script).code == 42


def test_steps_for_failures_and_for_always_run_when_they_should(render_step: Callable, run: Callable) -> None:
    def said(first: str) -> tuple[int, list[str]]:
        steps = [
            step("a", first), step("b", "echo two"), step("c", "echo failed", run_on="failure"),
            step("d", "echo always", run_on="always"), step("e", "echo three"),
        ]  # fmt: skip
        done = run(render_step(*steps).script)
        return done.code, [line for line in done.out if not line.startswith("---")]

    assert said("echo one") == (0, ["one", "two", "always", "three"])
    assert said("exit 9") == (9, ["failed", "always"])


def test_a_failure_in_what_must_always_run_fails_the_job_and_stops_nothing_of_its_kind(
    render_step: Callable, run: Callable
) -> None:
    steps = [step("a", "true"), step("b", "exit 5", run_on="always"), step("c", "echo still", run_on="always")]
    done = run(render_step(*steps, step("d", "echo never")).script)
    assert done.code == 5
    assert [line for line in done.out if "---" not in line] == ["still"]


def test_a_cancelled_job_does_what_must_always_run_and_nothing_for_failures(
    render_step: Callable, run: Callable
) -> None:
    steps = [
        step("a", "kill -TERM $PPID $BASHPID; sleep 5"), step("b", "echo never"),
        step("c", "echo failed", run_on="failure"), step("d", "echo always", run_on="always"),
    ]  # fmt: skip
    script = render_step(*steps).script.replace("$PPID", "$$")
    done = run(script)
    assert done.code == 143
    assert [line for line in done.out if line in ("never", "failed", "always")] == ["always"]


def test_a_step_that_may_fail_changes_nothing(render_step: Callable, run: Callable) -> None:
    done = run(render_step(step("a", "echo one\nfalse\necho never", allow_failure=True), step("b", "echo two")).script)
    assert (done.code, [line for line in done.out if "---" not in line]) == (0, ["one", "two"])


@pytest.mark.parametrize(("branch", "said"), [("main", ["deploy", "end"]), ("next", ["end"])])
def test_a_step_has_its_own_condition(branch: str, said: list[str], render_step: Callable, run: Callable) -> None:
    when = Expr(Op.EQ, args=(Expr(Op.NAME, "branch"), Expr(Op.LITERAL, "main")))
    done = run(render_step(step("a", "echo deploy", when=when), step("b", "echo end")).script, BUILDKITE_BRANCH=branch)
    assert [line for line in done.out if "---" not in line] == said


def test_a_step_that_never_runs_is_left_out(render_step: Callable) -> None:
    assert "never" not in render_step(step("a", "echo never", when=Expr(Op.BOOL, "false"))).text


def test_a_step_has_its_own_folder_variables_and_shell(render_step: Callable, run: Callable) -> None:
    steps = [
        step("a", "mkdir web"),
        step("b", 'echo "$(basename "$PWD") $A"', working_directory="web", env=(Pair("A", "it's $5"),)),
        step("c", "import os\nprint(os.path.basename(os.getcwd()), 'A' in os.environ)", shell="python"),
        step("d", "echo 'sh $0'", shell="sh"),
        step("e", "echo from a file", shell="bash -x {0}"),
    ]
    done = run(render_step(*steps).script)
    assert done.code == 0
    said = [line for line in done.out if "---" not in line and not line.startswith("+")]
    assert said == ["web it's $5", "work False", "sh $0", "from a file"]


def test_a_step_ends_at_its_timeout(render_step: Callable, run: Callable) -> None:
    script = render_step(step("a", "sleep 9", timeout=1), step("b", "true")).script
    assert "timeout 1m bash -eo pipefail" in script
    assert run(script.replace("timeout 1m", "timeout 0.1")).code == 124


def test_a_retried_step_is_tried_again(render_step: Callable, run: Callable) -> None:
    done = run(
        render_step(step("a", "echo x >> n\n[ $(wc -l < n) -eq 3 ]", retry=Retry(2)), step("b", "echo ok")).script
    )
    assert (done.code, done.out[-1]) == (0, "ok")


def test_a_retry_needs_a_shell_with_functions(render_step: Callable) -> None:
    assert render_step(step("a", "x", retry=Retry(2), shell="python")).codes == ["BUILDKITE_011"]


def test_a_script_with_every_trap_of_quoting_arrives_whole(render_step: Callable, run: Callable) -> None:
    text = "cat <<'END'\n$HOME ${A} `x` \"y\" 'z' \\n $$ {{ .Names }} ))\nEND"
    done = run(render_step(step("a", text), step("b", "true")).script)
    assert "$HOME ${A} `x` \"y\" 'z' \\n $$ {{ .Names }} ))" in done.out


@pytest.mark.parametrize(
    ("text", "line"),
    [("Specs", 'echo "--- Specs"'), ("a  b\nc", 'echo "--- a b c"'), ("it's $5", "echo '--- it'\"'\"'s $5'")],
)
def test_headings_are_words_of_the_shell(text: str, line: str) -> None:
    assert says(text) == line


def test_a_long_heading_is_cut() -> None:
    assert len(says("x" * 200)) < 100


def test_a_subshell_is_closed_even_behind_a_backslash(run: Callable) -> None:
    assert run(subshell("echo hello \\")).out == ["hello"]


@pytest.mark.parametrize(
    "script",
    [
        "echo 'a\n b'",
        'echo "a\nb"',
        "cat <<X\na\nX",
        "echo a\\\nb",
        "echo `echo 'a\nb'`",
        "echo $'a\nb'",
        "echo 'it\\\n s'",
    ],
)
def test_indenting_leaves_alone_what_it_would_change(script: str, run: Callable) -> None:
    assert indented(script) == script
    assert run(subshell(script)).out == run(script).out


@pytest.mark.parametrize("script", ["echo a \\\n  b", "if true; then\n  echo b\nfi", "echo 'a b'\n\necho \"c\""])
def test_what_can_be_indented_is(script: str, run: Callable) -> None:
    assert indented(script).startswith("  ")
    assert run(indented(script)).out == run(script).out


@settings(max_examples=80)
@given(st.lists(st.sampled_from(["echo", " a", "'", '"', "\\", "\n", " b", "$x", "#", "{", ";"]), max_size=9))
def test_a_script_that_is_indented_says_the_same(words: list[str]) -> None:
    script = "".join(words)
    before, after = (
        subprocess.run(["bash", "-c", text], capture_output=True, check=False) for text in (script, indented(script))
    )
    assert (before.returncode, before.stdout) == (after.returncode, after.stdout)


def test_a_script_that_holds_the_mark_of_its_end_arrives_whole(render_step: Callable, run: Callable) -> None:
    script = "x = [\n0,\n]\nCIG_SCRIPT = 1\nprint(x)\n\nCIG_SCRIPT\nprint(CIG_SCRIPT)"
    assert run(render_step(step("a", script, shell="python")).script).out == ["[0]", "1"]
