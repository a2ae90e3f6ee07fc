"""Records in caches of Bazel's HTTP protocol: a server that others wrote, a plain one, and ones that misbehave."""

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from records import KEY, MANIFEST, READER, SIGNING, Cig, asked, decision, name_of, record

from cigen.proof.actions import action_of
from cigen.proof.http_cache import HttpStore
from cigen.proof.keys import seal
from cigen.proof.lookup import Asking, within
from cigen.proof.reapi_pb2 import ActionResult, Digest
from cigen.proof.record import LIMIT, decode
from cigen.proof.remote import RemoteStore
from cigen.proof.stores import StoreFaultError
from cigen.proof.trust import Doubt
from cigen.proof.writing import put

pytestmark = pytest.mark.xdist_group("stores")  # so that each server is started once


class Plain(BaseHTTPRequestHandler):
    """What a web server does that lets files be put: no question about their content."""

    protocol_version = "HTTP/1.1"
    server: "PlainServer"

    def do_GET(self) -> None:
        self.server.told.append(self.headers["Authorization"])
        if self.server.elsewhere:
            self.send_response(302)
            self.send_header("Location", self.server.elsewhere + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        data = self.server.files.get(self.path)
        self.answer(404 if data is None else 200, data or b"")

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.headers["Authorization"], self.headers["If-None-Match"]))
        if self.headers["If-None-Match"] == "*" and self.server.conditional and self.path in self.server.files:
            self.answer(412, b"")
            return
        self.server.files[self.path] = data
        self.answer(201, b"")

    def answer(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


class PlainServer(ThreadingHTTPServer):
    request_queue_size = 100
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Plain)
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, str]] = []
        self.told: list[str | None] = []
        self.conditional = False
        self.elsewhere = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/some/folder"

    def handle_error(self, *_: Any) -> None:
        """A client that hangs up on an answer that is too long is none."""


@pytest.fixture
def plain() -> Iterator[PlainServer]:
    with PlainServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(params=["plain", "bazel_remote"])
def url(request: pytest.FixtureRequest) -> str:
    server = request.getfixturevalue(request.param)
    return f"http://127.0.0.1:{server.http}" if request.param == "bazel_remote" else server.url


@pytest.fixture
def store(url: str) -> HttpStore:
    return HttpStore(url, 30)


@pytest.fixture
def prefix(tmp_path: Path) -> str:
    """Names of this test alone."""
    return tmp_path.name


def test_what_was_written_is_read(store: HttpStore, prefix: str) -> None:
    names = [f"{prefix}/a/=2f=x", f"{prefix}/b"]
    assert store.fetch(names, 10) == {}
    assert store.create(names[0], b"1")
    store.replace(names[1], b"2")
    assert store.fetch([*names, f"{prefix}/c"], 10) == {names[0]: b"1", names[1]: b"2"}


def test_a_name_that_is_taken_keeps_what_it_has_until_it_is_replaced(store: HttpStore, prefix: str) -> None:
    assert store.create(prefix, b"1")
    assert not store.create(prefix, b"2")
    assert store.fetch([prefix], 10) == {prefix: b"1"}
    store.replace(prefix, b"3")
    assert store.fetch([prefix], 10) == {prefix: b"3"}


def test_of_two_writers_at_once_the_server_refuses_the_second_if_it_can(plain: PlainServer) -> None:
    plain.conditional = True
    store = HttpStore(plain.url, 30)
    store.replace("a", b"1")
    looked = store.fetch
    store.fetch = lambda *_: {}  # type: ignore[method-assign]  # the other writes after we have looked
    assert not store.create("a", b"2")
    store.fetch = looked  # type: ignore[method-assign]
    assert store.fetch(["a"], 10) == {"a": b"1"}
    assert store.create("b", b"1")
    assert plain.asked[-1] == (None, "*")


def test_a_server_that_refuses_a_plain_write_has_not_kept_it(
    answering: Callable[[Callable[[int], bytes]], str],
) -> None:
    for status in ("409 Conflict", "412 Precondition Failed"):
        with pytest.raises(StoreFaultError, match="cannot be written"):
            HttpStore(answering(lambda number, status=status: _head(status)), 5).replace("a", b"1")  # type: ignore[misc]


@pytest.mark.parametrize("length", [65_536, 65_538, 3 << 20])
def test_a_long_one_is_a_blob_of_its_own(length: int, store: HttpStore, prefix: str) -> None:
    data = b"x" * (length - 1) + b"\n"
    assert store.create(prefix, data)
    told: dict[str, bytes] = {}
    assert store.fetch([prefix], 8 << 20, told.__setitem__) == told == {prefix: data}
    assert not store.create(prefix, data)
    if length > 65_536:
        assert store.fetch([prefix], 65_536) == {prefix: b""}


def test_a_thousand_names_are_asked_over_few_connections(store: HttpStore, prefix: str) -> None:
    for number in range(4):
        store.replace(f"{prefix}/{number}", b"%d" % number)
    found = store.fetch([f"{prefix}/{number}" for number in range(1000)], 10)
    assert found == {f"{prefix}/{number}": b"%d" % number for number in range(4)}


def test_what_came_over_one_protocol_is_read_over_the_other(bazel_remote: Any, prefix: str) -> None:
    over_http, over_grpc = HttpStore(f"http://127.0.0.1:{bazel_remote.http}", 30), RemoteStore(bazel_remote.url, 30)
    long = b"x" * 70_000
    for writer, name in ((over_http, f"{prefix}/http"), (over_grpc, f"{prefix}/grpc")):
        assert writer.create(name, b"1")
        assert writer.create(f"{name}/long", long)
        for reader in (over_http, over_grpc):
            assert reader.fetch([name, f"{name}/long"], 80_000) == {name: b"1", f"{name}/long": long}


def test_a_server_that_does_not_look_into_results_keeps_them_too(start_bazel_remote: Callable[..., Any]) -> None:
    server = start_bazel_remote("--disable_http_ac_validation")
    store = HttpStore(f"http://127.0.0.1:{server.http}", 30)
    assert store.create("a", b"1")
    assert store.fetch(["a"], 10) == {"a": b"1"}


def test_a_record_that_is_good_stays_and_one_that_has_expired_gives_way(store: HttpStore, prefix: str) -> None:
    def kept() -> str:
        return decode(store.fetch([name_of(record(prefix))], LIMIT)[name_of(record(prefix))]).record.url

    put(store, seal(record(prefix, url="first", expires=1), SIGNING), MANIFEST, READER)
    put(store, seal(record(prefix, url="second"), SIGNING), MANIFEST, READER)
    put(store, seal(record(prefix, url="third"), SIGNING), MANIFEST, READER)
    assert kept() == "second"
    assert asked(store, prefix, "other").proofs == {prefix: record(prefix, url="second")}
    assert Asking(lambda: store, READER, 30).manifests([prefix])[prefix][1] == MANIFEST


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>Log in</html>", b"\xff" * 9, b"x" * 200_000, ActionResult(stdout_raw=b"{}").SerializeToString()],
)
def test_s16_wrong_content_proves_nothing(content: bytes, plain: PlainServer) -> None:
    store = HttpStore(plain.url, 30)
    put(store, seal(record("test"), SIGNING), MANIFEST, READER)
    assert asked(store, "test").proofs
    plain.files[f"/some/folder/ac/{action_of(name_of(record('test'))).action.hash}"] = content
    answer = asked(store, "test")
    assert answer.proofs == {}
    assert [one.doubt for one in answer.refusals["test"]] == [Doubt.TAMPERED]


def test_s16_content_that_is_too_long_is_not_taken_for_the_next_answer(plain: PlainServer) -> None:
    names = [str(number) for number in range(100)]
    kept = {name: ActionResult(stdout_raw=b"x" * (200_000 if int(name) % 2 else 2)) for name in names}
    plain.files = {
        f"/some/folder/ac/{action_of(name).action.hash}": result.SerializeToString() for name, result in kept.items()
    }
    found = HttpStore(plain.url, 30).fetch(names, 10)
    assert found == {name: b"" if int(name) % 2 else b"xx" for name in names}


@pytest.mark.parametrize("named", ["../../secret", "a" * 63, "A" * 64, ""])
def test_s16_a_result_cannot_make_the_reader_ask_for_something_else(named: str, plain: PlainServer) -> None:
    place = f"/some/folder/ac/{action_of('a').action.hash}"
    result = ActionResult(stdout_digest=Digest(hash=named, size_bytes=5))
    plain.files = {place: result.SerializeToString(), f"/some/folder/cas/{named}": b"12345", "/secret": b"12345"}
    assert HttpStore(plain.url, 30).fetch(["a"], 10) == {"a": b""}


def test_a_result_whose_record_is_gone_is_none(plain: PlainServer) -> None:
    result = ActionResult(stdout_digest=Digest(hash="a" * 64, size_bytes=5))
    plain.files = {f"/some/folder/ac/{action_of('a').action.hash}": result.SerializeToString()}
    assert HttpStore(plain.url, 30).fetch(["a"], 10) == {}


def test_a_plan_skips_what_a_cache_proves(url: str, repository: Path, cig: Cig, prefix: str) -> None:
    variables = {"CIG_STORE_KEY": KEY, "GITHUB_REPOSITORY": f"acme/{prefix}"}
    first = decision(cig, repository, url, **variables)
    assert first[:2] == ("run", "NO_RECORD")
    done = cig(repository, "record", "test", "--signature", first[2], "--store", url, **variables)
    assert (done.returncode, done.stderr) == (0, "")
    assert decision(cig, repository, url, **variables)[:2] == ("hit", "PROVEN")
    assert decision(cig, repository, url, GITHUB_REPOSITORY=f"acme/{prefix}")[:2] == ("run", "NO_KEY")
    (repository / "src/a").write_text("b\n")
    done = cig(repository, "compute-signatures", "--worktree", "--store", url, **variables)
    assert json.loads(done.stdout)["jobs"]["test"]["reason"] == "FILES"


def test_s16_whoever_may_only_read_records_nothing_and_no_password_is_printed(
    start_bazel_remote: Callable[..., Any], password_file: Path, basic: str, repository: Path, cig: Cig
) -> None:
    server = start_bazel_remote(f"--htpasswd_file={password_file}", "--allow_unauthenticated_reads")
    url = f"http://127.0.0.1:{server.http}"
    found = decision(cig, repository, url, CIG_STORE_KEY=KEY)
    assert found[:2] == ("run", "NO_RECORD")

    def record_test(url: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        arguments = ("record", "test", "--signature", found[2], "--store", url)
        done = cig(repository, *arguments, CIG_STORE_KEY=KEY, **variables)
        assert done.returncode == 0
        return done

    assert "cannot be written: it answers 401" in " ".join(record_test(url).stderr.split())
    wrong = record_test(url.replace("//", "//writer:wrong-word@"))
    assert "STORE_009" in wrong.stderr
    assert "wrong-word" not in wrong.stdout + wrong.stderr
    right = record_test(url.replace("//", "//writer:secret%2Dword@"))
    assert (right.stdout, right.stderr) == (f"Recorded test in {url}.\n", "")
    assert record_test(url, CIG_STORE_HEADER=f"Authorization: {basic}").stderr == ""
    assert decision(cig, repository, url, CIG_STORE_KEY=KEY)[:2] == ("hit", "PROVEN")
    plan = cig(repository, "compute-signatures", CIG_STORE=url.replace("//", "//writer:secret-word@"))
    assert json.loads(plan.stdout)["store"]["url"] == url
    assert "secret-word" not in plan.stdout + plan.stderr


def test_over_tls_only_a_server_with_a_trusted_certificate_is_asked(
    start_bazel_remote: Callable[..., Any], certificate: tuple[Path, Path], repository: Path, cig: Cig
) -> None:
    chain, key = certificate
    server = start_bazel_remote(f"--tls_cert_file={chain}", f"--tls_key_file={key}")
    url = f"https://127.0.0.1:{server.http}"
    variables = {"CIG_STORE_KEY": KEY, "SSL_CERT_FILE": str(chain)}
    found = decision(cig, repository, url, **variables)
    assert found[:2] == ("run", "NO_RECORD")
    assert cig(repository, "record", "test", "--signature", found[2], "--store", url, **variables).stderr == ""
    assert decision(cig, repository, url, **variables)[:2] == ("hit", "PROVEN")
    assert decision(cig, repository, url, CIG_STORE_KEY=KEY)[:2] == ("run", "STORE_DOWN")
    with pytest.raises(StoreFaultError, match="its certificate is not valid: UnknownIssuer"):
        HttpStore(url, 5).fetch(["a"], 10)


def test_whoever_is_asked_elsewhere_by_a_server_says_there_nothing_of_who_asks(
    plain: PlainServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As caches do that keep blobs in a bucket."""
    monkeypatch.setenv("CIG_STORE_HEADER", "Authorization: Bearer secret-word")
    with PlainServer() as other:
        threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        place = f"/some/folder/ac/{action_of('a').action.hash}"
        other.files[place] = ActionResult(stdout_raw=b"1").SerializeToString()
        plain.elsewhere = f"http://127.0.0.1:{other.server_address[1]}"
        assert HttpStore(plain.url, 5).fetch(["a"], 10) == {"a": b"1"}
        other.shutdown()
    assert (plain.told, other.told) == (["Bearer secret-word"], [None])


@pytest.fixture
def answering() -> Iterator[Callable[[Callable[[int], bytes]], str]]:
    """`answering(answer)`: the URL of a server that answers the n-th connection so, and hangs up."""
    listeners: list[socket.socket] = []

    def serve(listener: socket.socket, answer: Callable[[int], bytes]) -> None:
        for number in range(1 << 30):
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65_536)
                connection.sendall(answer(number))

    def start(answer: Callable[[int], bytes]) -> str:
        listener = socket.create_server(("127.0.0.1", 0), backlog=500)
        listeners.append(listener)
        threading.Thread(target=serve, args=(listener, answer), daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for one in listeners:
        one.close()


def _head(status: str, length: int = 0) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n".encode()


ANSWERS: dict[str, Callable[[int], bytes]] = {
    "an error": lambda number: _head("500 Internal Server Error"),
    "a refusal": lambda number: _head("403 Forbidden"),
    "a full disk": lambda number: _head("507 Insufficient Storage"),
    "somewhere else": lambda number: _head("302 Found"),
    "no HTTP": lambda number: b"220 mail.example.org ESMTP\r\n",
    "nothing": lambda number: b"",
    "half of it": lambda number: _head("200 OK", 500) + ActionResult(stdout_raw=b"{}").SerializeToString(),
    "half a chunk": lambda number: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc",
    "death in the middle": lambda number: _head("404 Not Found") if number < 5 else b"",
}


@pytest.mark.parametrize("name", ANSWERS)
def test_s17_a_server_that_does_not_answer_as_one_proves_nothing(
    name: str, answering: Callable[[Callable[[int], bytes]], str]
) -> None:
    store = HttpStore(answering(ANSWERS[name]), 5)
    answer = Asking(lambda: store, READER, 10).records({f"job{number}": "cs1:0" for number in range(20)})
    assert answer.trouble
    assert (answer.proofs, answer.refusals) == ({}, {})
    with pytest.raises(StoreFaultError):
        within(5, lambda: store.create("a", b""))


def test_s17_a_plan_does_not_wait_for_a_server_that_is_not_there(repository: Path, cig: Cig) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert decision(cig, repository, f"http://127.0.0.1:{port}", CIG_STORE_KEY=KEY)[:2] == ("run", "STORE_DOWN")
    with pytest.raises(StoreFaultError, match=r"cannot be read: Connection refused$"):
        HttpStore(f"http://127.0.0.1:{port}", 5).fetch(["a"], 10)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_s17_a_plan_ends_although_the_server_never_answers(
    scheme: str, silent: int, repository: Path, cig: Cig
) -> None:
    began = time.monotonic()
    url = f"{scheme}://127.0.0.1:{silent}"
    found = decision(cig, repository, url, CIG_STORE_KEY=KEY)
    assert found[:2] == ("run", "STORE_DOWN")
    done = cig(repository, "record", "test", "--signature", found[2], "--store", url, CIG_STORE_KEY=KEY)
    assert (done.returncode, done.stdout) == (0, "")
    assert "STORE_009" in done.stderr
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http://host:x",
        "https://host:99999",
        "http://host/?token=secret-word",
        "http://host/#secret-word",
        "http://writer:secret-word@",
        "http://writer:secret-word@[::1",
        "http://127.0.0.1:1/a b\x7f",
    ],
)
def test_a_url_that_names_no_server_runs_everything_and_is_not_printed_whole(
    url: str, repository: Path, cig: Cig
) -> None:
    done = cig(repository, "compute-signatures", CIG_STORE=url, CIG_STORE_KEY=KEY)
    assert done.returncode == 0, done.stderr
    assert "STORE_005" in done.stderr
    assert json.loads(done.stdout)["jobs"]["test"]["reason"] == "STORE_DOWN"
    assert "secret-word" not in done.stdout + done.stderr
