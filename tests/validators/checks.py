"""All checks of rendered files, by provider: from files to findings."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from buildkite_pipeline import command_steps, read_pipelines, rules, upload
from circleci_config import ConfigError, compile_config, pipeline_values, problems
from foreign import Check, act_schema, actionlint, json_schema, languageservice, shellcheck, zizmor

__all__ = ["CHECKS"]


def _circleci_config(files: Sequence[Path]) -> list[str]:
    return [f"{file.name}: {problem}" for file in files for problem in problems(file.read_text())]


def _circleci_scripts(files: Sequence[Path]) -> list[str]:
    """Every script of every job of every workflow, as it reaches the shell."""
    scripts: dict[str, dict[str, str]] = {"bash": {}, "sh": {}}
    for file in files:
        for event, values in _CIRCLECI_EVENTS.items():
            try:
                workflows = compile_config(file.read_text(), values, every=True).workflows
            except ConfigError:
                continue
            for job in (job for jobs in workflows.values() for job in jobs):
                for index, step in enumerate(job.steps):
                    words = str(step.get("shell", job.body.get("shell", "bash"))).split()
                    shell = next((name for name in scripts if {name, f"/bin/{name}"} & set(words)), "")
                    if step["kind"] == "run" and shell:
                        scripts[shell][f"{file.name}:{job.name}:{index} ({event})"] = str(step["command"])
    return [one for shell, each in scripts.items() for one in shellcheck(each, shell)]


_CIRCLECI_EVENTS = {
    "push": pipeline_values(git__branch="main"),
    "tag": pipeline_values(git__tag="v1"),
    "pull request": pipeline_values(git__branch="x", event__name="pull_request", event__action="opened"),
    "schedule": pipeline_values(git__branch="main", trigger_source="scheduled_pipeline"),
}


def _buildkite_scripts(files: Sequence[Path]) -> list[str]:
    """Every command, as it reaches the shell."""
    scripts = {}
    for one in read_pipelines(files):
        steps = (one.get("pipeline") or {}).get("steps") or []
        for index, step in enumerate(command_steps(steps)):
            scripts[f"{Path(one['file']).name}:{step.get('key', index)}"] = step["command"]
    return shellcheck(scripts)


CHECKS: dict[str, dict[str, Check]] = {
    "github": {
        "act": act_schema,
        "actionlint": actionlint,
        "zizmor": zizmor,
        "schema": partial(json_schema, "github-workflows"),
        "languageservice": languageservice,
    },
    "circleci": {
        "schema": partial(json_schema, "circle-ci"),
        "config": _circleci_config,
        "shellcheck": _circleci_scripts,
    },
    "buildkite": {
        "schema": partial(json_schema, "buildkite"),
        "upload": upload,
        "rules": rules,
        "shellcheck": _buildkite_scripts,
    },
}
