"""How far a run can be trusted: its tier, from the variables that CI systems set. Pure.

Owns which variable of which system counts. GitHub tells a run that its branch is protected; of other systems cig.toml
names the branches, which is a claim and no proof: it lets a run believe less, and `is_claimed` tells it from a fact.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cigen.model.matching import selects
from cigen.model.repositories import repository_name

__all__ = ["TIERS", "detect_tier", "is_claimed", "is_of_a_push"]

TIERS = ("fork", "branch", "protected")
"""From least to most trusted."""

_STARTED_BY_ITSELF = ("webhook", "schedule")
"""Of what starts builds on Buildkite. Whoever starts one otherwise names its branch, and any commit with it."""


def detect_tier(
    environ: Mapping[str, str], payload: Mapping[str, Any] | None = None, protected: Sequence[str] = ()
) -> str:
    """The tier of this run. Where it cannot be told, the lower one. `CIG_TIER` can only lower it further.

    payload: of the event, on GitHub; without it a pull request counts as one from a fork. protected: globs of cig.toml,
    which have no say on GitHub, and none about what is a fork's.
    """
    tier = _detected(environ, payload or {})
    if tier == "branch" and selects(protected, _branch(environ)):
        tier = "protected"
    asked = environ.get("CIG_TIER", tier)
    return min(tier, asked, key=TIERS.index) if asked in TIERS else TIERS[0]


def is_claimed(environ: Mapping[str, str], tier: str) -> bool:
    """Whether nothing but cig.toml says that the branch is protected."""
    return tier == "protected" and not _is_told(environ)


def is_of_a_push(environ: Mapping[str, str]) -> bool:
    """Whether nothing says that a run of a branch is one of a pull request, or was started by hand."""
    if any(environ.get(name) for name in ("CHANGE_ID", "CIRCLE_PR_NUMBER", "CIRCLE_PULL_REQUEST")):
        return False
    return not _is_buildkite(environ) or (
        environ.get("BUILDKITE_PULL_REQUEST") == "false" and environ.get("BUILDKITE_SOURCE") in _STARTED_BY_ITSELF
    )


def _detected(environ: Mapping[str, str], payload: Mapping[str, Any]) -> str:
    if environ.get("GITHUB_EVENT_NAME", "").startswith("pull_request"):
        return "branch" if _head(payload) == environ.get("GITHUB_REPOSITORY", "") else "fork"
    if environ.get("CIRCLE_PR_USERNAME") or environ.get("CHANGE_FORK"):
        return "fork"
    if environ.get("BUILDKITE_PULL_REQUEST", "false") != "false":
        return "branch" if _is_of_the_repository(environ) else "fork"
    return "protected" if _is_told(environ) else "branch"


def _is_of_the_repository(environ: Mapping[str, str]) -> bool:
    """Whether a pull request on Buildkite comes from the repository itself, which may be cloned by another URL."""
    own, other = environ.get("BUILDKITE_REPO", ""), environ.get("BUILDKITE_PULL_REQUEST_REPO", "")
    # A folder has no such name: there the URL itself has to do.
    return bool(own) and (repository_name(own) or own) == (repository_name(other) or other)


def _is_told(environ: Mapping[str, str]) -> bool:
    return environ.get("GITHUB_REF_PROTECTED") == "true"


def _branch(environ: Mapping[str, str]) -> str:
    """The branch that the work is on, also of a pull request and of a run that somebody started by hand.

    Such a run records nothing, and must believe no more than a push does: else whoever opens a pull request *from* a
    protected branch would have the branch's own run, which says so too, believe what other branches recorded. Empty on
    GitHub, of a tag, and where there is no CI system. The same to a planner and to the jobs of its plan.
    """
    if environ.keys() & {"GITHUB_ACTIONS", "GITHUB_EVENT_NAME"}:
        return ""
    if any(environ.get(name) for name in ("BUILDKITE_TAG", "CIRCLE_TAG", "TAG_NAME")):
        return ""
    if _is_buildkite(environ):
        return environ.get("BUILDKITE_BRANCH", "")
    if "CIRCLECI" in environ or "CIRCLE_BRANCH" in environ:
        return environ.get("CIRCLE_BRANCH", "")
    # A pull request has a name of its own on Jenkins, such as PR-7.
    return environ.get("CHANGE_BRANCH" if environ.get("CHANGE_ID") else "BRANCH_NAME", "")


def _is_buildkite(environ: Mapping[str, str]) -> bool:
    return "BUILDKITE" in environ or "BUILDKITE_BRANCH" in environ


def _head(payload: Mapping[str, Any]) -> str | None:
    """The repository that a pull request comes from; None where the payload does not say."""
    found: Any = payload
    for name in ("pull_request", "head", "repo", "full_name"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) and found else None
