"""What a plugin author imports: the values of the protocol, the `Plugin` class and `serve`.

    #!/usr/bin/env python3
    from cigen.sdk import DetectRequest, DetectResult, Plugin, serve

    class Ruby(Plugin):
        def detect(self, request: DetectRequest) -> DetectResult:
            found = any(file.path == "Gemfile" for file in request.repo.files)
            return DetectResult(signals=("has_gemfile",), confidence=0.9) if found else DetectResult()

    PLUGIN = Ruby()

    if __name__ == "__main__":
        serve(PLUGIN, __file__)

Beside it stands `module.toml`, which tells the plugin's name, hooks and reads: docs/protocol.md. Importing this imports
neither protobuf nor the server; `serve` does.
"""

from cigen.model.diagnostics import (
    Diagnostic,
    KeyPath,
    Level,
    Location,
)
from cigen.model.expressions import (
    Expr,
    Op,
)
from cigen.model.machines import is_windows
from cigen.model.matching import glob_regex, matches_glob
from cigen.model.plans import (
    Budget,
    CigSchema,
    Dependency,
    DetectRequest,
    DetectResult,
    Fact,
    File,
    Fragment,
    GenerateRequest,
    GenerateResult,
    Graph,
    Hello,
    Hook,
    JobEnv,
    JobService,
    MergeStrategy,
    Placement,
    PlanRequest,
    PlanResult,
    PluginInfo,
    PreflightRequest,
    PreflightResult,
    RepoSnapshot,
    Resource,
    Setting,
    StepGroup,
    ValidateRequest,
    ValidateResult,
    WorkSignature,
)
from cigen.model.resources import (
    Approval,
    Artifact,
    Cache,
    CachePart,
    CacheUse,
    Checkout,
    Concurrency,
    Container,
    Download,
    Environment,
    Health,
    Inputs,
    Job,
    JobOutputs,
    Leg,
    ManualInput,
    ManualTrigger,
    Matrix,
    MatrixAxis,
    MatrixRow,
    ModuleUse,
    Native,
    Notify,
    Output,
    Pair,
    PathGlob,
    ProviderBlock,
    PullRequestTrigger,
    PushTrigger,
    Retry,
    Run,
    Runner,
    Schedule,
    Secret,
    Service,
    Shards,
    SkipIf,
    Skipping,
    Step,
    TagTrigger,
    Tool,
    Trigger,
    Triggers,
    Workflow,
)
from cigen.sdk.plugin import Plugin
from cigen.sdk.stdio import take_when_started_by_core

__all__ = [
    "Approval",
    "Artifact",
    "Budget",
    "Cache",
    "CachePart",
    "CacheUse",
    "Checkout",
    "CigSchema",
    "Concurrency",
    "Container",
    "Dependency",
    "DetectRequest",
    "DetectResult",
    "Diagnostic",
    "Download",
    "Environment",
    "Expr",
    "Fact",
    "File",
    "Fragment",
    "GenerateRequest",
    "GenerateResult",
    "Graph",
    "Health",
    "Hello",
    "Hook",
    "Inputs",
    "Job",
    "JobEnv",
    "JobOutputs",
    "JobService",
    "KeyPath",
    "Leg",
    "Level",
    "Location",
    "ManualInput",
    "ManualTrigger",
    "Matrix",
    "MatrixAxis",
    "MatrixRow",
    "MergeStrategy",
    "ModuleUse",
    "Native",
    "Notify",
    "Op",
    "Output",
    "Pair",
    "PathGlob",
    "Placement",
    "PlanRequest",
    "PlanResult",
    "Plugin",
    "PluginInfo",
    "PreflightRequest",
    "PreflightResult",
    "ProviderBlock",
    "PullRequestTrigger",
    "PushTrigger",
    "RepoSnapshot",
    "Resource",
    "Retry",
    "Run",
    "Runner",
    "Schedule",
    "Secret",
    "Service",
    "Setting",
    "Shards",
    "SkipIf",
    "Skipping",
    "Step",
    "StepGroup",
    "TagTrigger",
    "Tool",
    "Trigger",
    "Triggers",
    "ValidateRequest",
    "ValidateResult",
    "WorkSignature",
    "Workflow",
    "glob_regex",
    "is_windows",
    "matches_glob",
    "serve",
]

# Before any code of the plugin runs: what it prints must not reach the connection.
take_when_started_by_core()


def serve(plugin: Plugin, file: str) -> None:
    """Answer the core on standard input and output until it hangs up. `file` is the plugin's own `__file__`."""
    from cigen.sdk.server import serve_process

    serve_process(plugin, file)
