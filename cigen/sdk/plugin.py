"""The class a plugin author writes a subclass of.

Owns: which hooks exist on the Python side. Refuses: any state of the connection; a plugin sees requests and returns
results. It may use anything of `cigen.sdk` and nothing else of cigen.
"""

from cigen.model.plans import (
    DetectRequest,
    DetectResult,
    GenerateRequest,
    GenerateResult,
    Hook,
    PlanRequest,
    PlanResult,
    PreflightRequest,
    PreflightResult,
    ValidateRequest,
    ValidateResult,
)

__all__ = ["Plugin", "implemented_hooks"]


class Plugin:
    """Override the hooks that `module.toml` lists under `hooks`; the core never calls the others.

    A hook is a function of its request: no clock, no environment, no files but those in the request. What a user did
    wrong goes into the result's diagnostics; an exception means that the plugin itself is broken.
    """

    def detect(self, request: DetectRequest) -> DetectResult:
        """What do the declared files show?"""
        raise NotImplementedError("detect")

    def plan(self, request: PlanRequest) -> PlanResult:
        """Which steps, caches, services, jobs and edges should there be?"""
        raise NotImplementedError("plan")

    def generate(self, request: GenerateRequest) -> GenerateResult:
        """The target's files, as fragments."""
        raise NotImplementedError("generate")

    def validate(self, request: ValidateRequest) -> ValidateResult:
        """What is wrong with the rendered files?"""
        raise NotImplementedError("validate")

    def preflight(self, request: PreflightRequest) -> PreflightResult:
        """Must a job run though its signature is known?"""
        raise NotImplementedError("preflight")


def implemented_hooks(plugin: Plugin) -> tuple[str, ...]:
    """The hooks that the plugin's class overrides, sorted."""
    return tuple(sorted(h.value for h in Hook if getattr(type(plugin), h.value) is not getattr(Plugin, h.value)))
