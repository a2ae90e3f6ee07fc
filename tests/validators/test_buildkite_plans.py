"""Pipelines as a plan has them uploaded, read by the vendor's parser: what is skipped, and nothing else changed."""

from pathlib import Path
from typing import Any

import pytest
from buildkite_pipeline import command_steps, read_pipelines
from checks import CHECKS
from rendering import GOLDEN, golden_files

from cigen.cli.present.buildkite_pipeline import buildkite_text

FULL = [path for path in golden_files("buildkite") if path.name == "pipeline.full.yml"]
URL = "https://ci.example/builds/7?a=$HOME&b='x'"
SIGNATURE = "cs1:0a"


def steps_of(path: Path) -> dict[str, dict[str, Any]]:
    """The steps that run commands, by key, as they reach the server."""
    (read,) = read_pipelines([path])
    assert read["errors"] == []
    return {step["key"]: step for step in command_steps(read["pipeline"]["steps"])}


def planned(full: Path, folder: Path, kept: int) -> tuple[Path, set[str]]:
    """The pipeline in which each job that the plan may skip is proven, but for every `kept`-th; the proven keys."""
    keys = [step["env"]["CIG_JOB"] for step in steps_of(full).values() if "CIG_JOB" in (step.get("env") or {})]
    proven = {key for index, key in enumerate(keys) if not kept or index % kept}
    proof = {"url": URL, "ref": "refs/heads/main", "at": "2026-01-02T03:04:05Z"}
    jobs = {key: {"decision": "run", "reason": "NO_RECORD", "signature": SIGNATURE} for key in keys}
    jobs |= {key: {"decision": "hit", "reason": "PROVEN", "signature": SIGNATURE, "proved_by": proof} for key in proven}
    path = folder / f"{full.relative_to(GOLDEN).parts[0]}-{kept}.yml"
    path.write_text(buildkite_text({"jobs": jobs}, full.read_text()))
    return path, proven


@pytest.mark.parametrize("kept", [0, 2, 3])
@pytest.mark.parametrize("full", FULL, ids=lambda path: path.relative_to(GOLDEN).parts[0])
def test_the_parser_sees_the_proven_steps_skipped_and_every_other_as_it_was(
    full: Path, kept: int, tmp_path: Path
) -> None:
    path, proven = planned(full, tmp_path, kept)
    before, after = steps_of(full), steps_of(path)
    assert proven
    assert list(after) == list(before)
    assert {step["env"]["CIG_JOB"] for step in after.values() if "skip" in step} == proven
    for key, step in after.items():
        env = dict(step.get("env") or {})
        job = env.get("CIG_JOB")
        if job in proven:
            # The agent replaced nothing in it.
            assert step["skip"] == "proven by https://ci.example/builds/7?a=?HOME?b=?x? (main)"
            continue
        assert env.pop("CIG_SIGNATURE", None) == (SIGNATURE if job else None)
        old_env = dict(before[key].get("env") or {})
        if "CIG_PLANNED" in old_env:
            assert (old_env.pop("CIG_PLANNED"), env.pop("CIG_PLANNED")) == ("false", "true")
        assert env == old_env
        changed = {"env", "depends_on"}
        assert {k: v for k, v in step.items() if k not in changed} == {
            k: v for k, v in before[key].items() if k not in changed
        }
    waited = {need for step in after.values() if "skip" not in step for need in _needs(step)}
    assert not waited & {key for key, step in after.items() if "skip" in step}


def _needs(step: dict[str, Any]) -> list[str]:
    needs = step.get("depends_on") or []
    listed = needs if isinstance(needs, list) else [needs]
    return [one["step"] if isinstance(one, dict) else one for one in listed]


@pytest.mark.parametrize("check", CHECKS["buildkite"])
def test_no_finding_in_pipelines_as_plans_have_them(check: str, tmp_path: Path) -> None:
    assert len(FULL) > 3
    paths = [planned(full, tmp_path, kept)[0] for full in FULL for kept in (0, 2, 3)]
    assert CHECKS["buildkite"][check](paths) == []
