"""Asking a provider for files, and reading what it said."""

import re
from typing import Any

from cigen.model.dataclass import dataclass
from cigen.model.diagnostics import Diagnostic, KeyPath, Level
from cigen.model.plans import Fragment, GenerateRequest, GenerateResult, Graph, Hook, PluginInfo, Setting
from cigen.model.resources import Output
from cigen.sdk.conformance.behaviour import described
from cigen.sdk.conformance.cases import Asked
from cigen.sdk.conformance.ordinary import encoded, method_of, output_path, target_of
from cigen.sdk.conformance.subject import Reply
from cigen.sdk.conformance.talk import Talk
from cigen.sdk.features import Feature, feature_of

__all__ = ["Rendered", "about", "asked_for", "names", "render", "spelled"]

_NAMED = ("jobs", "workflows", "templates", "caches", "services", "secrets", "runners", "plugins")


@dataclass(frozen=True, slots=True)
class Rendered:
    """What became of a graph. `failed`: in words, why there is no result at all."""

    fragments: tuple[Fragment, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    settings: tuple[Setting, ...] = ()
    failed: str = ""

    @property
    def refused(self) -> bool:
        """Whether the provider said that it cannot."""
        return any(one.level is Level.ERROR for one in self.diagnostics)

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """Paths and contents."""
        return tuple((one.path, one.content) for one in self.fragments)


def asked_for(info: PluginInfo, graph: Graph) -> Asked:
    """The one file of a graph with one workflow."""
    target = target_of(info)
    return ((GenerateRequest(target, graph, (Output(target, output_path(target)),)),),)


def render(talk: Talk, asked: Asked) -> Rendered:
    """The files, by the first way to ask that is not refused; by the first of all if every one is."""
    first: Rendered | None = None
    for requests in asked:
        rendered = _joined([_parsed(talk.ask(Hook.GENERATE, encoded(request))) for request in requests])
        if not rendered.failed and not rendered.refused:
            return rendered
        first = first or rendered
    assert first is not None
    return first


def names(found: Diagnostic, feature: Feature, key: KeyPath) -> bool:
    """Whether a diagnostic tells the user about a key: it points at it, or at what is around it and names it."""
    plain, told = _plain(key), _plain(found.key)
    if key[0] == "defaults" and told[:1] == ("jobs",):
        plain, told = plain[1:], told[2:]  # what a default is of stands in the jobs
    near = told == plain[: len(told)] or plain == told[: len(plain)]
    same = feature_of(spelled(found.key)) is feature
    if told and near and same:
        return True
    said = f"{found.title} {found.message} {found.hint}".lower()
    return (near or same) and any(word in said for word in _words(feature, key))


def about(found: Diagnostic, feature: Feature) -> bool:
    """Whether a diagnostic is about a feature at all: it points at one of its keys, or names one."""
    if feature_of(spelled(found.key)) is feature:
        return True
    own = {key.rpartition(".")[2].removesuffix("[]") for key in feature.keys} - {"on", "name"}
    words = "|".join(sorted(re.escape(word) for one in own for word in {one, one.replace("_", " ")}))
    return bool(words) and re.search(rf"\b({words})\b", f"{found.title} {found.message}".lower()) is not None


def spelled(key: KeyPath) -> str:
    """A key as `features.py` spells it: `jobs.NAME.steps[].run`."""
    text = ""
    for index, part in enumerate(key):
        if isinstance(part, int):
            text += "[]"
            continue
        named = index == 1 and key[0] in _NAMED
        text += f"{'.' if text else ''}{'NAME' if named else part}"
    return text


def _plain(key: KeyPath) -> tuple[str, ...]:
    return tuple(part for part in key if isinstance(part, str))


def _words(feature: Feature, key: KeyPath) -> list[str]:
    """The parts of a key that say what it is: those from the one that the feature is named by."""
    own = {part.removesuffix("[]") for each in feature.keys for part in [each.rpartition(".")[2]]}
    plain = [part for part in _plain(key) if part not in ("jobs", "steps")]
    start = next((n for n, part in enumerate(plain) if part in own), len(plain) - 1)
    words = [part.lower() for part in plain[max(start, 0) :]]
    return [*words, *(word.replace("_", " ") for word in words)]


def _parsed(reply: Reply) -> Any:
    if reply.content is None:
        return described(reply)
    try:
        return method_of(Hook.GENERATE).decode_result(reply.content)
    except ValueError as why:
        return str(why)


def _joined(results: list[Any]) -> Rendered:
    for result in results:
        if not isinstance(result, GenerateResult):
            return Rendered(failed=str(result))
    fragments = tuple(fragment for result in results for fragment in result.fragments)
    diagnostics = tuple(found for result in results for found in result.diagnostics)
    return Rendered(fragments, diagnostics, tuple(one for result in results for one in result.settings))
