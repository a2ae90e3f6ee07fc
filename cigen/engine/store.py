"""The store: what actions produced, under which key, and what cig last wrote.

One SQLite file below `.cigen/cache/`, ours alone to write. Nothing in it is trusted: every row carries a digest of
itself and a row that does not match is a miss. A file that is damaged, of another format or out of reach is a miss with
one warning. Several cig at once are safe: a run reads what it needs, and writes all that it learnt in one transaction.
"""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from cigen.engine.cache_folder import CACHE_FOLDER, make_cache_folder
from cigen.hashing.digest import xxh3
from cigen.model.dataclass import dataclass
from cigen.model.diagnostics import Diagnostic, warning

__all__ = ["Record", "Store"]

FORMAT = 2
KEPT_KEYS = 4
"""Results kept for one action, newest first, so that switching between branches stays cheap."""
SIZE_LIMIT = 256 * 1024 * 1024

_TABLES = """
CREATE TABLE actions (
    id TEXT NOT NULL, key TEXT NOT NULL, seen INTEGER NOT NULL, sum TEXT NOT NULL,
    manifest BLOB NOT NULL, output BLOB NOT NULL, diagnostics BLOB NOT NULL,
    PRIMARY KEY (id, key)
) WITHOUT ROWID;
CREATE TABLE facts (name TEXT PRIMARY KEY, sum TEXT NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Record:
    """One stored result. `manifest`, `output` and `diagnostics` are canonical JSON."""

    id: str
    key: str
    manifest: bytes
    output: bytes
    diagnostics: bytes

    def sum(self) -> str:
        """The digest over the whole record."""
        parts = (self.id.encode(), self.key.encode(), self.manifest, self.output, self.diagnostics)
        return xxh3(b"".join(len(part).to_bytes(8, "big") + part for part in parts))


class Store:
    """The results of earlier runs. Every failure is a warning in `warnings`, once, and then a miss."""

    def __init__(self, root: Path, *, writable: bool = True) -> None:
        self._root = root
        self._folder = root / CACHE_FOLDER
        self._path = self._folder / "actions.db"
        self._writable = writable
        self.warnings: list[Diagnostic] = []
        self._latest: dict[str, tuple[str, int]] = {}
        self._keys: dict[tuple[str, str], int] = {}
        self._fresh: dict[tuple[str, str], Record] = {}
        self._used: set[tuple[str, str]] = set()
        self._facts: dict[str, bytes] = {}
        self._db: sqlite3.Connection | None = None
        self._open()
        self._load()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever recorded: the coming run is a cold one."""
        return not self._keys

    # -- reading -------------------------------------------------------------------------------------------------------

    def find(self, id: str, key: str) -> Record | None:
        """The record of an action under exactly this key, marked as used."""
        fresh = self._fresh.get((id, key))
        if fresh is not None:
            return fresh
        if (id, key) not in self._keys:
            return None
        record = self._read(id, key)
        if record is not None:
            self._used.add((id, key))
        return record

    def latest(self, id: str) -> Record | None:
        """The record that the last run used, whatever its key."""
        known = self._latest.get(id)
        return self._read(id, known[0]) if known else None

    def before(self, id: str) -> Record | None:
        """The record that was the latest before this one, if it is still kept."""
        keys = sorted(((seen, key) for (other, key), seen in self._keys.items() if other == id), reverse=True)
        return self._read(id, keys[1][1]) if len(keys) > 1 else None

    def ids(self) -> tuple[str, ...]:
        """Every action that has a record, sorted."""
        return tuple(sorted(self._latest))

    def fact(self, name: str) -> bytes | None:
        """A named value of the last run: what was written, from which tree, as which graph."""
        with self._surviving():
            if self._db is not None:
                row = self._db.execute("SELECT sum, value FROM facts WHERE name = ?", (name,)).fetchone()
                if row is not None and xxh3(name.encode() + b"\0" + row[1]) == row[0]:
                    return bytes(row[1])
        return None

    def _read(self, id: str, key: str) -> Record | None:
        with self._surviving():
            if self._db is None:
                return None
            query = "SELECT sum, manifest, output, diagnostics FROM actions WHERE id = ? AND key = ?"
            row = self._db.execute(query, (id, key)).fetchone()
            if row is None:
                return None
            record = Record(id, key, *(bytes(part) for part in row[1:]))
            if record.sum() == row[0]:
                return record
            self._warn_damaged("a record does not match its own digest")
        return None

    # -- writing -------------------------------------------------------------------------------------------------------

    def add(self, record: Record) -> None:
        """Remember a result; it reaches the disk with `save`."""
        self._fresh[record.id, record.key] = record
        self._used.add((record.id, record.key))

    def set_fact(self, name: str, value: bytes) -> None:
        """Remember a named value; it reaches the disk with `save`."""
        self._facts[name] = value

    def save(self, current: Iterable[str]) -> None:
        """Write everything in one transaction. `current`: all actions of the project now; others are forgotten."""
        moved = [pair for pair in self._used if self._latest.get(pair[0], ("", 0))[0] != pair[1]]
        gone = set(self._latest) - set(current)
        if not self._writable or not (self._fresh or moved or self._facts or gone):
            return
        with self._surviving(writing=True):
            if self._db is None:
                return
            seen = 1 + max((seen for _, seen in self._latest.values()), default=0)
            with self._db:
                self._db.execute("BEGIN IMMEDIATE")
                self._db.executemany(
                    "INSERT OR REPLACE INTO actions VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [(r.id, r.key, seen, r.sum(), r.manifest, r.output, r.diagnostics) for r in self._fresh.values()],
                )
                self._db.executemany(
                    "UPDATE actions SET seen = ? WHERE id = ? AND key = ?", [(seen, *pair) for pair in moved]
                )
                self._db.executemany("DELETE FROM actions WHERE id = ?", [(id,) for id in gone])
                self._forget_old()
                self._db.executemany(
                    "INSERT OR REPLACE INTO facts VALUES (?, ?, ?)",
                    [(name, xxh3(name.encode() + b"\0" + value), value) for name, value in self._facts.items()],
                )
            self._bound_size()

    def close(self) -> None:
        """Let go of the file. Safe to call twice."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _forget_old(self) -> None:
        assert self._db is not None
        counts: dict[str, list[tuple[int, str]]] = {}
        for (id, key), seen in self._keys.items():
            counts.setdefault(id, []).append((seen, key))
        ids = {id for id, _ in self._fresh}
        old = [
            (id, key)
            for id, known in counts.items()
            if id in ids and len(known) >= KEPT_KEYS
            for _, key in sorted(known, reverse=True)[KEPT_KEYS - 1 :]
            if (id, key) not in self._used
        ]
        self._db.executemany("DELETE FROM actions WHERE id = ? AND key = ?", old)

    def _bound_size(self) -> None:
        assert self._db is not None
        if self._path.stat().st_size <= SIZE_LIMIT:
            return
        used = self._used
        with self._db:
            for id, key in self._keys:
                if (id, key) not in used:
                    self._db.execute("DELETE FROM actions WHERE id = ? AND key = ?", (id, key))
        self._db.execute("VACUUM")
        size = self._path.stat().st_size
        if size > SIZE_LIMIT:
            message = f"{CACHE_FOLDER} holds {size >> 20} MB for this project alone"
            self.warnings.append(warning("STORE_003", message, hint=f"start over with: rm -r {CACHE_FOLDER}"))

    # -- opening -------------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        if not self._writable and not self._path.exists():
            return
        with self._surviving():
            if not self._writable:
                self._db = self._connect()
                return
            make_cache_folder(str(self._root))
            self._db = self._connect()

    def _connect(self) -> sqlite3.Connection | None:
        mode = "rwc" if self._writable else "ro"
        db = sqlite3.connect(f"{self._path.absolute().as_uri()}?mode={mode}", timeout=5, isolation_level=None, uri=True)
        try:
            # The store can always be made again: a crash of the machine may cost it, a crash of cig may not.
            db.execute("PRAGMA synchronous = OFF")
            (version,) = db.execute("PRAGMA user_version").fetchone()
            (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if version == FORMAT:
                return db
            if tables:
                message = f"{CACHE_FOLDER} was made by another version of cig; everything is computed again"
                self.warnings.append(warning("STORE_002", message))
            if not self._writable:
                db.close()
                return None
            if tables:
                db.close()
                self._path.unlink()
                return self._connect()
            with db:
                db.execute("BEGIN IMMEDIATE")
                if db.execute("PRAGMA user_version").fetchone() == (0,):
                    for statement in _TABLES.strip().split(";\n"):
                        db.execute(statement)
                    db.execute(f"PRAGMA user_version = {FORMAT}")
        except BaseException:
            db.close()
            raise
        return db

    def _load(self) -> None:
        with self._surviving():
            if self._db is None:
                return
            for id, key, seen in self._db.execute("SELECT id, key, seen FROM actions"):
                self._keys[id, key] = seen
                if seen > self._latest.get(id, ("", 0))[1]:
                    self._latest[id] = (key, seen)

    @contextlib.contextmanager
    def _surviving(self, writing: bool = False) -> Iterator[None]:
        """Turn whatever the disk does into one warning and go on without a store."""
        try:
            yield
        except sqlite3.OperationalError as problem:
            # Read-only, full, locked for too long: the file may be fine, so it stays.
            kept = "nothing is remembered" if writing else "everything is computed again"
            self._give_up(warning("STORE_004", f"{CACHE_FOLDER} cannot be used ({problem}); {kept}"))
        except (sqlite3.DatabaseError, UnicodeDecodeError, TypeError) as problem:
            # A changed byte may make a name, also one in SQLite's own message, no UTF-8, and a number a text.
            self._warn_damaged(str(problem))
        except OSError as problem:
            message = f"{CACHE_FOLDER} cannot be used ({problem.strerror}); nothing is remembered"
            self._give_up(warning("STORE_004", message))

    def _give_up(self, diagnostic: Diagnostic) -> None:
        if not any(known.code == diagnostic.code for known in self.warnings):
            self.warnings.append(diagnostic)
        with contextlib.suppress(Exception):
            self.close()
        self._db = None
        self._keys.clear()
        self._latest.clear()

    def _warn_damaged(self, problem: str) -> None:
        """Start over: a damaged file is removed, and a new one takes its place at once."""
        if any(known.code == "STORE_001" for known in self.warnings):
            self._give_up(self.warnings[0])
            return
        message = f"{CACHE_FOLDER} is damaged ({problem}); everything is computed again"
        self._give_up(warning("STORE_001", message))
        if not self._writable:
            return
        with contextlib.suppress(OSError, sqlite3.Error):
            for name in ("actions.db", "actions.db-journal"):
                (self._folder / name).unlink(missing_ok=True)
            self._db = self._connect()
