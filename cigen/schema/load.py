"""cig.toml's bytes → Config, or every mistake in them.

On the way to a Config nothing is paid for messages: the generated validator answers yes, the readers make the values.
On a no, jsonschema says why, while the readers pass over what has the wrong shape and report what only they can see:
one run shows all mistakes.
"""

from contextlib import suppress
from typing import Any

from cigen.model.config import Config, Project
from cigen.model.dataclass import replace
from cigen.model.diagnostics import Diagnostic, KeyPath, error, has_errors
from cigen.model.resources import Pair
from cigen.schema._generated.validator import JsonSchemaValueException, validate
from cigen.schema.jobs import Shared, read_defaults, read_job
from cigen.schema.machines import BUILT_IN, check_runner, read_cache, read_runners, read_secrets, read_service
from cigen.schema.outputs import read_outputs, read_plugins
from cigen.schema.references import add_setup, check_references
from cigen.schema.sequence import check_values, join_stages
from cigen.schema.skipping import read_skipping
from cigen.schema.source import oddities, parse
from cigen.schema.starting import check_triggers
from cigen.schema.steps import check_templates
from cigen.schema.table import EnoughError, Reading, Scope, Table
from cigen.schema.variables import resolve_variables
from cigen.schema.workflows import read_workflows

__all__ = ["SHOWN_LIMIT", "load_config"]

SHOWN_LIMIT = 100
"""Mistakes told in one run."""

_TEXT_LIMIT = 2000
"""Characters of one message."""

_OUTSIDE_JOBS = Scope(any_axis=True)
"""For caches and services, which jobs with different matrices may use; each job checks its own."""


def load_config(text: bytes) -> tuple[Config | None, tuple[Diagnostic, ...]]:
    """The configuration, or None and the errors in the order of the file. Warnings may come with either."""
    tree, found = parse(text)
    if tree is None:
        return None, found
    reading = Reading(text, found=list(found))
    valid = _is_valid(tree)
    if not valid:
        from cigen.schema.mistakes import explain

        odd = list(oddities(tree))
        # Values without a measure: jsonschema would spell them out in messages that nobody sees.
        endless = any(diagnostic.code in ("SCHEMA_005", "SCHEMA_006") for diagnostic in odd)
        reading.found = [*odd, *(() if endless else explain(tree, text))]
        assert reading.found, "the generated validator refuses what jsonschema accepts"
    config = None
    with suppress(EnoughError):
        config = _read(tree, reading)
    if not reading.found:
        return config, ()
    diagnostics = _in_order(reading.found, tree)
    return (None if has_errors(diagnostics) else config), diagnostics


def _is_valid(tree: dict[str, Any]) -> bool:
    try:
        validate(tree)
    except JsonSchemaValueException:
        return False
    return True


def _read(tree: dict[str, Any], reading: Reading) -> Config:
    root = Table(tree, (), reading, Scope())
    reading.providers = _providers(root)
    reading.variables = resolve_variables(root.table("variables"))
    project = _project(root)
    runners = frozenset((*BUILT_IN, *root.table("runners").data))
    check_runner(root.table("project"), "default_runner", project.default_runner, None, runners)
    workflows = {workflow.id: workflow for workflow in read_workflows(root, project.default_branch)}
    shared = Shared(
        defaults=read_defaults(root.table("defaults")),
        default_runner=project.default_runner,
        runners=runners,
        workflows=workflows,
        services=dict(root.named("services")),
        caches=dict(root.named("caches")),
        templates=dict(root.named("templates")),
    )
    tables = dict(root.named("jobs"))
    jobs = join_stages({name: read_job(name, table, shared) for name, table in tables.items()}, workflows, tables)
    check_references(jobs, tables)
    check_values(jobs, tables, reading)
    check_triggers(jobs, workflows, tables)
    check_templates(shared.templates)
    return Config(
        version=root.plain("version"),
        project=project,
        variables=tuple(Pair(name, value) for name, value in sorted(reading.variables.items())),
        workflows=tuple(workflows.values()),
        jobs=add_setup(list(jobs.values()), shared),
        caches=tuple(read_cache(name, table, _OUTSIDE_JOBS) for name, table in sorted(shared.caches.items())),
        services=tuple(
            read_service(name, table.within(_OUTSIDE_JOBS)) for name, table in sorted(shared.services.items())
        ),
        runners=read_runners(root),
        outputs=read_outputs(root, workflows),
        plugins=read_plugins(root),
        secrets=read_secrets(root),
        skipping=read_skipping(root, runners),
    )


def _project(root: Table) -> Project:
    table = root.table("project")
    return Project(
        name=table.text("name", fixed=True),
        default_runner=table.text("default_runner", "linux", fixed=True),
        default_branch=table.text("default_branch", "main", fixed=True),
    )


def _providers(root: Table) -> frozenset[str]:
    """Providers that this project knows of, beside ours."""
    outputs = (table.plain("provider") for table in root.tables("outputs"))
    plugins = (name.removeprefix("provider/") for name in root.table("plugins").data if name.startswith("provider/"))
    return frozenset((*outputs, *plugins)) - {""}


def _in_order(found: list[Diagnostic], tree: dict[str, Any]) -> tuple[Diagnostic, ...]:
    """Each once, in the order of the file, and not more than anyone reads."""
    unique = sorted(
        dict.fromkeys(map(_on_one_line, found)),
        key=lambda diagnostic: (_position(diagnostic.key, tree), diagnostic.code),
    )
    if len(unique) <= SHOWN_LIMIT:
        return tuple(unique)
    message = f"the first {SHOWN_LIMIT} mistakes are shown; {len(unique) - SHOWN_LIMIT:,} or more are not"
    return (*unique[:SHOWN_LIMIT], error("SCHEMA_024", message, key=unique[SHOWN_LIMIT].key))


def _on_one_line(diagnostic: Diagnostic) -> Diagnostic:
    """Messages quote what the user wrote, which may hold line breaks and have any length."""
    message, hint = _short(diagnostic.message), _short(diagnostic.hint)
    return replace(diagnostic, message=message, hint=hint)


def _short(text: str) -> str:
    if not text.isprintable():
        text = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    return text if len(text) <= _TEXT_LIMIT else f"{text[:_TEXT_LIMIT]}…"


def _position(key: KeyPath, tree: Any) -> tuple[int, ...]:
    """Where a key stands among its neighbours, level by level."""
    found = []
    for part in key:
        if isinstance(tree, dict) and part in tree:
            found.append(list(tree).index(part))
            tree = tree[part]
        elif isinstance(tree, list) and isinstance(part, int) and part < len(tree):
            found.append(part)
            tree = tree[part]
        else:
            break
    return tuple(found)
