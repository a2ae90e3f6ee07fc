"""Which plugins take part, in which versions, and what is known of the project: the ground the plan stands on."""

from collections.abc import Callable, Mapping, Sequence

from cigen.model.config import Config
from cigen.model.dataclass import dataclass
from cigen.model.diagnostics import Diagnostic, KeyPath, error, has_errors
from cigen.model.plans import DetectResult, Fact, PluginInfo
from cigen.pipeline.detect import demands, enable_plugins, join_facts

__all__ = ["Resolution", "resolve_plugins"]


@dataclass(frozen=True, slots=True)
class Resolution:
    """`plugins`: names of those that take part, sorted. `capabilities`: everything they can do. `facts`: all facts."""

    plugins: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()


def resolve_plugins(
    config: Config,
    providers: Sequence[str],
    plugins: Sequence[PluginInfo],
    detected: Mapping[str, DetectResult],
    satisfies: Callable[[str, str], bool],
) -> tuple[Resolution | None, tuple[Diagnostic, ...]]:
    """Enable plugins, check the versions that cig.toml asks for, join the facts; None where something is missing.

    satisfies: whether a version meets a constraint; ValueError for a constraint that is none.
    """
    enabled, found = enable_plugins(config, demands(config, providers), plugins, detected)
    diagnostics = list(found)
    infos = {info.name: info for info in plugins}
    for name, constraint, key in _constraints(config):
        if name not in infos:
            continue
        version = infos[name].version
        try:
            met = satisfies(version, constraint)
        except ValueError as problem:
            diagnostics.append(error("DAG_018", str(problem), key=key))
            continue
        if not met:
            message = f"{name} {version} is installed, but {constraint} is asked for"
            hint = "change the constraint, or install another version under .cigen/plugins/"
            diagnostics.append(error("DAG_017", message, hint=hint, key=key))
    facts, disagreements = join_facts({name: result for name, result in detected.items() if name in enabled})
    diagnostics.extend(disagreements)
    absent = any(ref.enabled and ref.name not in infos for ref in config.plugins)
    if absent or has_errors(diagnostics):
        return None, tuple(diagnostics)
    capabilities = sorted({capability for name in enabled for capability in infos[name].capabilities})
    return Resolution(enabled, tuple(capabilities), facts), tuple(diagnostics)


def _constraints(config: Config) -> list[tuple[str, str, KeyPath]]:
    """(plugin, constraint, place) wherever cig.toml asks for a version."""
    found: list[tuple[str, str, KeyPath]] = [
        (ref.name, ref.constraint, ("plugins", ref.name, "version")) for ref in config.plugins if ref.constraint
    ]
    for job in config.jobs:
        for where, steps in (("steps", job.steps), ("finally", job.cleanup)):
            for index, step in enumerate(steps):
                if step.module is not None and step.module.constraint:
                    place: KeyPath = ("jobs", job.id, where, index, "uses")
                    found.append((step.module.module, step.module.constraint, place))
    return found
