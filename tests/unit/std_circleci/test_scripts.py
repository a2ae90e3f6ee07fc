"""Scripts arrive unchanged; what surrounds them does what cig.toml says. Executed as CircleCI would."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cigen.sdk import Pair, Retry, Run, Runner, Step
from cigen.std.provider.circleci import scripts

Render = Callable[..., Any]


def step(script: str, **given: Any) -> Step:
    return Step("s", run=Run(script), **given)


def bash(command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    env = {"PATH": "/usr/bin:/bin", **environment}
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", command], env=env, capture_output=True, text=True, check=False
    )


def test_a_plain_script_is_written_in_short(render_step: Render) -> None:
    assert render_step(step("make")).step == {"run": "make"}
    assert render_step(step("a\nb\n\n")).step == {"run": "a\nb\n"}


def test_everything_around_a_script_has_its_key(render_step: Render) -> None:
    around = {"name": "Make <<", "env": (Pair("A", "$b"),), "working_directory": "w", "shell": "sh", "timeout": 2}
    found = render_step(step("make <<x", run_on="failure", **around), working_directory="job")
    assert found.step == {
        "run": {
            "name": "Make \\<<",
            "command": "make \\<<x",
            "shell": "timeout 120 /bin/sh -e",
            "environment": {"A": "$b"},
            "working_directory": "w",
            "when": "on_fail",
        }
    }


def test_what_runs_always_says_so(render_step: Render) -> None:
    assert render_step(step("x", run_on="always")).step["run"]["when"] == "always"


@pytest.mark.parametrize(
    ("retry", "keys"),
    [
        (Retry(2), {"max_auto_reruns": 2}),
        (Retry(5, 10), {"max_auto_reruns": 5, "auto_rerun_delay": "10s"}),
        (Retry(1, 120), {"max_auto_reruns": 1, "auto_rerun_delay": "2m"}),
        (Retry(1, 0, ("failure",)), {"max_auto_reruns": 1}),
        (Retry(0), {}),
    ],
)
def test_circleci_tries_again_itself(retry: Retry, keys: dict[str, Any], render_step: Render) -> None:
    run = render_step(step("x"), retry=retry).step["run"]
    assert run == ({"command": "x", **keys} if keys else "x")


@pytest.mark.parametrize("retry", [Retry(6), Retry(1, 601)])
def test_beyond_that_a_loop_does(retry: Retry, render_step: Render) -> None:
    run = render_step(step("x", retry=retry)).step["run"]
    assert "cig_attempt" in run


def test_a_lost_machine_is_not_tried_again_and_that_is_told(render_step: Render) -> None:
    found = render_step(step("x"), retry=Retry(1, on=("agent_lost",)))
    assert (found.step, found.codes) == ({"run": "x"}, ["CIRCLECI_027"])


def test_what_runs_after_a_failure_is_not_tried_again(render_step: Render) -> None:
    assert "max_auto_reruns" not in render_step(step("x", run_on="always"), retry=Retry(1)).step["run"]


def test_a_job_ends_each_script_in_time(render_step: Render) -> None:
    found = render_step(step("x"), timeout=45)
    assert found.job["shell"] == "timeout 2700 /bin/bash -eo pipefail"
    assert found.step["run"]["no_output_timeout"] == "45m"
    assert bash("exec timeout 1 /bin/bash -eo pipefail -c 'sleep 30'").returncode == 124


@pytest.mark.parametrize(
    ("shell", "rendered"),
    [("bash", "/bin/bash -eo pipefail"), ("sh", "/bin/sh -e"), ("perl {0}", "perl"), ("python", "python")],
)
def test_each_shell_is_a_command(shell: str, rendered: str, render_step: Render) -> None:
    assert render_step(step("x"), shell=shell).job["shell"] == f"timeout 1800 {rendered}"
    assert render_step(step("x", shell=shell)).step["run"]["shell"] == f"timeout 1800 {rendered}"


@pytest.mark.parametrize("system", ["macos", "windows"])
def test_where_nothing_ends_a_script_it_is_told(system: str, render_step: Render) -> None:
    found = render_step(step("x", timeout=1), machine=Runner(system))
    assert found.codes == ["CIRCLECI_012"]
    assert "timeout" not in found.text


def test_windows_has_the_same_shells(render_step: Render) -> None:
    found = render_step(step("x", shell="sh", allow_failure=True), machine=Runner("windows"))
    assert (found.job["shell"], found.step["run"]["shell"]) == ("bash.exe -eo pipefail", "sh.exe -e")
    assert "CIRCLECI_011" not in found.codes


def test_a_step_that_may_fail_leaves_the_job_green(render_step: Render) -> None:
    command = render_step(step("echo in; exit 3", allow_failure=True)).step["run"]
    done = bash(command + "echo after\n")
    assert (done.returncode, done.stdout) == (0, "in\nFailed with exit code 3, which cig.toml allows.\nafter\n")
    assert bash(render_step(step("false; echo on", allow_failure=True)).step["run"]).stdout.count("on\n") == 0


def test_a_job_that_may_fail_stops_and_cleans_up(tmp_path: Path, render_step: Render, monkeypatch: Any) -> None:
    monkeypatch.setattr(scripts, "FAILED", str(tmp_path / "failed"))
    found = render_step(
        *(
            step("echo one; false"),
            step("echo two"),
            step("echo sorry", run_on="failure"),
            step("echo bye", run_on="always"),
        ),
        allow_failure=True,
    )
    runs = [one["run"] for one in found.job["steps"][1:]]
    assert [run.get("when") if isinstance(run, dict) else None for run in runs] == [None, None, "always", "always"]
    done = [bash(run["command"] if isinstance(run, dict) else run) for run in runs]
    assert [one.returncode for one in done] == [0, 0, 0, 0]
    assert "".join(one.stdout for one in done) == "one\nFailed with exit code 1, which cig.toml allows.\nsorry\nbye\n"
    (tmp_path / "failed").unlink()
    assert bash(runs[2]["command"]).stdout == ""
    assert bash(runs[1]).stdout == "two\n"


@pytest.mark.parametrize(
    "script",
    [
        "cat <<EOF\n$HOME `x` \\\\ {{ '{{' }}\nEOF",
        "case x in x) echo ok ;; esac",
        "exit 0",
        "( echo sub )",
    ],
)
def test_a_surrounded_script_is_the_same_script(script: str, render_step: Render) -> None:
    plain = bash(script.replace("{{ '{{' }}", "{{"), HOME="/h")
    for given in (
        step(script, allow_failure=True),
        step(script, retry=Retry(9)),
        step(script, allow_failure=True, retry=Retry(1)),
    ):
        command = render_step(given).step["run"].replace("\\<<", "<<")
        done = bash(command, HOME="/h")
        assert (done.returncode, done.stdout) == (plain.returncode, plain.stdout)


def test_shell_cannot_surround_what_is_not_shell(render_step: Render) -> None:
    assert "CIRCLECI_011" in render_step(step("1", shell="python", allow_failure=True)).codes


def test_a_condition_on_a_variable_is_asked_by_the_script(when: Callable[[str], Any], render_step: Render) -> None:
    command = render_step(replace(step("echo ran"), when=when("env.MODE == 'x'"))).step["run"]
    assert bash(command).stdout == ""
    assert bash(command, MODE="x").stdout == "ran\n"
