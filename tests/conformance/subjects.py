"""A plugin object as the subject of the suite, and what of its verdicts counts."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from cigen.sdk import Hook, Plugin, PluginInfo
from cigen.sdk.conformance import Ending, Process, Reply, Verdict
from cigen.sdk.conformance.ordinary import method_of

__all__ = ["InProcess", "failures"]


class InProcess:
    """A plugin object as the suite's subject: nothing of processes is tested, and nothing has to be waited for."""

    def __init__(self, plugin: Plugin, info: PluginInfo) -> None:
        self.info = info
        self.plugin = plugin

    @contextmanager
    def start(self, env: Mapping[str, str]) -> Iterator[Process]:
        yield self

    def greet(self) -> tuple[PluginInfo | None, Reply, float]:
        return self.info, Reply(b""), 0.0

    def ask(self, hook: Hook, content: bytes) -> Reply:
        if hook.value not in self.info.hooks:
            return Reply(status="UNIMPLEMENTED", words="no such hook")
        method = method_of(hook)
        try:
            return Reply(method.encode(getattr(self.plugin, hook.value)(method.decode_request(content))))
        except Exception as why:
            return Reply(status="INTERNAL", words=repr(why))

    def end(self) -> Ending:
        return Ending(0)


def failures(verdicts: Iterator[Verdict]) -> dict[str, Verdict]:
    """Those of the checks that did not pass, by id."""
    return {verdict.id: verdict for verdict in verdicts if not verdict.passed}
