"""A plan as a pipeline: which of its decisions skip a step, and what the step then says."""

from typing import Any

import pytest
import yaml

from cigen.cli.present.buildkite_pipeline import buildkite_text

PIPELINE = """\
steps:
  - key: test
    env:
      CIG_JOB: test
    command: make
"""
PROOF = {"url": "https://buildkite.com/acme/shop/builds/117", "ref": "main", "at": "2026-11-22T20:00:00Z"}


def step(**entry: Any) -> dict[str, Any]:
    entry = {"job": "test", "decision": "run", "reason": "FILES", "signature": "cs1:0a", **entry}
    (found,) = yaml.safe_load(buildkite_text({"jobs": {"test": entry}}, PIPELINE))["steps"]
    return dict(found)


@pytest.mark.parametrize(
    ("decision", "reason", "skip"),
    [
        ("hit", "PROVEN", "proven by https://buildkite.com/acme/shop/builds/117 (main)"),
        ("excluded", "SKIP_ENV", "skip_if.env holds"),
        ("excluded", "SKIP_BRANCH", "skip_if.branch holds"),
        ("excluded", "WHEN", None),
        ("excluded", "EVENT", None),
        ("excluded", "UPSTREAM_EXCLUDED", None),
        ("forced", "LABEL", None),
        ("run", "AUDIT", None),
        ("run", "OUTPUTS", None),
        ("skip", "PROVEN", None),
    ],
)
def test_only_what_the_plan_itself_leaves_out_is_skipped(decision: str, reason: str, skip: str | None) -> None:
    """S18: a producer whose output somebody needs runs. What `if` leaves out is none of the plan's."""
    proof = {"proved_by": PROOF} if reason in ("PROVEN", "AUDIT") else {}
    found = step(decision=decision, reason=reason, **proof)
    assert found.get("skip") == skip
    assert found["env"].get("CIG_SIGNATURE") == (None if skip else "cs1:0a")


@pytest.mark.parametrize(
    ("proof", "skip"),
    [
        (PROOF, "proven by https://buildkite.com/acme/shop/builds/117 (main)"),
        ({**PROOF, "ref": "refs/heads/main"}, "proven by https://buildkite.com/acme/shop/builds/117 (main)"),
        ({**PROOF, "ref": "a-branch-with-a-long-name"}, "proven by https://buildkite.com/acme/shop/builds/117"),
        ({**PROOF, "url": "https://ci/" + "x" * 70}, "proven on main, 2026-11-22T20:00:00Z"),
        ({**PROOF, "url": "", "ref": "$HOME"}, "proven on ?HOME, 2026-11-22T20:00:00Z"),
        ("odd", "proven"),
        (None, "proven"),
    ],
)
def test_a_skipped_step_says_what_proves_it(proof: object, skip: str) -> None:
    assert step(decision="hit", reason="PROVEN", proved_by=proof)["skip"] == skip


def test_an_entry_without_a_signature_is_told_none() -> None:
    text = buildkite_text({"jobs": {"test": {"job": "test", "decision": "run"}}}, PIPELINE)
    assert yaml.safe_load(text)["steps"][0]["env"] == {"CIG_JOB": "test"}


def test_only_what_the_plan_says_is_restored_is_looked_for_with_the_planner() -> None:
    """S18: a skipped job whose files nobody has brought has none."""
    pipeline = "steps:\n  - key: use\n    env:\n      CIG_FETCHES: a b c\n    command: x\n"
    hit = {"decision": "hit", "reason": "PROVEN"}
    run = {"decision": "run", "reason": "OUTPUTS"}
    jobs = {"a": {**hit, "restored": True}, "b": hit, "c": {**run, "restored": True}}
    (step,) = yaml.safe_load(buildkite_text({"jobs": jobs}, pipeline))["steps"]
    assert step["env"]["CIG_RESTORED"] == "a"
