"""Records in action caches: two servers that others wrote, and servers that misbehave."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import pytest
from records import KEY, MANIFEST, READER, SIGNING, Cig, asked, decision, name_of, record

from cigen.proof.keys import seal
from cigen.proof.lookup import Asking, within
from cigen.proof.reapi_pb2 import (
    ActionResult,
    BatchReadBlobsResponse,
    BatchUpdateBlobsResponse,
    Digest,
    FindMissingBlobsResponse,
)
from cigen.proof.record import LIMIT, decode
from cigen.proof.remote import BATCH, RemoteStore
from cigen.proof.stores import StoreFaultError
from cigen.proof.trust import Doubt
from cigen.proof.writing import put

pytestmark = pytest.mark.xdist_group("stores")  # so that each server is started once


@pytest.fixture(params=["casd", "bazel_remote"])
def server(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


@pytest.fixture
def store(server: Any) -> RemoteStore:
    return RemoteStore(server.url, 30)


@pytest.fixture
def prefix(tmp_path: Path) -> str:
    """Names of this test alone."""
    return tmp_path.name


def test_what_was_written_is_read(store: RemoteStore, prefix: str) -> None:
    names = [f"{prefix}/a/=2f=x", f"{prefix}/b"]
    assert store.fetch(names, 10) == {}
    assert store.create(names[0], b"1")
    store.replace(names[1], b"2")
    assert store.fetch([*names, f"{prefix}/c"], 10) == {names[0]: b"1", names[1]: b"2"}


def test_a_name_that_is_taken_keeps_what_it_has_until_it_is_replaced(store: RemoteStore, prefix: str) -> None:
    assert store.create(prefix, b"1")
    assert not store.create(prefix, b"2")
    assert store.fetch([prefix], 10) == {prefix: b"1"}
    store.replace(prefix, b"3")
    assert store.fetch([prefix], 10) == {prefix: b"3"}


@pytest.mark.parametrize("length", [65_536, 65_538, BATCH + 1, 2 * BATCH + 1])
def test_a_long_one_is_a_blob_of_its_own(length: int, store: RemoteStore, prefix: str) -> None:
    data = b"x" * (length - 1) + b"\n"
    assert store.create(prefix, data)
    told: dict[str, bytes] = {}
    assert store.fetch([prefix], 8 << 20, told.__setitem__) == told == {prefix: data}
    assert not store.create(prefix, data)
    if length > 65_536:
        # Some servers send along what they were asked to, some do not.
        assert store.fetch([prefix], 65_536)[prefix] in (b"", data[:65_537])


def test_a_thousand_names_are_at_most_three_round_trips(
    store: RemoteStore, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        store.replace(f"{prefix}/{number}", b"%d" % number * 70_000 if number % 2 else b"%d" % number)
    rounds: list[str] = []
    real = RemoteStore._all

    def counted(self: RemoteStore, path: str, requests: Any, decode: Any, **named: Any) -> Any:
        rounds.extend([path] if requests else [])
        return real(self, path, requests, decode, **named)

    monkeypatch.setattr(RemoteStore, "_all", counted)
    found = store.fetch([f"{prefix}/{number}" for number in range(1000)], 1 << 20)
    assert {name.rpartition("/")[2]: data[:1] for name, data in found.items()} == {str(n): b"%d" % n for n in range(4)}
    assert len(rounds) <= 3


def test_a_record_that_is_good_stays_and_one_that_has_expired_gives_way(store: RemoteStore, prefix: str) -> None:
    def kept() -> str:
        return decode(store.fetch([name_of(record(prefix))], LIMIT)[name_of(record(prefix))]).record.url

    put(store, seal(record(prefix, url="first", expires=1), SIGNING), MANIFEST, READER)
    put(store, seal(record(prefix, url="second"), SIGNING), MANIFEST, READER)
    put(store, seal(record(prefix, url="third"), SIGNING), MANIFEST, READER)
    assert kept() == "second"
    assert asked(store, prefix, "other").proofs == {prefix: record(prefix, url="second")}
    assert Asking(lambda: store, READER, 30).manifests([prefix])[prefix][1] == MANIFEST


@pytest.mark.parametrize("content", [b"{}", b"\0", b"x" * 70_000, None])
def test_s16_wrong_content_proves_nothing(content: bytes | None, store: RemoteStore, prefix: str) -> None:
    sealed = seal(record(prefix), SIGNING)
    put(store, sealed, MANIFEST, READER)
    good = store.fetch([name_of(sealed.record)], LIMIT)[name_of(sealed.record)]
    store.replace(name_of(sealed.record), good[:-9] if content is None else content)
    answer = asked(store, prefix)
    assert answer.proofs == {}
    assert [one.doubt for one in answer.refusals[prefix]] == [Doubt.TAMPERED]


def test_a_plan_skips_what_an_action_cache_proves(server: Any, repository: Path, cig: Cig, prefix: str) -> None:
    variables = {"CIG_STORE_KEY": KEY, "GITHUB_REPOSITORY": f"acme/{prefix}"}
    first = decision(cig, repository, server.url, **variables)
    assert first[:2] == ("run", "NO_RECORD")
    done = cig(repository, "record", "test", "--signature", first[2], "--store", server.url, **variables)
    assert (done.returncode, done.stderr) == (0, "")
    assert decision(cig, repository, server.url, **variables)[:2] == ("hit", "PROVEN")
    assert decision(cig, repository, server.url, GITHUB_REPOSITORY=f"acme/{prefix}")[:2] == ("run", "NO_KEY")
    (repository / "src/a").write_text("b\n")
    done = cig(repository, "compute-signatures", "--worktree", "--store", server.url, **variables)
    assert json.loads(done.stdout)["jobs"]["test"]["reason"] == "FILES"


def test_s17_an_instance_that_the_server_does_not_have_runs_everything(casd: Any, repository: Path, cig: Cig) -> None:
    variables = {"CIG_STORE_KEY": KEY}
    found = decision(cig, repository, f"{casd.url}/nobody's", **variables)
    assert found[:2] == ("run", "STORE_DOWN")
    done = cig(repository, "record", "test", "--signature", found[2], "--store", f"{casd.url}/none", **variables)
    assert (done.returncode, done.stdout) == (0, "")
    assert "STORE_009" in done.stderr


def test_s17_a_server_that_was_killed_runs_everything(
    start_casd: Callable[[], Any], repository: Path, cig: Cig
) -> None:
    server = start_casd()
    store = RemoteStore(server.url, 5)
    put(store, seal(record("test"), SIGNING), MANIFEST, READER)
    assert asked(store, "test").proofs
    server.process.kill()
    server.process.wait()
    answer = Asking(lambda: store, READER, 5).records({"test": str(MANIFEST.signature())})
    assert answer.trouble
    assert answer.proofs == {}
    found = decision(cig, repository, server.url, CIG_STORE_KEY=KEY)
    assert found[:2] == ("run", "STORE_DOWN")


def test_s16_whoever_may_only_read_records_nothing_and_fails_nothing(
    start_bazel_remote: Callable[..., Any], password_file: Path, basic: str, repository: Path, cig: Cig
) -> None:
    url = start_bazel_remote(f"--htpasswd_file={password_file}", "--allow_unauthenticated_reads").url
    variables = {"CIG_STORE_KEY": KEY}
    writing = {**variables, "CIG_STORE_HEADER": f"Authorization: {basic}"}
    found = decision(cig, repository, url, **variables)
    assert found[:2] == ("run", "NO_RECORD")
    record_test = ("record", "test", "--signature", found[2], "--store", url)
    done = cig(repository, *record_test, **variables)
    assert (done.returncode, done.stdout) == (0, "")
    assert "STORE_009" in done.stderr
    assert "unauthenticated" in done.stderr
    assert cig(repository, *record_test, **writing).stderr == ""
    assert decision(cig, repository, url, **variables)[:2] == ("hit", "PROVEN")


def test_s16_a_wrong_password_is_not_printed(
    start_bazel_remote: Callable[..., Any], password_file: Path, repository: Path, cig: Cig
) -> None:
    url = start_bazel_remote(f"--htpasswd_file={password_file}").url
    secret = "Basic d3JpdGVyOndyb25nLXdvcmQ="
    done = cig(repository, "compute-signatures", "--store", url, CIG_STORE_KEY=KEY, CIG_STORE_HEADER=f"x: {secret}")
    assert "STORE_005" in done.stderr
    assert secret not in done.stdout + done.stderr
    done = cig(repository, "compute-signatures", "--store", url, CIG_STORE_KEY=KEY, CIG_STORE_HEADER=secret)
    assert "CIG_STORE_HEADER is not written NAME: VALUE" in done.stderr
    assert secret not in done.stdout + done.stderr


def test_over_tls_only_a_server_with_a_trusted_certificate_is_asked(
    start_bazel_remote: Callable[..., Any], certificate: tuple[Path, Path], repository: Path, cig: Cig
) -> None:
    chain, key = certificate
    server = start_bazel_remote(f"--tls_cert_file={chain}", f"--tls_key_file={key}")
    url = f"grpcs://127.0.0.1:{server.grpc}"
    variables = {"CIG_STORE_KEY": KEY, "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(chain)}
    found = decision(cig, repository, url, **variables)
    assert found[:2] == ("run", "NO_RECORD")
    assert cig(repository, "record", "test", "--signature", found[2], "--store", url, **variables).stderr == ""
    assert decision(cig, repository, url, **variables)[:2] == ("hit", "PROVEN")
    assert decision(cig, repository, url, CIG_STORE_KEY=KEY)[:2] == ("run", "STORE_DOWN")
    assert decision(cig, repository, server.url, **variables)[:2] == ("run", "STORE_DOWN")


def test_s17_a_plan_ends_although_the_server_never_answers(silent: int, repository: Path, cig: Cig) -> None:
    began = time.monotonic()
    url = f"grpc://127.0.0.1:{silent}"
    found = decision(cig, repository, url, CIG_STORE_KEY=KEY)
    assert found[:2] == ("run", "STORE_DOWN")
    done = cig(repository, "record", "test", "--signature", found[2], "--store", url, CIG_STORE_KEY=KEY)
    assert (done.returncode, done.stdout) == (0, "")
    assert "STORE_009" in done.stderr
    assert time.monotonic() - began < 20


class Stub(grpc.GenericRpcHandler):  # type: ignore[misc]
    """A server that knows every action, and does what a test says; methods it has no answer for fail."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[Any], bytes]] = {
            "FindMissingBlobs": lambda context: FindMissingBlobsResponse().SerializeToString(),
        }

    def service(self, details: Any) -> Any:
        answer = self.answers.get(details.method.rpartition("/")[2])
        return answer and grpc.unary_unary_rpc_method_handler(lambda request, context: answer(context))


@pytest.fixture
def stub() -> Iterator[tuple[Stub, int]]:
    handler = Stub()
    server = grpc.server(futures.ThreadPoolExecutor(4), handlers=[handler])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield handler, port
    server.stop(None).wait()


def refusing(code: Any) -> Callable[[Any], bytes]:
    return lambda context: context.abort(code, "not you, Bearer abc-token-abc")


MISBEHAVIOURS: dict[str, Callable[[Any], bytes]] = {
    "an error": refusing(grpc.StatusCode.INTERNAL),
    "a refusal": refusing(grpc.StatusCode.PERMISSION_DENIED),
    "no message": lambda context: b"\xff\xff\xff",
    "a crash": lambda context: 1 // 0,  # type: ignore[arg-type, return-value]
}


@pytest.mark.parametrize("name", MISBEHAVIOURS)
@pytest.mark.parametrize("method", ["FindMissingBlobs", "GetActionResult"])
def test_s17_a_server_that_fails_once_proves_nothing(
    name: str, method: str, stub: tuple[Stub, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, port = stub
    good = ActionResult(stdout_raw=b"x").SerializeToString()
    turn = iter([good, good])
    handler.answers["GetActionResult"] = lambda context: next(turn, None) or MISBEHAVIOURS[name](context)
    if method == "FindMissingBlobs":
        handler.answers[method] = MISBEHAVIOURS[name]
    with monkeypatch.context() as context:
        context.setenv("CIG_STORE_HEADER", "authorization: Bearer abc-token-abc")
        store = RemoteStore(f"grpc://127.0.0.1:{port}", 5)
        answer = Asking(lambda: store, READER, 10).records({f"job{number}": "cs1:0" for number in range(20)})
    assert answer.trouble
    assert "abc-token-abc" not in answer.trouble
    assert (answer.proofs, answer.refusals) == ({}, {})


def test_s17_a_server_that_answers_the_first_and_then_never_is_left_behind(stub: tuple[Stub, int]) -> None:
    handler, port = stub
    late = threading.Event()
    turn = iter([True] * 3)

    def answer(context: Any) -> bytes:
        if not next(turn, False):
            late.wait(30)
        return ActionResult(stdout_raw=b"x").SerializeToString()

    handler.answers["GetActionResult"] = answer
    try:
        store = RemoteStore(f"grpc://127.0.0.1:{port}", 0.5)
        began = time.monotonic()
        found = Asking(lambda: store, READER, 1.0).records({f"job{number}": "cs1:0" for number in range(20)})
        assert found.trouble
        assert time.monotonic() - began < 5
    finally:
        late.set()


def test_a_result_whose_record_is_gone_is_none(stub: tuple[Stub, int]) -> None:
    handler, port = stub
    beside = ActionResult(stdout_digest=Digest(hash="a" * 64, size_bytes=5))
    handler.answers["GetActionResult"] = lambda context: beside.SerializeToString()
    gone = BatchReadBlobsResponse(responses=[BatchReadBlobsResponse.Response(digest=beside.stdout_digest)])
    gone.responses[0].status.code = 5
    handler.answers["BatchReadBlobs"] = lambda context: gone.SerializeToString()
    assert RemoteStore(f"grpc://127.0.0.1:{port}", 5).fetch(["a"], 10) == {}


def test_a_result_without_a_record_is_an_empty_one(stub: tuple[Stub, int]) -> None:
    handler, port = stub
    handler.answers["GetActionResult"] = lambda context: b""
    assert RemoteStore(f"grpc://127.0.0.1:{port}", 5).fetch(["a"], 10) == {"a": b""}


def test_a_blob_that_the_server_does_not_take_is_a_fault(stub: tuple[Stub, int]) -> None:
    handler, port = stub
    full = BatchUpdateBlobsResponse(responses=[BatchUpdateBlobsResponse.Response()])
    full.responses[0].status.code, full.responses[0].status.message = 8, "the disk is full"
    handler.answers["BatchUpdateBlobs"] = lambda context: full.SerializeToString()
    handler.answers["UpdateActionResult"] = lambda context: b""
    store = RemoteStore(f"grpc://127.0.0.1:{port}", 5)
    with pytest.raises(StoreFaultError, match="the disk is full"):
        store.replace("a", b"1")


@pytest.mark.parametrize(
    "url",
    [
        "grpc://",
        "grpc://host",
        "grpc://host:x",
        "grpc://host:99999",
        "grpc://:1",
        "grpc://writer:secret-word@host:1",
        "grpc://host:1/x?token=secret-word",
        "grpcs://host:1/x#secret-word",
    ],
)
def test_a_url_that_names_no_server_runs_everything_and_is_not_printed_whole(
    url: str, repository: Path, cig: Cig
) -> None:
    done = cig(repository, "compute-signatures", CIG_STORE=url, CIG_STORE_KEY=KEY)
    assert done.returncode == 0
    assert "STORE_005" in done.stderr
    assert json.loads(done.stdout)["jobs"]["test"]["reason"] == "STORE_DOWN"
    assert "secret-word" not in done.stdout + done.stderr


def test_nobody_waits_longer_than_the_budget_for_a_write(silent: int) -> None:
    store = RemoteStore(f"grpc://127.0.0.1:{silent}", 30)
    with pytest.raises(StoreFaultError, match="in time"):
        within(0.2, lambda: store.create("a", b""))
