"""module.toml: what a plugin says about itself before it is run.

Owns: the manifest's format (docs/protocol.md, "module.toml"). Refuses: any key it does not know, since a misspelt
`reads` would quietly hide files from the plugin. It reads text, never files; `host` and `sdk` find them.
"""

import json
import re
from typing import Any

from cigen.model.dataclass import dataclass
from cigen.model.diagnostics import Diagnostic, Location, error
from cigen.model.plans import Hook, PluginInfo
from cigen.model.resources import Pair

__all__ = ["PROTOCOL", "Manifest", "parse_manifest"]

PROTOCOL = 1
"""The major version of the plugin protocol, as in the package name `cigen.plugin.v1`."""

_NAME = re.compile(r"[a-z][a-z0-9-]*/[a-z0-9]+(?:[._-][a-z0-9]+)*")
_VERSION = re.compile(r"(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:[-+][0-9A-Za-z.+-]+)?")
_CAPABILITY = re.compile(r"[a-z][a-z0-9-]*:[A-Za-z0-9][A-Za-z0-9._/-]*")
_TEXTS = ("name", "version", "entry", "description")
_LISTS = ("capabilities", "conflicts_with", "hooks", "reads", "requires")
_POWERS = "capabilities_required"
_LIMITS = ("file_bytes", "matrix_jobs")
_SELECTING = ("only_groups", "package")
_LITERAL = re.compile(r"[\w.-]+")
_INPUT_KEYS = ("default", "description", "optional", "type")
_INPUT_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "number": (int, float),
    "list": (list,),
    "table": (dict,),
}


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest without mistakes. `entry` is relative to the manifest's folder."""

    info: PluginInfo
    entry: str = "plugin.py"


def parse_manifest(text: str, file: str) -> tuple[Manifest | None, tuple[Diagnostic, ...]]:
    """The manifest, or None and every mistake in it. `file` is what diagnostics call it.

    `[inputs]`, `[provides]`, `[lockfiles]` and `[limits]` become metadata: `input:NAME`, `provides:KIND`,
    `lockfile:PATH`, `limit:NAME`, each value canonical JSON. Lockfiles: those of which a step that gives one of these
    inputs installs only what they select. Limits are what a provider's system takes; `cig plan` shows how much of them
    is used.
    """
    import tomli

    try:
        document = tomli.loads(text)
    except tomli.TOMLDecodeError as why:
        place = Location(file, getattr(why, "lineno", 1), getattr(why, "colno", 1))
        message = getattr(why, "msg", str(why))
        return None, (error("PLUGIN_001", f"{file} is not TOML: {message}.", location=place),)
    check = _Check(text, file)
    manifest = check.manifest(document)
    return (None if check.found else manifest), tuple(check.found)


class _Check:
    """One reading of one manifest; collects what is wrong."""

    def __init__(self, text: str, file: str) -> None:
        self.lines = text.splitlines()
        self.file = file
        self.found: list[Diagnostic] = []

    def report(self, message: str, table: str = "", key: str = "", hint: str = "") -> None:
        line, column = _position(self.lines, table, key)
        place = Location(self.file, line, column, max(len(key or table), 1))
        self.found.append(error("PLUGIN_001", f"{self.file}: {message}.", hint=hint, location=place))

    def manifest(self, document: dict[str, Any]) -> Manifest:
        self.known(document, "", ("inputs", "limits", "lockfiles", "module", "provides"))
        module = document.get("module")
        if not isinstance(module, dict):
            self.report("there is no [module] table")
            return Manifest(PluginInfo(""))
        self.known(module, "module", (*_LISTS, *_TEXTS, _POWERS, "protocol"))
        texts = {key: self.text(module, key) for key in _TEXTS}
        lists = {key: self.texts(module, "module", key) for key in _LISTS}
        self.shapes(module, texts, lists)
        metadata = [Pair("description", texts["description"])] if texts["description"] else []
        if powers := self.texts(module, "module", _POWERS):
            metadata.append(Pair(_POWERS, _canonical(powers)))
        metadata += self.inputs(document.get("inputs", {})) + self.provides(document.get("provides", {}))
        metadata += self.lockfiles(document.get("lockfiles", {}), lists["reads"], document.get("inputs", {}))
        metadata += self.limits(document.get("limits", {}))
        info = PluginInfo(
            name=texts["name"],
            version=texts["version"],
            protocol=module.get("protocol", PROTOCOL),
            metadata=tuple(metadata),
            **lists,
        )
        return Manifest(info, texts["entry"] or "plugin.py")

    def known(self, table: dict[str, Any], name: str, keys: tuple[str, ...]) -> None:
        for key in table:
            if key not in keys:
                accepted = ", ".join(sorted(keys))
                self.report(f'"{key}" is no key of {name or "a manifest"}', name, key, f"it may have: {accepted}")

    def text(self, table: dict[str, Any], key: str) -> str:
        value = table.get(key, "")
        if isinstance(value, str):
            return value
        self.report(f'"{key}" must be a string', "module", key)
        return ""

    def texts(self, table: dict[str, Any], name: str, key: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.report(f'"{key}" must be a list of strings', name, key)
        return ()

    def shapes(self, module: dict[str, Any], texts: dict[str, str], lists: dict[str, tuple[str, ...]]) -> None:
        if not _NAME.fullmatch(texts["name"]):
            self.report('"name" must be kind/name, as in "lang/ruby"', "module", "name")
        if not _VERSION.fullmatch(texts["version"]):
            self.report('"version" must have three numbers, as in "1.2.3"', "module", "version")
        if type(module.get("protocol", PROTOCOL)) is not int or module.get("protocol", PROTOCOL) < 1:
            self.report('"protocol" must be a positive number', "module", "protocol")
        entry = texts["entry"]
        if entry.startswith("/") or ".." in entry.split("/") or "\0" in entry:
            self.report('"entry" must be a file inside the plugin\'s own folder', "module", "entry")
        hooks = tuple(hook.value for hook in Hook)
        for hook in lists["hooks"]:
            if hook not in hooks:
                self.report(f'"{hook}" is no hook', "module", "hooks", f"hooks are: {', '.join(hooks)}")
        for capability in lists["capabilities"]:
            if not _CAPABILITY.fullmatch(capability):
                self.report(f'"{capability}" is no capability: write kind:name', "module", "capabilities")

    def inputs(self, table: Any) -> list[Pair]:
        if not isinstance(table, dict):
            self.report("[inputs] must be a table", "inputs")
            return []
        for name, spec in table.items():
            if not isinstance(spec, dict):
                self.report(f'input "{name}" must be a table such as {{ type = "string" }}', "inputs", name)
                continue
            self.known(spec, f"inputs.{name}", _INPUT_KEYS)
            accepts = _INPUT_TYPES.get(str(spec.get("type", "string")))
            if accepts is None:
                types = ", ".join(_INPUT_TYPES)
                self.report(f'input "{name}" has an unknown type', "inputs", name, f"types are: {types}")
            elif "default" in spec and type(spec["default"]) not in accepts:
                self.report(f'the default of input "{name}" is not of its type', "inputs", name)
        return [Pair(f"input:{name}", _canonical(table[name])) for name in sorted(table)]

    def provides(self, table: Any) -> list[Pair]:
        if not isinstance(table, dict):
            self.report("[provides] must be a table", "provides")
            return []
        return [Pair(f"provides:{kind}", _canonical(self.texts(table, "provides", kind))) for kind in sorted(table)]

    def lockfiles(self, table: Any, reads: tuple[str, ...], inputs: Any) -> list[Pair]:
        """A file that `reads` does not name would be no input at all of the jobs that it says so much about."""
        if not isinstance(table, dict):
            self.report("[lockfiles] must be a table of files, each with the names of inputs", "lockfiles")
            return []
        found = []
        for path in sorted(table):
            names = self.texts(table, "lockfiles", path)
            if not _LITERAL.fullmatch(path) or path not in reads:
                hint = "a file at the repository's root, as it stands in reads"
                self.report(f'"{path}" of [lockfiles] is no file that "reads" names', "lockfiles", path, hint)
            if not names or not set(names) <= {*_SELECTING}:
                hint = f"inputs that select a part of a lockfile are: {', '.join(_SELECTING)}"
                self.report(f'"{path}" of [lockfiles] must list inputs that select', "lockfiles", path, hint)
            for name in names:
                if not isinstance(inputs, dict) or name not in inputs:
                    self.report(f'[inputs] has no "{name}", by which "{path}" is selected', "lockfiles", path)
            found.append(Pair(f"lockfile:{path}", _canonical(sorted(set(names)))))
        return found

    def limits(self, table: Any) -> list[Pair]:
        if not isinstance(table, dict) or any(type(value) is not int or value < 1 for value in table.values()):
            self.report("[limits] must be a table of positive numbers", "limits")
            return []
        self.known(table, "limits", _LIMITS)
        return [Pair(f"limit:{name}", str(table[name])) for name in sorted(table)]


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def _position(lines: list[str], table: str, key: str) -> tuple[int, int]:
    """Where a key of a table stands, or the table, or the first line: good enough to click on."""
    here, header = "", 0
    for number, line in enumerate(lines, 1):
        if opened := re.match(r"\s*\[([^\[\]]+)\]", line):
            here = opened[1].strip()
            header = number if here == table and table else header
        found = re.match(rf"(\s*)[\"']?{re.escape(key)}[\"']?\s*[=.]", line) if key else None
        if found and here == table:
            return number, len(found[1]) + 1
        if key and not table and here == key:
            return number, line.index("[") + 2
    if not header and "." in table:  # the table is written inline, as the value of a key
        return _position(lines, *table.rsplit(".", 1))
    return header or 1, 1
