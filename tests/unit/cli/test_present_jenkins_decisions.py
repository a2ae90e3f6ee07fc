"""What a Jenkinsfile is told of a plan."""

import json
from typing import Any

import pytest

from cigen.cli.present.jenkins_decisions import jenkins_text

SIGNATURE = "cs1:" + "a" * 64


def entry(decision: str, reason: str, **more: Any) -> dict[str, Any]:
    return {"job": "test", "decision": decision, "reason": reason, "signature": SIGNATURE, "differs": [], **more}


def test_each_entry_says_what_is_decided_and_why_and_who_proved_it() -> None:
    hit = entry("hit", "PROVEN", proved_by={"url": "https://ci.example/7", "ref": "main", "at": "", "tier": "branch"})
    text = jenkins_text({"test-b": hit, "test-a": entry("run", "FILES")})
    assert text.splitlines()[1].startswith('"test-a": {"decision": "run"')
    assert json.loads(text) == {
        "test-a": {"decision": "run", "reason": "FILES", "signature": SIGNATURE, "skip": False, "url": ""},
        "test-b": {
            "decision": "hit", "reason": "PROVEN", "signature": SIGNATURE, "skip": True, "url": "https://ci.example/7",
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("decision", "reason", "skip"),
    [
        ("hit", "PROVEN", True),
        ("excluded", "SKIP_ENV", True),
        ("excluded", "SKIP_BRANCH", True),
        ("excluded", "WHEN", False),
        ("excluded", "UPSTREAM_EXCLUDED", False),
        ("excluded", "EVENT", False),
        ("run", "AUDIT", False),
        ("forced", "FORCED", False),
    ],
)
def test_only_what_the_plan_itself_leaves_out_is_skipped(decision: str, reason: str, skip: bool) -> None:
    """S1: what Jenkins leaves out by a condition, Jenkins judges."""
    assert json.loads(jenkins_text({"a": entry(decision, reason)}))["a"]["skip"] is skip


def test_an_entry_whose_files_were_brought_says_what_they_are_called_by() -> None:
    """S18: the job, whose legs left them together."""
    found = json.loads(jenkins_text({"test-a": entry("hit", "PROVEN", restored=True), "b": entry("hit", "PROVEN")}))
    assert {key: one.get("restored") for key, one in found.items()} == {"test-a": "test", "b": None}


def test_a_plan_of_nothing_is_an_object() -> None:
    assert jenkins_text({}) == "{}\n"


def test_a_text_that_was_cut_off_is_none() -> None:
    """S1."""
    text = jenkins_text({"a": entry("hit", "PROVEN"), "b": entry("hit", "PROVEN")})
    for end in range(len(text.rstrip())):
        with pytest.raises(json.JSONDecodeError):
            json.loads(text[:end])
