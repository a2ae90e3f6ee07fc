"""Plans in a CI system: which jobs one may skip, whom that concerns, and the shell around `cig` on its machines.

Owns: that nothing but the positive word of a plan skips a job, and that a record never fails one. How a condition is
said, and how a plan reaches those who read it, is each provider's own.
"""

import shlex
from collections.abc import Collection, Iterable, Mapping

from cigen.sdk import Graph, Job, Skipping
from cigen.std.ci.machines import keeps_proofs

__all__ = [
    "GATE",
    "KEEPING_MINUTES",
    "KEY",
    "PLANNER",
    "gate_name",
    "has_plan",
    "heeds_plan",
    "install_script",
    "is_recorded",
    "is_skippable",
    "needed_success",
    "pip_words",
    "record_script",
    "requirements",
    "restorable",
    "venv_script",
]

PLANNER, GATE = "cig-plan", "cig-gate"
"""Ids of the two jobs that a workflow with a plan has beside its own."""

KEY = "CIG_STORE_KEY"
"""The secret that records are signed with."""

KEEPING_MINUTES = 5
"""That a record may take where the files of its job are kept with it: `cig record` waits for no longer."""


def is_skippable(job: Job) -> bool:
    """Whether a plan can say of this job that it need not run."""
    if job.effects or job.trigger is not None or job.run_on != "success":
        return False
    return job.skip_if is not None or _has_files(job)


def is_recorded(job: Job) -> bool:
    """Whether a success of this job is kept as a proof: of all of the job, or all of a leg, and from a checkout.

    Of legs on Windows none is, though others of the job may be.
    """
    if not (is_skippable(job) and _has_files(job) and job.shards is None):
        return False
    return any(_checks_out(job)) and keeps_proofs(job)


def restorable(graph: Graph, jobs: Collection[Job]) -> frozenset[str]:
    """Those of a file's jobs whose files a plan can bring back for jobs that fetch them.

    None at all where an artifact of such a name holds anything but the job's `outputs.files`: nothing else is kept.
    """
    if graph.skipping is None or not graph.skipping.restore:
        return frozenset()
    fetched = {name for job in jobs if job.inputs is not None for name in job.inputs.artifacts}
    kept = {job.id: job.outputs.files for job in jobs if job.id in fetched and is_recorded(job) and job.outputs}
    for job in jobs:
        for step in job.steps:
            if step.upload is None or step.upload.name not in kept:
                continue
            if job.id != step.upload.name or step.upload.paths != kept[job.id]:
                return frozenset()
    return frozenset(kept)


def _has_files(job: Job) -> bool:
    given = bool(job.skip_if and job.skip_if.paths_unmodified)
    return given or bool(job.inputs and job.inputs.files)


def _checks_out(job: Job) -> Iterable[bool]:
    return (step.checkout is not None and not step.checkout.disabled for step in job.steps)


def has_plan(graph: Graph, jobs: Iterable[Job]) -> bool:
    """Whether the workflow of these jobs has a planner and a gate."""
    return graph.skipping is not None and any(is_skippable(job) for job in jobs)


def needed_success(job: Job, jobs: Mapping[str, Job]) -> tuple[str, ...]:
    """The jobs whose success, or proof, this one asks for: those it needs.

    One of them that is proven ends as if it had succeeded, whatever became of those before it. So a job that changes
    the world asks those as well; for any other, the gate's red is enough.
    """
    found: dict[str, None] = {}
    waiting = list(job.needs)
    while waiting:
        name = waiting.pop(0)
        if name not in found and name in jobs:
            found[name] = None
            if _changes_the_world(job) and is_skippable(jobs[name]):
                waiting += jobs[name].needs
    return tuple(found)


def _changes_the_world(job: Job) -> bool:
    return bool(job.effects or job.environment or job.approve or job.trigger)


def heeds_plan(job: Job, jobs: Mapping[str, Job]) -> bool:
    """Whether the plan has a say in the job's condition: it can be skipped, or one before it can, however far."""
    if job.run_on != "success":
        return False
    return is_skippable(job) or any(is_skippable(jobs[name]) for name in _before(job, jobs))


def _before(job: Job, jobs: Mapping[str, Job]) -> set[str]:
    found: set[str] = set()
    waiting = [*job.needs]
    while waiting:
        name = waiting.pop()
        if name not in found and name in jobs:
            found.add(name)
            waiting += jobs[name].needs
    return found


def gate_name(graph: Graph, workflow: str) -> str:
    """What the gate's check is called: one name wherever there is one workflow."""
    return "cig/gate" if workflow == "ci" or len(graph.workflows) == 1 else f"cig/gate-{workflow}"


def requirements(skipping: Skipping) -> str:
    """The file of the repository by whose hashes pip installs `cig`; empty where that is not how it comes to PATH."""
    return skipping.install if skipping.install in skipping.files else ""


def pip_words(skipping: Skipping) -> str:
    """What pip is told: the exact version, or the file that has a hash of everything that it installs."""
    path = requirements(skipping)
    if not path:
        return f"install --quiet cigen=={skipping.version}"
    # A package that is built here is built with others, which no hash covers.
    return f"install --quiet --require-hashes --only-binary :all: -r {shlex.quote(path)}"


def venv_script(skipping: Skipping) -> str:
    """Shell that keeps `cig` in the user's home. The link appears when all is there: others may be at the same."""
    path = requirements(skipping)
    which = f"$(git hash-object --no-filters {shlex.quote(path)})" if path else skipping.version
    return (
        f'  cig_kept="$HOME/.cache/cig/cig-{which}"\n'
        '  export PATH="$cig_kept/bin:$PATH"\n'
        "  if ! command -v cig >/dev/null; then\n"
        '    mkdir -p "$HOME/.cache/cig"\n'
        '    cig_new=$(mktemp -d "$HOME/.cache/cig/XXXXXX")\n'
        f'    python3 -m venv "$cig_new" && "$cig_new/bin/pip" {pip_words(skipping)} &&\n'
        '      ln -sfn "$cig_new" "$cig_kept"\n'
        "  fi"
    )


def install_script(skipping: Skipping, usual: str) -> str:
    """Shell that puts `cig` on PATH where it is not. `usual`: what does so where the project has no script for it."""
    script = usual if requirements(skipping) else skipping.install.strip("\n") or usual
    if "\n" in script:
        return f"if ! command -v cig >/dev/null; then\n{script}\nfi\n"
    return f"command -v cig >/dev/null || {script}\n"


def record_script(skipping: Skipping, usual: str, command: str, warn: str) -> str:
    """Shell that keeps the proof of a job, and succeeds whatever happens.

    command: `cig record …`; warn: a command that takes a text and tells it to whoever looks at the job.
    """
    lines = []
    if not skipping.store:
        lines.append('[ -n "${CIG_STORE:-}" ] || exit 0\n')
    lines.append(install_script(skipping, f"{usual} || true"))
    lines.append(f"{command} || {warn} 'cig: no proof of this job was kept, so it runs again next time'\n")
    return "".join(lines)
