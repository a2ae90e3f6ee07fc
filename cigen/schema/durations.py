"""Times and attempts as cig.toml writes them."""

import re

from cigen.model.resources import Retry
from cigen.schema.table import Table

__all__ = ["TIMEOUT_LIMIT", "read_retry", "read_timeout"]

TIMEOUT_LIMIT = 35 * 24 * 60
"""Minutes. No CI system lets a run live longer than 35 days."""

_TIMEOUT = r"(?:(\d{1,3})h)?(?:(\d{1,5})m)?"


def read_timeout(table: Table, default: int) -> int:
    """The key `timeout` in minutes."""
    value = table.data.get("timeout")
    if type(value) is int:
        return value if 1 <= value <= TIMEOUT_LIMIT else default
    match = re.fullmatch(_TIMEOUT, value, re.ASCII) if isinstance(value, str) else None
    if match is None or not match[0]:
        return default
    minutes = 60 * int(match[1] or 0) + int(match[2] or 0)
    if minutes > TIMEOUT_LIMIT:
        table.error("SCHEMA_014", f'"{value}" is {minutes:,} minutes; at most {TIMEOUT_LIMIT:,} (35 days)', "timeout")
        return default
    return minutes


def read_retry(table: Table, default: Retry | None, *, step: bool = False) -> Retry | None:
    """The key `retry`: a number of further attempts, or a table. None: a failure stays one."""
    value = table.data.get("retry")
    if type(value) is int:
        found = Retry(value)
    elif isinstance(value, dict):
        own = table.table("retry")
        found = Retry(own.integer("max"), own.integer("delay"), tuple(dict.fromkeys(own.texts("on", fixed=True))))
        if step and "agent_lost" in found.on:
            hint = "write it to the job's retry"
            own.error("SCHEMA_025", "a step cannot start again on another machine", "on", hint=hint)
    else:
        return default
    return found if found.max else None
