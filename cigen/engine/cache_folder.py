"""The folder of what cig may forget, `.cigen/cache` below the repository's top: made, and kept from git.

Imports `os` only, for it is made before a render has loaded anything else.
"""

# ruff: noqa: PTH103, PTH108, PTH116, PTH118

import os
from contextlib import suppress

__all__ = ["CACHE_FOLDER", "make_cache_folder"]

CACHE_FOLDER = ".cigen/cache"


def make_cache_folder(root: str) -> str:
    """The folder's path, once it is there. Raises OSError."""
    folder = os.path.join(root, CACHE_FOLDER)
    os.makedirs(folder, exist_ok=True)
    _hide(os.path.join(folder, ".gitignore"))
    return folder


def _hide(ignore: str) -> None:
    """Keep git away from the cache, before there is anything in it. An empty file would do the opposite, for ever."""
    with suppress(FileNotFoundError):
        if os.stat(ignore).st_size:
            return
    try:
        with open(ignore, "w", encoding="ascii") as file:
            file.write("*\n")
    except BaseException:  # a full disk, or Ctrl-C
        with suppress(FileNotFoundError):
            os.unlink(ignore)
        raise
