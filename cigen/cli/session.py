"""One invocation's working parts: repository, store, plugins and engine, wired together.

Owns: which rules a command runs, and when the worktree is read, written and read again. The commands above it only
choose and print; the rooms below it know nothing of each other.
"""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from cigen.cli.head_start import HeadStart
from cigen.engine.action import Rule
from cigen.engine.cache_folder import CACHE_FOLDER
from cigen.engine.run import Engine, Run, Stale
from cigen.engine.store import Store
from cigen.engine.toolprint import tool_fingerprint
from cigen.errors import CigError, ProjectError
from cigen.hashing.changes import diff_filesets
from cigen.hashing.digest import git_blob
from cigen.host.discovery import Discovered, InstalledPlugin, discover_plugins
from cigen.host.pool import PluginPool
from cigen.model.config import Config
from cigen.model.dataclass import dataclass, field
from cigen.model.diagnostics import Diagnostic, error
from cigen.model.events import Observer, Span
from cigen.model.plans import Hook
from cigen.model.resources import PathGlob
from cigen.repo.evidence import collect_evidence
from cigen.repo.ignoring import ignore_rules
from cigen.repo.listing import CommitListing, CommitTree
from cigen.repo.locate import RepositoryLocation, find_repository
from cigen.repo.worktree import Worktree, read_worktree
from cigen.rules.context import Context
from cigen.rules.dag import DagRule
from cigen.rules.detect import DetectRule
from cigen.rules.fragment import FragmentRule
from cigen.rules.handshake import HandshakeRule
from cigen.rules.merge import MergeRule
from cigen.rules.plan import PlanRule
from cigen.rules.resolve import ResolveRule
from cigen.rules.schema import SchemaRule
from cigen.rules.signature import SignatureRule, Signatures
from cigen.rules.validate import ValidateRule

__all__ = ["CONFIG_FILE", "Session", "find_root", "open_session"]

CONFIG_FILE = "cig.toml"
_NO_HEAD_START = HeadStart()


@dataclass(slots=True)
class Session:
    """The parts of one invocation. `run` collects what its engine did so far.

    discovered: the plugins there are, and what is wrong with others, for a cig.toml that says nothing of plugins.
    """

    root: Path
    location: RepositoryLocation
    store: Store
    pool: PluginPool
    engine: Engine
    context: Context
    worktree: Worktree
    evidence: tuple[object, ...]
    observer: Observer
    discovered: Discovered
    run: Run = field(default_factory=Run)
    found: list[Diagnostic] = field(default_factory=list)
    signatures: Signatures | None = None
    stale: dict[str, Stale] = field(default_factory=dict)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything the user must be told so far."""
        return tuple(dict.fromkeys([*self.found, *self.run.diagnostics, *self.store.warnings]))

    @property
    def lasting_diagnostics(self) -> tuple[Diagnostic, ...]:
        """Those that the next run would report again if nothing changed: not what this one did to the disk."""
        return tuple(d for d in self.diagnostics if not d.code.startswith(("OUTPUT_", "STORE_")))

    @property
    def config(self) -> Config | None:
        """The parsed cig.toml, once the schema stage has run."""
        return self.context.config(self.run.outputs)

    def load(self) -> None:
        """Parse cig.toml and find out which plugins there are."""
        self.engine.run([SchemaRule(self.context)], self.run)
        config = self.config
        if config is None:
            return
        discovered = self.discovered
        if config.plugins:
            discovered = discover_plugins(self.root, config.plugins, self.context.environ)
        if self.store.is_empty:
            asked = {"policy", *(f"provider:{output.provider}" for output in config.outputs)}
            off = {ref.name for ref in config.plugins if not ref.enabled}
            self.pool.start(p for p in discovered.plugins if p.id not in off and _surely_asked(p, asked))
        self.found.extend(discovered.diagnostics)
        self.context.unread = discovered.unread
        handshake = HandshakeRule(self.context, discovered.plugins)
        self.engine.run([handshake], self.run)
        self.context.plugins = handshake.described(self.run.outputs)

    def rules(self) -> list[Rule]:
        """The stages between the parsed cig.toml and the files, in order."""
        context = self.context
        return [
            DetectRule(context),
            ResolveRule(context),
            PlanRule(context),
            DagRule(context),
            FragmentRule(context),
            MergeRule(context),
            ValidateRule(context),
        ]

    def build(self) -> None:
        """Bring every stage up to `validate` up to date."""
        self.load()
        config = self.config
        if config is not None:
            self.context.meanwhile = self._sign_ahead
            self.engine.run(self.rules(), self.run)
            self.context.meanwhile = None
            # A glob that matches nothing must be told before anything is written.
            self.compute_signatures()

    def compute_signatures(self) -> None:
        """Compute every job's signature over the tree as it was read."""
        config = self.config
        if config is not None:
            self.signatures = self.signatures or Signatures.of(self.context, config)
            self.found.extend(self.signatures.diagnostics)

    def _sign_ahead(self) -> None:
        """Signatures need no plugin's answer, so they are computed while one is awaited."""
        config = self.config
        if config is not None:
            try:
                self.signatures = Signatures.of(self.context, config)
            except CigError:
                # It is not the action that just waited which failed: the same is told in its own place.
                self.signatures = None

    def look_ahead(self) -> None:
        """Find out what is stale without running it: the first stage with something stale ends the search."""
        for rule in [SchemaRule(self.context), *self.rules()]:
            if rule.name == "detect":
                self.load()
            self.stale = {item.action.id: item for item in self.engine.stale(rule, self.run)}
            if self.stale:
                return

    def sign(self) -> None:
        """Bring the recorded signatures up to date."""
        assert self.signatures is not None, "sign follows build"
        self.engine.run([SignatureRule(self.context, self.signatures)], self.run)

    def detect(self) -> None:
        """Ask every plugin what the repository shows, with or without a cig.toml."""
        self.pool.start(self.context.with_hook(Hook.DETECT))
        self.engine.run([DetectRule(self.context)], self.run)

    def look_again(self) -> None:
        """Read the worktree once more, after cig itself has written to it."""
        known = CommitTree(self.worktree.base_commit, self.worktree.base)
        self.evidence, self.worktree = _look(self.root, self.location, self.observer, known, writable=True)
        self.context.tree = self.worktree
        self.context.read_file = self.worktree.read_file
        self.context.forget_reads()
        if self.config is not None:
            self.signatures = Signatures.of(self.context, self.config)

    def only_changed(self, before: Worktree, written: Sequence[str]) -> bool:
        """Whether nothing but what cig wrote itself differs from the tree the run began with."""
        changed = diff_filesets(before, self.worktree, [PathGlob("**", optional=True)])
        ours = {path.encode() for path in written}
        return all(change.path in ours for change in changed)

    def read_its_config(self) -> bool:
        """Whether the cig.toml that was read is that of the tree, and not one of a moment before or after."""
        text = self.context.config_text
        entries = self.worktree.entries(self.worktree.root())
        ids = [entry.id for entry in entries if entry.name == CONFIG_FILE.encode()]
        return ids in ([git_blob(text)], [git_blob(text.replace(b"\r\n", b"\n"))])

    def declared_variables(self) -> tuple[str, ...]:
        """Environment variables that a signature or a plugin depends on."""
        config = self.config
        jobs = config.jobs if config else ()
        names = {name for job in jobs for name in (job.inputs.env if job.inputs else ())}
        return tuple(sorted(names | {name for job in jobs for name in (job.skip_if.env if job.skip_if else ())}))

    def outside_paths(self) -> tuple[str, ...]:
        """Files of plugins and the folders they are found in: what a render depends on beside the worktree."""
        folders = [folder for folder in self.context.environ.get("PATH", "").split(os.pathsep) if folder]
        files = [
            str(path)
            for plugin in self.context.plugins
            if plugin.origin != "bundled"
            for path in (_all_of(plugin.entry.parent) if plugin.origin != "path" else (plugin.entry,))
        ]
        return (*folders, *files)

    def save(self) -> None:
        """Remember what the run learnt, and forget actions that the project has not got any more.

        Signatures stay, also where the command records none itself: they are what the next one is compared with. A run
        that came to an end before the last stage, or was about some providers only, cannot tell what is gone.
        """
        current = [*self.run.executed, *self.run.cached]
        if self.signatures is None or not self.run.ok or self.context.providers:
            current += self.store.ids()
        else:
            current += [f"signature:{planned.key}" for planned in self.signatures.planned]
        self.store.save(current)


def _surely_asked(plugin: InstalledPlugin, asked: set[str]) -> bool:
    """Whether a standard plugin takes part in a run without a cache: one that detects, or that does what is asked.

    asked: capabilities, or what stands before the colon of any that is.
    """
    if plugin.origin != "bundled" or plugin.info is None:
        return False
    served = {part for name in plugin.info.capabilities for part in (name, name.partition(":")[0])}
    return Hook.DETECT.value in plugin.info.hooks or not asked.isdisjoint(served)


def _all_of(folder: Path) -> tuple[Path, ...]:
    """A folder and everything in it: a file that is added shows in its folder."""
    return (folder, *folder.rglob("*"))


def find_root(start: Path) -> tuple[Path, RepositoryLocation]:
    """The repository that `start` is in, and its top folder. Raises ProjectError outside of one."""
    location = find_repository(start)
    if location.worktree is None:
        message = "this repository is bare: it has no files to render from or to"
        raise ProjectError(error("CLI_005", message, hint="`cig compute-signatures` reads commits, and works here"))
    return location.worktree, location


def _look(
    root: Path,
    location: RepositoryLocation,
    observer: Observer,
    known: CommitTree | None,
    *,
    writable: bool,
    head: HeadStart = _NO_HEAD_START,
) -> tuple[tuple[object, ...], Worktree]:
    """Read the worktree. The evidence comes first: whatever changes while we read is then a change since."""
    start = time.perf_counter_ns()
    # Git lists the commit while it and we look at the files.
    listing = (head.listing or CommitListing(location, "HEAD")) if known is None else None
    evidence: tuple[object, ...] = ()
    if writable:
        clock = str(root / CACHE_FOLDER / "clock")
        places = str(root), str(location.git_dir), str(location.common_dir)
        evidence = collect_evidence(*places, clock, head.edited, head.looking)
    worktree = read_worktree(location, evidence, listing.read() if listing else known)
    observer(Span("git", "worktree", start, time.perf_counter_ns()))
    return evidence, worktree


def config_text(root: Path) -> bytes:
    """The bytes of cig.toml. Raises ProjectError if there is none."""
    path = root / CONFIG_FILE
    try:
        if path.exists() and not path.is_file():
            # A pipe in its place would be waited for.
            raise ProjectError(error("CLI_004", "cig.toml is not a file"))
        return path.read_bytes()
    except FileNotFoundError:
        nested = _nested_config(root)
        message = "there is no cig.toml at the root of this repository"
        hint = f"cig reads the one at the root only; found {nested}" if nested else "write one with: cig init"
        raise ProjectError(error("CLI_004", message, hint=hint)) from None
    except OSError as problem:
        raise ProjectError(error("CLI_004", f"cig.toml cannot be read: {problem.strerror}")) from None


def _nested_config(root: Path) -> str:
    here = Path.cwd()
    if here != root and (here / CONFIG_FILE).is_file() and here.is_relative_to(root):
        return str((here / CONFIG_FILE).relative_to(root))
    return ""


@contextmanager
def open_session(
    start: Path,
    *,
    observer: Observer,
    environ: Mapping[str, str] = os.environ,
    providers: Sequence[str] = (),
    text: bytes | None = None,
    writable: bool = True,
    head: HeadStart = _NO_HEAD_START,
) -> Iterator[Session]:
    """Everything a command needs, closed again at the end whatever happens.

    text: the content of cig.toml where it is not the file's (`cig init` has none yet). writable: whether anything at
    all may be written, the cache included. head: what was begun before, in this very folder.
    """
    root, location = find_root(start)
    content = config_text(root) if text is None else text
    with ExitStack() as stack:
        store = Store(root, writable=writable)
        stack.callback(store.close)
        pool = stack.enter_context(PluginPool(observer=observer, launcher=head.launcher))
        discovered = discover_plugins(root, (), environ)
        if store.is_empty:
            # Nothing is cached, so every plugin will be asked: let them start while the repository is read.
            pool.start(p for p in discovered.plugins if _surely_asked(p, set()))
        evidence, worktree = _look(root, location, observer, None, writable=writable, head=head)
        context = Context(
            tool=tool_fingerprint(),
            tree=worktree,
            read_file=worktree.read_file,
            config_text=content,
            config_blob=git_blob(content),
            plugins=discovered.plugins,
            asks=pool,
            environ=environ,
            providers=tuple(sorted(set(providers))),
            ignore_rules=partial(ignore_rules, location),
        )
        engine = Engine(store, observer)
        yield Session(root, location, store, pool, engine, context, worktree, evidence, observer, discovered)
