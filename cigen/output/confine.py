"""Which paths a provider may write to: pure judgement on the spelling, before any file is looked at.

A path is relative, normalised, `/`-separated UTF-8 without control characters. No part of it may be read as `.git` by
git or by any file system a clone may land on: other case, trailing dots and spaces, a stream name after a colon, the
NTFS short name, characters that HFS+ ignores. What is cig's own (`.cigen/`, `cig.toml`, `cig.lock`) is no output
either: a plugin that could write `.cigen/plugins/` would choose what runs next time.
What stands at the path on disk, links above all, is `beneath.py`'s business.
"""

import unicodedata

from cigen.model.diagnostics import Diagnostic, error

__all__ = ["check_output_path", "unsafe_reason"]

_MAX_PATH = 4096
_MAX_NAME = 255
_OWN_FILES = ("cig.toml", "cig.lock")
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def check_output_path(path: str) -> Diagnostic | None:
    """Why `path` may not be an output, or None if it may. The caller adds the key it came from."""
    reason = unsafe_reason(path) or _reserved_reason(path)
    if not reason:
        return None
    return error(
        "OUTPUT_001",
        f'output path "{_shown(path)}" {reason}',
        hint='name a file inside the repository, such as ".github/workflows/ci.yml"',
    )


def unsafe_reason(path: str) -> str:
    """Why `path` must never be written below a repository's root, by anyone; empty if it may."""
    try:
        size = len(path.encode())
    except UnicodeEncodeError:
        return "is not valid UTF-8"
    if not path:
        return "is empty"
    if size > _MAX_PATH:
        return f"is {size} bytes long; {_MAX_PATH} is the most"
    if any(unicodedata.category(c) in ("Cc", "Zl", "Zp") or c in _BIDI_CONTROLS for c in path):
        return "holds a control character"
    if "\\" in path:
        return 'holds a backslash; separate folders with "/"'
    if path.startswith("/") or (path[1:2] == ":" and path[0].isalpha()):
        return "is absolute"
    for part in path.split("/"):
        if reason := _part_reason(part):
            return reason
    return ""


def _part_reason(part: str) -> str:
    if not part:
        return 'is not normalised: it has an empty part ("//" or a final "/")'
    if part == "..":
        return 'leaves its folder with ".."'
    if part == ".":
        return 'is not normalised: it has a part "."'
    if len(part.encode()) > _MAX_NAME:
        return f"has a part of more than {_MAX_NAME} bytes"
    if _spells(part, ".git"):
        return "leads into git's own folder"
    return ""


def _reserved_reason(path: str) -> str:
    first, _, rest = path.partition("/")
    if _spells(first, ".cigen"):
        return "leads into cig's own folder"
    if not rest and any(_spells(first, name) for name in _OWN_FILES):
        return "is one of cig's own files"
    return ""


def _spells(part: str, name: str) -> bool:
    """Whether some file system takes `part` for `name`.

    Unicode's default-ignorable characters are all of category Cf or Mn (variation selectors) or named below; dropping
    every Cf and Mn is stricter than git's table for HFS+ and needs no table. NTFS cuts at a colon, drops trailing dots
    and spaces, and gives a name with a leading dot a short one: its next six letters at most, `~` and a number.
    """
    kept = "".join(c for c in unicodedata.normalize("NFKD", part) if unicodedata.category(c) not in ("Cf", "Mn"))
    folded = unicodedata.normalize("NFKC", kept).casefold().replace("\u115f", "").replace("\u1160", "")
    folded = folded.partition(":")[0].rstrip(". ")
    short, tilde, number = folded.partition("~")
    return folded == name or (tilde == "~" and number.isdecimal() and short == name[1:7])


def _shown(path: str) -> str:
    text = path if len(path) <= 200 else path[:200] + "…"
    return text.encode("utf-8", "backslashreplace").decode()
