"""What jobs run on and beside: runners, containers, services, caches."""

from itertools import product

from cigen.model.diagnostics import KeyPath
from cigen.model.resources import (
    Cache,
    CachePart,
    Container,
    Health,
    Matrix,
    ProviderBlock,
    Runner,
    Secret,
    Service,
)
from cigen.schema.interpolate import placeholders, substitute
from cigen.schema.table import Scope, Table, nearest

__all__ = [
    "BUILT_IN",
    "PROVIDERS",
    "check_provider",
    "check_runner",
    "read_blocks",
    "read_cache",
    "read_image",
    "read_runners",
    "read_secrets",
    "read_service",
]

BUILT_IN = ("linux", "linux-arm64", "macos", "windows")
"""Runners that every provider knows without a definition."""

PROVIDERS = ("buildkite", "circleci", "github", "jenkins")
"""Providers that a key may name although no output asks for them."""

_COMBINATIONS = 1000
"""Machine names that are checked for one job. A matrix with more of them fails in the DAG stage."""


def check_provider(table: Table, key: str, known_keys: tuple[str, ...] = ()) -> bool:
    """Whether the table at `key` is a provider's: one of ours, of an output, or of a plugin. Else SCHEMA_007.

    What is no table at all is the schema's to report.
    """
    if not isinstance(table.data[key], dict):
        return False
    known = {*PROVIDERS, *table.reading.providers}
    if key in known:
        return True
    hint = nearest(key, [*known, *known_keys], "Accepted keys")
    table.error("SCHEMA_007", f'"{key}" is no key and no provider', key, hint=hint, on_key=True)
    return False


def read_runners(root: Table) -> tuple[Runner, ...]:
    """`[runners]`, sorted by name."""
    found = []
    for name, table in sorted(root.named("runners"), key=lambda item: item[0]):
        settings = read_blocks(table, ("os", "arch"))
        found.append(Runner(name, table.plain("os"), table.plain("arch"), settings))
    return tuple(found)


def read_blocks(table: Table, own: tuple[str, ...] = ()) -> tuple[ProviderBlock, ...]:
    """What stands in a table beside its own keys: a table for each provider, sorted."""
    return tuple(
        ProviderBlock(key, table.json(key))
        for key in sorted(table.data)
        if key not in own and check_provider(table, key, own)
    )


def read_secrets(root: Table) -> tuple[Secret, ...]:
    """`[secrets]`, sorted by name."""
    own = ("version",)
    return tuple(
        Secret(name, read_blocks(table, own), table.scalar("version", fixed=True))
        for name, table in sorted(root.named("secrets"), key=lambda item: item[0])
    )


def check_runner(table: Table, key: str, name: str, matrix: Matrix | None, known: frozenset[str]) -> None:
    """SCHEMA_018 for each machine that the key can come to name and that nothing defines."""
    names = [axis.removeprefix("matrix.") for axis in placeholders(name)]
    choices = [_values(table, axis, matrix) for axis in names]
    if len(choices) > 1 and _count(choices) > _COMBINATIONS:
        return
    for combination in product(*choices):
        values = {f"matrix.{axis}": value for axis, (value, _) in zip(names, combination, strict=True)}
        runner, unknown = substitute(name, values.get)
        if unknown or runner in known:
            continue
        at = combination[0][1] if len(combination) == 1 else (*table.at, key)
        hint = f"{nearest(runner, list(known), 'Runners')}; define others under [runners]"
        table.reading.error("SCHEMA_018", f'there is no runner "{runner}"', at, hint)


def _count(choices: list[list[tuple[str, KeyPath]]]) -> int:
    count = 1
    for choice in choices:
        count *= len(choice)
    return count


def _values(job: Table, axis: str, matrix: Matrix | None) -> list[tuple[str, KeyPath]]:
    """The values an axis can have, each with its place."""
    if matrix is None:
        return []
    found: list[tuple[str, KeyPath]] = []
    for own in matrix.axes:
        if own.name == axis:
            found += [(value, (*job.at, "matrix", axis, index)) for index, value in enumerate(own.values)]
    for index, row in enumerate(matrix.include):
        at = (*job.at, "matrix", "include", index, axis)
        found += [(pair.value, at) for pair in row.values if pair.name == axis]
    return found


def read_image(job: Table) -> Container | None:
    """The key `image`: a text or a table."""
    if isinstance(job.data.get("image"), str):
        return Container(job.text("image"))
    if not job.has("image"):
        return None
    table = job.table("image")
    for key, other in (("username", "password"), ("password", "username")):
        if table.has(key) and not table.has(other):
            table.error("SCHEMA_025", f'"{key}" needs "{other}" beside it', key, on_key=True)
    return Container(
        table.text("image"), table.pairs("env"), table.text("options"), table.text("username"), table.plain("password")
    )


def read_service(name: str, table: Table) -> Service:
    """One service, of `[services]` or of a job."""
    health = table.table("health")
    ports = table.data.get("ports")
    return Service(
        name=name,
        image=table.text("image"),
        version=table.scalar("version"),
        ports=tuple(port for port in ports if type(port) is int) if isinstance(ports, list) else (),
        env=table.pairs("env"),
        health=Health(
            command=health.text("command"),
            interval=health.integer("interval", 10),
            timeout=health.integer("timeout", 5),
            retries=health.integer("retries", 5),
        )
        if table.has("health")
        else None,
        command=table.text("command"),
    )


def read_cache(name: str, table: Table, scope: Scope) -> Cache:
    """One cache, as a job with that scope would use it."""
    own = table.within(scope)
    parts = tuple(CachePart(literal=part) if ":" in part else CachePart(files=part) for part in own.texts("key_parts"))
    return Cache(name, own.texts("paths"), parts, own.flag("fallback", True), own.plain("save", "success"))
