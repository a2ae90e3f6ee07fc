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
    """Every script of every job of a push to main and of a tag, as it reaches the shell."""
    scripts = {}
    for file in files:
        for values in (pipeline_values(git__branch="main"), pipeline_values(git__tag="v1")):
            try:
                workflows = compile_config(file.read_text(), values).workflows
            except ConfigError:
                continue
            for job in (job for jobs in workflows.values() for job in jobs):
                for index, step in enumerate(job.steps):
                    shell = str(step.get("shell", job.body.get("shell", "bash")))
                    if step["kind"] == "run" and "bash" in shell:
                        scripts[f"{file.name}:{job.name}:{index}"] = str(step["command"])
    return shellcheck(scripts)


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
