"""Servers beside the job, and the container around it."""

import shlex
from collections.abc import Callable
from typing import Any

import pytest

from cigen.sdk import Container, Health, Pair, Runner, Service

POSTGRES = Service(
    "my-db", "postgres", "16", (5432, 5433), (Pair("A", "{{ matrix.x }}"),), Health("pg_isready"), "run it"
)


def test_a_service_has_all_that_was_said_of_it(render_step: Callable[..., Any]) -> None:
    assert render_step(services=(POSTGRES,)).job["services"] == {
        "my-db": {
            "image": "postgres:16",
            "env": {"A": "${{ matrix.x }}"},
            "ports": ["5432:5432", "5433:5433"],
            "options": "--health-cmd pg_isready --health-interval 10s --health-timeout 5s --health-retries 5",
            "command": "run it",
        }
    }


@pytest.mark.parametrize(
    ("image", "version", "tagged"),
    [
        ("postgres", "16", "postgres:16"),
        ("postgres:15", "16", "postgres:15"),
        ("localhost:5000/db", "1", "localhost:5000/db:1"),
        ("db@sha256:0", "1", "db@sha256:0"),
        ("redis", "", "redis"),
    ],
)
def test_the_version_is_the_tag_of_an_image_that_has_none(
    image: str, version: str, tagged: str, render_step: Callable[..., Any]
) -> None:
    assert render_step(services=(Service("a", image, version),)).job["services"]["a"]["image"] == tagged


@pytest.mark.parametrize("command", ["pg_isready", "redis-cli ping", "sh -c 'echo \"a\\b\" $X'", 'curl "http://x"'])
def test_a_health_command_stays_one_word_for_docker(command: str, render_step: Callable[..., Any]) -> None:
    service = Service("a", "b", health=Health(command, 1, 2, 3))
    options = shlex.split(render_step(services=(service,)).job["services"]["a"]["options"])
    assert options == [
        *("--health-cmd", command, "--health-interval", "1s", "--health-timeout", "2s", "--health-retries", "3")
    ]


def test_scripts_are_told_where_the_service_is(render_step: Callable[..., Any]) -> None:
    own = (Pair("CIG_SVC_MY_DB_PORT", "7"),)
    assert render_step(services=(POSTGRES,), env=own).job["env"] == {
        "CIG_SVC_MY_DB_PORT": "7",
        "CIG_SVC_MY_DB_HOST": "localhost",
    }
    assert render_step(services=(POSTGRES,), image=Container("x")).job["env"] == {
        "CIG_SVC_MY_DB_HOST": "my-db",
        "CIG_SVC_MY_DB_PORT": "5432",
    }


def test_a_container_is_an_image_or_more(render_step: Callable[..., Any]) -> None:
    assert render_step(image=Container("ruby:{{ matrix.x }}")).job["container"] == "ruby:${{ matrix.x }}"
    assert render_step(image=Container("ruby", (Pair("A", "1"),), "--cpus 2")).job["container"] == {
        "image": "ruby",
        "env": {"A": "1"},
        "options": "--cpus 2",
    }


@pytest.mark.parametrize("given", [{"services": (POSTGRES,)}, {"image": Container("ruby")}])
def test_containers_elsewhere_than_on_linux_are_an_error(given: Any, render_step: Callable[..., Any]) -> None:
    assert render_step(machine=Runner("macos"), **given).codes == ["GITHUB_017"]
    assert render_step(**given).codes == []


def test_localhost_means_something_else_inside_a_container(render_step: Callable[..., Any]) -> None:
    env = (Pair("URL", "postgres://localhost:5432/x"),)
    assert render_step(services=(POSTGRES,), image=Container("x"), env=env).codes == ["GITHUB_018"]
    assert render_step(services=(POSTGRES,), env=env).codes == []
