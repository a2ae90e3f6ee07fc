"""Requests that no ordinary project makes, and that a plugin must survive: an answer or a diagnostic, no exception.

Owns: the four kinds of hostility, as texts; where they go in the request of each hook. Ids of jobs and names of
variables stay tame: cig refuses others before a plugin sees them.
"""

import json
from collections.abc import Callable
from typing import Any

from cigen.model.expressions import Expr, Op
from cigen.model.plans import (
    CigSchema,
    DetectRequest,
    Fact,
    File,
    Fragment,
    GenerateRequest,
    Hook,
    PlanRequest,
    PluginInfo,
    PreflightRequest,
    RepoSnapshot,
    ValidateRequest,
)
from cigen.model.resources import Job, Output, Run, Step
from cigen.model.values import Pair, ProviderBlock
from cigen.sdk.conformance.ordinary import ordinary_request, output_path, sample_graph, target_of

__all__ = ["HOSTILITIES", "hostile_request"]

_NAMES = (
    "../../etc/passwd", "/", ".", "-rf", "$(reboot)", "`reboot`", "a b", "'", '"', "\\", "con", "%s%n", "{{ x }}",
    "${{ github.token }}", "<<x>>", "#{x}", "é", "\u202e", "\u2028", "😀", "*/", "]]>", "null", "yes", "1e3", "~",
    ": ", "- ", "#", "!!python/object:x", "&a", "*a", "n" * 4096,
)  # fmt: skip
_CONTROLS = "".join(map(chr, range(32))) + "\x7f\x85\u2028\u2029\ufeff\ufffe"
_DEPTH = 40
"""Of messages in messages: protobuf itself ends at a hundred."""
_NESTED = 5000
"""Of brackets in a file that the user has."""

HOSTILITIES: dict[str, str] = {
    "names": "odd names in every place for a text",
    "huge": "texts of a megabyte",
    "control": "control characters in texts and files",
    "deep": "conditions, tables and files that are nested deeply",
}
"""By id: what is sent."""


def hostile_request(kind: str, hook: Hook, info: PluginInfo) -> Any:
    """The request of a hook with one kind of hostility in it."""
    if kind == "deep":
        return _deep_request(hook, info)
    text = {"names": "\n".join(_NAMES), "huge": "make it so " * 95_000, "control": _CONTROLS}[kind]
    content = {"names": text.encode(), "huge": text.encode(), "control": bytes(range(256)) * 4}[kind]
    return _request(hook, info, text, content, _NAMES if kind == "names" else (text,))


def _request(hook: Hook, info: PluginInfo, text: str, content: bytes, names: tuple[str, ...]) -> Any:
    job = _job(text, names)
    graph = sample_graph(**{name: getattr(job, name) for name in ("name", "description", "steps", "env")})
    target = target_of(info)
    ordinary = ordinary_request(hook, info)
    makers: dict[Hook, Callable[[], Any]] = {
        Hook.DETECT: lambda: DetectRequest(RepoSnapshot(_files(ordinary, content, names))),
        Hook.PLAN: lambda: PlanRequest(
            (*info.capabilities, *names),
            tuple(Fact(name, text, name) for name in names),
            CigSchema("0.2", text, jobs=(job, *ordinary.schema.jobs), settings=(Pair("x", json.dumps(text)),)),
        ),
        Hook.GENERATE: lambda: GenerateRequest(target, graph, (Output(target, output_path(target), text),)),
        Hook.VALIDATE: lambda: ValidateRequest(
            (Fragment(output_path(target), text), *(Fragment(name, text) for name in names)), graph
        ),
        Hook.PREFLIGHT: lambda: PreflightRequest(text, text, text, text),
    }
    return makers[hook]()


def _job(text: str, names: tuple[str, ...]) -> Job:
    steps = tuple(Step(id=f"step-{n}", name=name, run=Run(f"echo {name}")) for n, name in enumerate(names, 1))
    env = tuple(Pair(f"V{n}", name) for n, name in enumerate(names, 1))
    return Job("odd", text, text, "ci", steps=steps, env=env)


def _files(ordinary: DetectRequest, content: bytes, names: tuple[str, ...]) -> tuple[File, ...]:
    wanted = [file.path for file in ordinary.repo.files]
    return tuple(File(path, 0o100644, "0" * 40, content) for path in sorted({*wanted, *names}))


def _deep_request(hook: Hook, info: PluginInfo) -> Any:
    ordinary = ordinary_request(hook, info)
    brackets = "[" * _NESTED + "]" * _NESTED
    if hook is Hook.DETECT:
        return DetectRequest(RepoSnapshot(_files(ordinary, b'{"a":' + brackets.encode() + b"}", ())))
    if hook is Hook.VALIDATE:
        return ValidateRequest((Fragment(output_path(target_of(info)), f"a: {brackets}\n"),), sample_graph())
    condition = Expr(Op.EQ, args=(Expr(Op.NAME, "branch"), Expr(Op.LITERAL, "main")))
    main = condition
    for level in range(_DEPTH):
        condition = Expr(Op.NOT, args=(condition,)) if level % 2 else Expr(Op.AND, args=(main, condition))
    table = '{"a":' * _DEPTH + "1" + "}" * _DEPTH
    if hook is Hook.GENERATE:
        target = target_of(info)
        graph = sample_graph(when=condition, raw=(ProviderBlock(target, table),))
        return GenerateRequest(target, graph, (Output(target, output_path(target)),))
    if hook is Hook.PLAN:
        job = Job("deep", when=condition)
        schema = CigSchema("0.2", "deep", jobs=(job, *ordinary.schema.jobs), settings=(Pair("x", table),))
        return PlanRequest(info.capabilities, (), schema)
    return ordinary
