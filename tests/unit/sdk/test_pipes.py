"""A plugin serves a pair of pipes as well as a socket: `cat | plugin | cat`."""

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from cigen.host.supervisor import hello
from cigen.model.plans import DetectRequest, File, Hello, RepoSnapshot
from cigen.wire.client import CallFailed, connect
from cigen.wire.convert import to_message
from cigen.wire.methods import HANDSHAKE, methods

ECHO = Path(__file__).resolve().parents[2] / "plugins/echo/plugin.py"


class Piped:
    """A client, and the three processes behind it."""

    def __init__(self, folder: Path) -> None:
        self.answers: list[bytes | CallFailed] = []
        self.answered = threading.Event()
        self.client, connection = connect(str(folder), "socket", 64 << 20, hello(), self.greet)
        with connection:
            first = subprocess.Popen(["cat"], stdin=connection, stdout=subprocess.PIPE)
            plugin = subprocess.Popen([sys.executable, ECHO], stdin=first.stdout, stdout=subprocess.PIPE)
            last = subprocess.Popen(["cat"], stdin=plugin.stdout, stdout=connection)
        self.processes = [first, plugin, last]
        for process in (first, plugin):
            assert process.stdout
            process.stdout.close()

    def greet(self, answer: bytes | CallFailed) -> None:
        self.answers.append(answer)
        self.answered.set()

    def close(self) -> list[int]:
        self.client.close()
        return [process.wait(30) for process in self.processes]


@pytest.fixture
def piped(tmp_path: Path) -> Any:
    piped = Piped(tmp_path)
    yield piped
    for process in piped.processes:
        process.kill()
        process.wait()


def test_a_plugin_answers_over_two_pipes_and_ends_when_they_close(piped: Piped) -> None:
    assert piped.answered.wait(30)
    (answer,) = piped.answers
    assert isinstance(answer, bytes)
    assert methods()[HANDSHAKE].decode_result(answer).name == "test/echo"
    detect = next(method for method in methods().values() if method.name == "detect")
    request = detect.encode(DetectRequest(RepoSnapshot((File("large", content=bytes(30 << 20)),))))
    result = detect.decode_result(piped.client.ask(detect.path, request, 60, lambda: None)())
    assert result.facts[0].value == str(30 << 20)
    assert piped.close()[1] == 0


def test_the_hello_written_by_hand_is_the_one_protobuf_writes() -> None:
    from cigen import __version__

    assert hello() == to_message(Hello(1, __version__)).SerializeToString()


def test_run_by_hand_a_plugin_says_what_it_is(tmp_path: Path) -> None:
    import os
    import pty

    ours, theirs = pty.openpty()
    done = subprocess.run([sys.executable, ECHO], stdin=theirs, capture_output=True, text=True)
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 1
    assert done.stderr == "This is a plugin of cigen; cig starts it. Put it where cig finds it: docs/protocol.md\n"


@pytest.mark.parametrize("end", ["at once", "after garbage"])
def test_a_plugin_survives_a_client_that_makes_no_sense(end: str) -> None:
    done = subprocess.run(
        [sys.executable, ECHO],
        input=b"" if end == "at once" else b"GET / HTTP/1.1\r\n\r\n" * 10,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == (0 if end == "at once" else 1)
    assert b"Traceback" not in done.stderr
    assert (b"Standard input does not carry gRPC" in done.stderr) == (end == "after garbage")


def test_importing_the_sdk_imports_neither_grpc_nor_h2_nor_protobuf() -> None:
    heavy = {"grpc", "h2", "google.protobuf", "jsonschema", "tomli", "yaml"}
    code = f"import sys, cigen.sdk; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
