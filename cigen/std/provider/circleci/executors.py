"""Where a job runs: containers, virtual machines, and how large.

A `[runners.NAME] circleci` table wins. Linux is a container unless the job calls docker, which needs a machine of its
own: then it is one. The job's image is the first container; without one it is CircleCI's image for the language whose
version the job asks for, if that is all it asks for, and its plain base image otherwise.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cigen.sdk import Job, Runner, Tool
from cigen.sdk.yaml import Value
from cigen.std.ci.blocks import own_table
from cigen.std.ci.legs import PLACEHOLDER
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.circleci.texts import render_text
from cigen.std.report import Report

__all__ = ["Place", "calls_docker", "find_place", "share_executors"]

_BASE = "cimg/base:current"
_VM = "ubuntu-2404:current"
_XCODE = "26.3.0"
_WINDOWS = "windows-server-2022-gui:current"
_BUILT_IN = {
    "linux": ("linux", "amd64"),
    "linux-arm64": ("linux", "arm64"),
    "macos": ("macos", "arm64"),
    "windows": ("windows", "amd64"),
}
_CLASSES = {
    ("linux", "amd64"): "medium",
    ("linux", "arm64"): "arm.medium",
    ("macos", "arm64"): "m4pro.medium",
    ("windows", "amd64"): "windows.medium",
}
_LANGUAGES = {"go": "go", "java": "openjdk", "node": "node", "python": "python", "ruby": "ruby", "rust": "rust"}
_SETTINGS = ("docker_layer_caching", "image", "machine", "macos", "resource_class", "xcode")
_EXACT = re.compile(r"\d+\.\d+(?:\.\d+)?")
_DOCKER = re.compile(r"^\s*(?:sudo\s+)?docker(?:-compose)?\s", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a job runs. `system`: linux, macos or windows. `kind`: docker, machine, macos, or runner for one's own.

    `value`: the keys of the job that say so. `language`: the tool that is in its image already.
    """

    system: str
    kind: str
    value: dict[str, Value] = field(default_factory=dict)
    language: str = ""

    @property
    def image(self) -> str:
        """The image of its first container."""
        containers = self.value.get("docker")
        first = containers[0] if isinstance(containers, list) else {}
        return str(first.get("image", "")) if isinstance(first, dict) else ""


def find_place(job: Job, report: Report) -> Place:
    """Where the job runs. Raises CannotExpress for a machine that CircleCI cannot be told about."""
    runner = job.machine or (job.matrix.legs[0].runner if job.matrix and job.matrix.legs else None)
    if runner is None:
        raise CannotExpress(f'nothing says what "{job.runner}" is', "name a runner")
    settings = _settings(runner, report)
    system, arch = _system(runner, settings, report)
    size = str(settings.get("resource_class") or _CLASSES.get((system, arch), ""))
    if "/" in size and not settings.get("machine"):
        return Place("linux" if system == "linux" else system, "runner", {"machine": True, "resource_class": size})
    if system in ("macos", "windows") and (job.image or job.services):
        raise CannotExpress(
            f"CircleCI runs containers on Linux only, and this job runs on {system}", 'runner = "linux"'
        )
    if system == "macos":
        return Place(system, "macos", {"macos": {"xcode": _xcode(settings)}, "resource_class": size})
    if system == "windows":
        image = str(settings.get("image", _WINDOWS))
        return Place(system, "machine", {"machine": {"image": image}, "resource_class": size})
    machine = settings.get("machine", size.startswith("gpu."))
    if machine or (job.image is None and not settings.get("image") and calls_docker(job)):
        return _virtual(job, machine, settings, size, report)
    return _containers(job, str(settings.get("image", "")), size)


def calls_docker(job: Job) -> bool:
    """Whether a step of the job speaks to docker."""
    return any(
        (step.tool is not None and step.tool.name == "docker-buildx")
        or (step.run is not None and _DOCKER.search(step.run.script))
        for step in job.steps
    )


def _settings(runner: Runner, report: Report) -> dict[str, Any]:
    found = own_table(runner.settings, "circleci", f'what runner "{runner.name}" is on CircleCI') or {}
    others = sorted(set(found) - set(_SETTINGS))
    if others:
        listed = ", ".join(f'"{key}"' for key in others)
        message = f'the settings of runner "{runner.name}" for CircleCI have {listed}, which means nothing here'
        hint = f"keys: {', '.join(_SETTINGS)}"
        report.warning("CIRCLECI_006", message, hint=hint, key=("runners", runner.name, "circleci", others[0]))
    return found


def _system(runner: Runner, settings: Mapping[str, Any], report: Report) -> tuple[str, str]:
    size = str(settings.get("resource_class", ""))
    if runner.name in _BUILT_IN and not (runner.os or runner.arch):
        return _BUILT_IN[runner.name]
    if settings:
        guessed = "macos" if "macos" in settings or "xcode" in settings or re.match(r"m\d+pro\.|macos\.", size) else ""
        guessed = guessed or ("windows" if size.startswith("windows.") else "linux")
        return runner.os or guessed, runner.arch or ("arm64" if size.startswith("arm.") else "amd64")
    hint = f'add to cig.toml: [runners.{runner.name}] circleci = {{ resource_class = "large" }}'
    system, arch = runner.os or "linux", runner.arch or ("arm64" if runner.os == "macos" else "amd64")
    if (system, arch) not in _CLASSES or not (runner.os or runner.arch or runner.settings):
        raise CannotExpress(f'runner "{runner.name}" has no settings for CircleCI', hint)
    message = f'runner "{runner.name}" has no settings for CircleCI; its jobs run on {_CLASSES[system, arch]} there'
    report.warning("CIRCLECI_004", message, hint=hint, key=("runners", runner.name))
    return system, arch


def _xcode(settings: Mapping[str, Any]) -> str:
    given = settings.get("macos")
    return str(settings.get("xcode") or (given.get("xcode") if isinstance(given, dict) else "") or _XCODE)


def _virtual(job: Job, machine: object, settings: Mapping[str, Any], size: str, report: Report) -> Place:
    if job.image is not None:
        message = f'job "{job.id}" has an image, and its runner is a virtual machine, which runs none'
        report.error("CIRCLECI_017", message, hint="choose a runner of containers", key=("jobs", job.id, "image"))
    given = dict(machine) if isinstance(machine, dict) else {}
    image = given.pop("image", machine if isinstance(machine, str) else "") or settings.get("image")
    value: dict[str, Value] = {"image": str(image or ("linux-cuda-12:default" if size.startswith("gpu.") else _VM))}
    if settings.get("docker_layer_caching"):
        value["docker_layer_caching"] = True
    return Place("linux", "machine", {"machine": {**value, **given}, "resource_class": size})


def _containers(job: Job, fixed: str, size: str) -> Place:
    image, language = fixed, ""
    first: dict[str, Value] = {}
    if job.image is not None:
        image = job.image.image
        if job.image.username:
            first["auth"] = {"username": render_text(job.image.username), "password": f"${job.image.password}"}
        if job.image.env:
            first["environment"] = {pair.name: render_text(pair.value) for pair in job.image.env}
    elif not image:
        image, language = _convenience(job)
    return Place(
        "linux", "docker", {"docker": [{"image": render_text(image), **first}], "resource_class": size}, language
    )


def _convenience(job: Job) -> tuple[str, str]:
    """CircleCI's image for the one language of the job, and that language; its base image where there is none."""
    tools = [step.tool for step in job.steps if step.tool is not None and step.when is None]
    languages = {tool.name: tool for tool in tools if tool.name in _LANGUAGES}
    if len(languages) != 1:
        return _BASE, ""
    ((name, tool),) = languages.items()
    if len([one for one in tools if one.name == name]) > 1 or not _is_tag(tool, job) or _needs_more(tool):
        return _BASE, ""
    return f"cimg/{_LANGUAGES[name]}:{tool.version}", name


def _is_tag(tool: Tool, job: Job) -> bool:
    """Whether the version, in every leg, is one that images are tagged with: two or three numbers."""
    filled = [tool.version]
    if job.matrix and "{{" in tool.version:
        filled = [_filled(tool.version, {pair.name: pair.value for pair in leg.values}) for leg in job.matrix.legs]
    return bool(filled) and all(_EXACT.fullmatch(version) for version in filled)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values.get(found[1] or "", ""), text)


def _needs_more(tool: Tool) -> bool:
    return any(pair.name in ("components", "targets", "distribution") for pair in tool.options)


def share_executors(jobs: dict[str, dict[str, Value]], names: Mapping[str, str]) -> dict[str, Value]:
    """The value of `executors`: what several jobs say alike, said once. Changes the jobs. names: job → its runner's."""
    alike: dict[str, list[str]] = {}
    for job, body in jobs.items():
        place = {key: body[key] for key in ("docker", "machine", "macos", "resource_class") if key in body}
        if "<< parameters." not in repr(place):
            alike.setdefault(repr(place), []).append(job)
    found: dict[str, Value] = {}
    for sharing in alike.values():
        if len(sharing) > 1:
            name = _unused(names.get(sharing[0], "linux"), jobs[sharing[0]], found)
            found[name] = {key: jobs[sharing[0]][key] for key in _ORDER if key in jobs[sharing[0]]}
            for job in sharing:
                _use_executor(jobs[job], name)
    return found


_ORDER = ("docker", "machine", "macos", "resource_class")


def _unused(runner: str, body: Mapping[str, Value], taken: Iterable[str]) -> str:
    containers = body.get("docker")
    parts = [re.sub(r"[^a-z0-9_-]+", "-", runner.lower()).strip("-") or "linux"]
    for one in containers if isinstance(containers, list) else ():
        image = str(one.get("image", "")) if isinstance(one, dict) else ""
        if image != _BASE:
            parts.append(re.sub(r"[^a-z0-9_-]+", "-", image.rpartition("/")[2].lower()).strip("-"))
    name = "-".join(parts)
    name = name if name[:1].isalpha() else f"on-{name}"
    number = 2
    while name in taken:
        name, number = f"{name.removesuffix(f'-{number - 1}')}-{number}", number + 1
    return name


def _use_executor(body: dict[str, Value], name: str) -> None:
    rest = {key: value for key, value in body.items() if key not in _ORDER}
    parameters = {"parameters": rest.pop("parameters")} if "parameters" in rest else {}
    body.clear()
    body.update({**parameters, "executor": name, **rest})
