"""Where a run takes place, from the variables that CI systems set: its repository, its page, its ref, its attempt.

Pure. Owns the one name of a repository, which is the same on every CI system: `github.com/acme/shop`, whatever URL it
is cloned by, so that one system's records are proof on another.
"""

import re
from collections.abc import Mapping

from cigen.model.dataclass import dataclass

__all__ = ["Origin", "origin_of", "repository_name"]

_SCP = re.compile(r"(?:[^/@]+@)?([^/:@]+):(?!//)(.+)")
_URL = re.compile(r"(?:https?|ssh|git)://(?:[^/@]*@)?([^/:]+)(?::\d+)?/(.+)")


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


def repository_name(url: str) -> str:
    """`host/owner/name` of a clone URL; empty for one that names no host, such as a folder's."""
    found = _URL.fullmatch(url.strip()) or _SCP.fullmatch(url.strip())
    if found is None:
        return ""
    host, path = found.groups()
    path = path.strip("/").removesuffix(".git")
    return f"{host.lower()}/{path}" if path else ""


def _first(environ: Mapping[str, str], *names: str) -> str:
    return next((environ[name] for name in names if environ.get(name)), "")


def _number(text: str) -> int:
    # What is no number is no first attempt either.
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else 2
