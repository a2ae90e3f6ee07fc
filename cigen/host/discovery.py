"""Which plugins there are: of cig.toml, of the project, on PATH, and those that come with cigen.

Owns: which of two plugins with one id is used, and what is wrong with those that cannot be. Refuses: running any.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cigen.errors import PluginError
from cigen.formats.manifest import Manifest, parse_manifest
from cigen.host.scan import MANIFEST, Content, PluginFiles, executable_id, find_candidates
from cigen.model.config import PluginRef
from cigen.model.dataclass import dataclass, replace
from cigen.model.diagnostics import Diagnostic, Level, error
from cigen.model.paths import Digest, PluginId
from cigen.model.plans import PluginInfo

__all__ = ["Discovered", "InstalledPlugin", "discover_plugins", "plugin_at"]


@dataclass(frozen=True, slots=True)
class InstalledPlugin:
    """A plugin that could be started. `origin`: config, project, path or bundled. `entry`: the file that is run.

    `info` comes from `module.toml`; None for an executable without one, which only its handshake describes.
    `introduced`: there is none, and `info` is what the handshake said.
    """

    id: PluginId
    version: str
    origin: str
    entry: Path
    info: PluginInfo | None
    files: PluginFiles
    introduced: bool = False

    @property
    def is_declared(self) -> bool:
        """Whether a manifest tells what it does. Of any other nothing is known to those who start no plugin."""
        return self.info is not None and not self.introduced

    @property
    def digest(self) -> Digest:
        """Over all files of the plugin."""
        return self.files.digest


@dataclass(frozen=True, slots=True)
class Discovered:
    """`plugins`: all that are not switched off, one per id, sorted by id. `diagnostics`: what is wrong with the rest.

    `unread`: ids of executables on PATH that take part in nothing, since what their manifest says is not known.
    """

    plugins: tuple[InstalledPlugin, ...]
    diagnostics: tuple[Diagnostic, ...]
    unread: tuple[PluginId, ...]


def discover_plugins(root: Path, refs: Sequence[PluginRef], environ: Mapping[str, str]) -> Discovered:
    """Find all plugins.

    Precedence: a path in cig.toml, `.cigen/plugins/`, PATH, bundled. A constraint in cig.toml passes over the plugins
    that do not meet it. Replacing a bundled plugin is reported as information.
    """
    wanted = {ref.name: ref for ref in refs}
    paths = {ref.name: ref.path for ref in refs if ref.path and ref.enabled}
    found: list[Diagnostic] = []
    by_id: dict[str, list[InstalledPlugin]] = {}
    read: dict[str, Content] = {}
    broken: set[str] = set()
    unread: list[PluginId] = []
    for origin, name, path in find_candidates(str(root), paths, environ):
        if name in wanted and not wanted[name].enabled:
            continue
        plugin, problems = _read_plugin(root, origin, name, path, read)
        if origin == "path" and (name not in wanted or name in by_id):
            # One that nobody asked for must not stop the run, nor one that a nearer one is used instead of.
            problems = [replace(problem, level=Level.WARNING) for problem in problems]
            if problems and name and name not in by_id:
                unread.append(PluginId(name))
        elif problems and name in wanted:
            broken.add(name)
        found.extend(problems)
        if plugin and (plugin.id not in wanted or wanted[plugin.id].enabled):
            by_id.setdefault(plugin.id, []).append(plugin)
    chosen = []
    for name in sorted(by_id):
        fitting = list(_fitting(by_id[name], wanted.get(name), found))
        if fitting:
            chosen.append(fitting[0])
            found.extend(_shadowed(fitting))
    broken |= {str(d.key[1]) for d in found if d.key}
    known = sorted(by_id)
    found += [_unknown(ref, known) for ref in refs if ref.enabled and ref.name not in broken.union(known)]
    return Discovered(tuple(chosen), tuple(found), tuple(unread))


def plugin_at(path: str) -> InstalledPlugin:
    """The plugin in a folder, or the executable, at `path`, as one of the project's own. Raises PluginError."""
    if not os.path.exists(path):
        raise PluginError(error("PLUGIN_002", f'There is no plugin at "{_shown(Path.cwd(), path)}".'))
    name = "" if os.path.isdir(path) else executable_id(os.path.basename(path))
    plugin, problems = _read_plugin(Path.cwd(), "project", name, os.path.abspath(path), {})
    if plugin is None:
        raise PluginError(problems)
    return plugin


def _read_plugin(
    root: Path, origin: str, name: str, path: str, read: dict[str, Content]
) -> tuple[InstalledPlugin | None, Sequence[Diagnostic]]:
    key = ("plugins", name, "path") if origin == "config" else ()
    if not os.path.exists(path):
        shown = _shown(root, path)
        hint = "the path is relative to the folder of cig.toml"
        return None, [error("PLUGIN_002", f'There is no plugin at "{shown}" for {name}.', hint=hint, key=key)]
    manifest, problems = _read_manifest(root, path)
    if manifest is None and (problems or os.path.isdir(path)):
        return None, problems or [error("PLUGIN_002", f'"{_shown(root, path)}" has no {MANIFEST}.', key=key)]
    if manifest and name and manifest.info.name != name:
        message = f'"{_shown(root, path)}" is {manifest.info.name}, not {name}.'
        return None, [error("PLUGIN_011", message, hint="use the name that stands in its module.toml", key=key)]
    if not manifest and not name:
        message = f'"{path}" names no kind of plugin, and has no manifest.'
        hint = "call it cigen-plugin-KIND-NAME, as in cigen-plugin-lang-ruby"
        return None, [error("PLUGIN_001", message, hint=hint)]
    info = manifest.info if manifest else None
    entry = Path(path) / manifest.entry if manifest and os.path.isdir(path) else Path(path)
    plugin_id, version = (info.name, info.version) if info else (name, "")
    files = PluginFiles(path, origin, read)
    return InstalledPlugin(PluginId(plugin_id), version, origin, entry, info, files), []


def _read_manifest(root: Path, path: str) -> tuple[Manifest | None, Sequence[Diagnostic]]:
    """Of a folder; of a single file, the `.toml` of its name beside it, or that of the folder it is linked into."""
    if os.path.isdir(path):
        places = [os.path.join(path, MANIFEST)]
    else:
        places = [f"{path}.toml", os.path.join(os.path.dirname(os.path.realpath(path)), MANIFEST)]
    for place in places:
        try:
            with open(place, "rb") as stream:
                content = stream.read()
        except FileNotFoundError:
            continue
        except OSError as why:
            return None, [error("PLUGIN_001", f"{_shown(root, place)} cannot be read: {why.strerror}.")]
        try:
            return parse_manifest(content.decode("utf-8"), _shown(root, place))
        except UnicodeDecodeError:
            return None, [error("PLUGIN_001", f"{_shown(root, place)} is not UTF-8.")]
    return None, []


def _fitting(
    plugins: Sequence[InstalledPlugin], ref: PluginRef | None, found: list[Diagnostic]
) -> Iterator[InstalledPlugin]:
    """Those that meet the constraint of cig.toml, and one complaint if none does."""
    if ref is None or not ref.constraint:
        yield from plugins
        return
    from cigen.modules.versions import satisfies

    key = ("plugins", ref.name, "version")
    try:
        fitting = [p for p in plugins if not p.version or satisfies(p.version, ref.constraint)]
    except ValueError as why:
        found.append(error("PLUGIN_004", f"{why}.", key=key))
        return
    if not fitting:
        have = ", ".join(f"{p.version} ({p.origin})" for p in plugins)
        found.append(error("PLUGIN_004", f"cig.toml asks for {ref.name} {ref.constraint}; installed: {have}.", key=key))
    yield from fitting


def _shadowed(plugins: Sequence[InstalledPlugin]) -> Iterator[Diagnostic]:
    first = plugins[0]
    for other in plugins[1:]:
        message = f"{_described(first)} is used instead of {_described(other)}."
        yield replace(error("PLUGIN_003", message), level=Level.INFO)


def _described(plugin: InstalledPlugin) -> str:
    return f"{plugin.id} {plugin.version} ({plugin.origin})".replace("  ", " ")


def _unknown(ref: PluginRef, known: Sequence[str]) -> Diagnostic:
    from difflib import get_close_matches

    near = get_close_matches(ref.name, known, 1)
    hint = f"installed: {', '.join(known)}" if known else "no plugin is installed"
    hint = f'did you mean "{near[0]}"? {hint}' if near else hint
    return error("PLUGIN_002", f"{ref.name} is not installed.", hint=hint, key=("plugins", ref.name), on_key=True)


def _shown(root: Path, path: str) -> str:
    """The path as the user knows it: relative to the project where it lies inside."""
    relative = os.path.relpath(path, root)
    return path if relative.startswith("..") else relative
