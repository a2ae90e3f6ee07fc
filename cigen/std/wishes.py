"""Who wants a module in a pipeline: jobs by `packages`, steps by `uses`; and which version each of them gets.

Owns: the order in which the places that name a version are believed. Refuses: what a module then does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cigen.sdk import CigSchema, Fact, Job, KeyPath, Matrix
from cigen.std.inputs import Given, Input, read_inputs, read_settings
from cigen.std.report import Report

__all__ = ["Chosen", "Wish", "choose_version", "wishes"]


@dataclass(frozen=True, slots=True)
class Wish:
    """A job that wants the module at work: at its start, or in place of its step `replaces`.

    packages: the names it used for it (`node`, `pnpm`). own: inputs of the step itself. given: these over the plugin's
    settings.
    """

    job: Job
    packages: tuple[str, ...]
    own: Given
    given: Given
    key: KeyPath
    replaces: str = ""

    @property
    def installs(self) -> bool:
        """Whether the project's packages are to be installed, which takes the project's source."""
        checkout = self.job.checkout
        return self.given.flag("install", True) and not (checkout is not None and checkout.disabled)


def wishes(
    schema: CigSchema, module: str, packages: Sequence[str], accepted: dict[str, Input], report: Report, code: str
) -> Iterator[Wish]:
    """All of them, in the order of cig.toml. Wrong inputs are reported under `code`."""
    settings = read_settings(schema.settings, accepted, report, code, ("plugins", module, "settings"))
    for job in schema.jobs:
        asked = tuple(name for name in job.packages if name in packages)
        if asked:
            yield Wish(job, asked, Given({}), settings, ("jobs", job.id, "packages"))
        for where, steps in (("steps", job.steps), ("finally", job.cleanup)):
            for index, step in enumerate(steps):
                if step.module is not None and step.module.module == module:
                    key: KeyPath = ("jobs", job.id, where, index)
                    own = read_inputs(step.module.inputs, accepted, report, code, (*key, "with"))
                    yield Wish(job, (), own, own.over(settings), key, step.id)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A version and who says so. `source`: input, matrix, setting, variable, a file's path; empty for nobody."""

    value: str
    source: str = ""


def choose_version(wish: Wish, schema: CigSchema, tool: str, fact: Fact | None) -> Chosen:
    """The version of a tool for a job: what stands nearest to the job is believed first.

    The step's own input; the matrix axis of the tool's name; the plugin's setting; the variable `TOOL_VERSION`; what
    the files say. The variable's text was already substituted wherever cig.toml names it; here it speaks for itself.
    """
    if "version" in wish.own:
        return Chosen(wish.own.text("version"), "input")
    axis = _axis(wish.job.matrix, (tool, f"{tool}_version", f"{tool}-version"))
    if axis:
        return Chosen(f"{{{{ matrix.{axis} }}}}", "matrix")
    if "version" in wish.given:
        return Chosen(wish.given.text("version"), "setting")
    variable = f"{tool.upper()}_VERSION"
    for pair in schema.variables:
        if pair.name == variable and pair.value:
            return Chosen(pair.value, "variable")
    return Chosen(fact.value, fact.source) if fact else Chosen("")


def _axis(matrix: Matrix | None, names: Sequence[str]) -> str:
    """The first of the names that every leg of the matrix has a value for."""
    if matrix is None:
        return ""
    axes = {axis.name for axis in matrix.axes}
    if not axes and matrix.include:
        rows = [{pair.name for pair in row.values} for row in matrix.include]
        axes = set.intersection(*rows)
    return next((name for name in names if name in axes), "")
