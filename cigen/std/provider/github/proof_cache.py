"""Records in GitHub's own cache: what carries a folder of them from run to run where nobody keeps a store.

A cache gives back one entry, so a run's new records go from each job to the gate, which saves all of them as one; see
docs/adr/0010. Whatever fails here means no more than that jobs run again. A tag's run restores and saves nothing.
"""

from cigen.sdk.yaml import Value
from cigen.std.provider.github.pins import uses

__all__ = ["HANDED_OVER", "STORE", "collect_steps", "hand_over_step", "restore_steps"]

STORE = "github-cache"

HANDED_OVER = "cig-proof."
"""How the artifacts begin that carry records to the gate. No id of a job holds a dot, nor what stands behind it."""

_FOLDER = ".cigen/cache/proofs"
_NEW = ".cigen/cache/proofs-of-this-run"
_RUN = "${{ github.run_id }}/${{ github.run_attempt }}"
_TARGET = "cig-proofs/${{ github.base_ref || github.event.repository.default_branch }}/"
_OWN = "cig-proofs/${{ github.ref_name }}/"
_NO_TAG = "github.ref_type != 'tag'"


def restore_steps(condition: str = _NO_TAG) -> list[dict[str, Value]]:
    """What the branch that this is for has saved, and what this one has: both unpack into one folder."""
    named = (("Restore the proofs of the target", _TARGET), ("Restore the proofs of this branch", _OWN))
    return [
        {
            "name": name,
            "if": condition,
            "uses": uses("actions/cache", "/restore"),
            "with": {"path": _FOLDER, "key": f"{prefix}{_RUN}", "restore-keys": prefix},
            "continue-on-error": True,
        }
        for name, prefix in named
    ]


def hand_over_step(leg: str) -> dict[str, Value]:
    """The last step of a job that records. leg: the plan key, as a text with expressions."""
    return {
        "name": "Hand over the proof",
        "if": f"{_NO_TAG} && hashFiles('{_FOLDER}/**') != ''",
        "uses": uses("actions/upload-artifact"),
        "with": {
            "name": f"{HANDED_OVER}{leg}-${{{{ github.run_attempt }}}}",
            "path": _FOLDER,
            "include-hidden-files": True,
            "retention-days": 1,
        },
        "continue-on-error": True,
    }


def collect_steps(shell: dict[str, Value]) -> list[dict[str, Value]]:
    """The last steps of the gate, however it judges. shell: the key `shell`, where the workflow leaves it to GitHub."""
    always = f"always() && {_NO_TAG}"
    return [
        *restore_steps(always),
        {
            "name": "Take the proofs of this run",
            "if": always,
            "uses": uses("actions/download-artifact"),
            "with": {"pattern": f"{HANDED_OVER}*", "path": _NEW, "merge-multiple": True},
            "continue-on-error": True,
        },
        {
            "name": "Add them to the others",
            "if": always,
            "run": f"cig collect {_NEW} --store {STORE}",
            **shell,
            "continue-on-error": True,
        },
        {
            "name": "Save the proofs",
            "if": f"{always} && hashFiles('{_NEW}/**') != ''",
            "uses": uses("actions/cache", "/save"),
            "with": {"path": _FOLDER, "key": f"{_OWN}{_RUN}"},
            "continue-on-error": True,
        },
    ]
