"""Each check of the suite can fail: a plugin that does one thing wrong fails the checks about it, and no other."""

from collections.abc import Callable

import pytest

from cigen.sdk.conformance import Verdict
from cigen.sdk.conformance.behaviour import BEHAVIOUR

BROKEN: dict[str, tuple[str, set[str]]] = {
    "says it is another version": (
        """
import pathlib
place = pathlib.Path(os.environ["TMPDIR"], "module.toml")
place.write_text(pathlib.Path(__file__).with_name("module.toml").read_text().replace("1.0.0", "2.0.0"))
__file__ = str(place.with_name("plugin.py"))
""",
        {"handshake"},
    ),
    "raises where there is no file": (
        "Notes.answer = lambda self, content: DetectResult(confidence=1 / len(content))",
        {"empty"},
    ),
    "raises for any project": (
        "Notes.answer = lambda self, content: DetectResult(confidence=1 / 0)",
        {"hooks-answer", "empty", "hostile-names", "hostile-huge", "hostile-control", "hostile-deep", "unknown-fields"},
    ),
    "answers a hook that it does not list": (
        """
from cigen.sdk import server
answer = server._Answers.answer
server._Answers.answer = lambda self, path, content: b"" if path.endswith("Plan") else answer(self, path, content)
""",
        {"hooks-refuse"},
    ),
    "refuses what it does not know": (
        """
from cigen.wire.methods import Method
decode = Method.decode_request
Method.decode_request = lambda self, content: decode(self, content[: -1 if b"later" in content else None])
""",
        {"unknown-fields"},
    ),
    "takes every byte for UTF-8": (
        "Notes.answer = lambda self, content: DetectResult(summary=content.decode()[:9])",
        {"hostile-control"},
    ),
    "follows every bracket": (
        """
def answer(self, content):
    try:
        return DetectResult(summary=str(type(json.loads(content))))
    except ValueError:
        return DetectResult()
Notes.answer = answer
""",
        {"hostile-deep"},
    ),
    "answers more than it was asked": (
        'Notes.answer = lambda self, content: DetectResult(summary="x" * (40 << 20 if len(content) > 500_000 else 1))',
        {"hostile-huge"},
    ),
    "breaks on odd names": (
        """
def detect(self, request):
    return DetectResult(summary=open(os.path.join("/tmp", *[f.path for f in request.repo.files if len(f.path) > 300][:1]
                                     )).read() if len(request.repo.files) > 9 else "")
Notes.detect = detect
""",
        {"hostile-names"},
    ),
    "gives no code": (
        """
bad = Diagnostic(Level.WARNING, "oops", "Oops", "Something is wrong.")
Notes.answer = lambda self, content: DetectResult(diagnostics=(bad,))
""",
        {"diagnostics"},
    ),
    "does not say why a job must run": (
        "Notes.preflight = lambda self, request: PreflightResult(True, ' ')",
        {"preflight-reason"},
    ),
    "says why in two lines": (
        "Notes.preflight = lambda self, request: PreflightResult(not request.job_id, 'it rains\\nand pours')",
        {"preflight-reason"},
    ),
    "says why at length": (
        "Notes.preflight = lambda self, request: PreflightResult(True, 'it rains, ' * 21)",
        {"preflight-reason"},
    ),
    "skips what it does not know": (
        "Notes.preflight = lambda self, request: {'test': PreflightResult()}[request.job_id]",
        {"empty", "hostile-names", "hostile-huge", "hostile-control"},
    ),
    "counts its calls": (
        """
calls = []
Notes.answer = lambda self, content: calls.append(1) or DetectResult(summary=str(len(calls)))
""",
        {"same-twice", "same-elsewhere", "unknown-fields"},
    ),
    "hashes texts": (
        'Notes.answer = lambda self, content: DetectResult(summary=str(hash("x")))',
        {"same-elsewhere"},
    ),
    "knows where it is": (
        "Notes.answer = lambda self, content: DetectResult(summary=os.getcwd())",
        {"same-elsewhere"},
    ),
    "knows the time zone": (
        'Notes.answer = lambda self, content: DetectResult(summary=os.environ["TZ"])',
        {"same-elsewhere"},
    ),
    "writes to the connection": (
        """
import stat
def answer(self, content):
    if content:
        return DetectResult()
    for fd in range(3, 20):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                os.write(fd, b"Hello, world! " * 9)
        except OSError:
            pass
    return DetectResult()
Notes.answer = answer
""",
        {"empty", "stdout"},
    ),
    "outlives its connection": (
        """
import threading, time
threading.Thread(target=time.sleep, args=(600,)).start()
""",
        {"ends"},
    ),
    "ends with an error": (
        """
import atexit
atexit.register(os._exit, 3)
""",
        {"ends"},
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_plugin_that_does_this_fails(what: str, try_process: Callable[..., dict[str, Verdict]]) -> None:
    code, expected = BROKEN[what]
    failed = try_process(code, end=1 if "outlives" in what else 30)
    assert set(failed) == expected, failed
    assert all(verdict.sent and verdict.got and verdict.expected for verdict in failed.values())


def test_a_plugin_that_takes_too_long_fails(try_process: Callable[..., dict[str, Verdict]]) -> None:
    code = """
import time
Notes.answer = lambda self, content: DetectResult(summary=str(len(content) or time.sleep(600)))
"""
    assert set(try_process(code, detect=2)) == {"deadlines", "empty"}


def test_a_plugin_that_does_nothing_wrong_passes(try_process: Callable[..., dict[str, Verdict]]) -> None:
    assert try_process("") == {}


def test_every_check_of_behaviour_was_seen_to_fail() -> None:
    seen = {"deadlines"}.union(*(expected for _, expected in BROKEN.values()))
    assert seen == {id for id, _, _ in BEHAVIOUR}
