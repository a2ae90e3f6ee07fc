"""Evidence that a worktree is unchanged, for the null build.

Owns what is looked at and why that is enough; docs/caching.md argues it point by point. Imports `os` and xxhash
only: all it may cost is about a `git status`. Keeps settings and variables as hashes, because they may hold secrets.
A false "unchanged" is the one unforgivable mistake: whatever cannot be told is a change.

The evidence is taken before the worktree is read, with the filesystem's own clock read first. Anything whose time stamp
is not older than that reading could still change without its stamp moving, so such an observation is made again.
"""

# Importing pathlib would cost the null build more than all of this.
# ruff: noqa: PTH116, PTH118

import os

import xxhash

from cigen.repo.clocks import clock_start, later_stamp
from cigen.repo.commands import LIST_CONFIG, STATUS, STATUS_TRACKED, STATUS_WITH_IGNORED, git_environment
from cigen.repo.discovery import find_git
from cigen.repo.spawn import GitChild

__all__ = ["Edited", "Observation", "begin_evidence", "collect_evidence", "compare_evidence", "find_git", "status_of"]

_REVISION = 1
_ATTEMPTS = 3
_SECOND = 1_000_000_000
_OTHER_CLOCK = 3 * _SECOND
"""How far another filesystem's time stamps may lag behind those of the worktree's."""

_CLOCK_STEP = 5_000_000
"""Readings of two clocks one after the other differ by less."""

_CACHE = b".cigen/cache"
_EDITED = b"1 .M N... "
"""How `git status` begins a tracked file with another content or mode than in the index, where it is as in HEAD."""

_RULES = (b".gitignore", b".gitattributes")
_HARMLESS = ("GIT_ASKPASS", "GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_EDITOR", "GIT_PAGER", "GIT_SSH")
"""Variables that differ from terminal to terminal and have no say in what is ignored or changed."""

_Stamp = tuple[int, ...]
_Stamps = tuple[tuple[bytes, _Stamp], ...]
"""Paths from the root (or absolute ones) and what `lstat` said; an empty stamp: nothing there."""

Edited = tuple[tuple[object, ...], bytes]
"""Evidence that holds but for what stands in tracked files, and what `git status` says of tracked files now."""


def begin_evidence(worktree: str, clock: str) -> "Observation | None":
    """Have git look at the worktree while the caller does something else, before `collect_evidence`."""
    try:
        observation = Observation(os.fsencode(worktree), *later_stamp(clock))
        observation.ask_git(worktree)
    except OSError:
        return None
    return observation


def collect_evidence(
    worktree: str,
    git_dir: str,
    common_dir: str,
    clock: str,
    edited: Edited | None = None,
    begun: "Observation | None" = None,
) -> tuple[object, ...]:
    """What must stay as it is for the worktree to be unchanged; a tuple for `marshal`. Call it before reading the tree.

    `clock` is a file of the caller's own, on the worktree's filesystem and below a directory that is no input; it is
    created and touched, to read the filesystem's clock. edited: what `compare_evidence` found a moment ago, which
    spares looking at all of it once more. begun: what `begin_evidence` began. Empty: no evidence can be had, it never
    holds.
    """
    try:
        if edited is not None:
            observation = Observation(os.fsencode(worktree), *later_stamp(clock))
            evidence = observation.renew(*edited)
            if evidence and observation.settled:
                return evidence
        for _ in range(_ATTEMPTS):
            observation, begun = begun or Observation(os.fsencode(worktree), *later_stamp(clock)), None
            evidence = observation.observe(worktree, git_dir, common_dir)
            if observation.settled:
                return evidence
            if observation.future:
                break
    except OSError:
        pass
    return ()


def compare_evidence(evidence: tuple[object, ...], worktree: str) -> tuple[bool, Edited | None]:
    """Whether the worktree is provably what it was when the evidence was collected.

    And, if nothing but tracked files was edited, what the next evidence can be made of.
    """
    if len(evidence) != 10 or evidence[:2] != (_REVISION, worktree):
        return False, None
    try:
        tracked, moved = _compare(worktree, *evidence[2:])  # type: ignore[arg-type]  # marshal carries no types
    except (OSError, TypeError, ValueError):
        return False, None
    if tracked is None:
        return False, None
    holds = not moved and tracked == evidence[5]
    return holds, None if holds else (evidence, tracked)


def status_of(evidence: tuple[object, ...]) -> bytes:
    """The output of `git status` that the evidence rests on; empty when there is no evidence."""
    if not evidence:
        return b""
    tracked, untracked = evidence[5:7]
    assert isinstance(tracked, bytes)
    assert isinstance(untracked, bytes)
    return tracked + untracked


def _compare(
    worktree: str,
    started: int,
    environment: str,
    config: str,
    tracked: bytes,
    untracked: bytes,
    submodules: bool,
    stamps: _Stamps,
    directories: tuple[bytes, tuple[int, ...]],
) -> tuple[bytes | None, bool]:
    """What `git status` says of tracked files, if all else holds, and whether one that was edited was written again."""
    if environment != _environment() or abs(clock_start() - started) > _CLOCK_STEP:
        return None, False
    arguments = STATUS if submodules else STATUS_TRACKED
    status = GitChild(worktree, arguments)
    try:
        settings = GitChild(worktree, LIST_CONFIG)
    except OSError:
        status.abandon()
        raise
    root = os.fsencode(worktree) + b"/"
    moved = [path for path, stamp in stamps if _stamp(root, path) != stamp]
    if (moved and not _edited_paths(tracked).issuperset(moved)) or not _directories_hold(worktree, *directories):
        status.abandon()
        settings.abandon()
        return None, False
    said, configured = status.output(), settings.output()
    if said is None or configured is None or _hash(configured) != config:
        return None, False
    tracked_now, untracked_now = _parts(said)
    if submodules and untracked_now != untracked:
        return None, False
    return tracked_now, bool(moved)


def _edited_paths(tracked: bytes) -> set[bytes]:
    """The tracked files that are edited, but for those that say what git ignores and how it hashes."""
    paths = {record.split(b" ", 8)[-1] for record in tracked.split(b"\0") if record.startswith(_EDITED)}
    return {path for path in paths if path.rpartition(b"/")[2] not in _RULES}


def _parts(status: bytes) -> tuple[bytes, bytes]:
    """What `git status` says of tracked and of untracked files, without what does not matter to the tree.

    That is: other branches, the stash, ignored files, and the cache, which cigen itself writes.
    """
    tracked: list[bytes] = []
    untracked: list[bytes] = []
    for record in status.split(b"\0"):
        if record[:1] in (b"1", b"u") or record.startswith(b"# branch.oid "):
            tracked.append(record + b"\0")
        elif record[:1] == b"?" and not record.startswith(b"? " + _CACHE + b"/"):
            untracked.append(record + b"\0")
    return b"".join(tracked), b"".join(untracked)


def _directories_hold(worktree: str, names: bytes, times: tuple[int, ...]) -> bool:
    """Whether every directory still has its times and its inode: then nothing in it was made, removed or renamed."""
    found: list[int] = []
    lstat = os.lstat
    root = os.open(worktree, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in names.split(b"\0"):
            status = lstat(name, dir_fd=root)
            found += (status.st_ctime_ns, status.st_mtime_ns, status.st_ino)
    except OSError:
        return False
    finally:
        os.close(root)
    return tuple(found) == times


def _stamp(root: bytes, path: bytes) -> _Stamp:
    """What changes whenever the file is written or replaced; git follows links to rule files outside the worktree."""
    try:
        status = os.stat(path) if path[:1] == b"/" else os.lstat(root + path)
    except OSError:
        return ()
    return (
        *(status.st_ctime_ns, status.st_mtime_ns, status.st_ino),
        *(status.st_size, status.st_mode, status.st_dev),
    )


def _is_link(stamp: _Stamp) -> bool:
    return stamp[4] & 0o170000 == 0o120000


def _hash(data: bytes) -> str:
    return str(xxhash.xxh3_128_hexdigest(data))


def _environment() -> str:
    """What of the environment decides where git finds its configuration and its ignore rules."""
    environment = git_environment()
    names = [n for n in environment if n.startswith("GIT_") and not n.startswith(_HARMLESS)]
    names += [n for n in ("HOME", "XDG_CONFIG_HOME") if n in environment]
    return _hash(os.fsencode("\0".join(f"{name}={environment[name]}" for name in sorted(names))))


class Observation:
    """One look at the worktree. `settled`: everything seen is older than the look, so that any change will show."""

    def __init__(self, root: bytes, start: int, device: int) -> None:
        self._root = root + b"/"
        self._start = start
        self._device = device
        self._clock_start = clock_start()
        self._newest = 0
        self._stamps: dict[bytes, _Stamp] = {}
        self._directories: list[bytes] = []
        self._times: list[int] = []
        self._nested = False
        self._children: tuple[GitChild, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether nothing that was seen is as new as the clock."""
        return self._newest < self._start

    @property
    def future(self) -> bool:
        """Whether something is so new that waiting a moment is no use."""
        return self._newest > self._start + _SECOND

    def ask_git(self, worktree: str) -> None:
        """Have git begin with what it takes longest for."""
        status = GitChild(worktree, STATUS_WITH_IGNORED)
        try:
            self._children = (status, GitChild(worktree, LIST_CONFIG))
        except OSError:
            status.abandon()
            raise

    def observe(self, worktree: str, git_dir: str, common_dir: str) -> tuple[object, ...]:
        """The evidence, or an empty tuple (which is settled) when there can be none."""
        if not self._children:
            self.ask_git(worktree)
        output, config = [child.output() for child in self._children]
        if config is None or output is None:
            return ()
        ignored = {record[2:].rstrip(b"/") for record in output.split(b"\0") if record[:1] == b"!"}
        tracked, untracked = _parts(output)
        changed = [record for record in tracked.split(b"\0") if record[:1] in (b"1", b"u")]
        others = [record[2:] for record in untracked.split(b"\0") if record]
        if any(path.endswith(b"/") for path in others) or any(map(_moving_submodule, changed)):
            return ()
        self._walk(ignored | {b".git", _CACHE})
        for record in changed:
            self._note_changed(record.split(b" ", 10 if record[:1] == b"u" else 8)[-1])
        for path in others:
            self._note(path)
        for path in _rule_files(config, worktree, git_dir, common_dir):
            self._note(path)
        return (
            *(_REVISION, worktree, self._clock_start, _environment(), _hash(config)),
            *(tracked, untracked, self._nested),
            tuple(sorted(self._stamps.items())),
            (b"\0".join(self._directories), tuple(self._times)),
        )

    def renew(self, evidence: tuple[object, ...], tracked: bytes) -> tuple[object, ...]:
        """The evidence, after nothing happened but that tracked files were edited; empty if that is not sure.

        Everything else in it was seen unchanged a moment ago, so what happens to it from now on will show. The index
        has the same files as long as it differs from the same commit in the same way; so the same ones are untracked.
        """
        before, stamps, submodules = evidence[5], evidence[8], evidence[7]
        assert isinstance(before, bytes)
        assert isinstance(stamps, tuple)
        differing = set(before.split(b"\0")) ^ set(tracked.split(b"\0"))
        edited = _edited_paths(before) | _edited_paths(tracked)
        if submodules or not {record.split(b" ", 8)[-1] for record in differing} <= edited:
            return ()
        if any(path.rpartition(b"/")[2] in _RULES and stamp and _is_link(stamp) for path, stamp in stamps):
            return ()  # an old git follows it, to a file that may be among the edited ones
        self._stamps = {path: stamp for path, stamp in stamps if path not in edited}
        for path in _edited_paths(tracked):
            self._note_changed(path)
        return (*evidence[:5], tracked, *evidence[6:8], tuple(sorted(self._stamps.items())), evidence[9])

    def _walk(self, ignored: set[bytes]) -> None:
        """Note every directory git would look into for untracked files, and every rule file in one."""
        pending = [b""]
        while pending:
            path = pending.pop()
            status = os.lstat(self._root + path)  # before the listing: what is listed is at least as new as its times
            self._directories.append(path or b".")
            self._times += (status.st_ctime_ns, status.st_mtime_ns, status.st_ino)
            self._seen(status.st_ctime_ns, status.st_mtime_ns, status.st_dev)
            prefix = path + b"/" if path else b""
            with os.scandir(self._root + path) as listing:
                entries = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in listing]
            if path and any(name == b".git" for name, _ in entries):
                self._nested = True  # a submodule: git looks into it, and is asked to look for untracked files as well
                continue
            pending.extend(
                prefix + name for name, is_directory in entries if is_directory and prefix + name not in ignored
            )
            for name, is_directory in entries:
                if name in _RULES and not is_directory:
                    self._note(prefix + name)

    def _note_changed(self, path: bytes) -> None:
        """Note a tracked file that differs, and the attribute files that say how it is hashed, wherever they are."""
        self._note(path)
        while path:
            path = path.rpartition(b"/")[0]
            self._note(path + b"/.gitattributes" if path else b".gitattributes")

    def _note(self, path: bytes) -> None:
        if path not in self._stamps:
            stamp = self._stamps[path] = _stamp(self._root, path)
            if stamp:
                self._seen(stamp[0], stamp[1], stamp[5])

    def _seen(self, ctime: int, mtime: int, device: int) -> None:
        lag = 0 if device == self._device else _OTHER_CLOCK
        self._newest = max(self._newest, ctime + lag, mtime + lag)


def _moving_submodule(record: bytes) -> bool:
    """Whether a record is of a submodule that is elsewhere than the index says, or not clean."""
    return record[5:6] == b"S" and record[5:9] != b"S..."


def _rule_files(config: bytes, worktree: str, git_dir: str, common_dir: str) -> list[bytes]:
    """The files outside the worktree's own directories that say what git ignores and how it hashes."""
    settings = dict(line.partition(b"\n")[::2] for line in config.split(b"\0"))
    home = os.environ.get("HOME", "")
    defaults = os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    found = [os.path.join(common_dir, "info", name) for name in ("exclude", "attributes")]
    found += [os.path.join(git_dir, "info", "sparse-checkout"), "/etc/gitattributes"]
    for key, name in (("core.excludesfile", "ignore"), ("core.attributesfile", "attributes")):
        value = settings.get(key.encode())
        if value is None:
            found.append(os.path.join(defaults, "git", name))
        elif value[:2] == b"~/":
            found.append(home + os.fsdecode(value[1:]))
        elif value[:1] in (b"~", b"%", b":"):
            expanded = GitChild(worktree, ("config", "--type=path", "--get", key)).output()
            found.append(os.path.join(worktree, os.fsdecode((expanded or b"").rstrip(b"\n"))))
        elif value:
            found.append(os.path.join(worktree, os.fsdecode(value)))
    return [os.fsencode(path) for path in found if path[:1] == "/"]
