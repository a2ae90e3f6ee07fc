"""Where plugins lie on disk, and one digest over all their files.

Owns: the four places that plugins are looked for, in order of precedence. Refuses: reading what the manifests say
(`discovery.py` does), following symbolic links out of a plugin's folder, running anything.
"""

import os
from collections.abc import Iterator, Mapping
from hashlib import sha256

from cigen.model.paths import Digest

__all__ = ["MANIFEST", "Candidate", "Content", "PluginFiles", "executable_id", "find_candidates"]

MANIFEST = "module.toml"
PREFIX = "cigen-plugin-"

Candidate = tuple[str, str, str]
"""Origin (config, project, path or bundled), id (empty where only the manifest tells), and a folder or a file."""


Content = tuple[str, bytes]
"""What a file is (file, program, link or unreadable), and what is in it."""


def find_candidates(root: str, paths: Mapping[str, str], environ: Mapping[str, str]) -> list[Candidate]:
    """Everything that may be a plugin, by precedence, then by name. `paths`: id → path, from cig.toml."""
    found = [("config", name, os.path.normpath(os.path.join(root, paths[name]))) for name in sorted(paths)]
    found += [("project", "", folder) for folder in _folders(os.path.join(root, ".cigen", "plugins"))]
    found += [
        ("path", executable_id(name), file) for name, file in sorted(_executables(environ.get("PATH", "")).items())
    ]
    found += [("bundled", os.path.relpath(folder, _std()), folder) for folder in _folders(_std())]
    return found


class PluginFiles:
    """All that a plugin consists of. Read when somebody asks: a plan needs the digests of few plugins.

    `known`: files that were read a moment ago, so that what plugins share is read once.
    """

    __slots__ = ("_digest", "_known", "_origin", "_path")

    def __init__(self, path: str, origin: str = "", known: dict[str, Content] | None = None) -> None:
        self._path, self._origin, self._digest = path, origin, ""
        self._known = {} if known is None else known

    @property
    def digest(self) -> Digest:
        """SHA-256 over a file, or over a folder's files with their names and execute bits.

        The standard plugins share code that lies in the folders above them: it is part of each.
        """
        if not self._digest:
            self._digest = self._sum()
        return Digest(self._digest)

    def _sum(self) -> str:
        total = sha256()
        files = [*_files(self._path), *(_shared(self._path) if self._origin == "bundled" else ())]
        for name, file in files:
            if file not in self._known:
                self._known[file] = _read(file)
            kind, content = self._known[file]
            total.update(f"{len(name)}:{name}:{kind}:{len(content)}:".encode("utf-8", "surrogateescape"))
            total.update(content)
        return f"sha256:{total.hexdigest()}"


def _read(file: str) -> Content:
    try:
        if os.path.islink(file):
            return "link", os.fsencode(os.readlink(file))
        with open(file, "rb") as stream:
            executable = os.fstat(stream.fileno()).st_mode & 0o111
            return "program" if executable else "file", stream.read()
    except OSError as why:
        return "unreadable", str(why.errno).encode()


def _files(path: str) -> Iterator[tuple[str, str]]:
    """Every file, by its path relative to the folder. A file on PATH may have a manifest beside it."""
    if not os.path.isdir(path):
        yield "", os.path.realpath(path)
        yield ".toml", f"{path}.toml"
        return
    found = []
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if name != "__pycache__"]
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        found += [os.path.join(folder, name) for name in [*names, *links] if not name.endswith(".pyc")]
    for file in sorted(found):
        yield os.path.relpath(file, path), file


def _shared(folder: str) -> Iterator[tuple[str, str]]:
    """The modules in the folders between a standard plugin and the root of all of them."""
    root, above = _std(), os.path.dirname(folder)
    while above.startswith(root):
        for name in sorted(_names(above)):
            if name.endswith(".py"):
                yield os.path.relpath(os.path.join(above, name), folder), os.path.join(above, name)
        above = os.path.dirname(above)


def _std() -> str:
    return os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "std")


def _folders(place: str) -> list[str]:
    """The folders with a manifest in `place` and one level below, sorted."""
    found = []
    for name in _names(place):
        folder = os.path.join(place, name)
        if os.path.exists(os.path.join(folder, MANIFEST)):
            found.append(folder)
            continue
        deeper = [os.path.join(folder, below) for below in _names(folder)]
        found += [below for below in deeper if os.path.exists(os.path.join(below, MANIFEST))]
    return sorted(found)


def _names(place: str) -> list[str]:
    try:
        return [name for name in os.listdir(place) if not name.startswith((".", "__"))]
    except OSError:
        return []


def _executables(path: str) -> dict[str, str]:
    """`cigen-plugin-…` → the first such executable on PATH. Relative entries are ignored: they mean another place."""
    found: dict[str, str] = {}
    for place in path.split(os.pathsep):
        if not os.path.isabs(place):
            continue
        try:
            names = [name for name in os.listdir(place) if name.startswith(PREFIX)]
        except OSError:
            continue
        for name in names:
            file = os.path.join(place, name)
            if name not in found and os.path.isfile(file) and os.access(file, os.X_OK):
                found[name] = file
    return found


def executable_id(name: str) -> str:
    """`cigen-plugin-lang-ruby` → `lang/ruby`; empty for a name without a kind."""
    if not name.startswith(PREFIX):
        return ""
    kind, _, rest = name.removeprefix(PREFIX).partition("-")
    return f"{kind}/{rest}" if kind and rest else ""
