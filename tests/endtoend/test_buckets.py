"""Records in a bucket: a real server of the S3 protocol on this machine, and servers that are none."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cigen.proof.bucket import BucketStore
from cigen.proof.keys import read_signing_key
from cigen.proof.lookup import Asking, within
from cigen.proof.stores import StoreFaultError
from cigen.proof.trust import Reader

sys.path.append(str(Path(__file__).parents[1] / "stores"))

import servers

pytestmark = pytest.mark.xdist_group("bucket")

Cig = Callable[..., "subprocess.CompletedProcess[str]"]
Git = Callable[..., str]

KEY = "01" * 32
CONFIG = """
version = "0.2"
[project]
name = "kept"
[jobs.test]
steps = ["make"]
skip_if = { paths_unmodified = ["src/**"] }
"""


def credentials(port: int, who: str = "writer") -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": who,
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
    }


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of SeaweedFS, with a bucket called `records`."""
    try:
        running = servers.seaweedfs(tmp_path_factory.mktemp("weed"))
    except servers.MissingToolError as message:
        pytest.skip(str(message))
    yield running.http
    servers.stop(running)


@pytest.fixture
def repository(tmp_path: Path, git: Git) -> Path:
    root = tmp_path / "repository"
    (root / "src").mkdir(parents=True)
    (root / "src/a").write_text("a\n")
    (root / "cig.toml").write_text(CONFIG)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "x")
    return root


@pytest.fixture
def patient(cig: Cig) -> Cig:
    """`cig`, asked again where the server on a busy machine took longer than a plan waits."""

    def run(root: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        done = cig(root, *arguments, **variables)
        for _ in range(5):
            if "did not answer in time" not in done.stderr:
                break
            done = cig(root, *arguments, **variables)
        return done

    return run


def decision(cig: Cig, root: Path, url: str, **variables: str) -> tuple[str, str, str]:
    done = cig(root, "compute-signatures", "--store", url, **variables)
    assert done.returncode == 0, done.stderr
    job = json.loads(done.stdout)["jobs"]["test"]
    return job["decision"], job["reason"], job["signature"]


def test_a_bucket_keeps_what_is_proven(repository: Path, server: int, patient: Cig, tmp_path: Path) -> None:
    url = f"s3://records/{tmp_path.name}"
    variables = {**credentials(server), "CIG_STORE_KEY": KEY}
    first = decision(patient, repository, url, **variables)
    assert first[:2] == ("run", "NO_RECORD")
    done = patient(repository, "record", "test", "--signature", first[2], "--store", url, **variables)
    assert (done.returncode, done.stderr) == (0, "")
    assert decision(patient, repository, url, **variables)[:2] == ("hit", "PROVEN")
    public = read_signing_key(KEY).public
    reading = {**credentials(server, "reader"), "CIG_STORE_TRUST": f"branch:{public}", "CIG_TIER": "fork"}
    assert decision(patient, repository, url, **reading)[:2] == ("hit", "PROVEN")
    assert decision(patient, repository, url, **credentials(server))[:2] == ("run", "NO_KEY")
    (repository / "src/a").write_text("b\n")
    done = patient(repository, "compute-signatures", "--worktree", "--store", url, **variables)
    assert json.loads(done.stdout)["jobs"]["test"]["reason"] == "FILES"


def test_s16_whoever_may_only_read_records_nothing_and_fails_nothing(
    repository: Path, server: int, patient: Cig, tmp_path: Path
) -> None:
    url = f"s3://records/{tmp_path.name}"
    variables = {**credentials(server, "reader"), "CIG_STORE_KEY": KEY}
    signature = decision(patient, repository, url, **variables)[2]
    done = patient(repository, "record", "test", "--signature", signature, "--store", url, **variables)
    assert (done.returncode, done.stdout) == (0, "")
    assert "STORE_009" in done.stderr


def test_s17_whoever_may_not_read_runs_everything_and_is_told_why(
    repository: Path, server: int, patient: Cig, tmp_path: Path
) -> None:
    variables = {**credentials(server, "blind"), "CIG_STORE_KEY": KEY}
    done = patient(repository, "compute-signatures", "--store", f"s3://records/{tmp_path.name}", **variables)
    assert json.loads(done.stdout)["jobs"]["test"]["reason"] == "NO_RECORD"
    assert done.stderr.count("STORE_011") == 1
    assert "AccessDenied" in done.stderr


@pytest.fixture
def bucket(server: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BucketStore]:
    with monkeypatch.context() as context:
        for name, value in credentials(server).items():
            context.setenv(name, value)
        yield BucketStore(f"s3://records/{tmp_path.name}", 30)


def test_of_two_writers_the_first_creates(bucket: BucketStore) -> None:
    assert bucket.create("a/b", b"1")
    assert not bucket.create("a/b", b"2")
    assert bucket.fetch(["a/b", "a/c"], 10) == {"a/b": b"1"}
    bucket.replace("a/b", b"3")
    assert bucket.fetch(["a/b"], 10) == {"a/b": b"3"}


def test_what_is_longer_than_a_record_is_none(bucket: BucketStore) -> None:
    bucket.replace("a", b"x" * 11)
    assert bucket.fetch(["a"], 10) == {"a": b""}


def test_names_are_spelled_as_they_are(bucket: BucketStore) -> None:
    names = ["github.com/acme/shop/branch/records/=2f=a/cs1=3a=0", "x/=2e.=/y"]
    for name in names:
        assert bucket.create(name, name.encode())
    assert bucket.fetch(names, 100) == {name: name.encode() for name in names}


def test_a_listing_has_every_name_of_a_folder_or_nothing(bucket: BucketStore, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["r/07/a/=2f=a", "r/07/cs1=3a=0", "r/07/x/=2e.=/y z", "r/070/b", "r/08/c"]
    for name in names:
        assert bucket.create(name, b"")
    folders = ["r/07", "r/08", "r/09", "r/0"]
    assert bucket.listing(folders) == {"r/07": set(names[:3]), "r/08": {"r/08/c"}, "r/09": set(), "r/0": set()}
    monkeypatch.setattr("cigen.proof.bucket.PAGE", 2)
    assert bucket.listing(folders) == {"r/08": {"r/08/c"}, "r/09": set(), "r/0": set()}
    monkeypatch.setattr("cigen.proof.bucket.PAGE", 3)
    assert bucket.listing(folders)["r/07"] == set(names[:3])


def test_whoever_may_not_list_asks_for_each_name(server: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in credentials(server, "blind").items():
        monkeypatch.setenv(name, value)
    store = BucketStore(f"s3://records/{tmp_path.name}", 30)
    assert store.listing(["a", "b"]) == {}
    assert store.denied == ""


@pytest.fixture
def answering() -> Iterator[Callable[[Callable[[int], bytes | None]], dict[str, str]]]:
    """`answering(answer)`: credentials of a server that answers the n-th connection so; None: never."""
    listeners: list[socket.socket] = []
    open_connections: list[socket.socket] = []

    def serve(listener: socket.socket, answer: Callable[[int], bytes | None]) -> None:
        for number in range(1 << 30):
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            said = answer(number)
            if said is None:
                open_connections.append(connection)
                continue
            connection.recv(65_536)
            connection.sendall(said)
            connection.close()

    def start(answer: Callable[[int], bytes | None]) -> dict[str, str]:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        threading.Thread(target=serve, args=(listener, answer), daemon=True).start()
        return credentials(listener.getsockname()[1])

    yield start
    for one in [*listeners, *open_connections]:
        one.close()


def _head(status: str, length: int = 0) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n".encode()


def _said(status: int, content: bytes) -> bytes:
    return _head(f"{status} No", len(content)) + content


ANSWERS: dict[str, Callable[[int], bytes | None]] = {
    "silence": lambda number: None,
    "an error": lambda number: _head("500 Internal Server Error"),
    "a refusal": lambda number: _head("403 Forbidden"),
    "a wrong signature": lambda number: _said(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>"),
    "an unknown name": lambda number: _said(401, b"<Error><Code>AccessDenied</Code></Error>"),
    "no HTTP": lambda number: b"220 mail.example.org ESMTP\r\n",
    "half of it": lambda number: _head("200 OK", 500) + b'{"record":',
    "death in the middle": lambda number: _head("404 Not Found") if number < 5 else b"",
}


@pytest.mark.parametrize("count", [20, 100])
@pytest.mark.parametrize("name", ANSWERS)
def test_s17_a_bucket_that_does_not_answer_as_one_proves_nothing(
    name: str,
    count: int,
    answering: Callable[[Callable[[int], bytes | None]], dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as context:
        for variable, value in answering(ANSWERS[name]).items():
            context.setenv(variable, value)
        store = BucketStore("s3://records/x", 0.3)
        asking = Asking(lambda: store, Reader("local/x", "branch", (), 0), budget=1.0)
        began = time.monotonic()
        answer = asking.records({f"job{number}": "cs1:" + "0" * 64 for number in range(count)})
        assert answer.trouble
        assert answer.proofs == {}
        assert time.monotonic() - began < 5
        with pytest.raises(StoreFaultError):
            within(2, lambda: store.create("a", b""))


LIST = "is not authorized to perform: s3:ListBucket on resource: &quot;arn:aws:s3:::records&quot;"


class _WithoutList(BaseHTTPRequestHandler):
    """A bucket as Amazon answers for it to whoever may read and write objects, and not list them."""

    kept: dict[str, bytes]

    def do_GET(self) -> None:
        if self.path in self.kept:
            self._answer(200, self.kept[self.path])
        else:
            self._answer(403, f"<Error><Code>AccessDenied</Code><Message>User: x {LIST}</Message></Error>".encode())

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path in self.kept and self.headers["If-None-Match"] == "*":
            self._answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
        else:
            self.kept[self.path] = data
            self._answer(200, b"")

    def _answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", '"x"')
        self.send_header("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def without_list() -> Iterator[dict[str, str]]:
    """Credentials of a server that lets nobody list."""
    handler = type("Handler", (_WithoutList,), {"kept": {}})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield credentials(listening.server_address[1])
        listening.shutdown()


def test_s17_a_record_that_is_forbidden_is_absent_and_those_that_are_there_count(
    repository: Path, without_list: dict[str, str], cig: Cig
) -> None:
    variables = {**without_list, "CIG_STORE_KEY": KEY}
    arguments = ("compute-signatures", "--store", "s3://records/x")
    first = cig(repository, *arguments, **variables)
    job = json.loads(first.stdout)["jobs"]["test"]
    assert (job["decision"], job["reason"]) == ("run", "NO_RECORD")
    told = " ".join(first.stderr.split())
    assert told.count("STORE_011") == 1
    assert 'is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::records"' in told
    done = cig(repository, "record", "test", "--signature", job["signature"], "--store", "s3://records/x", **variables)
    assert (done.returncode, done.stderr) == (0, "")
    assert decision(cig, repository, "s3://records/x", **variables)[:2] == ("hit", "PROVEN")


def test_a_bucket_that_refuses_a_plain_write_has_not_kept_it(
    answering: Callable[[Callable[[int], bytes | None]], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that forbids overwriting: a record that seems to be kept would be missed by nobody."""
    refusal = b"HTTP/1.1 412 Precondition Failed\r\nContent-Length: 0\r\n\r\n"
    for name, value in answering(lambda _: refusal).items():
        monkeypatch.setenv(name, value)
    store = BucketStore("s3://records/x", 2)
    with pytest.raises(StoreFaultError, match="cannot be written: it answers 412"):
        store.replace("a", b"1")
    assert not store.create("a", b"1")


def test_s17_a_plan_does_not_wait_for_a_bucket_that_is_not_there(repository: Path, cig: Cig) -> None:
    variables = {**credentials(servers.free_ports(1)[0]), "CIG_STORE_KEY": KEY}
    assert decision(cig, repository, "s3://records/x", **variables)[:2] == ("run", "STORE_DOWN")


def test_s17_a_plan_ends_although_a_bucket_never_answers(
    repository: Path, cig: Cig, answering: Callable[[Callable[[int], bytes | None]], dict[str, str]]
) -> None:
    variables = {**answering(ANSWERS["silence"]), "CIG_STORE_KEY": KEY}
    began = time.monotonic()
    found = decision(cig, repository, "s3://records/x", **variables)
    assert found[:2] == ("run", "STORE_DOWN")
    done = cig(repository, "record", "test", "--signature", found[2], "--store", "s3://records/x", **variables)
    assert (done.returncode, done.stdout) == (0, "")
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("url", ["s3://", "az://", "gs://"])
def test_a_url_without_a_bucket_runs_everything(url: str, repository: Path, cig: Cig) -> None:
    assert decision(cig, repository, url, CIG_STORE_KEY=KEY)[:2] == ("run", "STORE_DOWN")
