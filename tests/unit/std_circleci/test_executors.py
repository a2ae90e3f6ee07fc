"""Where jobs run, and what several of them say alike."""

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from cigen.sdk import Container, Job, Leg, Matrix, MatrixAxis, Pair, ProviderBlock, Run, Runner, Service, Step, Tool

Render = Callable[..., Any]
Make = Callable[..., Job]
KEYS = ("docker", "machine", "macos", "executor", "resource_class", "shell")


def place(found: Any) -> dict[str, Any]:
    return {key: found.job[key] for key in KEYS if key in found.job}


def settings(**given: Any) -> tuple[ProviderBlock, ...]:
    return (ProviderBlock("circleci", json.dumps(given)),)


BASE = [{"image": "cimg/base:current"}]
BASH = "timeout 1800 /bin/bash -eo pipefail"


@pytest.mark.parametrize(
    ("runner", "expected"),
    [
        (Runner("linux"), {"docker": BASE, "resource_class": "medium", "shell": BASH}),
        (Runner("linux-arm64"), {"docker": BASE, "resource_class": "arm.medium", "shell": BASH}),
        (Runner("macos"), {"macos": {"xcode": "26.3.0"}, "resource_class": "m4pro.medium"}),
        (
            Runner("windows"),
            {
                "machine": {"image": "windows-server-2022-gui:current"},
                "resource_class": "windows.medium",
                "shell": "bash.exe -eo pipefail",
            },
        ),
        (
            Runner("big", settings=settings(resource_class="2xlarge")),
            {"docker": BASE, "resource_class": "2xlarge", "shell": BASH},
        ),
        (
            Runner("own", settings=settings(resource_class="acme/big")),
            {"machine": True, "resource_class": "acme/big", "shell": BASH},
        ),
        (
            Runner("gpu", settings=settings(resource_class="gpu.nvidia.medium")),
            {"machine": {"image": "linux-cuda-12:default"}, "resource_class": "gpu.nvidia.medium", "shell": BASH},
        ),
        (
            Runner(
                "vm",
                settings=settings(resource_class="large", machine="ubuntu-2204:1", docker_layer_caching=True),
            ),
            {
                "machine": {"image": "ubuntu-2204:1", "docker_layer_caching": True},
                "resource_class": "large",
                "shell": BASH,
            },
        ),
        (
            Runner("mac", settings=settings(resource_class="m4pro.large", xcode="16.4.0")),
            {"macos": {"xcode": "16.4.0"}, "resource_class": "m4pro.large"},
        ),
        (
            Runner("fixed", settings=settings(resource_class="large", image="acme/ci:1")),
            {"docker": [{"image": "acme/ci:1"}], "resource_class": "large", "shell": BASH},
        ),
    ],
)
def test_each_runner_has_its_machine(runner: Runner, expected: dict[str, Any], render_step: Render) -> None:
    found = render_step(machine=runner)
    assert place(found) == expected
    assert {"CIRCLECI_004", "CIRCLECI_006"}.isdisjoint(found.codes)


def test_a_runner_without_settings_is_guessed_and_told(render_step: Render) -> None:
    found = render_step(machine=Runner("arm", "linux", "arm64"))
    assert place(found)["resource_class"] == "arm.medium"
    assert found.codes == ["CIRCLECI_004"]


@pytest.mark.parametrize("runner", [Runner("nobody"), Runner("bsd", "freebsd", "amd64"), None])
def test_a_runner_that_nothing_is_known_of_is_an_error(runner: Runner | None, render_step: Render) -> None:
    assert "CIRCLECI_004" in render_step(machine=runner).codes


def test_settings_that_mean_nothing_are_told(render_step: Render) -> None:
    assert render_step(machine=Runner("x", settings=settings(resource_class="large", size=1))).codes == ["CIRCLECI_006"]
    assert render_step(machine=Runner("x", settings=(ProviderBlock("circleci", "[]"),))).codes == ["CIRCLECI_004"]


@pytest.mark.parametrize(
    ("tools", "image"),
    [
        ([Tool("ruby", "3.3.5")], "cimg/ruby:3.3.5"),
        ([Tool("java", "21.0")], "cimg/openjdk:21.0"),
        ([Tool("node", "24")], "cimg/base:current"),
        ([Tool("ruby", "3.3"), Tool("node", "24.1")], "cimg/base:current"),
        ([Tool("node", "24.1"), Tool("pnpm", "10.0.0")], "cimg/node:24.1"),
        ([Tool("rust", "1.91", (Pair("targets", "wasm32"),))], "cimg/base:current"),
    ],
)
def test_one_language_has_circlecis_image_for_it(tools: list[Tool], image: str, render_step: Render) -> None:
    found = render_step(*(Step(tool.name, tool=tool) for tool in tools))
    assert found.job["docker"] == [{"image": image}]
    installed = [step["install-tools"]["name"] for step in found.job["steps"] if "install-tools" in step]
    language = image.split("/")[1].split(":")[0]
    left = [
        f"{tool.name} {tool.version}"
        for tool in tools
        if tool.name != language and (tool.name, language) != ("java", "openjdk")
    ]
    assert installed == ([f"Install {', '.join(left)}"] if left else [])


def test_the_image_of_a_job_comes_first(render_step: Render) -> None:
    image = Container("ruby:3.4", (Pair("LANG", "C"),), "--init", "me", "REGISTRY")
    found = render_step(image=image)
    assert found.job["docker"] == [
        {"image": "ruby:3.4", "auth": {"username": "me", "password": "$REGISTRY"}, "environment": {"LANG": "C"}}
    ]
    assert "shell" not in found.job
    assert sorted(found.codes) == ["CIRCLECI_006", "CIRCLECI_012", "CIRCLECI_020"]


def test_a_job_that_calls_docker_has_a_machine_of_its_own(render_step: Render) -> None:
    assert render_step(Step("x", run=Run("set -x\n  docker build ."))).job["machine"] == {
        "image": "ubuntu-2404:current"
    }
    assert "docker" in render_step(Step("x", run=Run("echo docker build ."))).job
    inside = render_step(Step("x", tool=Tool("docker-buildx")), image=Container("docker:28"))
    assert "setup_remote_docker" in inside.job["steps"]


@pytest.mark.parametrize("what", [{"image": Container("a")}, {"services": (Service("db", "postgres", ports=(1,)),)}])
def test_containers_need_linux(what: dict[str, Any], render_step: Render) -> None:
    assert "CIRCLECI_004" in render_step(machine=Runner("macos"), **what).codes


def test_a_virtual_machine_runs_no_image(render_step: Render) -> None:
    machine = Runner("vm", settings=settings(resource_class="large", machine=True))
    assert "CIRCLECI_017" in render_step(machine=machine, image=Container("a")).codes


def test_jobs_alike_share_an_executor(render: Render, make_job: Make) -> None:
    ruby = (Step("ruby", tool=Tool("ruby", "3.3")),)
    found = render(
        *(make_job(id="a"), make_job(id="b"), make_job(id="c", machine=Runner("macos"))),
        *(make_job(*ruby, id="d"), make_job(*ruby, id="e")),
    )
    assert found.data["executors"] == {
        "linux": {"docker": BASE, "resource_class": "medium"},
        "linux-ruby-3-3": {"docker": [{"image": "cimg/ruby:3.3"}], "resource_class": "medium"},
    }
    assert [job.get("executor") for job in found.data["jobs"].values()] == [
        *("linux", "linux", None),
        *("linux-ruby-3-3", "linux-ruby-3-3"),
    ]


def test_the_version_of_each_leg_decides_about_the_image(render: Render, make_job: Make) -> None:
    def legs(*versions: str) -> Matrix:
        made = tuple(Leg(f"test-ruby{one}", (Pair("ruby", one),), Runner("linux")) for one in versions)
        return Matrix((MatrixAxis("ruby", versions),), legs=made)

    steps = (Step("ruby", tool=Tool("ruby", "{{ matrix.ruby }}")),)
    exact = render(make_job(*steps, matrix=legs("3.3", "3.4")))
    assert exact.job["docker"] == [{"image": "cimg/ruby:<< parameters.ruby >>"}]
    loose = render(make_job(*steps, matrix=legs("3.3", "4")))
    assert loose.job["docker"] == BASE
    assert loose.step["install-tools"]["calls"] == 'cig_tool "ruby@<< parameters.ruby >>"'


@pytest.mark.parametrize(
    ("tool", "command"),
    [
        (Tool("node", "22"), "nvm install 22\nnvm use 22\n"),
        (Tool("uv", "0.9"), "choco install -y --no-progress uv"),
        (Tool("go", "1.25.1"), "choco install -y --no-progress golang --version 1.25.1\n"),
        (Tool("python", "3.12.1"), "choco install -y --no-progress python312 --version 3.12.1\n"),
        (Tool("python", ""), "choco install -y --no-progress python"),
        (Tool("java", "21"), "choco install -y --no-progress temurin21\n"),
        (Tool("rust", "1.91"), "rustup default 1.91\n"),
    ],
)
def test_windows_brings_its_own_installers(tool: Tool, command: str, render_step: Render) -> None:
    found = render_step(Step("t", tool=tool), machine=Runner("windows"))
    assert command in (found.step["run"] if isinstance(found.step["run"], str) else found.step["run"]["command"])
    assert ("BASH_ENV" in found.text) is (found.job.get("environment") == {"BASH_ENV": "C:/cig-env"})
    subprocess.run(["bash", "-n", "-c", found.step["run"]["command"]], check=True)


def test_what_windows_does_not_know_is_an_error(render_step: Render) -> None:
    assert "CIRCLECI_005" in render_step(Step("t", tool=Tool("ruby", "3.4")), machine=Runner("windows")).codes


def test_a_version_of_the_matrix_is_filled_in_on_windows(render: Render, make_job: Make) -> None:
    windows = Runner("windows")
    legs = tuple(Leg(f"test-python{one}", (Pair("python", one),), windows) for one in ("3.12", "3.13"))
    matrix = Matrix((MatrixAxis("python", ("3.12", "3.13")),), legs=legs)
    found = render(make_job(Step("t", tool=Tool("python", "{{ matrix.python }}")), machine=windows, matrix=matrix))
    assert ["python312" in str(job) for job in found.data["jobs"].values()] == [True, False]
