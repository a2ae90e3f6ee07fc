"""Why a glob selects nothing: the one likeliest thing that would have been right.

Owns the guesses. Each is tried on the tree before it is said, so a hint always names a glob that selects something.
"""

from difflib import get_close_matches

from cigen.hashing.digest import SYMLINK, TREE
from cigen.hashing.fileset import select, walker_of
from cigen.hashing.globs import Glob, GlobError, parse_glob, shown
from cigen.hashing.trees import TreeReader, path_text
from cigen.model.resources import PathGlob

__all__ = ["unmatched_hint"]


def unmatched_hint(tree: TreeReader, pattern: str) -> str:
    """One thing to do about a glob that selects nothing in `tree`; empty when nothing better is known."""
    if _selects(tree, pattern + "/**"):
        return f"{shown(pattern)} names a directory: write {shown(pattern + '/**')} for the files in it"
    if "[" in pattern and _selects(tree, pattern.replace("[", "[[]")):
        return f"`[…]` is a class of characters: write {shown(pattern.replace('[', '[[]'))} for the name itself"
    return _near_path(tree, parse_glob(pattern))


def _selects(tree: TreeReader, pattern: str) -> bool:
    try:
        fileset = select(tree, [PathGlob(pattern, optional=True)])
    except GlobError:  # the guess is not in the language, or too long for it
        return False
    return any(entry.path for entry in fileset.entries)


def _near_path(tree: TreeReader, glob: Glob) -> str:
    """Follow the literal beginning of a pattern as far as it exists, and name what is closest to the rest."""
    walker, current, prefix = walker_of(tree), tree.root(), ""
    for segment in glob.alternatives[0]:
        if segment.literal is None:
            return ""
        listing = walker.listing(current)
        entry = listing.get(segment.literal)
        if entry is None:
            names = {path_text(name).casefold(): path_text(name) for name in sorted(listing)}
            near = get_close_matches(path_text(segment.literal).casefold(), list(names), n=1)
            return f"did you mean {shown(prefix + names[near[0]])}?" if near else ""
        prefix += path_text(segment.literal)
        if entry.mode == SYMLINK:
            return f"{shown(prefix)} is a symbolic link, and globs follow none"
        if entry.mode != TREE:
            return f"{shown(prefix)} is a file, not a directory"
        prefix, current = prefix + "/", entry.id
    return ""
