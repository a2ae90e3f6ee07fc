"""Which files are rendered, and which plugins take part: `[[outputs]]` and `[plugins]`."""

from collections.abc import Mapping

from cigen.model.codes import CODES
from cigen.model.config import PluginRef
from cigen.model.diagnostics import Diagnostic, KeyPath, Level
from cigen.model.resources import Output, Pair, Workflow
from cigen.schema.table import Scope, Table, nearest
from cigen.schema.workflows import MAIN

__all__ = ["EVERY", "path_mistake", "read_outputs", "read_plugins"]

EVERY = "*"
"""All workflows, in one output."""


def read_outputs(root: Table, workflows: Mapping[str, Workflow]) -> tuple[Output, ...]:
    """The outputs in the order of the file; without any, GitHub's usual places."""
    if not root.has("outputs"):
        return tuple(Output("github", f".github/workflows/{name}.yml", workflow=name) for name in workflows)
    found: list[Output] = []
    owners: dict[str, int] = {}
    for index, table in enumerate(root.tables("outputs")):
        path = table.text("path", fixed=True)
        _check_path(table, path, owners, index)
        workflow = table.plain("workflow", MAIN)
        if workflow not in workflows and workflow != EVERY:
            hint = nearest(workflow, workflows, "Workflows")
            table.error("SCHEMA_018", f'there is no workflow "{workflow}"', "workflow", hint=hint)
        found.append(Output(table.plain("provider"), path, table.text("description", fixed=True), workflow))
    _check_workflows(root, found, workflows)
    return tuple(found)


def _check_workflows(root: Table, outputs: list[Output], workflows: Mapping[str, Workflow]) -> None:
    """SCHEMA_025 for a workflow that no output holds; SCHEMA_026 where a CI system has others and not this one."""
    complete = all(output.workflow in (EVERY, *workflows) for output in outputs)
    providers = dict.fromkeys(output.provider for output in outputs if complete)
    for name in workflows:
        holders = {output.provider for output in outputs if output.workflow in (name, EVERY)}
        at: KeyPath = ("workflows", name) if name != MAIN else ("outputs",)
        hint = f'add an output with workflow = "{name}"'
        if not holders:
            message = f'no output holds the workflow "{name}", so its jobs would be lost'
            root.reading.error("SCHEMA_025", message, at, hint, on_key=True)
        elif missing := [provider for provider in providers if provider not in holders]:
            message = f'the workflow "{name}" runs on {", ".join(sorted(holders))}, and not on {", ".join(missing)}'
            hint = f"{hint}, if it should run there too"
            title = CODES["SCHEMA_026"].title
            root.reading.add(Diagnostic(Level.INFO, "SCHEMA_026", title, message, hint, at, True))


def _check_path(table: Table, path: str, owners: dict[str, int], index: int) -> None:
    if not path:
        return
    mistake = path_mistake(path)
    if mistake:
        hint = 'a file inside the repository, such as ".github/workflows/ci.yml"'
        table.error("SCHEMA_022", f'"{path}" cannot be written: {mistake}', "path", hint=hint)
    # Some file systems do not tell upper from lower case.
    first = owners.setdefault(path.casefold(), index)
    if first != index:
        message = f'outputs {first + 1} and {index + 1} both write "{path}"'
        table.error("SCHEMA_021", message, "path", hint="one path has one output")


def path_mistake(path: str) -> str:
    """Why no output may have this path, or an empty text. Writing checks it again, with the links on the way."""
    if "{{" in path:
        return "it holds a placeholder without a value"
    if path.startswith(("/", "~")) or "\\" in path or path[1:2] == ":":
        return "it must be relative, with / between folders"
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return 'it has a part that is empty, "." or ".."'
    if any(part.casefold() == ".git" for part in parts):
        return "it lies in git's own folder"
    return ""


def read_plugins(root: Table) -> tuple[PluginRef, ...]:
    """`[plugins]`, sorted by name."""
    found = []
    for name, table in sorted(root.named("plugins"), key=lambda item: item[0]):
        # The plugin's own affair, braces included.
        settings = table.table("settings").within(Scope(verbatim=True))
        path = table.text("path", fixed=True)
        mistake = path_mistake(path) if path else ""
        if mistake:
            table.error("SCHEMA_022", f'"{path}" cannot be a plugin\'s folder: {mistake}', "path")
        found.append(
            PluginRef(
                name=name,
                constraint=table.text("version", fixed=True),
                path=path,
                enabled=table.flag("enabled", True),
                settings=tuple(Pair(key, settings.json(key)) for key in sorted(settings.data)),
            )
        )
    return tuple(found)
