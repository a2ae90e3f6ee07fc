"""What plugins have against hits, in words: the last of the reasons for which a job that is proven runs.

Pure. Only the plain answer of every plugin that it need not run lets a job stay a hit; an answer that is missing, for
whatever reason, is an objection. There is nothing here that a plugin could say to have a job skipped.
"""

from collections.abc import Iterable, Mapping, Sequence

from cigen.model.dataclass import dataclass
from cigen.model.diagnostics import Diagnostic, warning
from cigen.model.plans import PreflightResult

__all__ = ["MOST_CHARACTERS", "Heard", "objections"]

MOST_CHARACTERS = 200
"""Of a note. Plans of a thousand jobs are handed on in one variable."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one plugin said of hits, by plan key: its answers, or in words why there is none.

    silence: what there is to say of a job that stands in neither. declared: a manifest tells that it has the hook.
    """

    plugin: str
    answers: Mapping[str, PreflightResult]
    failures: Mapping[str, str]
    silence: str
    declared: bool = True


def objections(hits: Sequence[str], heard: Iterable[Heard]) -> tuple[dict[str, str], tuple[Diagnostic, ...]]:
    """Plan key → what plugins have against skipping it, those of `hits` alone; and a warning for each broken plugin."""
    against: dict[str, list[str]] = {}
    found = []
    for one in heard:
        for key in hits:
            if key not in one.answers or one.answers[key].should_run:
                against.setdefault(key, []).append(_words(one, key))
        unanswered = [key for key in hits if key not in one.answers]
        if unanswered:
            found.append(_unheard(one, unanswered))
    return {key: _clipped("; ".join(said)) for key, said in against.items()}, tuple(found)


def _words(heard: Heard, key: str) -> str:
    """An objection on one line."""
    answer = heard.answers.get(key)
    if answer is None:
        return _plain(heard.failures.get(key, heard.silence))
    return f"{heard.plugin}: {_plain(answer.reason) or 'no reason given'}"


def _unheard(heard: Heard, keys: Sequence[str]) -> Diagnostic:
    jobs = "1 proven job runs" if len(keys) == 1 else f"{len(keys)} proven jobs run"
    cause = _clipped(_plain(heard.failures.get(keys[0], heard.silence)))
    hint = f'to do without it: `enabled = false` in [plugins."{heard.plugin}"] of cig.toml'
    if not heard.declared:
        hint += "; one without the hook is not asked if its manifest says so"
    return warning("PLUGIN_016", f"{heard.plugin} was not heard, so {jobs}: {cause}", hint=hint)


def _plain(text: str) -> str:
    """A text of whoever it may be on one line, without a character that a terminal or a log would act on."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _clipped(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"
