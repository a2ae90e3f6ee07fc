"""A job in a container, and servers beside it: docker, as the job's own shell uses it.

The container is started once and stays; each script is executed in it, while artifacts, outputs and conditions stay
with the agent outside. So no plugin is needed, and a script meets the same `bash -eo pipefail` as anywhere else. The
workspace stands at the same path inside and out.
"""

import shlex
from collections.abc import Sequence

from cigen.sdk import Container, Job, Pair, Workflow
from cigen.std.ci.services import service_variables, start_services, stop_services
from cigen.std.provider.buildkite.runners import system
from cigen.std.report import Report

__all__ = [
    "BUILT_IN",
    "CONTAINER",
    "check_machine",
    "container_env",
    "exec_words",
    "has_tools",
    "needs_folder",
    "stop",
    "surroundings",
]

_UNIQUE = "$BUILDKITE_JOB_ID"
BUILT_IN = ("docker-buildx",)
"""Tools that need no installer."""
CONTAINER = f'"cig-{_UNIQUE}-job"'
"""The container that the job's scripts are executed in: a word of the shell."""


def surroundings(job: Job, workflow: Workflow) -> list[str]:
    """Shell that starts the job's services and its container; no lines where it has neither."""
    lines = []
    if job.services:
        lines.append(start_services(job.services, _UNIQUE, by_name=job.image is not None).rstrip("\n"))
        if job.image is None:
            lines += [
                f"export {pair.name}={shlex.quote(pair.value)}"
                for pair in service_variables(job.services, by_name=False)
            ]
    if job.image is not None:
        lines += _container(job, job.image, workflow)
    return lines


def stop(job: Job) -> str:
    """Shell that takes them away again."""
    if not (job.services or job.image):
        return ""
    return stop_services(job.services, _UNIQUE, ["job"] if job.image else [])


def container_env(job: Job) -> tuple[Pair, ...]:
    """The variables that every script in the container has beside those of the job."""
    assert job.image is not None
    return (*job.image.env, *service_variables(job.services, by_name=True))


def check_machine(job: Job, source: str, report: Report) -> None:
    """What an agent has to have for this job, and cannot where it is no Linux machine. source: as cig.toml names it."""
    machines = [leg.runner for leg in job.matrix.legs] if job.matrix else [job.machine]
    systems = {system(machine) for machine in machines}
    what = "services" if job.services else "a container image" if job.image else ""
    if what and systems != {"linux"}:
        message = f'job "{source}" has {what} and does not run on Linux, where alone containers can be started'
        report.error("BUILDKITE_017", message, hint='run it on "linux"', key=("jobs", source, "runner"))
    if "windows" in systems:
        message = f'job "{source}" is a bash script, and an agent on Windows runs cmd.exe unless it is told otherwise'
        hint = 'start its agents with shell="C:\\Program Files\\Git\\bin\\bash.exe -c"'
        report.warning("BUILDKITE_017", message, hint=hint, key=("jobs", source, "runner"))


def _container(job: Job, image: Container, workflow: Workflow) -> list[str]:
    words = [f"docker run --detach --name {CONTAINER}"]
    if job.services:
        words.append('--network "$cig_network"')
    words.append('--volume "$PWD:$PWD" --workdir "$PWD" "${cig_env[@]}"')
    if needs_folder(job):
        words.append('--volume "$CIG_TEMP:$CIG_TEMP"')
    if has_tools(job):
        words.append('--env BASH_ENV="$CIG_ENV"')
    words += [f"--env {shlex.quote(f'{pair.name}={pair.value}')}" for pair in container_env(job)]
    if image.options:
        words.append(image.options)
    words.append(f"--entrypoint tail {shlex.quote(image.image)} -f /dev/null >/dev/null")
    lines = _login(image)
    lines += [
        "# What the agent and cig.toml set is passed on; the rest of the agent's environment is not.",
        f"mapfile -t cig_env < <(compgen -e | grep -E {shlex.quote(_passed(job, workflow))} | sed 's/^/--env=/')",
        " \\\n  ".join(words),
    ]
    if not job.shell and any(step.tool or (step.run and not step.shell) for step in job.steps):
        lines.append("cig_shell=(bash -eo pipefail)")
        lines.append(f"docker exec {CONTAINER} bash -c true 2>/dev/null || cig_shell=(sh -e)")
    return lines


def _passed(job: Job, workflow: Workflow) -> str:
    names = "|".join(pair.name for pair in (*workflow.env, *job.env))
    return f"^(BUILDKITE|CI$|CIG_{f'|({names})$' if names else ''})"


def _login(image: Container) -> list[str]:
    if not image.username or not image.password:
        return []
    first, slash, _ = image.image.partition("/")
    registry = f" {shlex.quote(first)}" if slash and ("." in first or ":" in first) else ""
    user = shlex.quote(image.username)
    return [f'docker login --username {user} --password-stdin{registry} <<< "${image.password}" >/dev/null']


def has_tools(job: Job) -> bool:
    """Whether tools are put on PATH for the job's scripts."""
    return any(step.tool is not None and step.tool.name not in BUILT_IN for step in job.steps)


def needs_folder(job: Job) -> bool:
    """Whether something outlasts a step outside of the workspace: tools, outputs, lists of files."""
    values = job.outputs is not None and bool(job.outputs.values)
    return has_tools(job) or values or (job.shards is not None and bool(job.shards.files))


def exec_words(env: Sequence[Pair], names: Sequence[str], directory: str) -> list[str]:
    """The words that execute something in the container. names: variables passed on from outside."""
    words = ["docker exec"]
    if directory not in ("", "."):
        words.append(f'--workdir "$PWD"/{shlex.quote(directory)}')
    words += [f"--env {shlex.quote(f'{pair.name}={pair.value}')}" for pair in env]
    words += [f"--env {name}" for name in names]
    return [*words, CONTAINER]
