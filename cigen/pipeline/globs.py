"""The globs of a job's files: where cig.toml declares them, and what they are in each leg of a matrix.

Pure. Owns how a leg's values get into them: as the text they are, whatever wildcards they look like, so that no value
widens or narrows what the glob's author wrote. Refuses a glob that a leg has no value for, and a value inside of a
class, where it would be taken apart. Such a glob selects nothing that could be relied on, so it is no glob at all.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from cigen.hashing.globs import GlobError, check_glob, parse_glob, quote_glob
from cigen.model.dataclass import replace
from cigen.model.diagnostics import Diagnostic, KeyPath, error
from cigen.model.resources import Job, Leg, PathGlob
from cigen.schema.interpolate import foreign, placeholders, spans, substitute

__all__ = ["check_globs", "declared_globs", "is_glob", "job_in_legs", "legs_by_pattern", "named_legs"]

_HERE = r"(?:\A|(?<=\A!)|(?<=/))\./"


@cache
def is_glob(pattern: str) -> bool:
    """Whether a pattern is in the glob language. Jobs share most of theirs."""
    return check_glob(pattern) is None


def declared_globs(job: Job) -> tuple[tuple[tuple[str, str], tuple[PathGlob, ...]], ...]:
    """The globs of a job's files, under the keys of cig.toml that declare them.

    The files that shards are made of are among them, but they alone declare nothing: such a job depends on everything.
    """
    found = _all_globs(job)
    return found if any(globs for where, globs in found if where[0] != "shards") else ()


def _all_globs(job: Job) -> tuple[tuple[tuple[str, str], tuple[PathGlob, ...]], ...]:
    shared = job.shards.files if job.shards else ()
    return (
        (("skip_if", "paths_unmodified"), job.skip_if.paths_unmodified if job.skip_if else ()),
        (("inputs", "files"), job.inputs.files if job.inputs else ()),
        (("shards", "files"), tuple(map(PathGlob, shared))),
    )


def job_in_legs(job: Job) -> Iterator[tuple[Leg | None, Job, str]]:
    """For each leg the job with the leg's values in its globs, and the plan key of the first leg with the same globs.

    One row for a job without a matrix. Legs with the same globs have the very same job.
    """
    if job.matrix is None:
        yield None, job, job.id
        return
    names = _placeholders(glob.pattern for _, globs in _all_globs(job) for glob in globs)
    made: dict[tuple[str | None, ...], tuple[Job, str]] = {}
    for leg in job.matrix.legs:
        values = _values(leg, names)
        own = tuple(values.values())
        if own not in made:
            made[own] = (_filled_job(job, values) if names else job, leg.key)
        yield leg, *made[own]


def _placeholders(patterns: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([name for text in patterns if "{{" in text for name in placeholders(text)]))


def _values(leg: Leg, names: tuple[str, ...]) -> dict[str, str | None]:
    """What stands in a glob for each of these names; None where the leg has no value of that name."""
    if not names:
        return {}
    given = {f"matrix.{pair.name}": pair.value for pair in leg.values}
    return {name: _literal(given[name]) if name in given else None for name in names}


def _literal(value: str) -> str:
    return quote_glob(substitute(value, lambda _: None, unescape=True)[0])


def _filled_job(job: Job, values: Mapping[str, str | None]) -> Job:
    skip_if, inputs = job.skip_if, job.inputs
    if skip_if is not None:
        skip_if = replace(skip_if, paths_unmodified=_filled_globs(skip_if.paths_unmodified, values))
    if inputs is not None:
        inputs = replace(inputs, files=_filled_globs(inputs.files, values))
    return replace(job, skip_if=skip_if, inputs=inputs)


def _filled_globs(globs: tuple[PathGlob, ...], values: Mapping[str, str | None]) -> tuple[PathGlob, ...]:
    return tuple(PathGlob(_filled(glob.pattern, values), glob.optional) for glob in globs)


def _filled(pattern: str, values: Mapping[str, str | None]) -> str:
    """The pattern in one leg. Empty, which is no glob, where the leg lacks a value.

    A segment `.` is left out where another follows it: `./**` is `**`. It comes from a value, for nobody can write one.
    """
    filled, missing = substitute(pattern, values.get)
    if missing or "{{" not in pattern:
        return "" if missing else filled
    return re.sub(_HERE, "", filled)


def legs_by_pattern(job: Job, written: str) -> dict[str, list[str]]:
    """What a glob of cig.toml becomes in the legs of a job, each pattern with the plan keys of its legs."""
    names = _placeholders([written])
    found: dict[str, list[str]] = {}
    for leg in job.matrix.legs if job.matrix else ():
        found.setdefault(_filled(written, _values(leg, names)), []).append(leg.key)
    return found


def named_legs(keys: list[str]) -> str:
    """Legs for a message: the first by its name, the others by their number."""
    return f'leg "{keys[0]}"' + (f" and {len(keys) - 1:,} more" if len(keys) > 1 else "")


def check_globs(job: Job) -> list[Diagnostic]:
    """What is wrong with the job's globs, in whichever of its legs. Each mistake once."""
    found: list[Diagnostic] = []
    for where, globs in _all_globs(job):
        for index, glob in enumerate(globs):
            key = ("jobs", job.id, *where, index)
            if "{{" in glob.pattern:
                found += _check_template(glob.pattern, key) or _check_legs(job, glob.pattern, key)
            elif not is_glob(glob.pattern):
                found += _faults(glob.pattern, glob.pattern, key)
    return found


def _faults(pattern: str, written: str, key: KeyPath) -> list[Diagnostic]:
    """What the language has against `pattern`, told of the text that is written, which is as long."""
    try:
        parse_glob(pattern)
    except GlobError as fault:
        column, problem, hint = fault.column, fault.problem, fault.hint
        if pattern[column - 1 : column] != written[column - 1 : column]:
            # Only in a class does it matter what stands in a placeholder's place.
            column = written.rindex("{{", 0, column) + 1
            problem, hint = "a placeholder cannot stand in a class", "List what it may be: `{a,b}`."
        return list(GlobError(written, column, problem, hint, key).diagnostics)
    return []


def _check_template(pattern: str, key: KeyPath) -> list[Diagnostic]:
    """What is wrong with a glob as it is written, whatever the values are."""
    at = foreign(pattern)
    if at >= 0:
        problem, hint = "`${{ … }}` is replaced in no glob", "Write `{{ matrix.AXIS }}`."
        return list(GlobError(pattern, at + 1, problem, hint, key).diagnostics)
    plain = pattern
    for start, end in spans(pattern):
        # Two segments can stand wherever a value can, and in no class.
        plain = plain[:start] + "a/".ljust(end - start, "a") + plain[end:]
    return _faults(plain, pattern, key)


def _check_legs(job: Job, pattern: str, key: KeyPath) -> list[Diagnostic]:
    """What is wrong with a glob in single legs: a value that is not there, or that the language has no way to write."""
    names = _placeholders([pattern])
    wrong: dict[tuple[str | None, ...], list[str]] = {}
    for leg in job.matrix.legs if job.matrix else ():
        values = _values(leg, names)
        if not is_glob(_filled(pattern, values)):
            wrong.setdefault(tuple(values.values()), []).append(leg.key)
    found = []
    for own, keys in wrong.items():
        values = dict(zip(names, own, strict=True))
        missing = next((name for name, value in values.items() if value is None), "")
        of = f'{named_legs(keys)} of job "{job.id}"'
        if missing:
            axis = missing.removeprefix("matrix.")
            message = f"{{{{ {missing} }}}} has no value in {of}, so its files are not known"
            hint = f'every leg needs one: add "{axis}" to the rows of include that lack it, or make it an axis'
            found.append(error("SCHEMA_019", message, hint=hint, key=key))
        else:
            filled = _filled(pattern, values)
            found += [
                replace(d, message=f"{d.message} That is what it is in {of}.") for d in _faults(filled, filled, key)
            ]
    return found
