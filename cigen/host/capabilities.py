"""What plugins can do, need and exclude, checked before the first call.

Owns: the meaning of `capabilities`, `requires` and `conflicts_with`. Pure: it sees what plugins say, never the plugins.
Refuses: one owner per output path, which is a rule about outputs (`pipeline`), not about capabilities.
"""

import re
from collections.abc import Iterable, Sequence

from cigen.model.diagnostics import Diagnostic, error
from cigen.model.plans import PluginInfo
from cigen.modules.addresses import parse_address
from cigen.modules.versions import satisfies

__all__ = ["check_capabilities", "match_capability"]

_PATTERN = re.compile(r"[a-z][a-z0-9-]*:(?:\*|[A-Za-z0-9][A-Za-z0-9._/-]*)")


def match_capability(pattern: str, capability: str) -> bool:
    """Whether `kind:name` or `kind:*` covers a capability."""
    if pattern.endswith(":*"):
        return capability.startswith(pattern[:-1])
    return pattern == capability


def check_capabilities(plugins: Sequence[PluginInfo]) -> tuple[Diagnostic, ...]:
    """Every requirement that no other plugin meets and every exclusion that is broken, by the plugins' names."""
    ordered = sorted(plugins, key=lambda info: info.name)
    found: list[Diagnostic] = []
    excluded: set[tuple[str, str]] = set()
    for info in ordered:
        others = [other for other in ordered if other.name != info.name]
        for requirement in info.requires:
            found.extend(_check_requirement(info, requirement, others))
        for exclusion in info.conflicts_with:
            found.extend(_check_exclusion(info, exclusion, others, excluded))
    return tuple(found)


def _check_requirement(info: PluginInfo, requirement: str, others: Sequence[PluginInfo]) -> Iterable[Diagnostic]:
    try:
        if any(_covers(requirement, other) for other in others):
            return
        reason, hint = _missing(requirement, others)
    except ValueError as why:
        yield error("PLUGIN_004", f'{info.name} requires "{requirement}", which means nothing: {why}.')
        return
    yield error("PLUGIN_004", f'{info.name} requires "{requirement}", but {reason}.', hint=hint)


def _check_exclusion(
    info: PluginInfo, exclusion: str, others: Sequence[PluginInfo], seen: set[tuple[str, str]]
) -> Iterable[Diagnostic]:
    for other in others:
        try:
            covered = _covers(exclusion, other)
        except ValueError as why:
            yield error("PLUGIN_005", f'{info.name} excludes "{exclusion}", which means nothing: {why}.')
            return
        pair = (min(info.name, other.name), max(info.name, other.name))
        if covered and pair not in seen:
            seen.add(pair)
            yield error(
                "PLUGIN_005",
                f'{info.name} and {other.name} cannot be used together: {info.name} excludes "{exclusion}".',
                hint=f'switch one of them off: [plugins."{pair[1]}"] with enabled = false',
            )


def _covers(pattern: str, other: PluginInfo) -> bool:
    """Whether a plugin is what a capability pattern or a module's address asks for. ValueError: it is neither."""
    if _PATTERN.fullmatch(pattern):
        return any(match_capability(pattern, capability) for capability in other.capabilities)
    if ":" in pattern and "/" not in pattern:
        raise ValueError("a capability is kind:name or kind:*")
    address = parse_address(pattern)
    return address.name == other.name and satisfies(other.version, address.constraint)


def _missing(requirement: str, others: Sequence[PluginInfo]) -> tuple[str, str]:
    """Why nobody covers it, and what to do."""
    if _PATTERN.fullmatch(requirement):
        return "no enabled plugin provides it", "enable or install a plugin that has this capability"
    address = parse_address(requirement)
    versions = [other.version for other in others if other.name == address.name]
    if versions:
        return f"{address.name} {versions[0]} is enabled", f"install a version of {address.name} that fits"
    return f"{address.name} is not enabled", f'enable or install {address.name}: [plugins."{address.name}"]'
