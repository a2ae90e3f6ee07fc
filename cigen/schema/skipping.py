"""`[skipping]`: where proofs are kept, whom to believe, and how much of what is proven runs all the same."""

import re

from cigen.model.resources import Skipping
from cigen.schema.machines import check_runner, read_blocks
from cigen.schema.outputs import path_mistake
from cigen.schema.table import Table

__all__ = ["MAX_AGE_LIMIT", "read_skipping"]

MAX_AGE_LIMIT = 365 * 86_400
"""Seconds. What has not been tried for a year proves nothing."""

_OWN = ("audit", "enabled", "install", "max_age", "protected", "restore", "runner", "secrets", "store", "trust")
# Compiled where they are used: that takes longer than all else that is done to load this module.
_AGE = r"(?:(\d{1,4})d)?(?:(\d{1,5})h)?"
_PERCENT = r"(\d{1,3})(?:\.(\d{1,2}))?%"
_REQUIREMENTS = r"[\w.~/][\w@+.~/-]*\.txt"
"""A path as pip's own lists of packages have it, and no script."""
_HEADS = "refs/heads/"
_USUAL_AUDIT, _PERCENT_LIMIT = 2_00, 100_00


def read_skipping(root: Table, runners: frozenset[str]) -> Skipping | None:
    """The table, or its defaults; None where it is switched off."""
    table = root.table("skipping")
    if not table.flag("enabled", True):
        return None
    runner = table.text("runner", "linux", fixed=True)
    check_runner(table, "runner", runner, None, runners)
    install = table.text("install", fixed=True)
    store = table.text("store", fixed=True)
    return Skipping(
        store=store,
        max_age=_max_age(table),
        audit=_audit(table),
        trust=table.texts("trust", fixed=True),
        secrets=table.texts("secrets", fixed=True),
        install=install,
        runner=runner,
        settings=read_blocks(table, _OWN),
        files=_requirements(table, install),
        restore=_restore(table, store),
        protected=_protected(table),
    )


def _restore(table: Table, store: str) -> bool:
    wanted = table.flag("restore")
    if wanted and store == "github-cache":
        message = 'with the store "github-cache" nothing can be restored: GitHub\'s cache has room for records alone'
        table.error("SCHEMA_025", message, "restore", hint="name a bucket or a build cache as store, or leave it out")
    return wanted


def _protected(table: Table) -> tuple[str, ...]:
    """A list that selects less than it seems to is a mistake: branches would be left without protection."""
    placed = table.placed("protected", fixed=True) if "protected" in table.data else []
    for glob, at in placed:
        if glob.removeprefix("!").startswith(_HEADS):
            message = f'"{glob}" matches no branch: their names go without "{_HEADS}"'
            table.reading.error("SCHEMA_010", message, at, f'write "{glob.replace(_HEADS, "", 1)}"')
    globs = tuple(glob for glob, _ in placed)
    if globs and all(glob.startswith("!") for glob in globs):
        table.error("SCHEMA_010", "these globs only exclude, so they protect no branch", "protected")
    return globs


def _requirements(table: Table, install: str) -> tuple[str, ...]:
    """The file by whose hashes cig is installed, if `install` names one."""
    if not re.fullmatch(_REQUIREMENTS, install):
        return ()
    mistake = path_mistake(install)
    if mistake:
        table.error("SCHEMA_022", f'cig cannot be installed by "{install}": {mistake}', "install")
    return () if mistake else (install,)


def _max_age(table: Table) -> int:
    value = table.data.get("max_age")
    match = re.fullmatch(_AGE, value, re.ASCII) if isinstance(value, str) else None
    if match is None or not match[0]:
        return Skipping().max_age
    seconds = 86_400 * int(match[1] or 0) + 3_600 * int(match[2] or 0)
    if 0 < seconds <= MAX_AGE_LIMIT:
        return seconds
    table.error("SCHEMA_014", f'"{value}" is not between one hour and 365 days', "max_age")
    return Skipping().max_age


def _audit(table: Table) -> int:
    value = table.data.get("audit")
    if value is True:
        return _USUAL_AUDIT
    match = re.fullmatch(_PERCENT, value, re.ASCII) if isinstance(value, str) else None
    if match is None:
        return 0
    hundredths = 100 * int(match[1]) + int((match[2] or "").ljust(2, "0"))
    if hundredths <= _PERCENT_LIMIT:
        return hundredths
    table.error("SCHEMA_014", f'"{value}" is more than all', "audit")
    return 0
