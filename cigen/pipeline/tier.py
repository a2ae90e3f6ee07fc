"""How far a run can be trusted: its tier, from the variables that CI systems set. Pure."""

from collections.abc import Mapping
from typing import Any

__all__ = ["TIERS", "detect_tier"]

TIERS = ("fork", "branch", "protected")
"""From least to most trusted."""


def detect_tier(environ: Mapping[str, str], payload: Mapping[str, Any] | None = None) -> str:
    """The tier of this run. Where it cannot be told, the lower one. `CIG_TIER` can only lower it further.

    payload: of the event, on GitHub; without it a pull request counts as one from a fork.
    """
    tier = _detected(environ, payload or {})
    asked = environ.get("CIG_TIER", tier)
    return min(tier, asked, key=TIERS.index) if asked in TIERS else TIERS[0]


def _detected(environ: Mapping[str, str], payload: Mapping[str, Any]) -> str:
    if environ.get("GITHUB_EVENT_NAME", "").startswith("pull_request"):
        return "branch" if _head(payload) == environ.get("GITHUB_REPOSITORY", "") else "fork"
    if environ.get("CIRCLE_PR_USERNAME") or environ.get("CHANGE_FORK"):
        return "fork"
    if environ.get("BUILDKITE_PULL_REQUEST", "false") != "false":
        same = environ.get("BUILDKITE_PULL_REQUEST_REPO") == environ.get("BUILDKITE_REPO")
        return "branch" if same else "fork"
    if environ.get("GITHUB_REF_PROTECTED") == "true":
        return "protected"
    return "branch"


def _head(payload: Mapping[str, Any]) -> str | None:
    """The repository that a pull request comes from; None where the payload does not say."""
    found: Any = payload
    for name in ("pull_request", "head", "repo", "full_name"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) and found else None
