"""How far a run can be trusted: its tier, from the variables that CI systems set. Pure."""

from collections.abc import Mapping

__all__ = ["TIERS", "detect_tier"]

TIERS = ("fork", "branch", "protected")
"""From least to most trusted."""


def detect_tier(environ: Mapping[str, str]) -> str:
    """The tier of this run. Where it cannot be told, the lower one. `CIG_TIER` can only lower it further."""
    tier = _detected(environ)
    asked = environ.get("CIG_TIER", tier)
    return min(tier, asked, key=TIERS.index) if asked in TIERS else TIERS[0]


def _detected(environ: Mapping[str, str]) -> str:
    # A pull request may come from a fork, and only its payload tells: until it is read, it counts as one.
    if environ.get("GITHUB_EVENT_NAME", "").startswith("pull_request"):
        return "fork"
    if environ.get("CIRCLE_PR_USERNAME") or environ.get("CHANGE_FORK"):
        return "fork"
    if environ.get("BUILDKITE_PULL_REQUEST", "false") != "false":
        same = environ.get("BUILDKITE_PULL_REQUEST_REPO") == environ.get("BUILDKITE_REPO")
        return "branch" if same else "fork"
    if environ.get("GITHUB_REF_PROTECTED") == "true":
        return "protected"
    return "branch"
