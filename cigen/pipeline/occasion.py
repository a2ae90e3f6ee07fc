"""What kind of run this is: its event, its branch or tag, its pull request, from what the CI system says of it.

Pure: variables and GitHub's payload go in. Owns the reading of each system's variables, in the order in which the
rendered files of that system tell events apart. What no variable tells for certain is not known, and nothing may
follow from it.
"""

from collections.abc import Mapping
from typing import Any

from cigen.model.dataclass import dataclass
from cigen.schema.conditions import EVENTS

__all__ = ["Occasion", "answer_variable", "read_occasion"]

_GITHUB = {
    "merge_group": "merge_queue",
    "pull_request": "pull_request",
    "push": "push",
    "schedule": "schedule",
    "workflow_dispatch": "manual",
}
_BUILDKITE = {"api": "manual", "schedule": "schedule", "trigger_job": "manual", "ui": "manual", "webhook": "push"}
_HEADS, _TAGS = "refs/heads/", "refs/tags/"


@dataclass(frozen=True, slots=True)
class Occasion:
    """What is known of a run; None: nothing.

    event: as in conditions. branches: the values that `branch` may have. head: the branch that the work is on, also of
    a pull request; empty for a fork's, which may be called anything, for a merge queue's and for a tag's. answers: to
    the questions of a manual run, by the variable that scripts find them in. by_file: the CI system starts a workflow
    for no event but those that its file names.
    """

    event: str | None = None
    branches: tuple[str, ...] | None = None
    tag: str | None = None
    draft: bool | None = None
    labels: frozenset[str] | None = None
    answers: Mapping[str, str] | None = None
    head: str = ""
    by_file: bool = False


def read_occasion(
    environ: Mapping[str, str], payload: Mapping[str, Any], tier: str, local_branch: str = ""
) -> Occasion:
    """payload: GitHub's, of the event. local_branch: the one that is checked out, where no CI system says more.

    `CIG_EVENT` tells the event where no variable of the system does, and counts before those that do.
    """
    asked = environ.get("CIG_EVENT", "")
    if "GITHUB_EVENT_NAME" in environ:
        return _github(environ, payload, asked, tier)
    if "BUILDKITE_BRANCH" in environ or "BUILDKITE_SOURCE" in environ:
        return _buildkite(environ, asked, tier)
    if environ.get("CIRCLECI") == "true" or "CIRCLE_BRANCH" in environ:
        return _circleci(environ, asked, tier)
    if "JENKINS_URL" in environ or "BRANCH_NAME" in environ:
        return _jenkins(environ, asked, tier)
    return _made(_event(asked, None), local_branch or None, "", environ, local_branch)


def _github(environ: Mapping[str, str], payload: Mapping[str, Any], asked: str, tier: str) -> Occasion:
    ref = environ.get("GITHUB_REF", "")
    event = _GITHUB.get(environ["GITHUB_EVENT_NAME"])
    if event == "push" and ref.startswith(_TAGS):
        event = "tag"
    event = _event(asked, event)
    branch = ref.removeprefix(_HEADS) if ref.startswith(_HEADS) else "" if ref.startswith(_TAGS) else None
    request = payload.get("pull_request")
    head = environ.get("GITHUB_HEAD_REF", "") if event == "pull_request" else branch or ""
    made = _made(event, branch, ref.removeprefix(_TAGS), environ, "" if tier == "fork" else head)
    draft, labels, answers = made.draft, made.labels, made.answers
    if isinstance(request, dict):
        draft = request["draft"] if isinstance(request.get("draft"), bool) else None
        listed = request.get("labels")
        if isinstance(listed, list):
            labels = frozenset(str(label.get("name")) for label in listed if isinstance(label, dict))
    if event == "manual" and "inputs" in payload:
        given = payload["inputs"] if isinstance(payload["inputs"], dict) else {}
        answers = {answer_variable(name): _spelled(answer) for name, answer in given.items()}
    # By hand a run may be on a tag that nobody pushed.
    tag = None if ref.startswith(_TAGS) and event != "tag" else made.tag
    return Occasion(event, made.branches, tag, draft, labels, answers, made.head, by_file=not asked)


def _buildkite(environ: Mapping[str, str], asked: str, tier: str) -> Occasion:
    branch, tag = environ.get("BUILDKITE_BRANCH"), environ.get("BUILDKITE_TAG", "")
    pulled = environ.get("BUILDKITE_PULL_REQUEST", "false") not in ("", "false")
    # Rebuilding a pull request or a tag repeats it, whoever does so.
    event = "pull_request" if pulled else "tag" if tag else _BUILDKITE.get(environ.get("BUILDKITE_SOURCE", ""))
    if environ.get("BUILDKITE_MERGE_QUEUE_BASE_BRANCH") and not (pulled or tag):
        event = "merge_queue"
    event = _event(asked, event)
    made = _made(event, branch, tag, environ, "" if tier == "fork" else branch or "")
    draft, labels = made.draft, made.labels
    if pulled:
        draft = {"true": True, "false": False}.get(environ.get("BUILDKITE_PULL_REQUEST_DRAFT", ""))
    if "BUILDKITE_PULL_REQUEST_LABELS" in environ:
        labels = frozenset(environ["BUILDKITE_PULL_REQUEST_LABELS"].split(","))
    # An answer that is not there was not asked for.
    answers = _answers(environ) if event == "manual" else made.answers
    return Occasion(event, made.branches, made.tag, draft, labels, answers, made.head)


def _circleci(environ: Mapping[str, str], asked: str, tier: str) -> Occasion:
    branch, tag = environ.get("CIRCLE_BRANCH"), environ.get("CIRCLE_TAG", "")
    event = _event(asked, "tag" if tag else None)
    made = _made(event, branch, tag, environ, "" if tier == "fork" else branch or "")
    # The branch of a pull request is one like any other here, unless events of pull requests start pipelines.
    branches = ("", branch) if branch and event in (None, "pull_request") else made.branches
    return Occasion(event, branches, made.tag, made.draft, made.labels, made.answers, made.head)


def _jenkins(environ: Mapping[str, str], asked: str, tier: str) -> Occasion:
    tag = environ.get("TAG_NAME", "")
    event = _event(asked, "tag" if tag else "pull_request" if environ.get("CHANGE_ID") else None)
    branch = environ.get("BRANCH_NAME", "")
    head = environ.get("CHANGE_BRANCH", "") if event == "pull_request" else branch
    return _made(event, branch, tag, environ, "" if tier == "fork" else head)


def _event(asked: str, detected: str | None) -> str | None:
    if asked:
        return asked if asked in EVENTS else None
    return detected


def _made(event: str | None, branch: str | None, tag: str, environ: Mapping[str, str], head: str) -> Occasion:
    """What holds on every system. branch: None for one that is not known."""
    elsewhere = None if event is None else event != "pull_request"
    return Occasion(
        event,
        ("",) if event in ("pull_request", "tag") else None if branch is None else (branch,),
        tag if event == "tag" else "" if event is not None else None,
        False if elsewhere else None,
        frozenset() if elsewhere else None,
        {} if event is not None and event != "manual" else _answers(environ) or None,
        "" if event in ("merge_queue", "tag") else head,
    )


def _answers(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in environ.items() if name.startswith("CIG_INPUT_")}


def answer_variable(name: str) -> str:
    """The variable in which scripts find the answer to a question."""
    return f"CIG_INPUT_{name.upper().replace('-', '_')}"


def _spelled(answer: object) -> str:
    return str(answer).lower() if isinstance(answer, bool) else str(answer)
