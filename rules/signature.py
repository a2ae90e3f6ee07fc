"""Stage `signature`: for each job and each leg of a matrix, everything its work depends on."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from cigen.hashing.fileset import Fileset, select
from cigen.hashing.manifest import Component, KeyManifest
from cigen.host.discovery import InstalledPlugin
from cigen.model.config import Config
from cigen.model.dataclass import dataclass, field
from cigen.model.diagnostics import Diagnostic
from cigen.model.paths import Digest
from cigen.model.resources import Job
from cigen.pipeline.detect import job_demands, serves
from cigen.pipeline.expand import expand_jobs
from cigen.pipeline.globs import declared_globs, is_glob
from cigen.pipeline.installing import uses_modules
from cigen.pipeline.signature import (
    JobSignature,
    PlannedJob,
    ShapingPlugin,
    job_manifest,
    planned_jobs,
    plugin_settings,
)
from cigen.rules.context import Context, key_manifest, read_components

if TYPE_CHECKING:
    # A machine that only computes signatures has no engine.
    from cigen.engine.action import Action, Outputs
    from cigen.rules.locking import LockedParts

__all__ = ["SignatureRule", "Signatures"]


@dataclass(slots=True)
class Signatures:
    """Computes the manifests of all jobs over one tree, each once, upstream before downstream."""

    context: Context
    config: Config
    manifests: dict[str, KeyManifest] = field(default_factory=dict)
    digests: dict[str, Digest] = field(default_factory=dict)
    planned: tuple[PlannedJob, ...] = ()
    unmatched: dict[str, list[Diagnostic]] = field(default_factory=dict)
    """What is wrong with globs that select nothing, by the `files` of plan entries."""
    diagnostics: tuple[Diagnostic, ...] = ()
    _files: dict[str, list[Component]] = field(default_factory=dict)
    _listening: list[tuple[PlannedJob, Fileset]] = field(default_factory=list)
    _serving: dict[frozenset[str], list[InstalledPlugin]] = field(default_factory=dict)
    _shaping: dict[str, ShapingPlugin] = field(default_factory=dict)
    _locked: "LockedParts | None" = None

    @classmethod
    def of(cls, context: Context, config: Config) -> "Signatures":
        """All signatures of the context's tree as it is now."""
        made = cls(context, config)
        made.diagnostics = made._compute()
        return made

    def _compute(self) -> tuple[Diagnostic, ...]:
        """Fill in everything; returns what is wrong with the matrices and the globs."""
        jobs, found = expand_jobs(self.config)
        self.planned = planned_jobs(jobs)
        for planned in self.planned:
            manifest = job_manifest(
                planned,
                config=self.config,
                files=self._job_files(planned),
                plugins=self._shapes(planned),
                environ=self.context.environ,
                upstream=self.digests,
            )
            self.manifests[planned.key] = manifest
            self.digests[planned.key] = manifest.signature()
        if self._listening:
            # Imported where there is something to say.
            from cigen.pipeline.silence import silent_globs

            context = self.context
            self.unmatched = silent_globs(context.tree, self._listening, jobs, context.ignore_rules)
        if self._locked is not None:
            found = (*found, *self._locked.diagnostics)
        # Legs share globs that are the same in all of them.
        return tuple(dict.fromkeys([*found, *(one for wrong in self.unmatched.values() for one in wrong)]))

    def shaping(self, job: Job) -> tuple[str, ...]:
        """Names of the plugins that have a say in a job."""
        return tuple(plugin.id for plugin in self._plugins(job))

    def fileset(self, job: Job) -> Fileset | None:
        """The files a job declares; None for one that declares none: its signature covers the whole tree."""
        globs = tuple(glob for _, declared in declared_globs(job) for glob in declared)
        if not globs or not all(is_glob(glob.pattern) for glob in globs):
            return None
        return select(self.context.tree, globs)

    def _job_files(self, planned: PlannedJob) -> list[Component]:
        known = self._files.get(planned.files)
        if known is not None:
            return known
        job = planned.job
        fileset = self.fileset(job)
        if fileset is None:
            # The job "setup" is cig's own: its work is what its modules read, and nothing else.
            own = job.owner == "core"
            components = [] if own else [Component("file", "", f"git:{self.context.tree.root()}")]
        else:
            components = list(fileset.components())
            if fileset.unmatched or self.context.ignore_rules is not None:
                self._listening.append((planned, fileset))
        self._files[planned.files] = components
        return components

    def _plugins(self, job: Job) -> list[InstalledPlugin]:
        wanted = frozenset([demand.wanted for demand in job_demands(job)])
        known = self._serving.get(wanted)
        if known is None:
            known = self._serving[wanted] = [plugin for plugin in self.context.plugins if _may_serve(plugin, wanted)]
        return known

    def _shapes(self, planned: PlannedJob) -> list[ShapingPlugin]:
        job = planned.job
        plugins = [(self._shape(plugin), plugin) for plugin in self._plugins(job)]
        if not uses_modules(job):
            return [whole for whole, _ in plugins]
        if self._locked is None:
            # Imported where a step uses a module: no other can install a part of a lockfile.
            from cigen.rules.locking import LockedParts

            self._locked = LockedParts(self.context)
        locked = self._locked
        return [locked.shaped(whole, plugin, planned) for whole, plugin in plugins]

    def _shape(self, plugin: InstalledPlugin) -> ShapingPlugin:
        known = self._shaping.get(plugin.id)
        if known is None:
            if plugin.is_declared:
                reads = [(c.name, f"{c.kind} {c.value}") for c in read_components(self.context, plugin)]
            else:
                reads = [("./", f"file git:040000:{self.context.tree.root()}")]
            version = plugin.version if plugin.is_declared else ""
            settings = plugin_settings(self.config.plugins, plugin.id)
            known = ShapingPlugin(plugin.id, version, plugin.digest, tuple(reads), settings)
            self._shaping[plugin.id] = known
        return known


def _may_serve(plugin: InstalledPlugin, wanted: frozenset[str]) -> bool:
    """Whether a plugin shapes a job with these demands. One without a manifest may serve any, and may read any file.

    Also where its handshake is known: whoever computes the signature of a commit starts no plugin, and the signature
    is the same.
    """
    if plugin.is_declared:
        assert plugin.info is not None
        return any(serves(plugin.info, one) for one in wanted)
    return bool(wanted)


class SignatureRule:
    """Compute each job's work signature."""

    name = "signature"

    def __init__(self, context: Context, signatures: Signatures) -> None:
        self._context = context
        self._signatures = signatures

    def actions(self, outputs: "Outputs") -> "Iterator[Action]":  # noqa: ARG002
        """One for each entry of the plan."""
        from cigen.engine.action import Action, Result

        signatures = self._signatures
        for planned in signatures.planned:
            mine = tuple(signatures.unmatched.get(planned.files, ()))
            manifest = signatures.manifests[planned.key]
            signature = JobSignature(planned.key, signatures.digests[planned.key])
            yield Action(
                f"signature:{planned.key}",
                JobSignature,
                partial(self._manifest, manifest),
                partial(Result, None if mine else signature, mine),
            )

    def prepare(self, stale: Sequence[str]) -> None:
        """No plugin takes part."""

    def _manifest(self, manifest: KeyManifest) -> KeyManifest:
        return key_manifest(self._context, self.name, 1, manifest.components)
