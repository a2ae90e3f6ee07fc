"""Every feature of cig.toml: rendered or refused, never silently dropped.

A provider's spelling is its own affair, so each key is judged by its effect: without it, or with another value, the
file, the diagnostics or the settings must be others, or a diagnostic must name the key.
"""

from cigen.model.diagnostics import KeyPath
from cigen.model.plans import PluginInfo
from cigen.sdk.conformance.cases import Case, Variant
from cigen.sdk.conformance.ordinary import target_of
from cigen.sdk.conformance.rendering import Rendered, about, names, render
from cigen.sdk.conformance.talk import Talk
from cigen.sdk.conformance.verdict import Failure, shortened

__all__ = ["check_feature", "lost_keys"]

_PROVIDERS = ("buildkite", "circleci", "github", "jenkins")


def check_feature(talk: Talk, info: PluginInfo, case: Case) -> Failure | None:
    """The first key of a feature that is lost."""
    base = render(talk, case.asked)
    sent = f"the example of {case.feature.id}"
    if base.failed:
        return Failure(sent, base.failed, "a GenerateResult")
    if base.refused:
        told = [found for found in base.diagnostics if about(found, case.feature)]
        said = "; ".join(f"{found.code}: {found.message}" for found in base.diagnostics)
        return None if told else Failure(sent, shortened(said), f"an error that names {' or '.join(case.feature.keys)}")
    if not base.fragments:
        return Failure(sent, "neither a file nor an error", "one of them")
    lost = lost_keys(talk, info, case, base)
    if not lost:
        return None
    first = lost[0]
    more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
    expected = f"another file, or a diagnostic that names {_dotted(first.key)}"
    return Failure(f"{_dotted(first.key)}: {first.change}{more}", "the same file, and not a word", expected)


def lost_keys(talk: Talk, info: PluginInfo, case: Case, base: Rendered) -> list[Variant]:
    """The variants of a case that nobody could tell from it."""
    foreign = set(_PROVIDERS) - {target_of(info)}
    lost = []
    for variant in case.variants:
        if foreign.intersection(variant.key):
            continue  # addressed to another CI system
        other = render(talk, variant.asked)
        seen = other.files != base.files or _told(other) != _told(base)
        if other.failed or not (seen or any(names(found, case.feature, variant.key) for found in base.diagnostics)):
            lost.append(variant)
    return lost


def _told(rendered: Rendered) -> set[object]:
    """What the user is told beside the files: by diagnostics, and by the checklist of `cig settings`."""
    return {*rendered.diagnostics, *rendered.settings}


def _dotted(key: KeyPath) -> str:
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text
