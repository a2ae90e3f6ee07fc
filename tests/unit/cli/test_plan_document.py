"""The plan document is short enough for every CI system, and what decides is never left out."""

import json
from typing import Any

import pytest

from cigen.cli.present.plan_document import MOST_BYTES, plan_text

PROOF = {
    "url": "https://ci.example/acme/shop/runs/123456789",
    "ref": "main",
    "at": "2026-01-01T00:00:00Z",
    "tier": "branch",
}


def document(count: int, differs: int = 0, *, proven: bool = True) -> dict[str, Any]:
    changes = [
        {"component": "file", "name": f"app/models/{n}.rb", "was": "git:" + "0" * 40, "now": ""} for n in range(differs)
    ]
    job: dict[str, Any] = {
        "job": "test",
        "matrix": {"ruby": "3.4"},
        "decision": "run",
        "reason": "FILES",
        "differs": changes,
    }
    job |= {"signature": "cs1:" + "a" * 64}
    if proven:
        job |= {"decision": "hit", "reason": "PROVEN", "proved_by": PROOF}
    return {"schema": "cig.plan/1", "jobs": {f"test-ruby{n:04}": dict(job) for n in range(count)}}


def read(text: str) -> dict[str, Any]:
    jobs: dict[str, Any] = json.loads(text)["jobs"]
    return jobs


@pytest.mark.parametrize(
    ("count", "differs", "proven", "kept"),
    [
        (10, 20, False, {"differs", "matrix"}),
        (300, 20, False, {"differs", "differs_more", "matrix"}),
        (550, 0, True, {"differs", "matrix", "proved_by"}),
        (600, 0, True, {"differs", "matrix", "proved_by"}),
        (1000, 0, True, set()),
        (1200, 0, True, set()),
    ],
)
def test_a_plan_fits_and_loses_no_decision(count: int, differs: int, proven: bool, kept: set[str]) -> None:
    whole = document(count, differs, proven=proven)
    text = plan_text(whole)
    assert len(text) <= MOST_BYTES
    jobs = read(text)
    decides = {"job", "decision", "reason", "signature"}
    assert {name for job in jobs.values() for name in job} - decides == kept
    assert {key: {name: job[name] for name in decides} for key, job in jobs.items()} == {
        key: {name: job[name] for name in decides} for key, job in whole["jobs"].items()
    }


def test_what_fits_is_told_whole() -> None:
    whole = document(100, 3)
    assert json.loads(plan_text(whole)) == whole


def test_differences_go_before_proofs_and_are_counted() -> None:
    jobs = read(plan_text(document(300, 20)))
    assert all(job["proved_by"] == PROOF and job["differs"] == [] for job in jobs.values())
    assert {job["differs_more"] for job in jobs.values()} == {20}
    jobs = read(plan_text(document(700)))
    assert all(job["proved_by"] == {"url": PROOF["url"]} for job in jobs.values())


def test_s18_that_files_are_handed_on_is_never_left_out() -> None:
    whole = document(1200)
    whole["jobs"]["test-ruby0007"]["restored"] = True
    assert [key for key, job in read(plan_text(whole)).items() if job.get("restored")] == ["test-ruby0007"]
