"""Jobs in containers and beside services, with a stand-in for docker that runs what it is told on this machine."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cigen.sdk import Container, Health, Pair, Retry, Run, Runner, Service, Step, Tool

REDIS = Service("redis", "redis", "7", (6379,), health=Health("redis-cli ping"))

DOCKER = """\
#!/bin/bash
printf '%s' "$1" >> "$LOG"; for word in "${@:2}"; do printf ' [%s]' "$word" >> "$LOG"; done; echo >> "$LOG"
case "$1" in
  inspect) echo "running healthy" ;;
  exec)
    shift
    while [[ "$1" == --* ]]; do
      case "$1" in --env) export "${2?}" ;; --workdir) cd "$2" || exit ;; esac
      shift 2
    done
    shift
    exec "$@" ;;
esac
"""


@pytest.fixture
def docker(tmp_path: Path, run: Callable) -> Callable:
    (tmp_path / "fake" / "docker").write_text(DOCKER)
    return run


def test_scripts_run_in_the_container(render_step: Callable, docker: Callable) -> None:
    steps = [
        Step("a", run=Run("echo \"it's $A\" '$A'\nmkdir web"), env=(Pair("A", "1 $x"),)),
        Step("b", run=Run('basename "$PWD"'), working_directory="web"),
        Step("c", run=Run("exit 7")),
    ]
    done = docker(render_step(*steps, image=Container("ruby:3.4", (Pair("LANG", "C"),), "--init")).script)
    assert done.code == 7
    assert [line for line in done.out if not line.startswith("---")] == ["it's 1 $x $A", "web"]
    assert any(
        "[--init]" in line and "[--env] [LANG=C]" in line and "[ruby:3.4] [-f] [/dev/null]" in line for line in done.log
    )
    assert done.log[-1] == "rm [--force] [--volumes] [cig-0190-job]"


def test_what_cig_toml_and_the_agent_set_is_passed_on(render_step: Callable, docker: Callable) -> None:
    job = render_step(Step("a", run=Run("make")), image=Container("x"), env=(Pair("A", "1"),))
    (started,) = [line for line in docker(job.script, A="1", OTHER="2", CI="true").log if line.startswith("run ")]
    assert all(f"[--env={name}]" in started for name in ("A", "CI", "BUILDKITE_BRANCH"))
    assert "OTHER" not in started
    assert "HOME" not in started


def test_a_secret_goes_to_the_step_that_wants_it(render_step: Callable, docker: Callable) -> None:
    steps = [Step("a", run=Run("true")), Step("b", run=Run("true"), secrets=("KEY",))]
    done = docker(render_step(*steps, image=Container("x")).script, KEY="s")
    executed = [line for line in done.log if line.endswith("[-c] [true]") and "[bash] [-c]" not in line]
    assert ["[--env] [KEY]" in line for line in executed] == [False, True]
    assert not any("[--env=KEY]" in line for line in done.log)


def test_an_image_without_bash_gets_sh(render_step: Callable, docker: Callable, tmp_path: Path) -> None:
    (tmp_path / "fake" / "docker").write_text(DOCKER.replace('exec "$@"', '[ "$1" = bash ] && exit 127; exec "$@"'))
    done = docker(render_step(Step("a", run=Run("echo said")), image=Container("alpine")).script)
    assert "said" in done.out
    assert any("[sh] [-e] [-c] [echo said]" in line for line in done.log)


def test_a_private_image_is_logged_in_for(render_step: Callable, docker: Callable) -> None:
    image = Container("ghcr.io/me/x", username="me", password="TOKEN")
    rendered = render_step(Step("a", run=Run("true")), image=image)
    assert rendered.step["secrets"] == ["TOKEN"]
    done = docker(rendered.script, TOKEN="s3")
    assert "login [--username] [me] [--password-stdin] [ghcr.io]" in done.log
    assert not any("s3" in line or "TOKEN" in line for line in done.log)


@pytest.mark.parametrize(
    ("image", "registry"), [("ruby:3.4", ""), ("me/x", ""), ("localhost:5000/x", " [localhost:5000]")]
)
def test_an_image_of_the_hub_names_no_registry(
    image: str, registry: str, render_step: Callable, docker: Callable
) -> None:
    container = Container(image, username="me", password="TOKEN")
    done = docker(render_step(Step("a", run=Run("true")), image=container).script, TOKEN="s3")
    assert f"login [--username] [me] [--password-stdin]{registry}" in done.log


def test_tools_and_retries_work_in_it_too(render_step: Callable, docker: Callable) -> None:
    steps = [Step("t", tool=Tool("node", "22")), Step("a", run=Run("which-tool; exit 3"), retry=Retry(1))]
    setup = 'cig_tool() { echo "which-tool() { echo from-the-tool; }" >> "$CIG_ENV"; }'
    done = docker(render_step(*steps, image=Container("x")).script, CIG_SETUP_TOOLS=setup)
    assert done.code == 3
    assert done.out.count("from-the-tool") == 2


def test_services_are_started_before_and_stopped_after(render_step: Callable, docker: Callable) -> None:
    show = Step("a", run=Run("echo $CIG_SVC_REDIS_HOST:$CIG_SVC_REDIS_PORT\nfalse"))
    done = docker(render_step(show, services=(REDIS,)).script)
    assert (done.code, done.out) == (1, ["localhost:6379"])
    assert [line.split(" ")[0] for line in done.log] == ["network", "run", "inspect", "rm", "network"]


def test_beside_a_container_services_have_names(render_step: Callable, docker: Callable) -> None:
    done = docker(render_step(Step("a", run=Run("true")), services=(REDIS,), image=Container("x")).script)
    started = [line for line in done.log if line.startswith("run ")]
    assert "--publish" not in started[0]
    assert "[--network] [cig-0190]" in started[1]
    assert "[--env] [CIG_SVC_REDIS_HOST=redis]" in started[1]


@pytest.mark.parametrize("given", [{"services": (REDIS,)}, {"image": Container("x")}])
def test_containers_need_linux(given: dict, render_step: Callable) -> None:
    assert "BUILDKITE_017" in render_step(Step("a", run=Run("x")), machine=Runner("macos"), **given).codes


def test_a_shell_that_wants_a_file_has_none_in_a_container(render_step: Callable) -> None:
    assert render_step(Step("a", run=Run("x"), shell="perl {0}"), image=Container("x")).codes == ["BUILDKITE_011"]


def test_a_timeout_on_macos_is_told(render_step: Callable) -> None:
    assert render_step(Step("a", run=Run("x"), timeout=3), machine=Runner("macos")).codes == ["BUILDKITE_027"]
