"""What every plugin must do, whatever it is for."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from cigen.model.diagnostics import Diagnostic
from cigen.model.plans import Hook, PluginInfo, PreflightResult
from cigen.sdk.conformance.hostile import HOSTILITIES, hostile_request
from cigen.sdk.conformance.ordinary import empty_request, encoded, method_of, ordinary_request
from cigen.sdk.conformance.subject import Reply
from cigen.sdk.conformance.talk import Talk
from cigen.sdk.conformance.verdict import Failure, shortened

__all__ = ["BEHAVIOUR", "described", "hooks_of"]

_PROTOCOL = 1
_HANDSHAKE_SECONDS = 3.0
_UNKNOWN = bytes([0xFA, 0xFF, 0x3F, 5]) + b"later"
"""A field of number 131071 with a text: of a later minor version, or of nobody."""
_REASON_CHARACTERS = 200
_ORDINARY, _EMPTY = "an ordinary project", "an empty project"
_CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*_[0-9]+")


def hooks_of(info: PluginInfo) -> Iterator[Hook]:
    """The hooks that the plugin lists."""
    return (hook for hook in Hook if hook.value in info.hooks)


def described(reply: Reply) -> str:
    """What came back, in words."""
    if reply.content is not None:
        return f"an answer of {len(reply.content)} bytes"
    return shortened(f"{reply.status}: {reply.words}" if reply.status else reply.words)


def _handshake(talk: Talk, _: Talk) -> Failure | None:
    said, manifest = talk.said(), talk.subject.info
    expected = "its name, version and protocol, as in module.toml"
    if said is None:
        return Failure("Handshake", described(talk.greeting), expected)
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*/[a-z0-9][a-z0-9_-]*", said.name):
        return Failure("Handshake", f'the name "{shortened(said.name)}"', "kind/name in lower case")
    if said.protocol != _PROTOCOL:
        return Failure("Handshake", f"protocol {said.protocol}", f"protocol {_PROTOCOL}")
    for field in ("name", "version", "protocol") if manifest else ():
        if getattr(said, field) != getattr(manifest, field):
            return Failure("Handshake", f"{field} {getattr(said, field)!r}", f"{getattr(manifest, field)!r}")
    for field in ("hooks", "capabilities", "reads") if manifest else ():
        more = sorted(set(getattr(said, field)) - set(getattr(manifest, field)))
        if more:
            return Failure("Handshake", f"{field} {', '.join(more)}", f"no {field} but those of module.toml")
    return None


def _hooks_answer(talk: Talk, _: Talk) -> Failure | None:
    return _each(talk, _ORDINARY)


def _empty(talk: Talk, _: Talk) -> Failure | None:
    return _each(talk, _EMPTY)


def _hooks_refuse(talk: Talk, _: Talk) -> Failure | None:
    info = _known(talk)
    for hook in Hook:
        if hook.value in info.hooks:
            continue
        reply = talk.ask(hook, encoded(ordinary_request(hook, info)))
        if reply.status != "UNIMPLEMENTED":
            return Failure(f"{hook.value}, which it does not list", described(reply), "UNIMPLEMENTED")
    return None


def _same_twice(talk: Talk, _: Talk) -> Failure | None:
    for sent, hook, content in _all_requests(_known(talk)):
        first, again = talk.reply(hook, content), talk.ask(hook, content)
        if first.content != again.content:
            return Failure(f"{hook.value} with {sent}, twice", _difference(first, again), "the same bytes")
    return None


def _same_elsewhere(talk: Talk, elsewhere: Talk) -> Failure | None:
    for sent, hook, content in _all_requests(_known(talk)):
        first, again = talk.reply(hook, content), elsewhere.ask(hook, content)
        if first.content != again.content:
            where = "by two processes with other hash seeds, locales, time zones and folders"
            return Failure(f"{hook.value} with {sent}, {where}", _difference(first, again), "the same bytes")
    return None


def _unknown_fields(talk: Talk, _: Talk) -> Failure | None:
    info = _known(talk)
    for hook in hooks_of(info):
        content = encoded(ordinary_request(hook, info))
        plain, more = talk.reply(hook, content), talk.ask(hook, content + _UNKNOWN)
        if more.content is None or more.content != plain.content:
            sent = f"{hook.value} with a field of number 131071"
            return Failure(sent, _difference(plain, more), "the answer to the request without it")
    return None


def _diagnostics(talk: Talk, _: Talk) -> Failure | None:
    for sent, hook, content in _all_requests(_known(talk)):
        reply = talk.reply(hook, content)
        for found in _result(hook, reply, "diagnostics"):
            assert isinstance(found, Diagnostic)
            if not _CODE.fullmatch(found.code) or not found.title.strip() or not found.message.strip():
                said = f'code "{found.code}", title "{found.title}", message "{shortened(found.message)}"'
                return Failure(f"{hook.value} with {sent}", said, "a code such as ACME_001, a title and a message")
    return None


def _preflight_reason(talk: Talk, _: Talk) -> Failure | None:
    for sent, hook, content in _all_requests(_known(talk)):
        if hook is not Hook.PREFLIGHT or sent not in (_ORDINARY, _EMPTY):
            continue
        found = _decoded(hook, talk.reply(hook, content))
        if isinstance(found, PreflightResult) and found.should_run and not _is_told(found.reason):
            expected = f"a reason on one line of at most {_REASON_CHARACTERS} characters"
            return Failure(f"{hook.value} with {sent}", f'should_run and "{shortened(found.reason)}"', expected)
    return None


def _is_told(reason: str) -> bool:
    return bool(reason.strip()) and reason.isprintable() and len(reason) <= _REASON_CHARACTERS


def _deadlines(talk: Talk, elsewhere: Talk) -> Failure | None:
    for sent, hook, content in _all_requests(_known(talk)):
        reply = talk.reply(hook, content)
        if reply.late:
            return Failure(f"{hook.value} with {sent}", shortened(reply.words), "an answer within the hook's deadline")
    elsewhere.said()
    fastest = min([*talk.starts, *elsewhere.starts], default=0.0)
    if fastest > _HANDSHAKE_SECONDS:
        return Failure("Handshake", f"an answer after {fastest:.1f} s", f"an answer within {_HANDSHAKE_SECONDS:g} s")
    return None


def _survives(kind: str) -> Callable[[Talk, Talk], Failure | None]:
    def check(talk: Talk, _: Talk) -> Failure | None:
        return _each(talk, HOSTILITIES[kind])

    return check


def _stdout(talk: Talk, _: Talk) -> Failure | None:
    for sent, hook, content in _all_requests(_known(talk)):
        reply = talk.reply(hook, content)
        if reply.lost and not reply.late:
            expected = "a connection that carries gRPC and nothing else, and stays open"
            return Failure(f"{hook.value} with {sent}", described(reply), expected)
    return None


def _ends(talk: Talk, _: Talk) -> Failure | None:
    info = _known(talk)
    for hook in hooks_of(info):
        talk.ask(hook, encoded(ordinary_request(hook, info)))
    ending = talk.end()
    if ending is None or ending.status is None:
        return Failure("the end of standard input", "it was still running and was killed", "it exits by itself")
    if ending.status != 0:
        return Failure("the end of standard input", f"wait status {ending.status}", "it exits with status 0")
    return None


BEHAVIOUR: tuple[tuple[str, str, Callable[[Talk, Talk], Failure | None]], ...] = (
    ("handshake", "introduces itself as module.toml does", _handshake),
    ("hooks-answer", "answers every hook it lists", _hooks_answer),
    ("hooks-refuse", "refuses every hook it does not list", _hooks_refuse),
    ("empty", "answers for an empty project", _empty),
    ("unknown-fields", "ignores fields it does not know", _unknown_fields),
    *((f"hostile-{kind}", f"survives {what}", _survives(kind)) for kind, what in HOSTILITIES.items()),
    ("diagnostics", "gives every diagnostic a code, a title and a message", _diagnostics),
    ("preflight-reason", "says why a job must run", _preflight_reason),
    ("same-twice", "answers the same twice", _same_twice),
    ("same-elsewhere", "answers the same in another process, locale, time zone and folder", _same_elsewhere),
    ("stdout", "writes nothing but the protocol to standard output", _stdout),
    ("deadlines", "answers in time", _deadlines),
    ("ends", "ends when the connection closes", _ends),
)
"""Id, title and function of each check, in the order they are run."""


def _known(talk: Talk) -> PluginInfo:
    info = talk.info
    assert info is not None, "without a handshake there is nothing else to check"
    return info


@cache
def _all_requests(info: PluginInfo) -> tuple[tuple[str, Hook, bytes], ...]:
    """What is sent, the hook, and the bytes."""
    requests = []
    for hook in hooks_of(info):
        requests.append((_ORDINARY, hook, encoded(ordinary_request(hook, info))))
        requests.append((_EMPTY, hook, encoded(empty_request(hook, info))))
        requests += [(what, hook, encoded(hostile_request(kind, hook, info))) for kind, what in HOSTILITIES.items()]
    return tuple(requests)


def _each(talk: Talk, what: str) -> Failure | None:
    for hook, content in [(hook, content) for sent, hook, content in _all_requests(_known(talk)) if sent == what]:
        reply = talk.reply(hook, content)
        expected = f"a {method_of(hook).result.__name__}"
        if reply.content is None:
            return Failure(f"{hook.value} with {what}", described(reply), expected)
        try:
            method_of(hook).decode_result(reply.content)
        except ValueError as why:
            return Failure(f"{hook.value} with {what}", shortened(str(why)), expected)
    return None


def _result(hook: Hook, reply: Reply, field: str) -> tuple[Any, ...]:
    """One list of a result; empty where there is none."""
    return getattr(_decoded(hook, reply), field, ())


def _decoded(hook: Hook, reply: Reply) -> Any:
    """A result; None where there is none, which other checks tell."""
    if reply.content is None:
        return None
    try:
        return method_of(hook).decode_result(reply.content)
    except ValueError:
        return None


def _difference(first: Reply, again: Reply) -> str:
    if first.content is None or again.content is None:
        return f"{described(first)}, then {described(again)}"
    pairs = zip(first.content, again.content, strict=False)
    at = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(first.content), len(again.content)))
    sizes = f"{len(first.content)} and {len(again.content)} bytes"
    return f"{sizes} that differ from byte {at}: {again.content[max(0, at - 20) : at + 40]!r}"
