"""What starts a pipeline and what its jobs share: triggers, concurrency, permissions."""

from cigen.model.dataclass import replace
from cigen.model.resources import (
    Concurrency,
    ManualInput,
    ManualTrigger,
    Pair,
    PullRequestTrigger,
    PushTrigger,
    Schedule,
    TagTrigger,
    Triggers,
    Workflow,
)
from cigen.schema.cron import cron_mistake
from cigen.schema.machines import read_blocks
from cigen.schema.table import Table

__all__ = ["MAIN", "read_concurrency", "read_permissions", "read_workflows"]

MAIN = "ci"
"""The workflow that the top-level keys describe."""


def read_workflows(root: Table, default_branch: str) -> tuple[Workflow, ...]:
    """`ci` first, then those of `[workflows]` by name."""
    default = Triggers(push=PushTrigger(branches=(default_branch,)), pull_request=PullRequestTrigger())
    shared_env = root.table("defaults").table("env").own_pairs(fixed=True)
    workflows = [_workflow(root, MAIN, "CI", default, default_branch, shared_env)]
    for name, table in sorted(root.named("workflows"), key=lambda item: item[0]):
        if name == MAIN:
            message = f'the workflow "{MAIN}" is described by the top-level keys'
            hint = f"move on, concurrency, permissions and env out of [workflows.{MAIN}]"
            root.error("SCHEMA_021", message, "workflows", name, hint=hint, on_key=True)
            continue
        title = table.text("name", name, fixed=True)
        workflows.append(_workflow(table, name, title, Triggers(), default_branch, shared_env))
    return tuple(workflows)


def _workflow(
    table: Table, name: str, title: str, default: Triggers, default_branch: str, shared_env: tuple[Pair, ...]
) -> Workflow:
    return Workflow(
        id=name,
        name=title,
        triggers=_triggers(table.table("on"), default) if table.has("on") else default,
        concurrency=read_concurrency(table, Concurrency(preset="pr-latest"), fixed=True),
        permissions=read_permissions(table),
        env=_join(shared_env, table.table("env").own_pairs(fixed=True)),
        default_branch=default_branch,
        stages=_stages(table),
        raw=read_blocks(table.table("raw")),
    )


def _join(shared: tuple[Pair, ...], own: tuple[Pair, ...]) -> tuple[Pair, ...]:
    joined = {pair.name: pair for pair in (*shared, *own)}
    return tuple(joined[name] for name in sorted(joined))


def _stages(table: Table) -> tuple[str, ...]:
    found = []
    for name, at in table.placed("stages", fixed=True):
        if name in found:
            table.reading.error("SCHEMA_021", f'the stage "{name}" stands here twice', at)
        found.append(name)
    return tuple(found)


def _triggers(on: Table, default: Triggers) -> Triggers:
    triggers = Triggers(
        push=_push(on) if _wanted(on, "push") else None,
        pull_request=_pull_request(on) if _wanted(on, "pull_request") else None,
        tag=TagTrigger(on.texts("tag", fixed=True)) if on.has("tag") else None,
        schedule=_schedule(on),
        manual=_manual(on.table("manual")) if _wanted(on, "manual") else None,
        merge_queue=_merge_queue(on),
        paths=on.texts("paths", fixed=True),
    )
    started = replace(triggers, paths=()) != Triggers()
    if not started and set(on.data) - {"paths"}:
        on.error("SCHEMA_025", "nothing starts this workflow: every trigger is false", hint="leave out [on]")
    return triggers if started else replace(default, paths=triggers.paths)


def _wanted(on: Table, key: str) -> bool:
    return on.data.get(key) is True or isinstance(on.data.get(key), dict)


def _push(on: Table) -> PushTrigger:
    table = on.table("push")
    return PushTrigger(table.texts("branches", fixed=True), table.texts("branches_ignore", fixed=True))


def _pull_request(on: Table) -> PullRequestTrigger:
    table = on.table("pull_request")
    return PullRequestTrigger(
        branches=table.texts("branches", fixed=True),
        types=table.texts("types", fixed=True),
        labels=table.texts("labels", fixed=True),
        skip_drafts=table.flag("skip_drafts"),
    )


def _schedule(on: Table) -> tuple[Schedule, ...]:
    value = on.data.get("schedule")
    items = value if isinstance(value, list) else [value]
    found = []
    for index, item in enumerate(items):
        key: tuple[str | int, ...] = ("schedule", index) if isinstance(value, list) else ("schedule",)
        own = Table(item, (*on.at, *key), on.reading, on.scope)
        if isinstance(item, dict):
            item, key = item.get("cron"), (*key, "cron")
        if not isinstance(item, str):
            continue
        mistake = cron_mistake(item)
        if mistake:
            hint = 'minute, hour, day of the month, month, day of the week, in UTC: "30 3 * * MON-FRI"'
            on.error("SCHEMA_015", f'"{item}" is no cron expression: {mistake}', *key, hint=hint)
        found.append(Schedule(item, own.text("name", fixed=True), own.flag("reuse")))
    return tuple(found)


def _merge_queue(on: Table) -> str:
    value = on.data.get("merge_queue")
    return "full" if value is True else on.plain("merge_queue")


def _manual(table: Table) -> ManualTrigger:
    seen: dict[str, str] = {}
    for name in table.table("inputs").data:
        variable = f"CIG_INPUT_{name}".upper().replace("-", "_")
        first = seen.setdefault(variable, name)
        if first != name:
            message = f"scripts would find both {first} and {name} as {variable}"
            table.error("SCHEMA_021", message, "inputs", name, hint="rename one of them", on_key=True)
    return ManualTrigger(
        tuple(_input(name, own) for name, own in sorted(table.named("inputs"), key=lambda item: item[0]))
    )


def _input(name: str, table: Table) -> ManualInput:
    found = ManualInput(
        name=name,
        type=table.plain("type", "string"),
        description=table.text("description", fixed=True),
        default=table.scalar("default", fixed=True),
        required=table.flag("required"),
        options=table.texts("options", fixed=True),
    )
    given = table.data.get("default")
    if found.type == "choice" and not table.has("options"):
        table.error("SCHEMA_008", f'the input "{name}" is a choice and has no "options"')
    elif found.type != "choice" and table.has("options"):
        table.error(
            "SCHEMA_025",
            f'the input "{name}" has options, and its type is {found.type}',
            "options",
            hint='type = "choice"',
        )
    elif found.options and table.has("default") and found.default not in found.options:
        table.error("SCHEMA_025", f'the default "{found.default}" is none of the options', "default")
    if table.has("default") and isinstance(given, bool) != (found.type == "boolean"):
        table.error("SCHEMA_025", f'the input "{name}" is of type {found.type}, and its default is not', "default")
    elif found.type == "number" and table.has("default") and type(given) is not int:
        table.error("SCHEMA_025", f'the input "{name}" is of type number, and its default is not', "default")
    return found


def read_concurrency(table: Table, default: Concurrency | None, *, fixed: bool = False) -> Concurrency | None:
    """The key `concurrency`: a preset, `none`, or a group. `fixed`: its group takes variables only."""
    value = table.data.get("concurrency")
    if isinstance(value, dict):
        own = table.table("concurrency")
        found = Concurrency(group=own.text("group", fixed=fixed), cancel=own.flag("cancel"), max=own.integer("max", 1))
        if found.cancel and found.max > 1:
            own.error("SCHEMA_025", '"max" has no meaning where a new run cancels the others', "max", on_key=True)
        return found
    if isinstance(value, str):
        return None if value == "none" else Concurrency(preset=value)
    return default


def read_permissions(table: Table, *, contents: bool = True) -> tuple[Pair, ...]:
    """The key `permissions`, sorted. `contents`: reading the repository is kept unless the key says otherwise."""
    own = table.table("permissions")
    scopes = {scope: own.plain(scope) for scope in own.data}
    if contents:
        scopes.setdefault("contents", "read")
    return tuple(Pair(scope, scopes[scope]) for scope in sorted(scopes))
