"""Stage `preflight`: plugins that have the hook are asked whether jobs that a plan would skip must run all the same.

Owns the time that this may take, whatever plugins do: what is not answered by then counts as an objection. The plugins
answer side by side, each one question at a time. Nothing is kept: each plan asks anew.
"""

from collections.abc import Sequence
from threading import Lock, Thread
from time import monotonic

from cigen.errors import PluginError
from cigen.host.discovery import InstalledPlugin
from cigen.host.pool import PluginPool
from cigen.model.dataclass import replace
from cigen.model.diagnostics import Diagnostic
from cigen.model.events import Observer
from cigen.model.plans import Hook, PreflightRequest, PreflightResult
from cigen.pipeline.preflight import MOST_CHARACTERS, Heard, objections
from cigen.rules.signature import Signatures

__all__ = ["BUDGET", "ask_plugins", "hear_objections"]

BUDGET = 10.0
"""Seconds for all plugins and all jobs of a plan, starting them included."""

_KEPT = 10 * MOST_CHARACTERS
"""Characters of what a plugin says, which may be megabytes for each of a thousand jobs."""

_BROUGHT = frozenset({"config", "project"})
"""Origins of plugins that come with the commit."""


def hear_objections(
    signatures: Signatures, hits: Sequence[str], tier: str, observer: Observer
) -> tuple[dict[str, str], tuple[Diagnostic, ...]]:
    """What plugins have against skipping these entries of the plan, by plan key. tier: of this run."""
    tree = f"git:{signatures.context.tree.root()}"
    requests = [PreflightRequest(key, tree, signatures.digests[key], signatures.digests[key]) for key in hits]
    plugins = signatures.context.may_object()
    # A fork's pull request may bring any program as a plugin, and plans are made beside credentials of the store.
    refused = [one for one in plugins if tier == "fork" and one.origin in _BROUGHT]
    unstarted = "comes with a fork's commit and is not started"
    heard = [Heard(one.id, {}, {}, f"{one.id} {unstarted}", one.is_declared) for one in refused]
    # It may have the hook.
    heard += [Heard(name, {}, {}, f"the manifest of {name} is broken") for name in signatures.context.unread]
    with PluginPool(observer=observer) as pool:
        heard += ask_plugins(pool, [one for one in plugins if one not in refused], requests)
    return objections(hits, sorted(heard, key=lambda one: one.plugin))


def ask_plugins(
    pool: PluginPool, plugins: Sequence[InstalledPlugin], requests: Sequence[PreflightRequest], budget: float = BUDGET
) -> list[Heard]:
    """What each plugin says of each job, when all is said or the time is over. Never raises for a plugin's sake.

    One without a manifest that turns out not to have the hook has no say, and is not among them. A plugin may still be
    at work then; closing the pool ends it.
    """
    until = monotonic() + budget
    hearings = [_Hearing(pool, plugin, requests, until) for plugin in plugins]
    for one in hearings:
        one.start()
    for one in hearings:
        one.join(max(0.0, until - monotonic()))
    silence = f"did not answer within the {budget:g} s that all plugins have for a plan"
    heard = [one.heard(f"{one.plugin.id} {silence}") for one in hearings]
    return [one for one in heard if one is not None]


class _Hearing(Thread):
    """One plugin and its questions. The command does not wait for it when it ends."""

    def __init__(
        self, pool: PluginPool, plugin: InstalledPlugin, requests: Sequence[PreflightRequest], until: float
    ) -> None:
        super().__init__(name=f"preflight {plugin.id}", daemon=True)
        self.plugin = plugin
        self._pool = pool
        self._requests = requests
        self._until = until
        self._answers: dict[str, PreflightResult] = {}
        self._failures: dict[str, str] = {}
        self._has_hook = True
        self._lock = Lock()

    def run(self) -> None:
        """Ask one question after the other."""
        for request in self._requests:
            if monotonic() >= self._until or not self._has_hook:
                return
            self._ask(request)

    def heard(self, silence: str) -> Heard | None:
        """What was said so far; None of a plugin that has no say."""
        with self._lock:
            if not self._has_hook:
                return None
            return Heard(self.plugin.id, dict(self._answers), dict(self._failures), silence, self.plugin.is_declared)

    def _ask(self, request: PreflightRequest) -> None:
        try:
            if not self.plugin.is_declared and Hook.PREFLIGHT.value not in self._pool.info(self.plugin).hooks:
                self._has_hook = False
                return
            answer = self._pool.call(self.plugin, Hook.PREFLIGHT, request)
        except PluginError as failure:
            self._fail(request, failure.diagnostics[0].message)
        except Exception as fault:
            # A library that is broken, or our own mistake: the job runs.
            self._fail(request, f"{self.plugin.id} could not be asked: {type(fault).__name__}: {fault}")
        else:
            with self._lock:
                self._answers[request.job_id] = replace(answer, reason=answer.reason[:_KEPT])

    def _fail(self, request: PreflightRequest, words: str) -> None:
        with self._lock:
            self._failures[request.job_id] = words[:_KEPT]
