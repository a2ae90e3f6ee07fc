"""Servers beside a job, and waiting for them."""

import subprocess
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from cigen.sdk import Health, Pair, ProviderBlock, Runner, Service
from cigen.std.provider.circleci.services import _WAIT

Render = Callable[..., Any]
ENV = (Pair("POSTGRES_PASSWORD", "<<x"),)
DB = Service("db", "postgres", "16", (5432,), ENV, Health("pg_isready", 10, 5, 9), "postgres -c a=b")


def test_a_service_is_another_container(render_step: Render) -> None:
    found = render_step(services=(DB,))
    assert found.job["docker"][1:] == [
        {"image": "postgres:16", "command": "postgres -c a=b", "environment": {"POSTGRES_PASSWORD": "\\<<x"}}
    ]
    assert found.job["environment"] == {"CIG_SVC_DB_HOST": "localhost", "CIG_SVC_DB_PORT": "5432"}
    wait, checkout = found.job["steps"]
    assert wait["run"]["command"].endswith("wait_for localhost 5432 90\n")
    assert "checkout" in checkout


def test_two_on_one_port_have_names(render_step: Render) -> None:
    found = render_step(
        services=(DB, Service("old-db", "postgres:14", ports=(5432,)), Service("cache", "redis:7", ports=(6379,)))
    )
    assert [one.get("name") for one in found.job["docker"]] == [None, "db", "old-db", None]
    hosts = {name: value for name, value in found.job["environment"].items() if name.endswith("HOST")}
    assert hosts == {"CIG_SVC_DB_HOST": "db", "CIG_SVC_OLD_DB_HOST": "old-db", "CIG_SVC_CACHE_HOST": "localhost"}
    assert "wait_for old-db 5432 60\nwait_for localhost 6379 60" in found.job["steps"][0]["run"]["command"]


def test_without_ports_nobody_waits_and_that_is_told(render_step: Render) -> None:
    found = render_step(services=(Service("chrome", "chrome:1"),))
    assert found.codes == ["CIRCLECI_018"]
    assert len(found.job["steps"]) == 1


def test_on_a_virtual_machine_docker_starts_them(render_step: Render) -> None:
    machine = Runner("vm", settings=(ProviderBlock("circleci", '{"machine":true,"resource_class":"large"}'),))
    found = render_step(services=(DB,), machine=machine)
    assert "docker" not in found.job
    assert "docker run" in found.job["steps"][0]["run"]["command"]


def _wait(port: int) -> "subprocess.CompletedProcess[str]":
    command = ["bash", "-euc", f"{_WAIT}wait_for 127.0.0.1 {port} 1"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_wait_ends_when_the_port_answers_and_fails_when_none_does() -> None:
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    port = server.server_address[1]
    try:
        answers = _wait(port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    silent = _wait(port)
    assert (answers.returncode, answers.stdout) == (0, f"127.0.0.1:{port} answers.\n")
    assert (silent.returncode, silent.stdout) == (1, "")
