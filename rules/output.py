"""Stage `output`: the merged files against the disk. The one stage that writes; it is never served from a cache."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cigen.engine.action import Outputs
from cigen.engine.store import Store
from cigen.hashing.canonical import canonical_bytes
from cigen.hashing.digest import xxh3
from cigen.model.paths import Digest
from cigen.output.beneath import open_root, read_below
from cigen.output.changes import Change, ChangeKind, FileState, change_of
from cigen.output.gitattributes import with_generated
from cigen.output.writer import write_files
from cigen.pipeline.merge import MergedFile

__all__ = ["RENDERED_GRAPH", "RENDERED_TREE", "merged_files", "output_changes", "recorded_outputs", "write_changes"]

ATTRIBUTES = ".gitattributes"
WRITTEN = "written"
RENDERED_GRAPH = "graph"
RENDERED_TREE = "tree"


def merged_files(outputs: Outputs) -> list[MergedFile]:
    """The files of this run, in the order of cig.toml."""
    return [done.value for done in outputs.of_stage("merge").values()]


def recorded_outputs(store: Store) -> dict[str, Digest]:
    """Path → digest of what cig wrote there last."""
    encoded = store.fact(WRITTEN)
    return {} if encoded is None else {path: Digest(digest) for path, digest in json.loads(encoded).items()}


def output_changes(root: Path, files: Sequence[MergedFile], recorded: Mapping[str, Digest]) -> tuple[Change, ...]:
    """What writing the files would change, `.gitattributes` (which marks them as generated) last."""
    with open_root(root) as top:
        changes = [
            change_of(
                FileState(file.path, read_below(top, file.path), file.content.encode(), recorded.get(file.path)), xxh3
            )
            for file in files
        ]
        old = read_below(top, ATTRIBUTES)
    new = with_generated(old, [file.path for file in files])
    if files:
        kind = ChangeKind.UNCHANGED if old == new else ChangeKind.UPDATE
        kind = ChangeKind.CREATE if old is None else kind
        changes.append(Change(ATTRIBUTES, kind, hand_edited=False, foreign=False, old=old, new=new))
    return tuple(changes)


def write_changes(root: Path, changes: Iterable[Change], store: Store) -> list[str]:
    """Write what differs, all or nothing, and remember it; the paths written, in order. Raises StoreError."""
    listed = list(changes)
    differing = [change for change in listed if change.kind is not ChangeKind.UNCHANGED]
    if differing:
        write_files(root, [(change.path, change.new) for change in differing])
    before = recorded_outputs(store)
    written = {change.path: xxh3(change.new) for change in listed if change.path != ATTRIBUTES}
    if {**before, **written} != before:
        store.set_fact(WRITTEN, canonical_bytes({**before, **written}))
    return [change.path for change in differing]
