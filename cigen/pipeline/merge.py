"""Fragments of one output file, joined.

One REPLACE fragment is the file; MERGE fragments are merged into it as YAML, in the order of `order` and plugin; APPEND
fragments follow as text. Two owners of one path, or two that disagree on one value, are an error that names both.
"""

from collections.abc import Sequence

from cigen.model.dataclass import dataclass, replace
from cigen.model.diagnostics import Diagnostic, error
from cigen.model.plans import Fragment, Graph, MergeStrategy
from cigen.model.resources import Output

__all__ = ["MergedFile", "OwnedFragment", "foreign_paths", "merge_fragments", "part_of", "workflow_of"]


@dataclass(frozen=True, slots=True)
class OwnedFragment:
    """A fragment and the plugin that wrote it."""

    owner: str
    fragment: Fragment


@dataclass(frozen=True, slots=True)
class MergedFile:
    """A file as it will be written. `owners`: the plugins it comes from, the file's own first."""

    path: str
    content: str
    owners: tuple[str, ...] = ()


def merge_fragments(path: str, fragments: Sequence[OwnedFragment]) -> tuple[MergedFile | None, tuple[Diagnostic, ...]]:
    """The file at `path`, or None with errors (MERGE_001 … MERGE_003)."""
    ordered = sorted(fragments, key=lambda item: (item.fragment.order, item.owner))
    whole = [item for item in ordered if item.fragment.strategy is MergeStrategy.REPLACE]
    if len(whole) > 1:
        writers = " and ".join(item.owner for item in whole)
        hint = "a file has one owner: switch off all but one of them with enabled = false under [plugins]"
        return None, (error("MERGE_001", f"{writers} each want to write the whole of {path}", hint=hint),)
    if not whole:
        writers = ", ".join(item.owner for item in ordered) or "no plugin"
        return None, (error("MERGE_002", f"{path} has no owner: {writers} wrote only parts of it"),)
    owner, content = whole[0].owner, whole[0].fragment.content
    found: list[Diagnostic] = []
    owners = [owner]
    for item in ordered:
        if item.fragment.strategy is MergeStrategy.MERGE:
            content = _merge(path, owners, content, item, found)
            owners.append(item.owner)
    for item in ordered:
        if item.fragment.strategy is MergeStrategy.APPEND:
            content = content.rstrip("\n") + "\n" + item.fragment.content
            owners.append(item.owner)
    if found:
        return None, tuple(found)
    return MergedFile(path, content.rstrip("\n") + "\n", tuple(dict.fromkeys(owners))), ()


def _merge(path: str, owners: Sequence[str], content: str, item: OwnedFragment, found: list[Diagnostic]) -> str:
    from cigen.formats.yaml_merge import MergeConflict, merge_documents
    from cigen.formats.yaml_values import YamlError

    try:
        return merge_documents(content, item.fragment.content)
    except MergeConflict as conflict:
        first = " and ".join(owners)
        for one in conflict.all:
            message = f"{first} and {item.owner} disagree on {one.key} of {path}: {one.ours} and {one.theirs}"
            found.append(error("MERGE_003", message))
    except YamlError as problem:
        found.append(error("MERGE_005", f"{item.owner} cannot be merged into {path}: {problem}"))
    return content


def part_of(graph: Graph, output: Output) -> Graph:
    """The graph with the jobs of one output. Of other workflows it keeps what they are, not what they do."""
    ids = [workflow.id for workflow in graph.workflows]
    name = workflow_of(output, ids)
    if name is None:
        return graph
    return replace(graph, jobs=tuple(job for job in graph.jobs if (job.workflow or ids[0]) == name))


def workflow_of(output: Output, workflows: Sequence[str]) -> str | None:
    """The one of a graph's workflows, given by id, whose jobs belong in an output; None where all of them do."""
    if len(workflows) <= 1 or output.workflow == "*":
        return None
    return output.workflow or workflows[0]


def foreign_paths(path: str, fragments: Sequence[Fragment], *, owns: bool = False) -> tuple[str, ...]:
    """Paths that a plugin wrote to without being asked, quoted and sorted.

    owns: the file is the plugin's own, and it may write more files of its CI system beside it: in the same folder,
    unless that is the repository's root.
    """
    folder = path.rpartition("/")[0]
    beside = {one.path for one in fragments if owns and folder and one.path.rpartition("/")[0] == folder}
    return tuple(sorted({f'"{one.path}"' for one in fragments if one.path not in beside | {path}}))
