"""The whole suite, in its order."""

from collections.abc import Callable, Iterator, Sequence

from cigen.model.plans import Hook, PluginInfo
from cigen.sdk.conformance.behaviour import BEHAVIOUR
from cigen.sdk.conformance.cases import Case
from cigen.sdk.conformance.ordinary import target_of
from cigen.sdk.conformance.providing import PROVIDING
from cigen.sdk.conformance.rows import check_feature
from cigen.sdk.conformance.subject import Subject
from cigen.sdk.conformance.talk import Talk
from cigen.sdk.conformance.verdict import Failure, Verdict

__all__ = ["check_plugin"]

_HERE = {"PYTHONHASHSEED": "1", "LANG": "C.UTF-8", "TZ": "UTC"}
_ELSEWHERE = {"PYTHONHASHSEED": "2", "LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu"}


def check_plugin(subject: Subject, cases: Callable[[PluginInfo], Sequence[Case]]) -> Iterator[Verdict]:
    """Every check that concerns the plugin, as it is done. After a failed handshake there is no other.

    cases: the examples of `cigen.sdk.examples` as graphs, for a provider; not called for other plugins.
    """
    with Talk(subject, _HERE) as talk, Talk(subject, _ELSEWHERE) as elsewhere:
        for id, title, check in BEHAVIOUR:
            verdict = _verdict(id, title, check(talk, elsewhere))
            yield verdict
            if id == "handshake" and not verdict.passed:
                return
        info = talk.info
        if info is None or not target_of(info) or Hook.GENERATE.value not in info.hooks:
            return
        for id, title, provide in PROVIDING:
            yield _verdict(id, title, provide(talk, info))
        for case in cases(info):
            feature = case.feature
            yield _verdict(f"row-{feature.id}", f"renders or refuses: {feature.title}", check_feature(talk, info, case))


def _verdict(id: str, title: str, failure: Failure | None) -> Verdict:
    if failure is None:
        return Verdict(id, title, passed=True)
    return Verdict(id, title, passed=False, sent=failure.sent, got=failure.got, expected=failure.expected)
