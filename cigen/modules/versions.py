"""Version constraints: `~1.2`, `^2.0`, `>=1.1`, `>=1.1, <3`, `1.2.3`, `*`.

Owns: their meaning. As in npm and Cargo, but for `~`, which is pessimistic as in Terraform and Ruby: the last component
given may grow. `~1.2` is `>=1.2, <2` and `~1.2.3` is `>=1.2.3, <1.3`. Refuses: choosing a version; that is resolution.
"""

import re
from functools import cache

__all__ = ["satisfies"]

_TILDE = re.compile(r"~>?\s*v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?(?=[\s|,]|$)")
_HINT = 'write it like "1.2.3", "~1.2", "^2.0" or ">=1.1, <3"'


def satisfies(version: str, constraint: str) -> bool:
    """Whether a version meets a constraint; an empty one is met by all. Raises ValueError telling what is wrong."""
    import nodesemver

    wanted = _rewritten(constraint)
    try:
        return bool(nodesemver.satisfies(version, wanted, loose=False))
    except ValueError:
        raise ValueError(f'"{version}" is no version: write all three numbers, like "1.2.3"') from None


@cache
def _rewritten(constraint: str) -> str:
    """The constraint in node-semver's own words."""
    import nodesemver

    wanted = _TILDE.sub(lambda m: _pessimistic(*m.groups()), constraint.strip())
    wanted = " ".join(wanted.replace(",", " ").split())
    if "~" in wanted or (constraint.strip() and not wanted) or nodesemver.valid_range(wanted, False) is None:
        raise ValueError(f'"{constraint}" is no version constraint: {_HINT}')
    return wanted


def _pessimistic(major: str, minor: str | None, patch: str | None, pre: str | None) -> str:
    lowest = f">={major}.{minor or 0}.{patch or 0}{pre or ''}"
    return f"{lowest} <{major}.{int(minor or 0) + 1}.0" if patch else f"{lowest} <{int(major) + 1}.0.0"
