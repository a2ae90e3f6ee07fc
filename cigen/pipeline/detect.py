"""What the plugins' detections add up to: the facts, and which plugins take part in this project.

A plugin takes part when the project asks for it (an output's provider, a package, a service, a `uses` step, a table
under `[plugins]`) or when its own detection is confident enough. Policies always do. `enabled = false` wins.
"""

from collections.abc import Iterable, Mapping, Sequence

from cigen.model.config import Config
from cigen.model.dataclass import dataclass
from cigen.model.diagnostics import Diagnostic, KeyPath, error, warning
from cigen.model.plans import DetectResult, Fact, PluginInfo
from cigen.model.resources import Job

__all__ = ["CONFIDENT", "Demand", "demands", "enable_plugins", "join_facts", "nearest"]

CONFIDENT = 0.5
"""A detection at least this sure of itself enables its plugin."""


@dataclass(frozen=True, slots=True)
class Demand:
    """The project asks for a capability (`package:ruby`) or a plugin (`lang/ruby`), at this place of cig.toml."""

    wanted: str
    key: KeyPath


def demands(config: Config, providers: Sequence[str]) -> tuple[Demand, ...]:
    """Everything cig.toml asks of plugins, in the order of the file. `providers`: the outputs' that are selected."""
    found = [
        Demand(f"provider:{output.provider}", ("outputs", index, "provider"))
        for index, output in enumerate(config.outputs)
        if output.provider in providers
    ]
    for job in config.jobs:
        found.extend(job_demands(job))
    found.extend(Demand(ref.name, ("plugins", ref.name)) for ref in config.plugins if ref.enabled)
    return tuple(found)


def job_demands(job: Job) -> list[Demand]:
    """What one job asks of modules."""
    key: KeyPath = ("jobs", job.id)
    found = [Demand(f"package:{name}", (*key, "packages", i)) for i, name in enumerate(job.packages)]
    for i, service in enumerate(job.services):
        if not service.image:
            found.append(Demand(f"service:{service.name}", (*key, "services", i)))
    for where, steps in (("steps", job.steps), ("finally", job.cleanup)):
        for i, step in enumerate(steps):
            if step.module is not None:
                found.append(Demand(step.module.module, (*key, where, i, "uses")))
    return found


def serves(info: PluginInfo, wanted: str) -> bool:
    """Whether the plugin is, or can do, what is wanted."""
    return info.name == wanted or (":" in wanted and wanted in info.capabilities)


def enable_plugins(
    config: Config, wanted: Iterable[Demand], plugins: Sequence[PluginInfo], detected: Mapping[str, DetectResult]
) -> tuple[tuple[str, ...], tuple[Diagnostic, ...]]:
    """Names of the plugins that take part, sorted; DAG_007 and its like for each demand that nothing serves.

    Not for those that `[plugins]` names: why they are not there was told when plugins were looked for.
    """
    off = {ref.name for ref in config.plugins if not ref.enabled}
    usable = [info for info in plugins if info.name not in off]
    enabled = {info.name for info in usable if any(c.startswith("policy:") for c in info.capabilities)}
    enabled |= {name for name, result in detected.items() if result.confidence >= CONFIDENT and name not in off}
    told = {ref.name for ref in config.plugins if ref.enabled}
    missing: list[Diagnostic] = []
    for demand in wanted:
        serving = [info.name for info in usable if serves(info, demand.wanted)]
        if serving:
            enabled.update(serving)
        elif demand.wanted not in told:
            missing.append(_unserved(demand, usable, off))
    return tuple(sorted(enabled)), tuple(missing)


_KINDS = {
    "provider": ("DAG_008", "provider"),
    "package": ("DAG_009", "package"),
    "service": ("DAG_010", "service"),
}


def _unserved(demand: Demand, plugins: Sequence[PluginInfo], off: set[str]) -> Diagnostic:
    kind, colon, name = demand.wanted.partition(":")
    if not colon:
        known = sorted(info.name for info in plugins)
        code, noun, name = "DAG_007", "plugin", demand.wanted
    else:
        known = sorted({c.partition(":")[2] for info in plugins for c in info.capabilities if c.startswith(kind + ":")})
        code, noun = _KINDS[kind]
    message = f'no plugin serves {noun} "{name}"' if colon else f'there is no plugin "{name}"'
    if name in off:
        message = f'plugin "{name}" is needed here but switched off under [plugins]'
    return error(code, message, hint=nearest(name, known, f"Known {noun}s"), key=demand.key)


def nearest(name: str, known: Sequence[str], label: str) -> str:
    """A hint: the nearest known name, if one is near, and all of them."""
    from difflib import get_close_matches

    near = get_close_matches(name, known, 1)
    listed = ", ".join(f'"{item}"' for item in known) or "none"
    return (f'did you mean "{near[0]}"? ' if near else "") + f"{label}: {listed}"


def join_facts(detected: Mapping[str, DetectResult]) -> tuple[tuple[Fact, ...], tuple[Diagnostic, ...]]:
    """All facts, sorted by name. Two plugins that disagree on one are told about (DAG_011); the first by name wins."""
    facts: dict[str, tuple[str, Fact]] = {}
    found: list[Diagnostic] = []
    for plugin, result in sorted(detected.items()):
        for fact in result.facts:
            owner, known = facts.setdefault(fact.name, (plugin, fact))
            if known.value != fact.value:
                message = (
                    f'{owner} says that {fact.name} is "{known.value}" ({known.source}), '
                    f'{plugin} says "{fact.value}" ({fact.source})'
                )
                found.append(warning("DAG_011", message, hint=f"{owner} is believed"))
    return tuple(fact for _, (_, fact) in sorted(facts.items())), tuple(found)
