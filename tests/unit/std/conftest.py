"""Requests for the standard plugins, from a few words each."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from cigen.model.plans import CigSchema, DetectRequest, DetectResult, Fact, File, PlanRequest, PlanResult, RepoSnapshot
from cigen.model.resources import Job, Pair

Files = Mapping[str, str | bytes]


def detect_request(files: Files) -> DetectRequest:
    given = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    return DetectRequest(RepoSnapshot(tuple(File(path, 0o100644, "", given[path]) for path in sorted(given))))


@pytest.fixture(scope="session")
def request_for() -> Callable[[Files], DetectRequest]:
    """`request_for({path: text or bytes})`."""
    return detect_request


@pytest.fixture(scope="session")
def facts_of() -> Callable[[DetectResult], dict[str, tuple[str, str]]]:
    """`facts_of(result)`: name → (value, source)."""
    return lambda result: {fact.name: (fact.value, fact.source) for fact in result.facts}


@pytest.fixture(scope="session")
def codes_of() -> Callable[[Any], list[str]]:
    """`codes_of(result)`: the codes of its diagnostics, in order."""
    return lambda result: [diagnostic.code for diagnostic in result.diagnostics]


@pytest.fixture(scope="session")
def plan_with() -> Callable[..., PlanResult]:
    """`plan_with(plugin, *jobs, files=…, variables=…, settings=…, caches=…)`: detect in the files, then plan."""

    def plan(plugin: Any, *jobs: Job, files: Files | None = None, **schema: Any) -> PlanResult:
        facts: tuple[Fact, ...] = plugin.detect(detect_request(files)).facts if files else ()
        for name in ("variables", "settings"):
            schema[name] = tuple(Pair(key, value) for key, value in schema.get(name, {}).items())
        return plugin.plan(PlanRequest(facts=facts, schema=CigSchema(jobs=jobs, **schema)))

    return plan


@pytest.fixture(scope="session")
def outline() -> Callable[[PlanResult], list[str]]:
    """`outline(result)`: one line for every step, variable and service, as a person would write them down."""

    def lines(result: PlanResult) -> list[str]:
        found = []
        for resource in result.resources:
            if resource.steps is not None:
                group = resource.steps
                found.append(f"{group.job} {group.placement.value} {group.replaces}".rstrip())
                found += [f"  {step.id}: {_action(step)}{_where(step)}" for step in group.steps]
            elif resource.env is not None:
                found += [f"{resource.env.job} env {pair.name}={pair.value}" for pair in resource.env.env]
        return found

    return lines


def _action(step: Any) -> str:
    if step.tool is not None:
        options = "".join(f" {pair.name}={pair.value}" for pair in step.tool.options)
        return f"tool {step.tool.name} {step.tool.version}".rstrip() + options
    if step.cache is not None:
        cache = step.cache.cache
        parts = " ".join(part.literal or f"<{part.files}>" for part in cache.parts)
        return f"cache {cache.id} [{', '.join(cache.paths)}] {parts}"
    return str(step.run.script)


def _where(step: Any) -> str:
    return f" (in {step.working_directory})" if step.working_directory else ""
