"""Services started by a real shell, with a stand-in for docker that notes what it is asked."""

import subprocess
from pathlib import Path

import pytest

from cigen.sdk import Health, Pair, Service
from cigen.std.ci.services import image_name, service_variables, start_services, stop_services

POSTGRES = Service(
    "postgres", "postgres", "16", (5432,), (Pair("POSTGRES_PASSWORD", "it's $x"),), Health("pg_isready -q", 1, 2, 3)
)
REDIS = Service("redis-cache", "redis:7", ports=(6379, 6380), command="redis-server --save ''")

DOCKER = """\
#!/bin/bash
printf '%s' "$1" >> log; shift; for word in "$@"; do printf ' [%s]' "$word" >> log; done; echo >> log
case "$*" in
  *State*) tail -n "+$(wc -l < asked)" states | head -n 1; echo >> asked ;;
esac
"""


@pytest.fixture
def docker(tmp_path: Path) -> Path:
    (tmp_path / "docker").write_text(DOCKER)
    (tmp_path / "docker").chmod(0o755)
    (tmp_path / "sleep").write_text("#!/bin/sh\n")
    (tmp_path / "sleep").chmod(0o755)
    (tmp_path / "asked").write_text("\n")
    return tmp_path


def run(script: str, folder: Path, states: str = "running healthy") -> subprocess.CompletedProcess[str]:
    (folder / "states").write_text(states + "\n")
    env = {"PATH": f"{folder}:/usr/bin:/bin", "JOB": "7"}
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def test_a_service_gets_its_name_ports_variables_and_health_check(docker: Path) -> None:
    done = run(start_services([POSTGRES], "$JOB", by_name=False), docker)
    assert (done.returncode, done.stdout) == (0, "")
    log = (docker / "log").read_text().splitlines()
    assert log[0] == "network [create] [cig-7]"
    assert log[1] == (
        "run [--detach] [--name] [cig-7-postgres] [--network] [cig-7] [--network-alias] [postgres] [--publish] "
        "[5432:5432] [--env] [POSTGRES_PASSWORD=it's $x] [--health-cmd] [pg_isready -q] [--health-interval] [1s] "
        "[--health-timeout] [2s] [--health-retries] [3] [postgres:16]"
    )


def test_beside_a_job_in_a_container_nothing_is_published(docker: Path) -> None:
    run(start_services([REDIS], "$JOB", by_name=True), docker)
    assert "publish" not in (docker / "log").read_text()
    assert "[redis:7] [redis-server] [--save] []" in (docker / "log").read_text()


def test_steps_wait_until_it_is_healthy(docker: Path) -> None:
    done = run(
        start_services([POSTGRES], "$JOB", by_name=False), docker, "running starting\nrunning starting\nrunning healthy"
    )
    assert done.returncode == 0
    assert (docker / "log").read_text().count("State.Health") == 3


@pytest.mark.parametrize("state", ["running unhealthy", "exited starting", "exited unhealthy"])
def test_one_that_does_not_become_healthy_fails_the_job_and_shows_its_log(state: str, docker: Path) -> None:
    done = run(start_services([POSTGRES], "$JOB", by_name=False) + "echo started", docker, state)
    assert done.returncode == 1
    assert "started" not in done.stdout
    assert "service postgres did not become healthy" in done.stderr
    assert "logs [cig-7-postgres]" in (docker / "log").read_text()


def test_without_a_health_check_nothing_waits(docker: Path) -> None:
    assert "cig_await" not in start_services([REDIS], "$JOB", by_name=False)


def test_stopping_takes_away_every_container_and_the_network(docker: Path) -> None:
    assert run(stop_services([POSTGRES, REDIS], "$JOB", ["job"]), docker).returncode == 0
    assert (docker / "log").read_text().splitlines() == [
        "rm [--force] [--volumes] [cig-7-postgres] [cig-7-redis-cache] [cig-7-job]",
        "network [rm] [cig-7]",
    ]


def test_stopping_never_fails(docker: Path) -> None:
    (docker / "docker").write_text("#!/bin/sh\nexit 1\n")
    assert run(stop_services([POSTGRES], "$JOB"), docker).returncode == 0


@pytest.mark.parametrize(("by_name", "host"), [(True, "redis-cache"), (False, "localhost")])
def test_variables_tell_where_a_service_is(by_name: bool, host: str) -> None:
    assert service_variables([REDIS], by_name=by_name) == (
        Pair("CIG_SVC_REDIS_CACHE_HOST", host),
        Pair("CIG_SVC_REDIS_CACHE_PORT", "6379"),
    )


@pytest.mark.parametrize(
    ("image", "version", "name"),
    [
        ("redis", "7", "redis:7"),
        ("redis:6", "7", "redis:6"),
        ("host:5000/redis", "7", "host:5000/redis:7"),
        ("a@sha256:0", "7", "a@sha256:0"),
        ("redis", "", "redis"),
    ],
)
def test_the_version_is_the_tag_where_there_is_none(image: str, version: str, name: str) -> None:
    assert image_name(Service("x", image, version)) == name
