"""What a CI system has to be able to do, one row a feature, with the keys of cig.toml that ask for it.

Owns: the list by which providers are compared and tested: each renders a feature or reports that it cannot. Every key
of cig.toml belongs to exactly one row (a test proves it), so nothing can be asked for that no provider was asked about.
Refuses: how a provider spells it. Plugins and the conformance suite import this from the SDK alone.

A key is a path: `NAME` stands for a name that the user gives, `[]` for an item of a list. It covers all keys below it
but those that another row names. The keys of `workflows.NAME` and `templates.NAME.steps[]` mean what the same keys mean
at the top and in `jobs.NAME.steps[]`; `jobs.NAME.finally[]` is a list of steps too.
"""

from cigen.model.dataclass import dataclass

__all__ = ["FEATURES", "Feature", "feature_of"]


@dataclass(frozen=True, slots=True)
class Feature:
    """One row. `id` never changes. `core`: cig itself sees to it, and a provider has nothing to render."""

    id: str
    title: str
    keys: tuple[str, ...]
    core: bool = False


FEATURES: tuple[Feature, ...] = (
    # -- what starts a run ---------------------------------------------------------------------------------------------
    Feature("push", "Pushes to branches", ("on.push", "project.default_branch")),
    Feature("pull-request", "Pull requests, by branch, type, label and draft", ("on.pull_request",)),
    Feature("tag", "Pushed tags", ("on.tag",)),
    Feature("schedule", "Schedules", ("on.schedule",)),
    Feature("manual", "Runs started by hand, with inputs", ("on.manual",)),
    Feature("merge-queue", "Merge queues", ("on.merge_queue",)),
    Feature("path-hint", "A hint about paths", ("on.paths",)),
    Feature("concurrency", "What happens when runs meet", ("concurrency", "jobs.NAME.concurrency")),
    # -- what runs, and in which order ---------------------------------------------------------------------------------
    Feature("jobs", "Jobs", ("jobs", "jobs.NAME.name", "jobs.NAME.description")),
    Feature(
        "workflows",
        "Several workflows, and the files that hold them",
        ("workflows", "on", "jobs.NAME.workflow", "outputs"),
    ),
    Feature("order", "Jobs that wait for jobs", ("jobs.NAME.needs",)),
    Feature("stages", "Stages", ("stages", "jobs.NAME.stage")),
    Feature("after-failure", "Jobs that run after failed ones", ("jobs.NAME.run_on",)),
    Feature("matrix", "Matrices", ("jobs.NAME.matrix",)),
    Feature("shards", "Shards", ("jobs.NAME.shards",)),
    Feature("job-condition", "Conditions of jobs", ("jobs.NAME.when",)),
    Feature("values", "Values that jobs hand on", ("jobs.NAME.outputs.values",)),
    Feature("approval", "Jobs that wait for a person", ("jobs.NAME.approve",)),
    Feature("environment", "Deployment environments", ("jobs.NAME.environment",)),
    Feature("pipelines", "Jobs that start another pipeline", ("jobs.NAME.trigger",)),
    Feature("job-timeout", "The longest a job may take", ("jobs.NAME.timeout", "defaults.timeout")),
    Feature("retry", "Trying again", ("jobs.NAME.retry", "defaults.retry", "jobs.NAME.steps[].retry")),
    Feature("soft-fail", "Failures that are allowed", ("jobs.NAME.allow_failure", "jobs.NAME.steps[].allow_failure")),
    # -- where it runs -------------------------------------------------------------------------------------------------
    Feature("runner", "Machines", ("jobs.NAME.runner", "runners", "project.default_runner")),
    Feature("container", "Containers", ("jobs.NAME.image",)),
    Feature("services", "Services, and waiting for them", ("jobs.NAME.services", "services")),
    Feature("checkout", "Getting the source", ("jobs.NAME.checkout", "defaults.checkout")),
    Feature("caches", "Caches", ("jobs.NAME.caches", "caches")),
    Feature("packages", "Tools and their packages", ("jobs.NAME.packages",)),
    # -- what it may do ------------------------------------------------------------------------------------------------
    Feature("permissions", "What the token may do", ("permissions", "jobs.NAME.permissions")),
    Feature("oidc", "OpenID Connect tokens", ("jobs.NAME.oidc",)),
    Feature("secrets", "Secrets", ("jobs.NAME.secrets", "jobs.NAME.steps[].secrets", "secrets")),
    # -- what it does --------------------------------------------------------------------------------------------------
    Feature("steps", "Steps", ("jobs.NAME.steps",)),
    Feature("step-condition", "Conditions of steps", ("jobs.NAME.steps[].when",)),
    Feature("step-run-on", "Steps after a failure", ("jobs.NAME.steps[].run_on",)),
    Feature("step-timeout", "The longest a step may take", ("jobs.NAME.steps[].timeout",)),
    Feature("cleanup", "Steps that always run", ("jobs.NAME.finally",)),
    Feature("notify", "Notifications", ("jobs.NAME.notify",)),
    Feature("env", "Environment variables", ("env", "defaults.env", "jobs.NAME.env", "jobs.NAME.steps[].env")),
    Feature(
        "shell",
        "Shells and working directories",
        (
            "jobs.NAME.shell",
            "jobs.NAME.working_directory",
            "defaults.shell",
            "defaults.working_directory",
            "jobs.NAME.steps[].shell",
            "jobs.NAME.steps[].working_directory",
        ),
    ),
    Feature(
        "native-steps",
        "Steps of one provider",
        (
            "jobs.NAME.steps[].github",
            "jobs.NAME.steps[].circleci",
            "jobs.NAME.steps[].buildkite",
            "jobs.NAME.steps[].jenkins",
        ),
    ),
    # -- what it leaves ------------------------------------------------------------------------------------------------
    Feature("artifacts", "Artifacts, and fetching them", ("jobs.NAME.outputs", "jobs.NAME.inputs.artifacts")),
    Feature("test-results", "Test results", ("jobs.NAME.outputs.junit",)),
    # -- what cig does not know ----------------------------------------------------------------------------------------
    Feature("raw", "Raw blocks, by job and step", ("jobs.NAME.raw", "raw")),
    # -- what cig itself sees to ---------------------------------------------------------------------------------------
    Feature(
        "skipping",
        "Work that need not be done",
        ("jobs.NAME.skip_if", "jobs.NAME.inputs", "jobs.NAME.effects", "skipping"),
        core=True,
    ),
    Feature("reuse", "Variables and templates", ("variables", "templates"), core=True),
    Feature("project", "The project and its plugins", ("version", "project", "defaults", "plugins"), core=True),
)

_BY_KEY = {key: feature for feature in FEATURES for key in feature.keys}


def feature_of(key: str) -> Feature | None:
    """The row that a key belongs to; None for what is no key of cig.toml."""
    same = key.replace("jobs.NAME.finally[]", "jobs.NAME.steps[]").replace(
        "templates.NAME.steps[]", "jobs.NAME.steps[]"
    )
    if same.startswith("workflows.NAME.") and same != "workflows.NAME.name":
        same = same.removeprefix("workflows.NAME.")
    while same:
        if same in _BY_KEY:
            return _BY_KEY[same]
        # One level up: `a.b[].c` → `a.b[]` → `a.b`.
        same = same.removesuffix("[]") if same.endswith("[]") else same.rpartition(".")[0]
    return None
