"""Ruby for the jobs and steps that ask for it: its version, its gems, their cache."""

from collections.abc import Mapping

from cigen.sdk import CigSchema, Fact, Pair, PlanRequest, PlanResult, Resource, Run, Step, Tool
from cigen.std.inputs import INSIDE, Input, Kind
from cigen.std.lang.language import version_or_default
from cigen.std.lang.projects import Projects, read_projects, root_path
from cigen.std.lang.ruby.findings import TITLES
from cigen.std.lang.ruby.versions import RUBY
from cigen.std.lang.steps import cache_step, in_directory, suffixed, systems
from cigen.std.proposals import environment, step_group
from cigen.std.report import Report
from cigen.std.wishes import Chosen, Wish, wishes

__all__ = ["INPUTS", "MODULE", "plan_ruby"]

MODULE = "lang/ruby"
INPUTS = {
    "version": Input(pattern=r"[\w.+-]+"),
    "bundler_version": Input(pattern=r"[\w.]+"),
    "install_path": Input(),
    "directory": Input(pattern=INSIDE),
    "install": Input(Kind.BOOLEAN),
}
_ORDER = 10


def plan_ruby(request: PlanRequest) -> PlanResult:
    """Everything that the jobs of the request get from this module."""
    report = Report(TITLES)
    schema = request.schema or CigSchema()
    projects = read_projects("ruby", request.facts)
    resources: list[Resource] = []
    for wish in wishes(schema, MODULE, ("ruby",), INPUTS, report, "RUBY_006"):
        resources += _planned(wish, schema, projects, report)
    return PlanResult(resources=tuple(resources), diagnostics=report.found_once)


def _planned(wish: Wish, schema: CigSchema, projects: Projects, report: Report) -> list[Resource]:
    directory = projects.directory(wish.job, wish.given.text("directory"))
    facts = projects.facts(directory)
    if "ruby_gemfile" not in facts and "directory" in wish.given:
        # A directory that detection does not reach is taken at its author's word.
        named = (("ruby_gemfile", directory + "Gemfile"), ("ruby_lockfile", directory + "Gemfile.lock"))
        facts = {name: Fact(name, path, path) for name, path in named}
    version = version_or_default(RUBY, wish, schema, facts.get("ruby_version"), report)
    bundler = wish.given.text("bundler_version")
    # Unasked, Bundler switches to the version in the lockfile by itself.
    tool = Tool("ruby", version.value, (Pair("bundler", bundler),) if bundler else ())
    steps = [Step(id="setup-ruby", name="Set up Ruby", tool=tool)]
    env: list[Pair] = []
    if "ruby_gemfile" in facts and wish.installs:
        _check_lockfile(wish, facts, version, report)
        path = _install_path(wish)
        env = [Pair("BUNDLE_PATH", path)]
        if "ruby_lockfile" in facts:
            # Not only for the installation: `bundle exec` too then fails rather than resolve anew.
            env.append(Pair("BUNDLE_FROZEN", "true"))
        steps += _gem_steps(wish, directory, facts, version, path)
    planned = [step_group(MODULE, wish, _ORDER, steps)]
    return [*planned, environment(MODULE, wish.job, env)] if env else planned


def _install_path(wish: Wish) -> str:
    """The step's or the plugin's, else what the job itself tells Bundler, else the usual place."""
    own = next((pair.value for pair in wish.job.env if pair.name == "BUNDLE_PATH"), "")
    return wish.given.text("install_path") or own or "vendor/bundle"


def _gem_steps(wish: Wish, directory: str, facts: Mapping[str, Fact], version: Chosen, path: str) -> list[Step]:
    unlocked = [facts[name].value for name in ("ruby_gemfile", "ruby_gemspec") if name in facts]
    stated = [facts["ruby_lockfile"].value] if "ruby_lockfile" in facts else unlocked
    kept = path if path.startswith(("/", "~")) else root_path(directory + path).rstrip("/")
    return [
        cache_step(suffixed("bundler", directory), "Cache gems", [kept], [f"ruby:{version.value}"], stated),
        Step(
            id=suffixed("install-gems", directory),
            name="Install gems",
            run=Run("bundle install --jobs 4 --retry 3"),
            working_directory=in_directory(wish.job, directory),
        ),
    ]


_PLATFORMS = {"linux": ("linux",), "macos": ("darwin",), "windows": ("mingw", "mswin", "ucrt")}
_EXAMPLES = {"linux": "x86_64-linux", "macos": "arm64-darwin", "windows": "x64-mingw-ucrt"}


def _check_lockfile(wish: Wish, facts: Mapping[str, Fact], version: Chosen, report: Report) -> None:
    if "ruby_lockfile" not in facts and "ruby_gemspec" in facts:
        # A gem's tests are to meet the gems that its users will.
        return
    if "ruby_lockfile" not in facts:
        gemfile = facts["ruby_gemfile"].value
        report.warning(
            "RUBY_005",
            f'"{gemfile}" has no lockfile beside it, so that every run may install other gems',
            hint="run `bundle lock` and commit the result",
            key=wish.key,
        )
        return
    locked = facts.get("ruby_platforms")
    names = locked.value.split() if locked else []
    if not names or "ruby" in names or version.value.startswith(("jruby", "truffleruby")):
        return
    for system in sorted(systems(wish.job)):
        if not any(known in name for known in _PLATFORMS[system] for name in names):
            lockfile = facts["ruby_lockfile"].value
            report.warning(
                "RUBY_007",
                f'"{lockfile}" was made for {", ".join(names)} alone; Bundler will refuse it on {system}',
                hint=f"run `bundle lock --add-platform {_EXAMPLES[system]}` and commit the result",
                key=wish.key,
            )
