"""What a render begins before its own modules are loaded: processes that work on the other core meanwhile.

Owns: which. Refuses: waiting for any of them, and saying what is wrong: whatever cannot be begun here is begun by the
command in its own place, which can. What nobody needs after all ends by itself, when this process ends at the latest.
"""

# Nothing is imported that the command would not import as well, and nothing before there is something to begin.
# ruff: noqa: PTH109, PTH113, PTH118

import os

from cigen.model.dataclass import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:  # as in `typing`, which takes a while to load
    from cigen.host.launcher import ForkLauncher
    from cigen.repo.evidence import Edited, Observation
    from cigen.repo.listing import CommitListing

__all__ = ["HeadStart", "begin"]


@dataclass(frozen=True, slots=True)
class HeadStart:
    """What runs already, or is known; each for the session to take, once.

    edited: what the null build, tried just before, saw of the folder. looking: git looks at the worktree. listing: git
    lists HEAD. launcher: what will start plugins loads what they all need.
    """

    edited: "Edited | None" = None
    looking: "Observation | None" = None
    listing: "CommitListing | None" = None
    launcher: "ForkLauncher | None" = None


def begin(edited: "Edited | None", *, plain: bool) -> HeadStart:
    """Begin what every render needs. plain: it has no options, so it is about the repository around this folder."""
    looking, listing = _ask_git(edited) if plain else (None, None)
    return HeadStart(edited, looking, listing, _launch())


def _ask_git(edited: "Edited | None") -> "tuple[Observation | None, CommitListing | None]":
    from cigen.engine.cache_folder import make_cache_folder
    from cigen.repo.evidence import begin_evidence, find_git

    try:
        found = find_git(os.getcwd())
        if found is None or not found[0] or not os.path.isfile(os.path.join(found[0], "cig.toml")):
            return None, None
        looking = None
        if edited is None:
            looking = begin_evidence(found[0], os.path.join(make_cache_folder(found[0]), "clock"))
    except (OSError, ValueError):
        return None, None
    from pathlib import Path

    from cigen.repo.listing import CommitListing
    from cigen.repo.locate import RepositoryLocation

    return looking, CommitListing(RepositoryLocation(*map(Path, found)), "HEAD")


def _launch() -> "ForkLauncher | None":
    from cigen.host.launcher import ForkLauncher

    try:
        return ForkLauncher(warm=True)
    except OSError:
        return None
