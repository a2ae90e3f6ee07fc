"""A pipeline as `buildkite-agent pipeline upload` is to have it, from a plan document and the file that `cig render`
wrote.
"""

from collections.abc import Mapping
from typing import Any

from cigen.formats.buildkite_steps import REASON_CHARS, planned_pipeline
from cigen.pipeline.skipping import is_skipped

__all__ = ["PIPELINE", "buildkite_text"]

PIPELINE = ".buildkite/pipeline.full.yml"
"""The file that is read if none is named."""

_WHY = {"SKIP_ENV": "skip_if.env holds", "SKIP_BRANCH": "skip_if.branch holds"}
_HEADS = "refs/heads/"


def buildkite_text(document: Mapping[str, Any], text: str) -> str:
    """`text` with what the plan says of each step. Raises YamlError for a text that is no pipeline."""
    jobs = document["jobs"]
    skipped = {key: _why(job) for key, job in jobs.items() if is_skipped(job["decision"], job.get("reason", ""))}
    signatures = {key: str(job.get("signature", "")) for key, job in jobs.items() if key not in skipped}
    restored = {key for key in skipped if jobs[key].get("restored") is True}
    return planned_pipeline(text, skipped, signatures, restored)


def _why(job: Mapping[str, Any]) -> str:
    """Why a step is skipped: as much of where the proof is as there is room for."""
    proof = job.get("proved_by")
    if not isinstance(proof, dict):
        return _WHY.get(job.get("reason", ""), "proven")
    url, ref, at = (str(proof.get(name, "")) for name in ("url", "ref", "at"))
    ref = ref.removeprefix(_HEADS)
    told = [f"proven by {url} ({ref})", f"proven by {url}"] if url else []
    return next((one for one in told if len(one) <= REASON_CHARS), f"proven on {ref}, {at}")
