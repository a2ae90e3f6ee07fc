"""The text of the cig.toml that `cig init` writes: renders as it is, and shows where to go on. Pure."""

import re
from collections.abc import Iterable, Sequence

from cigen.cli.glyphs import one_line
from cigen.model.dataclass import dataclass, replace

__all__ = ["SCHEMA_URL", "InitDetection", "InitView", "foreign_workflows", "render_cig_toml", "split_steps"]

SCHEMA_URL = "https://cigen.dev/schemas/cig.schema.json"
"""The schema's own `$id`, which editors look up; cig itself never does."""

_LINTERS = re.compile(
    r"\b(lint|linter|rubocop|standardrb|brakeman|eslint|stylelint|prettier|biome|tsc|typecheck|ruff|flake8|black|isort|mypy"
    r"|type-check|check-types|check:types|types:check|pyright|format|fmt|clippy|vet|audit|bundler-audit|pre[-_]commit)\b"
)
_ENTERED = re.compile(r"cd (\w[\w./-]*) && (.+)", re.DOTALL)
_GLOB = re.compile(r"[*?\[\]{}!\\]")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
_VERSIONS = {"ruby": ("3.3", "3.4"), "node": ("22", "24"), "python": ("3.12", "3.13")}
_NO_TESTS = "echo 'cig.toml: put the command that runs your tests here' >&2; exit 1"


@dataclass(frozen=True, slots=True)
class InitDetection:
    """What a plugin found: its own line (`Ruby 3.3.0`), the files that say so, and the commands it would run.

    packages: what a job lists to have it set up.
    """

    plugin: str
    summary: str
    sources: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InitView:
    """A project as `cig init` found it. `services` are names that modules know.

    versions: by tool, the version to use where the repository names none. matrix: by axis, the versions that the
    project says it is for. foreign: workflows that cig did not write.
    """

    name: str
    default_branch: str = "main"
    detected: tuple[InitDetection, ...] = ()
    services: tuple[str, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    matrix: tuple[tuple[str, tuple[str, ...]], ...] = ()
    foreign: tuple[str, ...] = ()
    provider: str = "github"
    output: str = ".github/workflows/ci.yml"


def render_cig_toml(view: InitView) -> str:
    """The whole file."""
    sections = [_head(view), _project(view), _variables(view), _on(view)]
    sections += [*_test_jobs(view), *_lint_jobs(view), _outputs(view)]
    return "\n".join("".join(f"{line}\n" for line in section) for section in sections if section)


def split_steps(steps: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Commands that test, and commands that only read the source: linters, formatters, type checkers."""
    listed = list(dict.fromkeys(steps))
    lint = tuple(step for step in listed if _LINTERS.search(step))
    return tuple(step for step in listed if step not in lint), lint


def foreign_workflows(paths: Sequence[str]) -> str:
    """Their names on one line, without those that would make it a long one."""
    named, rest = (paths, 0) if len(paths) <= 4 else (paths[:3], len(paths) - 3)
    return one_line(", ".join(named)) + (f" and {rest} more" if rest else "")


def _head(view: InitView) -> list[str]:
    lines = [
        f"#:schema {SCHEMA_URL}",
        "#",
        "# What CI does for this project. `cig plan` shows what a change here would do, `cig render` does it.",
    ]
    if view.detected:
        lines += ["#", "# Found in this repository:"]
        for found in view.detected:
            sources = f" ({', '.join(found.sources)})" if found.sources else ""
            lines.append(f"#   {one_line(found.summary + sources)}")
    return [*lines, "", 'version = "0.2"']


def _project(view: InitView) -> list[str]:
    return ["[project]", f"name = {_name(view.name)}", f"default_branch = {_name(view.default_branch)}"]


def _variables(view: InitView) -> list[str]:
    if not view.versions:
        return []
    lines = [f"{tool.upper()}_VERSION = {_name(version)}" for tool, version in view.versions]
    return ["# No file of the repository names a version; raise these when you are ready.", "[variables]", *lines]


def _on(view: InitView) -> list[str]:
    if _GLOB.search(view.default_branch):
        # Branches are globs: as one, this name would select others. Left out, the default selects it.
        return []
    return [
        "[on]",
        f"push = {{ branches = [{_name(view.default_branch)}] }}",
        "pull_request = true",
        '# tag = ["v*"]',
        '# schedule = "0 4 * * 1"  # Mondays, 04:00 UTC',
    ]


def _groups(view: InitView) -> list[tuple[str, str, list[InitDetection]]]:
    """(directory, ending of job ids, what was found there): what stands apart is tested apart, root first."""
    found: dict[str, list[InitDetection]] = {}
    for detection in view.detected:
        directory, placed = _placed(detection)
        found.setdefault(directory, []).append(placed)
    busy = {directory: each for directory, each in sorted(found.items()) if any(one.steps for one in each)}
    groups: list[tuple[str, str, list[InitDetection]]] = []
    for directory, each in (busy or {"": list(view.detected)}).items():
        ending = "-" + re.sub(r"[^a-z0-9]+", "-", directory.lower()).strip("-") if len(busy) > 1 and directory else ""
        taken = ending in [other for _, other, _ in groups]
        groups.append((directory, f"{ending}-{len(groups)}" if taken else ending, each))
    return groups


def _placed(found: InitDetection) -> tuple[str, InitDetection]:
    """The directory that all its commands enter first, and what was found without that: a job says it once."""
    entered = [_ENTERED.fullmatch(step) for step in found.steps]
    directories = {match[1] if match else "" for match in entered} or {""}
    if len(directories) > 1 or "" in directories:
        return "", found
    return directories.pop(), replace(found, steps=tuple(match[2] for match in entered if match))


def _test_jobs(view: InitView) -> list[list[str]]:
    groups = _groups(view)
    groups = [group for group in groups if any(split_steps(one.steps)[0] for one in group[2])] or groups[:1]
    at_root = any(not directory for directory, _, _ in groups)
    jobs = []
    for directory, ending, found in groups:
        # Signs of servers are looked for at the root alone.
        services = view.services if not directory or not at_root else ()
        jobs.append([f"[jobs.test{ending}]", *_test_job(directory, found, services, view.matrix)])
    jobs[0] += _hints(view, groups[0][2])
    return jobs


def _test_job(
    directory: str,
    found: list[InitDetection],
    services: tuple[str, ...],
    matrix: tuple[tuple[str, tuple[str, ...]], ...],
) -> list[str]:
    groups = [(one.plugin, split_steps(one.steps)[0]) for one in found]
    groups = [(plugin, steps) for plugin, steps in groups if steps] or [("", (_NO_TESTS,))]
    # All languages that were found here: the tests of one may need what another builds.
    lines = [*_place(directory), *_packages(found)]
    named = {name for one in found for name in one.packages}
    axes = ", ".join(f"{axis} = {_texts(versions)}" for axis, versions in matrix if axis in named)
    lines += [f"matrix = {{ {axes} }}"] if axes else []
    lines += [f"services = {_texts(services)}"] if services else []
    return [*lines, *_steps(groups)]


def _hints(view: InitView, found: list[InitDetection]) -> list[str]:
    hints = [
        ('skip_if = { paths_unmodified = ["src/**"] }', "not run while these files are as when it last passed"),
        ("timeout = 15", "minutes; 30 if it is not said"),
    ]
    if not view.matrix:
        named = [name for one in found for name in one.packages]
        axis = next((name for name in named if name in _VERSIONS), "version")
        values = _texts(_VERSIONS.get(axis, ("1", "2")))
        hints.insert(0, (f"matrix = {{ {axis} = {values} }}", "a variant for each value"))
    if not view.services:
        hints.append(('services = ["postgres"]', "a server beside the job"))
    column = max(len(hint) for hint, _ in hints)
    return ["# What else a job may say:", *(f"# {hint:<{column}}  # {meaning}" for hint, meaning in hints)]


def _lint_jobs(view: InitView) -> list[list[str]]:
    jobs = []
    for directory, ending, found in _groups(view):
        linting = [one for one in found if split_steps(one.steps)[1]]
        steps = split_steps(step for one in linting for step in one.steps)[1]
        if steps:
            lines = [*_place(directory), *_packages(linting), *_steps([("", steps)])]
            jobs.append([f"[jobs.lint{ending}]", *lines])
    return jobs


def _place(directory: str) -> list[str]:
    return [f"working_directory = {_text(directory)}"] if directory else []


def _outputs(view: InitView) -> list[str]:
    lines = ["[[outputs]]", f"provider = {_text(view.provider)}", f"path = {_text(view.output)}"]
    if view.foreign:
        lines.insert(0, f"# cig leaves {foreign_workflows(view.foreign)} alone: delete by hand what this replaces.")
    return lines


def _packages(detected: Iterable[InitDetection]) -> list[str]:
    packages = list(dict.fromkeys(name for found in detected for name in found.packages))
    if not packages:
        return []
    return [f"packages = {_texts(packages)}  # in the versions the repository asks for, with caches"]


def _steps(groups: list[tuple[str, tuple[str, ...]]]) -> list[str]:
    lines = ["steps = ["]
    for plugin, steps in groups:
        if len(groups) > 1:
            lines.append(f"  # {one_line(plugin)}")
        lines += [f"  {_text(step)}," for step in steps]
    return [*lines, "]"]


def _name(value: str) -> str:
    """One line, and nothing that cig would take for a placeholder."""
    return _text(one_line(value).replace("{{", "{{ '{{' }}"))


def _texts(values: Iterable[str]) -> str:
    return f"[{', '.join(_text(value) for value in values)}]"


def _text(value: str) -> str:
    """A TOML basic string. cig.toml holds no control characters: those of a file's name become their spelling."""
    kept = "\n".join("\t".join(one_line(part) for part in line.split("\t")) for line in value.split("\n"))
    return '"' + "".join(_ESCAPES.get(char, char) for char in kept) + '"'
