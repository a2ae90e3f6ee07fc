"""Python for the jobs and steps that ask for it: its version, the installer, packages, their cache."""

from collections.abc import Mapping
from dataclasses import replace

from cigen.sdk import CigSchema, Fact, PlanRequest, PlanResult, Resource, Run, Step, Tool
from cigen.std.inputs import INSIDE, Input, Kind
from cigen.std.lang.language import version_or_default
from cigen.std.lang.projects import Projects, read_projects
from cigen.std.lang.python.findings import TITLES
from cigen.std.lang.python.install import TITLES_OF_INSTALLERS, Project, environment_of, installation
from cigen.std.lang.python.installers import INSTALLERS, LOCKFILES
from cigen.std.lang.python.part import SELECTING, check_part
from cigen.std.lang.python.versions import PYTHON
from cigen.std.lang.steps import cache_step, in_directory, suffixed
from cigen.std.proposals import environment, step_group, teardown
from cigen.std.report import Report
from cigen.std.wishes import Wish, wishes

__all__ = ["INPUTS", "MODULE", "plan_python"]

MODULE = "lang/python"
INPUTS = {
    "version": Input(pattern=r"[\w.+-]+"),
    "installer": Input(choices=INSTALLERS),
    "installer_version": Input(pattern=r"[\w.+-]+"),
    "extras": Input(Kind.LIST, pattern=r"[\w.-]+"),
    "groups": Input(Kind.LIST, pattern=r"[\w.-]+"),
    "requirements": Input(Kind.LIST, pattern=INSIDE),
    "directory": Input(pattern=INSIDE),
    "install": Input(Kind.BOOLEAN),
    "package": Input(pattern=r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", of_step=True),
    "only_groups": Input(Kind.LIST, pattern=r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", of_step=True),
}
_PACKAGES = ("python", *INSTALLERS)
_ORDER = 30


def plan_python(request: PlanRequest) -> PlanResult:
    """Everything that the jobs of the request get from this module."""
    report = Report(TITLES)
    schema = request.schema or CigSchema()
    projects = read_projects("python", request.facts)
    resources: list[Resource] = []
    for wish in wishes(schema, MODULE, _PACKAGES, INPUTS, report, "PYTHON_006"):
        resources += _planned(wish, schema, projects, report)
    return PlanResult(resources=tuple(resources), diagnostics=report.found_once)


def _planned(wish: Wish, schema: CigSchema, projects: Projects, report: Report) -> list[Resource]:
    directory = projects.directory(wish.job, wish.given.text("directory"))
    facts = projects.facts(directory)
    project = _in_part(wish, _project(wish, directory, facts), facts, report)
    version = version_or_default(PYTHON, wish, schema, facts.get("python_version"), report)
    install = installation(project, wish.job)
    steps = [Step(id="setup-python", name="Set up Python", tool=Tool("python", version.value)), *install.setup]
    planned = []
    if _is_known(wish, facts) and install.script and wish.installs:
        if not project.lockfile and project.installer != "pip":
            _report_lockfile(wish, project, report)
        steps += _install_steps(wish, project, version.value, install.cache, install.script)
        if install.finish:
            planned.append(teardown(MODULE, wish, _ORDER, install.finish))
    env = environment_of(project, version.value)
    if env:
        planned.append(environment(MODULE, wish.job, env))
    return [step_group(MODULE, wish, _ORDER, steps), *planned]


def _is_known(wish: Wish, facts: Mapping[str, Fact]) -> bool:
    """Whether there is something to install; a directory that detection does not reach is its author's affair."""
    return "python_installer" in facts or "directory" in wish.given or "requirements" in wish.given


def _project(wish: Wish, directory: str, facts: Mapping[str, Fact]) -> Project:
    """The project with what the job says of its installer put over what detect found."""
    values = {name: fact.value for name, fact in facts.items()}
    given, detected = wish.given, values.get("python_installer", "")
    named = next((name for name in wish.packages if name != "python"), "")
    name = given.text("installer") or named or detected or "pip"
    own = name == detected
    lockfile = values.get("python_lockfile", "") if own else ""
    if not detected and "directory" in given and name != "pip":
        lockfile = directory + LOCKFILES[name]
    requirements = tuple(directory + path for path in given.items("requirements"))
    requirements = requirements or tuple(values.get("python_requirements", "").split() if own else ())
    files = values.get("python_dependency_files", "").split() if own else []
    return Project(
        directory,
        name,
        given.text("installer_version") or values.get(f"{name}_version", ""),
        lockfile,
        editable=bool(values.get("python_editable")) if own else not requirements,
        workspace=own and "python_workspace" in values,
        requirements=requirements,
        extras=given.items("extras") or tuple(values.get("python_extras", "").split()),
        groups=given.items("groups") or tuple(values.get("python_groups", "").split()),
        files=tuple(dict.fromkeys([*requirements, *files])) or (lockfile or f"{directory}pyproject.toml",),
    )


def _in_part(wish: Wish, project: Project, facts: Mapping[str, Fact], report: Report) -> Project:
    """The project with what the step selects of it, and extras and groups of the step alone: others are the root's."""
    own, known = wish.own, _is_known(wish, facts)
    if not any(name in own for name in SELECTING):
        return project
    if not check_part(wish, project.installer, project.lockfile, known=known, report=report):
        return project
    package, only = own.text("package"), own.items("only_groups")
    return replace(project, package=package, only_groups=only, extras=own.items("extras"), groups=own.items("groups"))


def _report_lockfile(wish: Wish, project: Project, report: Report) -> None:
    report.warning(
        "PYTHON_005",
        f'{TITLES_OF_INSTALLERS[project.installer]} finds no "{project.directory}{LOCKFILES[project.installer]}", '
        "so that every run may install other packages",
        hint=f"run `{project.installer} lock` and commit the result",
        key=wish.key,
    )


def _install_steps(wish: Wish, project: Project, version: str, cached: tuple[str, ...], script: str) -> list[Step]:
    title = f"Cache {TITLES_OF_INSTALLERS[project.installer]} packages"
    name = suffixed(project.installer, project.directory)
    return [
        # Whoever saves first would otherwise leave the others a cache without their packages.
        cache_step(name, title, cached, [f"python:{version}", *project.selected], project.files),
        Step(
            id=suffixed("install-python-packages", project.directory),
            name="Install Python packages",
            run=Run(script),
            working_directory=in_directory(wish.job, project.directory),
        ),
    ]
