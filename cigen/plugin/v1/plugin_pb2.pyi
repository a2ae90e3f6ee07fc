from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Placement(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLACEMENT_UNSPECIFIED: _ClassVar[Placement]
    PLACEMENT_SETUP: _ClassVar[Placement]
    PLACEMENT_REPLACE: _ClassVar[Placement]
    PLACEMENT_TEARDOWN: _ClassVar[Placement]

class MergeStrategy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MERGE_STRATEGY_UNSPECIFIED: _ClassVar[MergeStrategy]
    MERGE_STRATEGY_REPLACE: _ClassVar[MergeStrategy]
    MERGE_STRATEGY_MERGE: _ClassVar[MergeStrategy]
    MERGE_STRATEGY_APPEND: _ClassVar[MergeStrategy]

class Op(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OP_UNSPECIFIED: _ClassVar[Op]
    OP_AND: _ClassVar[Op]
    OP_OR: _ClassVar[Op]
    OP_NOT: _ClassVar[Op]
    OP_EQ: _ClassVar[Op]
    OP_NE: _ClassVar[Op]
    OP_IN: _ClassVar[Op]
    OP_MATCHES: _ClassVar[Op]
    OP_NAME: _ClassVar[Op]
    OP_LITERAL: _ClassVar[Op]
    OP_BOOL: _ClassVar[Op]

class Level(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LEVEL_UNSPECIFIED: _ClassVar[Level]
    LEVEL_ERROR: _ClassVar[Level]
    LEVEL_WARNING: _ClassVar[Level]
    LEVEL_INFO: _ClassVar[Level]
PLACEMENT_UNSPECIFIED: Placement
PLACEMENT_SETUP: Placement
PLACEMENT_REPLACE: Placement
PLACEMENT_TEARDOWN: Placement
MERGE_STRATEGY_UNSPECIFIED: MergeStrategy
MERGE_STRATEGY_REPLACE: MergeStrategy
MERGE_STRATEGY_MERGE: MergeStrategy
MERGE_STRATEGY_APPEND: MergeStrategy
OP_UNSPECIFIED: Op
OP_AND: Op
OP_OR: Op
OP_NOT: Op
OP_EQ: Op
OP_NE: Op
OP_IN: Op
OP_MATCHES: Op
OP_NAME: Op
OP_LITERAL: Op
OP_BOOL: Op
LEVEL_UNSPECIFIED: Level
LEVEL_ERROR: Level
LEVEL_WARNING: Level
LEVEL_INFO: Level

class Hello(_message.Message):
    __slots__ = ("core_protocol", "core_version")
    CORE_PROTOCOL_FIELD_NUMBER: _ClassVar[int]
    CORE_VERSION_FIELD_NUMBER: _ClassVar[int]
    core_protocol: int
    core_version: str
    def __init__(self, core_protocol: _Optional[int] = ..., core_version: _Optional[str] = ...) -> None: ...

class PluginInfo(_message.Message):
    __slots__ = ("name", "version", "protocol", "capabilities", "requires", "conflicts_with", "metadata", "reads", "hooks")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    REQUIRES_FIELD_NUMBER: _ClassVar[int]
    CONFLICTS_WITH_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    READS_FIELD_NUMBER: _ClassVar[int]
    HOOKS_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    protocol: int
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    requires: _containers.RepeatedScalarFieldContainer[str]
    conflicts_with: _containers.RepeatedScalarFieldContainer[str]
    metadata: _containers.RepeatedCompositeFieldContainer[Pair]
    reads: _containers.RepeatedScalarFieldContainer[str]
    hooks: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., protocol: _Optional[int] = ..., capabilities: _Optional[_Iterable[str]] = ..., requires: _Optional[_Iterable[str]] = ..., conflicts_with: _Optional[_Iterable[str]] = ..., metadata: _Optional[_Iterable[_Union[Pair, _Mapping]]] = ..., reads: _Optional[_Iterable[str]] = ..., hooks: _Optional[_Iterable[str]] = ...) -> None: ...

class File(_message.Message):
    __slots__ = ("path", "mode", "blob", "content")
    PATH_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    BLOB_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    path: str
    mode: int
    blob: str
    content: bytes
    def __init__(self, path: _Optional[str] = ..., mode: _Optional[int] = ..., blob: _Optional[str] = ..., content: _Optional[bytes] = ...) -> None: ...

class RepoSnapshot(_message.Message):
    __slots__ = ("files", "absent")
    FILES_FIELD_NUMBER: _ClassVar[int]
    ABSENT_FIELD_NUMBER: _ClassVar[int]
    files: _containers.RepeatedCompositeFieldContainer[File]
    absent: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, files: _Optional[_Iterable[_Union[File, _Mapping]]] = ..., absent: _Optional[_Iterable[str]] = ...) -> None: ...

class DetectRequest(_message.Message):
    __slots__ = ("repo",)
    REPO_FIELD_NUMBER: _ClassVar[int]
    repo: RepoSnapshot
    def __init__(self, repo: _Optional[_Union[RepoSnapshot, _Mapping]] = ...) -> None: ...

class Fact(_message.Message):
    __slots__ = ("name", "value", "source")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: str
    source: str
    def __init__(self, name: _Optional[str] = ..., value: _Optional[str] = ..., source: _Optional[str] = ...) -> None: ...

class DetectResult(_message.Message):
    __slots__ = ("signals", "facts", "confidence", "summary", "packages", "suggested_steps", "diagnostics")
    SIGNALS_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    PACKAGES_FIELD_NUMBER: _ClassVar[int]
    SUGGESTED_STEPS_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSTICS_FIELD_NUMBER: _ClassVar[int]
    signals: _containers.RepeatedScalarFieldContainer[str]
    facts: _containers.RepeatedCompositeFieldContainer[Fact]
    confidence: float
    summary: str
    packages: _containers.RepeatedScalarFieldContainer[str]
    suggested_steps: _containers.RepeatedScalarFieldContainer[str]
    diagnostics: _containers.RepeatedCompositeFieldContainer[Diagnostic]
    def __init__(self, signals: _Optional[_Iterable[str]] = ..., facts: _Optional[_Iterable[_Union[Fact, _Mapping]]] = ..., confidence: _Optional[float] = ..., summary: _Optional[str] = ..., packages: _Optional[_Iterable[str]] = ..., suggested_steps: _Optional[_Iterable[str]] = ..., diagnostics: _Optional[_Iterable[_Union[Diagnostic, _Mapping]]] = ...) -> None: ...

class StepGroup(_message.Message):
    __slots__ = ("job", "placement", "replaces", "order", "steps")
    JOB_FIELD_NUMBER: _ClassVar[int]
    PLACEMENT_FIELD_NUMBER: _ClassVar[int]
    REPLACES_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    job: str
    placement: Placement
    replaces: str
    order: int
    steps: _containers.RepeatedCompositeFieldContainer[Step]
    def __init__(self, job: _Optional[str] = ..., placement: _Optional[_Union[Placement, str]] = ..., replaces: _Optional[str] = ..., order: _Optional[int] = ..., steps: _Optional[_Iterable[_Union[Step, _Mapping]]] = ...) -> None: ...

class JobEnv(_message.Message):
    __slots__ = ("job", "env")
    JOB_FIELD_NUMBER: _ClassVar[int]
    ENV_FIELD_NUMBER: _ClassVar[int]
    job: str
    env: _containers.RepeatedCompositeFieldContainer[Pair]
    def __init__(self, job: _Optional[str] = ..., env: _Optional[_Iterable[_Union[Pair, _Mapping]]] = ...) -> None: ...

class JobService(_message.Message):
    __slots__ = ("job", "service")
    JOB_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    job: str
    service: Service
    def __init__(self, job: _Optional[str] = ..., service: _Optional[_Union[Service, _Mapping]] = ...) -> None: ...

class Resource(_message.Message):
    __slots__ = ("id", "owner", "workflow", "job", "steps", "env", "service", "cache")
    ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    WORKFLOW_FIELD_NUMBER: _ClassVar[int]
    JOB_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    ENV_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    id: str
    owner: str
    workflow: Workflow
    job: Job
    steps: StepGroup
    env: JobEnv
    service: JobService
    cache: Cache
    def __init__(self, id: _Optional[str] = ..., owner: _Optional[str] = ..., workflow: _Optional[_Union[Workflow, _Mapping]] = ..., job: _Optional[_Union[Job, _Mapping]] = ..., steps: _Optional[_Union[StepGroup, _Mapping]] = ..., env: _Optional[_Union[JobEnv, _Mapping]] = ..., service: _Optional[_Union[JobService, _Mapping]] = ..., cache: _Optional[_Union[Cache, _Mapping]] = ...) -> None: ...

class Dependency(_message.Message):
    __slots__ = ("dependent", "dependency")
    DEPENDENT_FIELD_NUMBER: _ClassVar[int]
    DEPENDENCY_FIELD_NUMBER: _ClassVar[int]
    dependent: str
    dependency: str
    def __init__(self, dependent: _Optional[str] = ..., dependency: _Optional[str] = ...) -> None: ...

class CigSchema(_message.Message):
    __slots__ = ("version", "name", "variables", "workflows", "jobs", "caches", "services", "settings", "secrets")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VARIABLES_FIELD_NUMBER: _ClassVar[int]
    WORKFLOWS_FIELD_NUMBER: _ClassVar[int]
    JOBS_FIELD_NUMBER: _ClassVar[int]
    CACHES_FIELD_NUMBER: _ClassVar[int]
    SERVICES_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    SECRETS_FIELD_NUMBER: _ClassVar[int]
    version: str
    name: str
    variables: _containers.RepeatedCompositeFieldContainer[Pair]
    workflows: _containers.RepeatedCompositeFieldContainer[Workflow]
    jobs: _containers.RepeatedCompositeFieldContainer[Job]
    caches: _containers.RepeatedCompositeFieldContainer[Cache]
    services: _containers.RepeatedCompositeFieldContainer[Service]
    settings: _containers.RepeatedCompositeFieldContainer[Pair]
    secrets: _containers.RepeatedCompositeFieldContainer[Secret]
    def __init__(self, version: _Optional[str] = ..., name: _Optional[str] = ..., variables: _Optional[_Iterable[_Union[Pair, _Mapping]]] = ..., workflows: _Optional[_Iterable[_Union[Workflow, _Mapping]]] = ..., jobs: _Optional[_Iterable[_Union[Job, _Mapping]]] = ..., caches: _Optional[_Iterable[_Union[Cache, _Mapping]]] = ..., services: _Optional[_Iterable[_Union[Service, _Mapping]]] = ..., settings: _Optional[_Iterable[_Union[Pair, _Mapping]]] = ..., secrets: _Optional[_Iterable[_Union[Secret, _Mapping]]] = ...) -> None: ...

class PlanRequest(_message.Message):
    __slots__ = ("capabilities", "facts", "schema", "flags")
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    FLAGS_FIELD_NUMBER: _ClassVar[int]
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    facts: _containers.RepeatedCompositeFieldContainer[Fact]
    schema: CigSchema
    flags: _containers.RepeatedCompositeFieldContainer[Pair]
    def __init__(self, capabilities: _Optional[_Iterable[str]] = ..., facts: _Optional[_Iterable[_Union[Fact, _Mapping]]] = ..., schema: _Optional[_Union[CigSchema, _Mapping]] = ..., flags: _Optional[_Iterable[_Union[Pair, _Mapping]]] = ...) -> None: ...

class PlanResult(_message.Message):
    __slots__ = ("resources", "deps", "diagnostics")
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    DEPS_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSTICS_FIELD_NUMBER: _ClassVar[int]
    resources: _containers.RepeatedCompositeFieldContainer[Resource]
    deps: _containers.RepeatedCompositeFieldContainer[Dependency]
    diagnostics: _containers.RepeatedCompositeFieldContainer[Diagnostic]
    def __init__(self, resources: _Optional[_Iterable[_Union[Resource, _Mapping]]] = ..., deps: _Optional[_Iterable[_Union[Dependency, _Mapping]]] = ..., diagnostics: _Optional[_Iterable[_Union[Diagnostic, _Mapping]]] = ...) -> None: ...

class Fragment(_message.Message):
    __slots__ = ("path", "content", "strategy", "order")
    PATH_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    path: str
    content: str
    strategy: MergeStrategy
    order: int
    def __init__(self, path: _Optional[str] = ..., content: _Optional[str] = ..., strategy: _Optional[_Union[MergeStrategy, str]] = ..., order: _Optional[int] = ...) -> None: ...

class Graph(_message.Message):
    __slots__ = ("project", "workflows", "jobs", "facts", "secrets", "skipping")
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    WORKFLOWS_FIELD_NUMBER: _ClassVar[int]
    JOBS_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    SECRETS_FIELD_NUMBER: _ClassVar[int]
    SKIPPING_FIELD_NUMBER: _ClassVar[int]
    project: str
    workflows: _containers.RepeatedCompositeFieldContainer[Workflow]
    jobs: _containers.RepeatedCompositeFieldContainer[Job]
    facts: _containers.RepeatedCompositeFieldContainer[Fact]
    secrets: _containers.RepeatedCompositeFieldContainer[Secret]
    skipping: Skipping
    def __init__(self, project: _Optional[str] = ..., workflows: _Optional[_Iterable[_Union[Workflow, _Mapping]]] = ..., jobs: _Optional[_Iterable[_Union[Job, _Mapping]]] = ..., facts: _Optional[_Iterable[_Union[Fact, _Mapping]]] = ..., secrets: _Optional[_Iterable[_Union[Secret, _Mapping]]] = ..., skipping: _Optional[_Union[Skipping, _Mapping]] = ...) -> None: ...

class WorkSignature(_message.Message):
    __slots__ = ("job", "signature")
    JOB_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    job: str
    signature: str
    def __init__(self, job: _Optional[str] = ..., signature: _Optional[str] = ...) -> None: ...

class GenerateRequest(_message.Message):
    __slots__ = ("target", "graph", "outputs", "work_signatures")
    TARGET_FIELD_NUMBER: _ClassVar[int]
    GRAPH_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    WORK_SIGNATURES_FIELD_NUMBER: _ClassVar[int]
    target: str
    graph: Graph
    outputs: _containers.RepeatedCompositeFieldContainer[Output]
    work_signatures: _containers.RepeatedCompositeFieldContainer[WorkSignature]
    def __init__(self, target: _Optional[str] = ..., graph: _Optional[_Union[Graph, _Mapping]] = ..., outputs: _Optional[_Iterable[_Union[Output, _Mapping]]] = ..., work_signatures: _Optional[_Iterable[_Union[WorkSignature, _Mapping]]] = ...) -> None: ...

class Setting(_message.Message):
    __slots__ = ("title", "place", "reason", "key")
    TITLE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    title: str
    place: str
    reason: str
    key: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, title: _Optional[str] = ..., place: _Optional[str] = ..., reason: _Optional[str] = ..., key: _Optional[_Iterable[str]] = ...) -> None: ...

class GenerateResult(_message.Message):
    __slots__ = ("fragments", "diagnostics", "settings")
    FRAGMENTS_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSTICS_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    fragments: _containers.RepeatedCompositeFieldContainer[Fragment]
    diagnostics: _containers.RepeatedCompositeFieldContainer[Diagnostic]
    settings: _containers.RepeatedCompositeFieldContainer[Setting]
    def __init__(self, fragments: _Optional[_Iterable[_Union[Fragment, _Mapping]]] = ..., diagnostics: _Optional[_Iterable[_Union[Diagnostic, _Mapping]]] = ..., settings: _Optional[_Iterable[_Union[Setting, _Mapping]]] = ...) -> None: ...

class ValidateRequest(_message.Message):
    __slots__ = ("rendered", "graph")
    RENDERED_FIELD_NUMBER: _ClassVar[int]
    GRAPH_FIELD_NUMBER: _ClassVar[int]
    rendered: _containers.RepeatedCompositeFieldContainer[Fragment]
    graph: Graph
    def __init__(self, rendered: _Optional[_Iterable[_Union[Fragment, _Mapping]]] = ..., graph: _Optional[_Union[Graph, _Mapping]] = ...) -> None: ...

class Budget(_message.Message):
    __slots__ = ("unit", "used", "limit", "path")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    unit: str
    used: int
    limit: int
    path: str
    def __init__(self, unit: _Optional[str] = ..., used: _Optional[int] = ..., limit: _Optional[int] = ..., path: _Optional[str] = ...) -> None: ...

class ValidateResult(_message.Message):
    __slots__ = ("diagnostics", "budgets")
    DIAGNOSTICS_FIELD_NUMBER: _ClassVar[int]
    BUDGETS_FIELD_NUMBER: _ClassVar[int]
    diagnostics: _containers.RepeatedCompositeFieldContainer[Diagnostic]
    budgets: _containers.RepeatedCompositeFieldContainer[Budget]
    def __init__(self, diagnostics: _Optional[_Iterable[_Union[Diagnostic, _Mapping]]] = ..., budgets: _Optional[_Iterable[_Union[Budget, _Mapping]]] = ...) -> None: ...

class PreflightRequest(_message.Message):
    __slots__ = ("job_id", "tree", "previous_signature", "new_signature")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    TREE_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    NEW_SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    tree: str
    previous_signature: str
    new_signature: str
    def __init__(self, job_id: _Optional[str] = ..., tree: _Optional[str] = ..., previous_signature: _Optional[str] = ..., new_signature: _Optional[str] = ...) -> None: ...

class PreflightResult(_message.Message):
    __slots__ = ("should_run", "reason")
    SHOULD_RUN_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    should_run: bool
    reason: str
    def __init__(self, should_run: bool = ..., reason: _Optional[str] = ...) -> None: ...

class Pair(_message.Message):
    __slots__ = ("name", "value")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: str
    def __init__(self, name: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class PathGlob(_message.Message):
    __slots__ = ("pattern", "optional")
    PATTERN_FIELD_NUMBER: _ClassVar[int]
    OPTIONAL_FIELD_NUMBER: _ClassVar[int]
    pattern: str
    optional: bool
    def __init__(self, pattern: _Optional[str] = ..., optional: bool = ...) -> None: ...

class ProviderBlock(_message.Message):
    __slots__ = ("provider", "json")
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    JSON_FIELD_NUMBER: _ClassVar[int]
    provider: str
    json: str
    def __init__(self, provider: _Optional[str] = ..., json: _Optional[str] = ...) -> None: ...

class PushTrigger(_message.Message):
    __slots__ = ("branches", "branches_ignore")
    BRANCHES_FIELD_NUMBER: _ClassVar[int]
    BRANCHES_IGNORE_FIELD_NUMBER: _ClassVar[int]
    branches: _containers.RepeatedScalarFieldContainer[str]
    branches_ignore: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, branches: _Optional[_Iterable[str]] = ..., branches_ignore: _Optional[_Iterable[str]] = ...) -> None: ...

class PullRequestTrigger(_message.Message):
    __slots__ = ("branches", "types", "labels", "skip_drafts")
    BRANCHES_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    SKIP_DRAFTS_FIELD_NUMBER: _ClassVar[int]
    branches: _containers.RepeatedScalarFieldContainer[str]
    types: _containers.RepeatedScalarFieldContainer[str]
    labels: _containers.RepeatedScalarFieldContainer[str]
    skip_drafts: bool
    def __init__(self, branches: _Optional[_Iterable[str]] = ..., types: _Optional[_Iterable[str]] = ..., labels: _Optional[_Iterable[str]] = ..., skip_drafts: bool = ...) -> None: ...

class TagTrigger(_message.Message):
    __slots__ = ("patterns",)
    PATTERNS_FIELD_NUMBER: _ClassVar[int]
    patterns: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, patterns: _Optional[_Iterable[str]] = ...) -> None: ...

class Schedule(_message.Message):
    __slots__ = ("cron", "name", "reuse")
    CRON_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REUSE_FIELD_NUMBER: _ClassVar[int]
    cron: str
    name: str
    reuse: bool
    def __init__(self, cron: _Optional[str] = ..., name: _Optional[str] = ..., reuse: bool = ...) -> None: ...

class ManualInput(_message.Message):
    __slots__ = ("name", "type", "description", "default", "required", "options")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: str
    description: str
    default: str
    required: bool
    options: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., type: _Optional[str] = ..., description: _Optional[str] = ..., default: _Optional[str] = ..., required: bool = ..., options: _Optional[_Iterable[str]] = ...) -> None: ...

class ManualTrigger(_message.Message):
    __slots__ = ("inputs",)
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    inputs: _containers.RepeatedCompositeFieldContainer[ManualInput]
    def __init__(self, inputs: _Optional[_Iterable[_Union[ManualInput, _Mapping]]] = ...) -> None: ...

class Triggers(_message.Message):
    __slots__ = ("push", "pull_request", "tag", "schedule", "manual", "merge_queue", "paths")
    PUSH_FIELD_NUMBER: _ClassVar[int]
    PULL_REQUEST_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    MANUAL_FIELD_NUMBER: _ClassVar[int]
    MERGE_QUEUE_FIELD_NUMBER: _ClassVar[int]
    PATHS_FIELD_NUMBER: _ClassVar[int]
    push: PushTrigger
    pull_request: PullRequestTrigger
    tag: TagTrigger
    schedule: _containers.RepeatedCompositeFieldContainer[Schedule]
    manual: ManualTrigger
    merge_queue: str
    paths: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, push: _Optional[_Union[PushTrigger, _Mapping]] = ..., pull_request: _Optional[_Union[PullRequestTrigger, _Mapping]] = ..., tag: _Optional[_Union[TagTrigger, _Mapping]] = ..., schedule: _Optional[_Iterable[_Union[Schedule, _Mapping]]] = ..., manual: _Optional[_Union[ManualTrigger, _Mapping]] = ..., merge_queue: _Optional[str] = ..., paths: _Optional[_Iterable[str]] = ...) -> None: ...

class Trigger(_message.Message):
    __slots__ = ("pipeline", "branch", "inputs", "wait")
    PIPELINE_FIELD_NUMBER: _ClassVar[int]
    BRANCH_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    pipeline: str
    branch: str
    inputs: _containers.RepeatedCompositeFieldContainer[Pair]
    wait: bool
    def __init__(self, pipeline: _Optional[str] = ..., branch: _Optional[str] = ..., inputs: _Optional[_Iterable[_Union[Pair, _Mapping]]] = ..., wait: bool = ...) -> None: ...

class Concurrency(_message.Message):
    __slots__ = ("preset", "group", "cancel", "max")
    PRESET_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    CANCEL_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    preset: str
    group: str
    cancel: bool
    max: int
    def __init__(self, preset: _Optional[str] = ..., group: _Optional[str] = ..., cancel: bool = ..., max: _Optional[int] = ...) -> None: ...

class Workflow(_message.Message):
    __slots__ = ("id", "name", "triggers", "concurrency", "permissions", "env", "default_branch", "stages", "raw")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TRIGGERS_FIELD_NUMBER: _ClassVar[int]
    CONCURRENCY_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    ENV_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_BRANCH_FIELD_NUMBER: _ClassVar[int]
    STAGES_FIELD_NUMBER: _ClassVar[int]
    RAW_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    triggers: Triggers
    concurrency: Concurrency
    permissions: _containers.RepeatedCompositeFieldContainer[Pair]
    env: _containers.RepeatedCompositeFieldContainer[Pair]
    default_branch: str
    stages: _containers.RepeatedScalarFieldContainer[str]
    raw: _containers.RepeatedCompositeFieldContainer[ProviderBlock]
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., triggers: _Optional[_Union[Triggers, _Mapping]] = ..., concurrency: _Optional[_Union[Concurrency, _Mapping]] = ..., permissions: _Optional[_Iterable[_Union[Pair, _Mapping]]] = ..., env: _Optional[_Iterable[_Union[Pair, _Mapping]]] = ..., default_branch: _Optional[str] = ..., stages: _Optional[_Iterable[str]] = ..., raw: _Optional[_Iterable[_Union[ProviderBlock, _Mapping]]] = ...) -> None: ...

class Runner(_message.Message):
    __slots__ = ("name", "os", "arch", "settings")
    NAME_FIELD_NUMBER: _ClassVar[int]
    OS_FIELD_NUMBER: _ClassVar[int]
    ARCH_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    name: str
    os: str
    arch: str
    settings: _containers.RepeatedCompositeFieldContainer[ProviderBlock]
    def __init__(self, name: _Optional[str] = ..., os: _Optional[str] = ..., arch: _Optional[str] = ..., settings: _Optional[_Iterable[_Union[ProviderBlock, _Mapping]]] = ...) -> None: ...

class Container(_message.Message):
    __slots__ = ("image", "env", "options", "username", "password")
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    ENV_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    image: str
    env: _containers.RepeatedCompositeFieldContainer[Pair]
    options: str
    username: str
    password: str
    def __init__(self, image: _Optional[str] = ..., env: _Optional[_Iterable[_Union[Pair, _Mapping]]] = ..., options: _Optional[str] = ..., username: _Optional[str] = ..., password: _Optional[str] = ...) -> None: ...

class Health(_message.Message):
    __slots__ = ("command", "interval", "timeout", "retries")
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    RETRIES_FIELD_NUMBER: _ClassVar[int]
    command: str
    interval: int
    timeout: int
    retries: int
    def __init__(self, command: _Optional[str] = ..., interval: _Optional[int] = ..., timeout: _Optional[int] = ..., retries: _Optional[int] = ...) -> None: ...

class Service(_message.Message):
    __slots__ = ("name", "image", "version", "ports", "env", "health", "command")
    NAME_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PORTS_FIELD_NUMBER: _ClassVar[int]
    ENV_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    name: str
    image: str
    version: str
    ports: _containers.RepeatedScalarFieldContainer[int]
    env: _containers.RepeatedCompositeFieldContainer[Pair]
    health: Health
    command: str
    def __init__(self, name: _Optional[str] = ..., image: _Optional[str] = ..., version: _Optional[str] = ..., ports: _Optional[_Iterable[int]] = ..., env: _Optional[_Iterable[_Union[Pair, _Mapping]]] = ..., health: _Optional[_Union[Health, _Mapping]] = ..., command: _Optional[str] = ...) -> None: ...

class Retry(_message.Message):
    __slots__ = ("max", "delay", "on")
    MAX_FIELD_NUMBER: _ClassVar[int]
    DELAY_FIELD_NUMBER: _ClassVar[int]
    ON_FIELD_NUMBER: _ClassVar[int]
    max: int
    delay: int
    on: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, max: _Optional[int] = ..., delay: _Optional[int] = ..., on: _Optional[_Iterable[str]] = ...) -> None: ...

class Run(_message.Message):
    __slots__ = ("script",)
    SCRIPT_FIELD_NUMBER: _ClassVar[int]
    script: str
    def __init__(self, script: _Optional[str] = ...) -> None: ...

class Checkout(_message.Message):
    __slots__ = ("depth", "submodules", "lfs", "credentials", "sparse", "disabled")
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    SUBMODULES_FIELD_NUMBER: _ClassVar[int]
    LFS_FIELD_NUMBER: _ClassVar[int]
    CREDENTIALS_FIELD_NUMBER: _ClassVar[int]
    SPARSE_FIELD_NUMBER: _ClassVar[int]
    DISABLED_FIELD_NUMBER: _ClassVar[int]
    depth: int
    submodules: bool
    lfs: bool
    credentials: bool
    sparse: _containers.RepeatedScalarFieldContainer[str]
    disabled: bool
    def __init__(self, depth: _Optional[int] = ..., submodules: bool = ..., lfs: bool = ..., credentials: bool = ..., sparse: _Optional[_Iterable[str]] = ..., disabled: bool = ...) -> None: ...

class Tool(_message.Message):
    __slots__ = ("name", "version", "options")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    options: _containers.RepeatedCompositeFieldContainer[Pair]
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., options: _Optional[_Iterable[_Union[Pair, _Mapping]]] = ...) -> None: ...

class CachePart(_message.Message):
    __slots__ = ("literal", "files")
    LITERAL_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    literal: str
    files: str
    def __init__(self, literal: _Optional[str] = ..., files: _Optional[str] = ...) -> None: ...

class Cache(_message.Message):
    __slots__ = ("id", "paths", "parts", "fallback", "save")
    ID_FIELD_NUMBER: _ClassVar[int]
    PATHS_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_FIELD_NUMBER: _ClassVar[int]
    SAVE_FIELD_NUMBER: _ClassVar[int]
    id: str
    paths: _containers.RepeatedScalarFieldContainer[str]
    parts: _containers.RepeatedCompositeFieldContainer[CachePart]
    fallback: bool
    save: str
    def __init__(self, id: _Optional[str] = ..., paths: _Optional[_Iterable[str]] = ..., parts: _Optional[_Iterable[_Union[CachePart, _Mapping]]] = ..., fallback: bool = ..., save: _Optional[str] = ...) -> None: ...

class CacheUse(_message.Message):
    __slots__ = ("cache",)
    CACHE_FIELD_NUMBER: _ClassVar[int]
    cache: Cache
    def __init__(self, cache: _Optional[_Union[Cache, _Mapping]] = ...) -> None: ...

class Artifact(_message.Message):
    __slots__ = ("name", "paths", "when", "retention_days", "kind")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PATHS_FIELD_NUMBER: _ClassVar[int]
    WHEN_FIELD_NUMBER: _ClassVar[int]
    RETENTION_DAYS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    name: str
    paths: _containers.RepeatedScalarFieldContainer[str]
    when: str
    retention_days: int
    kind: str
    def __init__(self, name: _Optional[str] = ..., paths: _Optional[_Iterable[str]] = ..., when: _Optional[str] = ..., retention_days: _Optional[int] = ..., kind: _Optional[str] = ...) -> None: ...

class Download(_message.Message):
    __slots__ = ("name", "path")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    name: str
    path: str
    def __init__(self, name: _Optional[str] = ..., path: _Optional[str] = ...) -> None: ...

class ModuleUse(_message.Message):
    __slots__ = ("module", "constraint", "inputs")
    MODULE_FIELD_NUMBER: _ClassVar[int]
    CONSTRAINT_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    module: str
    constraint: str
    inputs: _containers.RepeatedCompositeFieldContainer[Pair]
    def __init__(self, module: _Optional[str] = ..., constraint: _Optional[str] = ..., inputs: _Optional[_Iterable[_Union[Pair, _Mapping]]] = ...) -> None: ...

class Native(_message.Message):
    __slots__ = ("provider", "json")
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    JSON_FIELD_NUMBER: _ClassVar[int]
    provider: str
    json: str
    def __init__(self, provider: _Optional[str] = ..., json: _Optional[str] = ...) -> None: ...

class Step(_message.Message):
    __slots__ = ("id", "name", "run", "checkout", "tool", "cache", "upload", "download", "module", "native", "env", "secrets", "when", "run_on", "timeout", "retry", "allow_failure", "working_directory", "shell")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    CHECKOUT_FIELD_NUMBER: _ClassVar[int]
    TOOL_FIELD_NUMBER: _ClassVar[int]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    UPLOAD_FIELD_NUMBER: _ClassVar[int]
    DOWNLOAD_FIELD_NUMBER: _ClassVar[int]
    MODULE_FIELD_NUMBER: _ClassVar[int]
    NATIVE_FIELD_NUMBER: _ClassVar[int]
    ENV_FIELD_NUMBER: _ClassVar[int]
    SECRETS_FIELD_NUMBER: _ClassVar[int]
    WHEN_FIELD_NUMBER: _ClassVar[int]
    RUN_ON_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    RETRY_FIELD_NUMBER: _ClassVar[int]
    ALLOW_FAILURE_FIELD_NUMBER: _ClassVar[int]
    WORKING_DIRECTORY_FIELD_NUMBER: _ClassVar[int]
    SHELL_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    run: Run
    checkout: Checkout
    tool: Tool
    cache: CacheUse
    upload: Artifact
    download: Download
    module: ModuleUse
    native: Native
    env: _containers.RepeatedCompositeFieldContainer[Pair]
    secrets: _containers.RepeatedScalarFieldContainer[str]
    when: Expr
    run_on: str
    timeout: int
    retry: Retry
    allow_failure: bool
    working_directory: str
    shell: str
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., run: _Optional[_Union[Run, _Mapping]] = ..., checkout: _Optional[_Union[Checkout, _Mapping]] = ..., tool: _Optional[_Union[Tool, _Mapping]] = ..., cache: _Optional[_Union[CacheUse, _Mapping]] = ..., upload: _Optional[_Union[Artifact, _Mapping]] = ..., download: _Optional[_Union[Download, _Mapping]] = ..., module: _Optional[_Union[ModuleUse, _Mapping]] = ..., native: _Optional[_Union[Native, _Mapping]] = ..., env: _Optional[_Iterable[_Union[Pair, _Mapping]]] = ..., secrets: _Optional[_Iterable[str]] = ..., when: _Optional[_Union[Expr, _Mapping]] = ..., run_on: _Optional[str] = ..., timeout: _Optional[int] = ..., retry: _Optional[_Union[Retry, _Mapping]] = ..., allow_failure: bool = ..., working_directory: _Optional[str] = ..., shell: _Optional[str] = ...) -> None: ...

class MatrixAxis(_message.Message):
    __slots__ = ("name", "values")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    name: str
    values: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., values: _Optional[_Iterable[str]] = ...) -> None: ...

class MatrixRow(_message.Message):
    __slots__ = ("values",)
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedCompositeFieldContainer[Pair]
    def __init__(self, values: _Optional[_Iterable[_Union[Pair, _Mapping]]] = ...) -> None: ...

class Leg(_message.Message):
    __slots__ = ("key", "values", "runner")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    RUNNER_FIELD_NUMBER: _ClassVar[int]
    key: str
    values: _containers.RepeatedCompositeFieldContainer[Pair]
    runner: Runner
    def __init__(self, key: _Optional[str] = ..., values: _Optional[_Iterable[_Union[Pair, _Mapping]]] = ..., runner: _Optional[_Union[Runner, _Mapping]] = ...) -> None: ...

class Matrix(_message.Message):
    __slots__ = ("axes", "include", "exclude", "fail_fast", "max_parallel", "legs")
    AXES_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_FIELD_NUMBER: _ClassVar[int]
    EXCLUDE_FIELD_NUMBER: _ClassVar[int]
    FAIL_FAST_FIELD_NUMBER: _ClassVar[int]
    MAX_PARALLEL_FIELD_NUMBER: _ClassVar[int]
    LEGS_FIELD_NUMBER: _ClassVar[int]
    axes: _containers.RepeatedCompositeFieldContainer[MatrixAxis]
    include: _containers.RepeatedCompositeFieldContainer[MatrixRow]
    exclude: _containers.RepeatedCompositeFieldContainer[MatrixRow]
    fail_fast: bool
    max_parallel: int
    legs: _containers.RepeatedCompositeFieldContainer[Leg]
    def __init__(self, axes: _Optional[_Iterable[_Union[MatrixAxis, _Mapping]]] = ..., include: _Optional[_Iterable[_Union[MatrixRow, _Mapping]]] = ..., exclude: _Optional[_Iterable[_Union[MatrixRow, _Mapping]]] = ..., fail_fast: bool = ..., max_parallel: _Optional[int] = ..., legs: _Optional[_Iterable[_Union[Leg, _Mapping]]] = ...) -> None: ...

class Shards(_message.Message):
    __slots__ = ("count", "files", "by")
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    count: int
    files: _containers.RepeatedScalarFieldContainer[str]
    by: str
    def __init__(self, count: _Optional[int] = ..., files: _Optional[_Iterable[str]] = ..., by: _Optional[str] = ...) -> None: ...

class SkipIf(_message.Message):
    __slots__ = ("paths_unmodified", "env", "branch")
    PATHS_UNMODIFIED_FIELD_NUMBER: _ClassVar[int]
    ENV_FIELD_NUMBER: _ClassVar[int]
    BRANCH_FIELD_NUMBER: _ClassVar[int]
    paths_unmodified: _containers.RepeatedCompositeFieldContainer[PathGlob]
    env: _containers.RepeatedScalarFieldContainer[str]
    branch: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, paths_unmodified: _Optional[_Iterable[_Union[PathGlob, _Mapping]]] = ..., env: _Optional[_Iterable[str]] = ..., branch: _Optional[_Iterable[str]] = ...) -> None: ...

class Inputs(_message.Message):
    __slots__ = ("files", "env", "artifacts")
    FILES_FIELD_NUMBER: _ClassVar[int]
    ENV_FIELD_NUMBER: _ClassVar[int]
    ARTIFACTS_FIELD_NUMBER: _ClassVar[int]
    files: _containers.RepeatedCompositeFieldContainer[PathGlob]
    env: _containers.RepeatedScalarFieldContainer[str]
    artifacts: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, files: _Optional[_Iterable[_Union[PathGlob, _Mapping]]] = ..., env: _Optional[_Iterable[str]] = ..., artifacts: _Optional[_Iterable[str]] = ...) -> None: ...

class JobOutputs(_message.Message):
    __slots__ = ("files", "junit", "retention_days", "values", "logs")
    FILES_FIELD_NUMBER: _ClassVar[int]
    JUNIT_FIELD_NUMBER: _ClassVar[int]
    RETENTION_DAYS_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    LOGS_FIELD_NUMBER: _ClassVar[int]
    files: _containers.RepeatedScalarFieldContainer[str]
    junit: _containers.RepeatedScalarFieldContainer[str]
    retention_days: int
    values: _containers.RepeatedScalarFieldContainer[str]
    logs: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, files: _Optional[_Iterable[str]] = ..., junit: _Optional[_Iterable[str]] = ..., retention_days: _Optional[int] = ..., values: _Optional[_Iterable[str]] = ..., logs: _Optional[_Iterable[str]] = ...) -> None: ...

class Environment(_message.Message):
    __slots__ = ("name", "url")
    NAME_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    name: str
    url: str
    def __init__(self, name: _Optional[str] = ..., url: _Optional[str] = ...) -> None: ...

class Approval(_message.Message):
    __slots__ = ("message", "by")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    message: str
    by: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, message: _Optional[str] = ..., by: _Optional[_Iterable[str]] = ...) -> None: ...

class Secret(_message.Message):
    __slots__ = ("name", "settings", "version")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    name: str
    settings: _containers.RepeatedCompositeFieldContainer[ProviderBlock]
    version: str
    def __init__(self, name: _Optional[str] = ..., settings: _Optional[_Iterable[_Union[ProviderBlock, _Mapping]]] = ..., version: _Optional[str] = ...) -> None: ...

class Skipping(_message.Message):
    __slots__ = ("store", "max_age", "audit", "trust", "secrets", "install", "runner", "machine", "settings", "files", "version", "restore", "protected")
    STORE_FIELD_NUMBER: _ClassVar[int]
    MAX_AGE_FIELD_NUMBER: _ClassVar[int]
    AUDIT_FIELD_NUMBER: _ClassVar[int]
    TRUST_FIELD_NUMBER: _ClassVar[int]
    SECRETS_FIELD_NUMBER: _ClassVar[int]
    INSTALL_FIELD_NUMBER: _ClassVar[int]
    RUNNER_FIELD_NUMBER: _ClassVar[int]
    MACHINE_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    RESTORE_FIELD_NUMBER: _ClassVar[int]
    PROTECTED_FIELD_NUMBER: _ClassVar[int]
    store: str
    max_age: int
    audit: int
    trust: _containers.RepeatedScalarFieldContainer[str]
    secrets: _containers.RepeatedScalarFieldContainer[str]
    install: str
    runner: str
    machine: Runner
    settings: _containers.RepeatedCompositeFieldContainer[ProviderBlock]
    files: _containers.RepeatedScalarFieldContainer[str]
    version: str
    restore: bool
    protected: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, store: _Optional[str] = ..., max_age: _Optional[int] = ..., audit: _Optional[int] = ..., trust: _Optional[_Iterable[str]] = ..., secrets: _Optional[_Iterable[str]] = ..., install: _Optional[str] = ..., runner: _Optional[str] = ..., machine: _Optional[_Union[Runner, _Mapping]] = ..., settings: _Optional[_Iterable[_Union[ProviderBlock, _Mapping]]] = ..., files: _Optional[_Iterable[str]] = ..., version: _Optional[str] = ..., restore: bool = ..., protected: _Optional[_Iterable[str]] = ...) -> None: ...

class Notify(_message.Message):
    __slots__ = ("on", "script", "secrets")
    ON_FIELD_NUMBER: _ClassVar[int]
    SCRIPT_FIELD_NUMBER: _ClassVar[int]
    SECRETS_FIELD_NUMBER: _ClassVar[int]
    on: str
    script: str
    secrets: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, on: _Optional[str] = ..., script: _Optional[str] = ..., secrets: _Optional[_Iterable[str]] = ...) -> None: ...

class Job(_message.Message):
    __slots__ = ("id", "name", "description", "workflow", "needs", "runner", "machine", "image", "matrix", "packages", "services", "caches", "checkout", "steps", "cleanup", "env", "secrets", "permissions", "oidc", "environment", "timeout", "retry", "allow_failure", "when", "concurrency", "skip_if", "inputs", "outputs", "effects", "notify", "working_directory", "shell", "raw", "owner", "shards", "approve", "trigger", "stage", "run_on")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    WORKFLOW_FIELD_NUMBER: _ClassVar[int]
    NEEDS_FIELD_NUMBER: _ClassVar[int]
    RUNNER_FIELD_NUMBER: _ClassVar[int]
    MACHINE_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    MATRIX_FIELD_NUMBER: _ClassVar[int]
    PACKAGES_FIELD_NUMBER: _ClassVar[int]
    SERVICES_FIELD_NUMBER: _ClassVar[int]
    CACHES_FIELD_NUMBER: _ClassVar[int]
    CHECKOUT_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    CLEANUP_FIELD_NUMBER: _ClassVar[int]
    ENV_FIELD_NUMBER: _ClassVar[int]
    SECRETS_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    OIDC_FIELD_NUMBER: _ClassVar[int]
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    RETRY_FIELD_NUMBER: _ClassVar[int]
    ALLOW_FAILURE_FIELD_NUMBER: _ClassVar[int]
    WHEN_FIELD_NUMBER: _ClassVar[int]
    CONCURRENCY_FIELD_NUMBER: _ClassVar[int]
    SKIP_IF_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    EFFECTS_FIELD_NUMBER: _ClassVar[int]
    NOTIFY_FIELD_NUMBER: _ClassVar[int]
    WORKING_DIRECTORY_FIELD_NUMBER: _ClassVar[int]
    SHELL_FIELD_NUMBER: _ClassVar[int]
    RAW_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    SHARDS_FIELD_NUMBER: _ClassVar[int]
    APPROVE_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    RUN_ON_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    description: str
    workflow: str
    needs: _containers.RepeatedScalarFieldContainer[str]
    runner: str
    machine: Runner
    image: Container
    matrix: Matrix
    packages: _containers.RepeatedScalarFieldContainer[str]
    services: _containers.RepeatedCompositeFieldContainer[Service]
    caches: _containers.RepeatedScalarFieldContainer[str]
    checkout: Checkout
    steps: _containers.RepeatedCompositeFieldContainer[Step]
    cleanup: _containers.RepeatedCompositeFieldContainer[Step]
    env: _containers.RepeatedCompositeFieldContainer[Pair]
    secrets: _containers.RepeatedScalarFieldContainer[str]
    permissions: _containers.RepeatedCompositeFieldContainer[Pair]
    oidc: bool
    environment: Environment
    timeout: int
    retry: Retry
    allow_failure: bool
    when: Expr
    concurrency: Concurrency
    skip_if: SkipIf
    inputs: Inputs
    outputs: JobOutputs
    effects: bool
    notify: _containers.RepeatedCompositeFieldContainer[Notify]
    working_directory: str
    shell: str
    raw: _containers.RepeatedCompositeFieldContainer[ProviderBlock]
    owner: str
    shards: Shards
    approve: Approval
    trigger: Trigger
    stage: str
    run_on: str
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., workflow: _Optional[str] = ..., needs: _Optional[_Iterable[str]] = ..., runner: _Optional[str] = ..., machine: _Optional[_Union[Runner, _Mapping]] = ..., image: _Optional[_Union[Container, _Mapping]] = ..., matrix: _Optional[_Union[Matrix, _Mapping]] = ..., packages: _Optional[_Iterable[str]] = ..., services: _Optional[_Iterable[_Union[Service, _Mapping]]] = ..., caches: _Optional[_Iterable[str]] = ..., checkout: _Optional[_Union[Checkout, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[Step, _Mapping]]] = ..., cleanup: _Optional[_Iterable[_Union[Step, _Mapping]]] = ..., env: _Optional[_Iterable[_Union[Pair, _Mapping]]] = ..., secrets: _Optional[_Iterable[str]] = ..., permissions: _Optional[_Iterable[_Union[Pair, _Mapping]]] = ..., oidc: bool = ..., environment: _Optional[_Union[Environment, _Mapping]] = ..., timeout: _Optional[int] = ..., retry: _Optional[_Union[Retry, _Mapping]] = ..., allow_failure: bool = ..., when: _Optional[_Union[Expr, _Mapping]] = ..., concurrency: _Optional[_Union[Concurrency, _Mapping]] = ..., skip_if: _Optional[_Union[SkipIf, _Mapping]] = ..., inputs: _Optional[_Union[Inputs, _Mapping]] = ..., outputs: _Optional[_Union[JobOutputs, _Mapping]] = ..., effects: bool = ..., notify: _Optional[_Iterable[_Union[Notify, _Mapping]]] = ..., working_directory: _Optional[str] = ..., shell: _Optional[str] = ..., raw: _Optional[_Iterable[_Union[ProviderBlock, _Mapping]]] = ..., owner: _Optional[str] = ..., shards: _Optional[_Union[Shards, _Mapping]] = ..., approve: _Optional[_Union[Approval, _Mapping]] = ..., trigger: _Optional[_Union[Trigger, _Mapping]] = ..., stage: _Optional[str] = ..., run_on: _Optional[str] = ...) -> None: ...

class Output(_message.Message):
    __slots__ = ("provider", "path", "description", "workflow")
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    WORKFLOW_FIELD_NUMBER: _ClassVar[int]
    provider: str
    path: str
    description: str
    workflow: str
    def __init__(self, provider: _Optional[str] = ..., path: _Optional[str] = ..., description: _Optional[str] = ..., workflow: _Optional[str] = ...) -> None: ...

class Expr(_message.Message):
    __slots__ = ("op", "value", "args")
    OP_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    ARGS_FIELD_NUMBER: _ClassVar[int]
    op: Op
    value: str
    args: _containers.RepeatedCompositeFieldContainer[Expr]
    def __init__(self, op: _Optional[_Union[Op, str]] = ..., value: _Optional[str] = ..., args: _Optional[_Iterable[_Union[Expr, _Mapping]]] = ...) -> None: ...

class Location(_message.Message):
    __slots__ = ("file", "line", "column", "width")
    FILE_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    file: str
    line: int
    column: int
    width: int
    def __init__(self, file: _Optional[str] = ..., line: _Optional[int] = ..., column: _Optional[int] = ..., width: _Optional[int] = ...) -> None: ...

class Diagnostic(_message.Message):
    __slots__ = ("level", "code", "title", "message", "hint", "key", "on_key", "location", "source")
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    HINT_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    ON_KEY_FIELD_NUMBER: _ClassVar[int]
    LOCATION_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    level: Level
    code: str
    title: str
    message: str
    hint: str
    key: _containers.RepeatedScalarFieldContainer[str]
    on_key: bool
    location: Location
    source: str
    def __init__(self, level: _Optional[_Union[Level, str]] = ..., code: _Optional[str] = ..., title: _Optional[str] = ..., message: _Optional[str] = ..., hint: _Optional[str] = ..., key: _Optional[_Iterable[str]] = ..., on_key: bool = ..., location: _Optional[_Union[Location, _Mapping]] = ..., source: _Optional[str] = ...) -> None: ...
