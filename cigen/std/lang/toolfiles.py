"""Version files that speak of several tools at once: asdf's `.tool-versions` and mise's `mise.toml`.

Owns: the two formats. Refuses: judging a version; each language does that for its own.
"""

from collections.abc import Iterator
from typing import Any

from cigen.std.declared import DeclaredFiles, table, text_of

__all__ = ["TOOL_FILES", "declared_tools"]

TOOL_FILES = (".tool-versions", "mise.toml", ".mise.toml", ".config/mise.toml")
"""In the order in which they are believed."""

_NO_VERSION = ("system", "latest", "ref:", "path:", "prefix:", "sub-", "tag:", "branch:", "rev:")
"""What may stand for a version and names none that could be installed elsewhere."""


def declared_tools(files: DeclaredFiles, directory: str, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Each (version, file) that the tool files of a directory name for the tool, which may have several names."""
    for name in TOOL_FILES:
        path = directory + name
        if path not in files:
            continue
        if name == ".tool-versions":
            found = _asdf_versions(files.text(path), names)
        else:
            found = _mise_versions(files.toml(path), names)
        for version in found:
            if version and not version.startswith(_NO_VERSION):
                yield version, path
                break


def _asdf_versions(text: str, names: tuple[str, ...]) -> Iterator[str]:
    """The versions of the tool's line, in order: `nodejs 20.11.0 system # why`."""
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if words and words[0] in names:
            yield from words[1:]


def _mise_versions(document: dict[str, Any], names: tuple[str, ...]) -> Iterator[str]:
    """`[tools]`: a version, a table with a version, or a list of either."""
    tools = table(document.get("tools"))
    for name in names:
        declared = tools.get(name)
        for one in declared if isinstance(declared, list) else [declared]:
            yield text_of(table(one).get("version")) or text_of(one)
