"""Node or Bun for the jobs and steps that ask for it: versions, the package manager, packages, their cache."""

from collections.abc import Mapping
from dataclasses import replace

from cigen.sdk import CigSchema, Fact, PlanRequest, PlanResult, Resource, Run, Step, Tool
from cigen.std.inputs import INSIDE, Input, Kind
from cigen.std.lang.language import version_or_default
from cigen.std.lang.node.findings import TITLES
from cigen.std.lang.node.install import TITLES_OF_MANAGERS, Project, installation
from cigen.std.lang.node.managers import LOCKFILES
from cigen.std.lang.node.manifest import MANAGERS
from cigen.std.lang.node.package import check_package, package_env, package_script
from cigen.std.lang.node.versions import NODE
from cigen.std.lang.projects import Projects, read_projects
from cigen.std.lang.steps import cache_step, in_directory, suffixed
from cigen.std.proposals import environment, step_group
from cigen.std.report import Report
from cigen.std.wishes import Wish, choose_version, wishes

__all__ = ["INPUTS", "MODULE", "plan_node"]

MODULE = "lang/node"
INPUTS = {
    "version": Input(pattern=r"[\w.*/+-]+"),
    "package_manager": Input(choices=MANAGERS),
    "package_manager_version": Input(pattern=r"[\w.+-]+"),
    "directory": Input(pattern=INSIDE),
    "install": Input(Kind.BOOLEAN),
    "package": Input(of_step=True),
}
_PACKAGES = ("node", *MANAGERS)
_ORDER = 20


def plan_node(request: PlanRequest) -> PlanResult:
    """Everything that the jobs of the request get from this module."""
    report = Report(TITLES)
    schema = request.schema or CigSchema()
    projects = read_projects("node", request.facts)
    resources: list[Resource] = []
    for wish in wishes(schema, MODULE, _PACKAGES, INPUTS, report, "NODE_006"):
        resources += _planned(wish, schema, projects, report)
    return PlanResult(resources=tuple(resources), diagnostics=report.found_once)


def _planned(wish: Wish, schema: CigSchema, projects: Projects, report: Report) -> list[Resource]:
    directory = projects.directory(wish.job, wish.given.text("directory"))
    facts = projects.facts(directory)
    project = _project(wish, directory, facts)
    declared = facts.get("node_version")
    version = choose_version(wish, schema, "node", declared)
    steps = []
    if version.value or project.manager != "bun":
        version = version_or_default(NODE, wish, schema, declared, report)
        steps.append(Step(id="setup-node", name="Set up Node", tool=Tool("node", version.value)))
    install = installation(project, wish.job, version.value)
    steps += install.setup
    # A directory that detection does not reach is taken at its author's word.
    known = "node_package_manager" in facts or "directory" in wish.given
    script, env = install.script, install.env
    if "package" in wish.own and check_package(wish, project, known=known, report=report):
        project = replace(project, package=wish.own.text("package"))
        script, env = package_script(project), (*env, *package_env(project))
    if known and wish.installs:
        if not project.lockfile and "node_unlocked" not in facts:
            _report_lockfile(wish, project, report)
        steps.append(_cache(schema, project, version.value, install.cache))
        steps.append(_install(wish, project, script))
    group = step_group(MODULE, wish, _ORDER, steps)
    return [group, environment(MODULE, wish.job, env)] if env else [group]


def _project(wish: Wish, directory: str, facts: Mapping[str, Fact]) -> Project:
    """The project with what the job says of its manager put over what detect found."""
    values = {name: fact.value for name, fact in facts.items()}
    detected = values.get("node_package_manager", "")
    named = next((name for name in wish.packages if name != "node"), "")
    manager = wish.given.text("package_manager") or named or detected or "npm"
    version = wish.given.text("package_manager_version") or values.get(f"{manager}_version", "")
    if not detected and "directory" in wish.given:
        return Project(directory, manager, version, directory + LOCKFILES[manager][0])
    if manager != detected:
        # The lockfile that was found is not its own.
        return Project(directory, manager, version)
    field = facts.get("package_manager_field")
    pinned = field.source if field and field.value == f"{manager}@{version}" else ""
    return Project(directory, manager, version, values.get("node_lockfile", ""), pinned, values.get("yarn_release", ""))


def _report_lockfile(wish: Wish, project: Project, report: Report) -> None:
    manifest = project.directory + "package.json"
    report.warning(
        "NODE_005",
        f'"{manifest}" has no lockfile of {project.manager} beside it, so that every run may install other packages',
        hint=f"run `{project.manager} install` and commit the lockfile",
        key=wish.key,
    )


def _cache(schema: CigSchema, project: Project, node: str, paths: tuple[str, ...]) -> Step:
    runtime = [f"node:{node}"] if node else [f"bun:{project.version}"] if project.version else []
    if project.package:
        # Whoever saves first would otherwise leave the others a cache without their packages.
        runtime.append(f"package:{project.package}")
    files = [project.lockfile or f"{project.directory}package.json"]
    if any(cache.id == "node_modules" for cache in schema.caches):
        # `[caches.node_modules]` of cig.toml: the project keeps what is installed, not what is downloaded.
        return cache_step("node_modules", "Cache node_modules", [f"{project.directory}node_modules"], runtime, files)
    title = f"Cache {TITLES_OF_MANAGERS[project.manager]} packages"
    return cache_step(suffixed(project.manager, project.directory), title, paths, runtime, files)


def _install(wish: Wish, project: Project, script: str) -> Step:
    return Step(
        id=suffixed("install-node-packages", project.directory),
        name="Install Node packages",
        run=Run(script),
        working_directory=in_directory(wish.job, project.directory),
    )
