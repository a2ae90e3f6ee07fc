"""Requests that any plugin could get on an ordinary day, and those of an empty project."""

from typing import Any

from cigen.model.dataclass import replace
from cigen.model.plans import (
    CigSchema,
    DetectRequest,
    File,
    Fragment,
    GenerateRequest,
    Graph,
    Hook,
    PlanRequest,
    PluginInfo,
    PreflightRequest,
    RepoSnapshot,
    ValidateRequest,
)
from cigen.model.resources import Job, Output, PushTrigger, Run, Service, Step, Triggers, Workflow
from cigen.model.steps import ModuleUse, Runner
from cigen.wire.methods import Method, methods

__all__ = ["empty_request", "encoded", "method_of", "ordinary_request", "output_path", "sample_graph", "target_of"]

_CONTENT = {".json": b'{"name": "a"}\n', ".toml": b'[project]\nname = "a"\n', ".yml": b"a: 1\n", ".yaml": b"a: 1\n"}
_SIGNATURE = f"cs1:{'0' * 64}"
_PATHS = {
    "buildkite": ".buildkite/pipeline.yml",
    "circleci": ".circleci/config.yml",
    "github": ".github/workflows/ci.yml",
    "jenkins": "Jenkinsfile",
}


def method_of(hook: Hook) -> Method:
    """The call of a hook."""
    return next(method for method in methods().values() if method.name == hook.value)


def encoded(request: Any) -> bytes:
    """A request as it travels."""
    return next(method for method in methods().values() if method.request is type(request)).encode(request)


def target_of(info: PluginInfo) -> str:
    """The CI system that a provider renders for; empty for any other plugin."""
    named = [one.removeprefix("provider:") for one in info.capabilities if one.startswith("provider:")]
    return named[0] if named else ""


def output_path(target: str, workflow: str = "ci") -> str:
    """Where a file of this CI system usually lies."""
    path = _PATHS.get(target, f".ci/{target or 'output'}.yml")
    if workflow == "ci":
        return path
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{workflow}.{name.rpartition('.')[2]}"


def sample_graph(**fields: Any) -> Graph:
    """One workflow with one job, of which some fields are given."""
    job = Job("test", workflow="ci", runner="linux", machine=Runner("linux"))
    job = replace(replace(job, steps=(Step(id="step-1", run=Run("make test")),)), **fields)
    return Graph("example", (Workflow("ci", "CI", Triggers(push=PushTrigger())),), (job,))


def ordinary_request(hook: Hook, info: PluginInfo) -> Any:
    """A request of a small project that the plugin has something to say to."""
    if hook is Hook.DETECT:
        return DetectRequest(RepoSnapshot(tuple(_file(path) for path in sorted(set(map(_literal, info.reads))))))
    if hook is Hook.PLAN:
        return PlanRequest(info.capabilities, (), _schema(info))
    if hook is Hook.GENERATE:
        target = target_of(info)
        return GenerateRequest(target, sample_graph(), (Output(target, output_path(target)),))
    if hook is Hook.VALIDATE:
        fragment = Fragment(output_path(target_of(info)), "name: CI\njobs: {}\n")
        return ValidateRequest((fragment,), sample_graph())
    return PreflightRequest("test", f"git:{'1' * 40}", _SIGNATURE, _SIGNATURE)


def empty_request(hook: Hook, info: PluginInfo) -> Any:
    """The request of a project in which there is nothing."""
    target = target_of(info)
    return {
        Hook.DETECT: DetectRequest(RepoSnapshot()),
        Hook.PLAN: PlanRequest(schema=CigSchema()),
        Hook.GENERATE: GenerateRequest(target, Graph(), (Output(target, output_path(target)),)),
        Hook.VALIDATE: ValidateRequest(),
        Hook.PREFLIGHT: PreflightRequest(""),
    }[hook]


def _file(path: str) -> File:
    suffix = path[path.rfind(".") :] if "." in path else ""
    return File(path, 0o100644, "0" * 40, _CONTENT.get(suffix, b"1.2.3\n"))


def _literal(glob: str) -> str:
    """A path that a glob matches."""
    return glob.removeprefix("!").replace("**/", "").replace("**", "x").replace("*", "x").replace("?", "x")


def _schema(info: PluginInfo) -> CigSchema:
    kinds: dict[str, list[str]] = {}
    for capability in info.capabilities:
        kind, _, name = capability.partition(":")
        kinds.setdefault(kind, []).append(name)
    steps = [Step(id="step-1", run=Run("make test"))]
    if "step" in kinds:
        steps.append(Step(id="step-2", module=ModuleUse(info.name)))
    job = Job(
        "test",
        workflow="ci",
        packages=tuple(kinds.get("package", ())),
        services=tuple(Service(name) for name in kinds.get("service", ())),
        steps=tuple(steps),
    )
    return CigSchema("0.2", "example", workflows=(Workflow("ci", "CI"),), jobs=(job,))
