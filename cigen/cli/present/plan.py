"""`cig plan`: what was detected, resolved, planned and generated, and what a render would change.

The form is that of the specification; `--short` keeps what changes, `--full` adds unchanged jobs and the diffs.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from cigen.cli.glyphs import one_line
from cigen.cli.present.document import document_text
from cigen.cli.terminal import Paint, Symbols
from cigen.model.dataclass import dataclass
from cigen.model.plans import Budget

__all__ = [
    "Budget",
    "Count",
    "Detection",
    "FilePlan",
    "JobPlan",
    "Mark",
    "PlanView",
    "PluginPlan",
    "colored_diff",
    "plan_json",
    "plan_text",
]


_NOTHING = "No changes: every file is up to date."


class Mark(StrEnum):
    """What a render would do to a job or a file."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Detection:
    """`summary` is a plugin's own line: `Ruby 3.3.0`."""

    summary: str
    plugin: str


@dataclass(frozen=True, slots=True)
class PluginPlan:
    """A plugin that takes part."""

    id: str
    version: str


@dataclass(frozen=True, slots=True)
class JobPlan:
    """A job by its id. `legs`: variants of its matrix; 0 without one."""

    key: str
    mark: Mark
    runner: str = ""
    legs: int = 0


@dataclass(frozen=True, slots=True)
class FilePlan:
    """An output; of a removed one nothing but the path is known. `diff`: as `cig render --diff` prints it."""

    path: str
    mark: Mark
    lines: int = 0
    budgets: tuple[Budget, ...] = ()
    diff: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """How many of a kind of thing change. noun: singular, as in `workflow`, `job`, `cache`."""

    noun: str
    added: int = 0
    changed: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class PlanView:
    """All of a plan, each list in the order it is to be shown in."""

    detected: tuple[Detection, ...] = ()
    declared: tuple[Detection, ...] = ()
    plugins: tuple[PluginPlan, ...] = ()
    jobs: tuple[JobPlan, ...] = ()
    files: tuple[FilePlan, ...] = ()
    counts: tuple[Count, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether a render would change a file."""
        return any(file.mark is not Mark.SAME for file in self.files)


def plan_text(view: PlanView, symbols: Symbols, paint: Paint, *, short: bool = False, full: bool = False) -> str:
    """For a person. At most one of `short` and `full`."""
    marks = _Marks(symbols, paint)
    sections: list[list[str]] = []
    if not short:
        sections += [_detection(view, marks), _resolution(view, marks)]
    sections.append(_jobs(view.jobs, marks, short=short, full=full))
    sections.append(_files(view.files, marks, short=short))
    sections.append(_changes(view.counts, marks))
    texts = ["\n".join([paint("1", section[0]), *section[1:]]) for section in sections if section]
    if full:
        texts += [colored_diff(file.diff, paint).rstrip("\n") for file in view.files if file.diff]
    texts.append(
        "Run `cig render` to apply these changes." if view.pending else "No changes: every file is up to date."
    )
    return "\n\n".join(texts) + "\n"


def plan_json(view: PlanView, diagnostics: Sequence[Mapping[str, object]]) -> str:
    """`cig.changes/1`: docs/cli.md. diagnostics: as `report.diagnostics_json` gives them."""
    hows = (("detected", view.detected), ("declared", view.declared))
    fields: dict[str, object] = {
        "detected": [{"summary": d.summary, "plugin": d.plugin, "how": how} for how, found in hows for d in found],
        "plugins": [{"id": plugin.id, "version": plugin.version} for plugin in view.plugins],
        "jobs": [
            {"key": job.key, "change": job.mark.value, "runner": job.runner, "legs": job.legs} for job in view.jobs
        ],
        "files": [_file_json(file) for file in view.files],
        "summary": [
            {"noun": count.noun, "added": count.added, "changed": count.changed, "removed": count.removed}
            for count in view.counts
        ],
        "pending": view.pending,
        "diagnostics": list(diagnostics),
    }
    return document_text("cig.changes/1", fields)


def colored_diff(diff: str, paint: Paint) -> str:
    """A unified diff for a terminal: harmless, and coloured if `paint` is on. With `paint` off it is left as it is."""
    if not paint.enabled:
        return diff
    styles = {"+": "32", "-": "31", "@": "36"}
    lines = [
        paint("1" if line.startswith(("+++", "---")) else styles.get(line[:1], ""), one_line(line))
        if line[:1] in styles
        else one_line(line)
        for line in diff.split("\n")
    ]
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Marks:
    """The symbols of a change."""

    symbols: Symbols
    paint: Paint

    def line(self, mark: Mark, text: str) -> str:
        """An indented line with the mark in front; SAME is a tick."""
        symbol, style = {
            Mark.ADDED: (self.symbols.added, "32"),
            Mark.CHANGED: (self.symbols.changed, "33"),
            Mark.REMOVED: (self.symbols.removed, "31"),
            Mark.SAME: (self.symbols.done, "32"),
        }[mark]
        return f"  {self.paint(style, symbol)} {one_line(text)}"


def _detection(view: PlanView, marks: _Marks) -> list[str]:
    lines = [marks.line(Mark.SAME, f"{found.summary} detected ({found.plugin})") for found in view.detected]
    lines += [marks.line(Mark.SAME, f"{found.summary} declared ({found.plugin})") for found in view.declared]
    return ["Detecting project...", *(lines or ["  nothing that a plugin knows"])]


def _resolution(view: PlanView, marks: _Marks) -> list[str]:
    lines = [marks.line(Mark.SAME, f"{plugin.id}@{plugin.version}") for plugin in view.plugins]
    return ["Resolving dependencies...", *lines] if lines else []


def _jobs(jobs: Iterable[JobPlan], marks: _Marks, *, short: bool, full: bool) -> list[str]:
    listed = list(jobs)
    shown = [job for job in listed if full or job.mark is not Mark.SAME]
    lines = [marks.line(job.mark, f"job.{job.key}{_job_note(job, full=full)}") for job in shown]
    hidden = len(listed) - len(shown)
    if hidden and not short:
        lines.append(marks.line(Mark.SAME, f"{_counted(hidden, 'job')} unchanged"))
    return ["Planning resources...", *lines] if lines else []


def _job_note(job: JobPlan, *, full: bool) -> str:
    if job.mark is Mark.REMOVED:
        return ""
    notes = [f"matrix: {_counted(job.legs, 'variant')}"] if job.legs else []
    if job.runner and (full or not job.legs):
        notes.append(f"runs on {job.runner}")
    return f" ({', '.join(notes)})" if notes else ""


def _files(files: Iterable[FilePlan], marks: _Marks, *, short: bool) -> list[str]:
    shown = [file for file in files if not (short and file.mark is Mark.SAME)]
    lines = [marks.line(file.mark, f"{file.path}{_file_note(file)}") for file in shown]
    return ["Generating...", *lines] if lines else []


def _file_note(file: FilePlan) -> str:
    if file.mark is Mark.REMOVED:
        return ""
    return f" ({'; '.join([_counted(file.lines, 'line'), *(_budget(budget) for budget in file.budgets)])})"


def _budget(budget: Budget) -> str:
    if budget.unit == "bytes":
        return f"{_size(budget.used)} of {_size(budget.limit)}"
    return f"{budget.used} of {budget.limit} {budget.unit}"


def _size(size: int) -> str:
    """Decimal units, as the limits are given; rounded up, so that a file over its limit never reads as within."""
    if size < 1000:
        return f"{size} bytes"
    return f"{-(-size // 1000)} KB" if size < 1_000_000 else f"{-(-size // 100_000) / 10:g} MB"


def _changes(counts: Iterable[Count], marks: _Marks) -> list[str]:
    lines: list[str] = []
    for count in counts:
        lines += [marks.line(Mark.ADDED, _counted(count.added, count.noun))] if count.added else []
        lines += [marks.line(Mark.CHANGED, f"{_counted(count.changed, count.noun)} updated")] if count.changed else []
        lines += [marks.line(Mark.REMOVED, f"{_counted(count.removed, count.noun)} removed")] if count.removed else []
    return ["Changes:", *lines] if lines else []


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _file_json(file: FilePlan) -> dict[str, object]:
    budgets = [{"unit": budget.unit, "used": budget.used, "limit": budget.limit} for budget in file.budgets]
    return {
        "path": file.path,
        "change": file.mark.value,
        "lines": file.lines,
        "budgets": budgets,
        "diff": file.diff,
    }
