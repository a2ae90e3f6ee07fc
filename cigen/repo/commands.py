"""How git is called: the arguments and the environment, the same for the null build and for everything else.

Owns what makes git's answers independent of the user's configuration, the locale and whoever called `cig`. Imports
`os` alone. What belongs to the repository (file modes, line ends, ignore rules, filters) is git's to obey; what would
only let git look less closely (a file monitor, the untracked cache, a laxer comparison of stat data) is switched off.
"""

import os

__all__ = ["GIT", "LIST_CONFIG", "STATUS", "STATUS_TRACKED", "STATUS_WITH_IGNORED", "git_environment"]

_WITH_CONFIG = (
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.trustctime=true",
    "core.checkStat=default",
    "core.splitIndex=false",
    # LFS pointers are computed here, whether or not git-lfs is installed; its filter must neither run nor be missed.
    "filter.lfs.clean=",
    "filter.lfs.process=",
    "filter.lfs.required=false",
)

GIT = ("git", "--no-optional-locks", "--no-pager", *(word for setting in _WITH_CONFIG for word in ("-c", setting)))
"""Every git command starts like this."""

_STATUS = (
    *("status", "--porcelain=v2", "-z", "--branch", "--no-ahead-behind", "--no-renames"),
    "--ignore-submodules=none",
)
STATUS = (*_STATUS, "--untracked-files=all")
STATUS_TRACKED = (*_STATUS, "--untracked-files=no")
STATUS_WITH_IGNORED = (*STATUS, "--ignored=matching")
"""Ignored files and directories too, so that whoever walks the worktree knows where not to go."""

LIST_CONFIG = ("config", "--list", "-z")

_OF_THE_CALLER = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_ATTR_SOURCE",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_DEFAULT_HASH",
    "GIT_DIR",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_LITERAL_PATHSPECS",
    "GIT_NAMESPACE",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)
"""What git sets for its hooks and what would point it at another repository than the one around us."""


def git_environment() -> dict[str, str]:
    """Ours, without what would point git elsewhere; it speaks English, asks nothing and fetches nothing."""
    environment = {name: value for name, value in os.environ.items() if name not in _OF_THE_CALLER}
    environment.update(
        GIT_NO_LAZY_FETCH="1", GIT_NO_REPLACE_OBJECTS="1", GIT_TERMINAL_PROMPT="0", LANGUAGE="", LC_ALL="C"
    )
    return environment
