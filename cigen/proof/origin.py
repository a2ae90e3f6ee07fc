"""Where a run takes place, from the variables that CI systems set: its repository, its page, its ref, its attempt.

Pure. The repository has the same name on every CI system, so that one system's records are proof on another.
"""

import re
from collections.abc import Mapping

from cigen.model.dataclass import dataclass
from cigen.model.repositories import repository_name

__all__ = ["Origin", "origin_of"]


@dataclass(frozen=True, slots=True)
class Origin:
    """`url` and `ref` are empty outside of CI. `retried`: how often this work was begun before."""

    repository: str
    url: str
    ref: str
    retried: int


def origin_of(environ: Mapping[str, str], remote: str, project: str) -> Origin:
    """remote: the URL of the clone's remote, empty for none; project: `[project] name`, where there is no better."""
    server = environ.get("GITHUB_SERVER_URL", "https://github.com")
    github = environ.get("GITHUB_REPOSITORY", "")
    named = [f"{server}/{github}"] if github else []
    named += [environ.get(name, "") for name in ("CIRCLE_REPOSITORY_URL", "BUILDKITE_REPO", "GIT_URL")]
    repository = next(filter(None, map(repository_name, [*named, remote])), f"local/{project}")
    run = f"{server}/{github}/actions/runs/{environ['GITHUB_RUN_ID']}" if github and "GITHUB_RUN_ID" in environ else ""
    url = run or _first(environ, "CIRCLE_BUILD_URL", "BUILDKITE_BUILD_URL", "BUILD_URL")
    ref = _first(environ, "GITHUB_REF_NAME", "CIRCLE_BRANCH", "BUILDKITE_BRANCH", "CHANGE_BRANCH", "BRANCH_NAME")
    attempt = _number(environ.get("GITHUB_RUN_ATTEMPT", "1")) - 1
    return Origin(repository, url, ref, max(attempt, 0) + max(_number(environ.get("BUILDKITE_RETRY_COUNT", "0")), 0))


def _first(environ: Mapping[str, str], *names: str) -> str:
    return next((environ[name] for name in names if environ.get(name)), "")


def _number(text: str) -> int:
    # What is no number is no first attempt either.
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else 2
