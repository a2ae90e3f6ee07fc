"""A CircleCI configuration, compiled as CircleCI does before it runs anything: parameters, commands, matrices, logic.

Written from the vendor's reference, for tests alone. It is stricter than the vendor: whatever it does not know is an
error, so that a file which passes says only what is documented.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import yaml
from expressions import CIRCLECI, ExpressionError, evaluate, parse

__all__ = ["Compiled", "CompiledJob", "ConfigError", "compile_config", "pipeline_values", "problems"]


class ConfigError(ValueError):
    """CircleCI would refuse the configuration."""


@dataclass(frozen=True, slots=True)
class CompiledJob:
    """One job of a workflow, everything filled in. `requires`: job → the statuses that satisfy it."""

    name: str
    kind: str
    body: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...] = ()
    requires: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    contexts: tuple[str, ...] = ()
    passes: bool = True
    serial_group: str = ""


@dataclass(frozen=True, slots=True)
class Compiled:
    """Workflows that run, by name; each a list of jobs."""

    workflows: Mapping[str, tuple[CompiledJob, ...]]


_TOP = {"version", "setup", "parameters", "orbs", "executors", "commands", "jobs", "workflows"}
_JOB = {
    *("docker", "machine", "macos", "executor", "resource_class", "steps", "environment", "parallelism", "parameters"),
    *("working_directory", "shell", "description", "circleci_ip_ranges", "type", "retention"),
}
_INVOCATION = {
    *("name", "requires", "context", "filters", "type", "matrix", "pre-steps", "post-steps", "serial-group"),
    *("override-with",),
}
_STEPS: dict[str, tuple[set[str], set[str]]] = {
    "run": (
        {"command"},
        {"name", "shell", "environment", "background", "working_directory", "no_output_timeout", "when"}
        | {"max_auto_reruns", "auto_rerun_delay"},
    ),
    "checkout": (set(), {"path", "method", "name"}),
    "setup_remote_docker": (set(), {"version", "docker_layer_caching", "name"}),
    "save_cache": ({"paths", "key"}, {"name", "when"}),
    "restore_cache": (set(), {"key", "keys", "name"}),
    "store_artifacts": ({"path"}, {"destination", "name", "when"}),
    "store_test_results": ({"path"}, {"name", "when"}),
    "persist_to_workspace": ({"root", "paths"}, {"name"}),
    "attach_workspace": ({"at"}, {"name"}),
    "add_ssh_keys": (set(), {"fingerprints"}),
}
_VALUES = {
    *("pipeline.id", "pipeline.number", "pipeline.name", "pipeline.trigger_source", "pipeline.in_setup"),
    *("pipeline.git.branch", "pipeline.git.tag", "pipeline.git.revision", "pipeline.git.base_revision"),
    *("pipeline.git.branch.is_default", "pipeline.git.ref", "pipeline.git.repo_url", "pipeline.git.repo_owner"),
    *("pipeline.git.repo_name", "pipeline.git.repo_id", "pipeline.git.commit.subject", "pipeline.git.commit.body"),
    *("pipeline.project.git_url", "pipeline.project.type", "pipeline.project.slug", "pipeline.integration_source"),
    *("pipeline.event.name", "pipeline.event.action", "pipeline.trigger.type", "pipeline.trigger.name"),
    *("pipeline.schedule.name", "pipeline.schedule.id", "pipeline.definition.name"),
    *("pipeline.event.github.pull_request.draft", "pipeline.event.github.pull_request.number"),
    *("pipeline.event.github.pull_request.base.ref", "pipeline.event.github.pull_request.head.ref"),
    *("pipeline.event.github.pull_request.labels", "pipeline.event.github.pull_request.head.repo.fork"),
    *("pipeline.event.github.pull_request.merged", "pipeline.event.github.pull_request.title"),
}
_STATUSES = ("success", "failed", "canceled", "unauthorized", "not_run")
_TEMPLATE = re.compile(r"\\<<|<<(?:\s*(?P<name>[^<>]*?(?:\"[^\"]*\"[^<>]*?)*)\s*>>)?")
_TYPES = {"string": str, "boolean": bool, "integer": int, "steps": list, "executor": (str, dict), "enum": str}


def pipeline_values(**given: object) -> dict[str, object]:
    """Pipeline values by name, `__` for the dots. Others are empty; those of a pull request are not there."""
    known: dict[str, object] = {name: "" for name in _VALUES if not name.startswith("pipeline.event.github.")}
    known |= {"pipeline.number": 1, "pipeline.git.branch.is_default": False}
    for name, value in given.items():
        dotted = "pipeline." + name.replace("__", ".")
        if dotted not in _VALUES:
            raise ConfigError(f"{dotted} is no pipeline value")
        known[dotted] = value
    return known


def problems(text: str) -> list[str]:
    """What CircleCI would say of the configuration on a push to main and on a tag, at most one of each."""
    found = []
    for values in (pipeline_values(git__branch="main"), pipeline_values(git__tag="v1")):
        try:
            compile_config(text, values)
        except ConfigError as problem:
            found.append(str(problem))
    return list(dict.fromkeys(found))


def compile_config(
    text: str, values: Mapping[str, object], parameters: Mapping[str, object] | None = None, *, every: bool = False
) -> Compiled:
    """The workflows as they would run. `parameters`: answers to the pipeline's parameters. Raises ConfigError.

    every: workflows whose own condition leaves them out are compiled all the same.
    """
    try:
        config = yaml.load(text, Loader=_Unique)
    except yaml.YAMLError as problem:
        raise ConfigError(f"not YAML: {problem}") from None
    if not isinstance(config, dict):
        raise ConfigError("not a mapping")
    _only(config, _TOP, "the configuration")
    if str(config.get("version")) != "2.1":
        raise ConfigError("version must be 2.1")
    return _Compiler(config, values, parameters or {}).compiled(every=every)


class _Unique(yaml.SafeLoader):
    """YAML in which a key stands once."""


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]  # type: ignore[no-untyped-call]
    for key in keys:
        if keys.count(key) > 1:
            raise ConfigError(f"the key {key!r} stands twice, line {node.start_mark.line + 1}")
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)


_Unique.add_constructor("tag:yaml.org,2002:map", _mapping)


def _only(body: Mapping[str, Any], known: set[str], what: str) -> None:
    for key in body:
        if key not in known:
            raise ConfigError(f"{what} has no key {key!r}")


class _Compiler:
    def __init__(self, config: dict[str, Any], values: Mapping[str, object], answers: Mapping[str, object]) -> None:
        self.config = config
        self.values = dict(values)
        self.jobs: dict[str, Any] = config.get("jobs") or {}
        self.commands: dict[str, Any] = config.get("commands") or {}
        self.executors: dict[str, Any] = config.get("executors") or {}
        self.aliases: dict[str, list[str]] = {}
        declared = config.get("parameters") or {}
        for name in answers:
            if name not in declared:
                raise ConfigError(f"pipeline parameter {name!r} is not declared")
        for name, value in self.arguments(declared, answers, "the pipeline").items():
            self.values[f"pipeline.parameters.{name.removeprefix('parameters.')}"] = value

    def compiled(self, *, every: bool) -> Compiled:
        found: dict[str, tuple[CompiledJob, ...]] = {}
        workflows = self.config.get("workflows") or {}
        if not workflows:
            raise ConfigError("no workflows")
        for name, body in workflows.items():
            if name == "version":
                continue
            _only(body, {"jobs", "when", "unless", "max_auto_reruns", "triggers"}, f"workflow {name!r}")
            if not isinstance(body.get("jobs"), list) or not body["jobs"]:
                raise ConfigError(f"workflow {name!r} has no jobs")
            self.aliases = {}
            jobs = tuple(job for entry in body["jobs"] for job in self.invocations(entry, f"workflow {name!r}"))
            jobs = tuple(replace(job, requires=self.unaliased(job.requires)) for job in jobs)
            self.check_graph(jobs, name)
            starts = "when" not in body or self.holds(body["when"], {})
            starts = starts and not ("unless" in body and self.holds(body["unless"], {}))
            if starts or every:
                found[name] = jobs
        self.check_unused()
        return Compiled(found)

    # -- names and conditions -------------------------------------------------------------------------------------

    def look_up(self, name: str, scope: Mapping[str, object]) -> object:
        if name in scope:
            return scope[name]
        if name in self.values:
            return self.values[name]
        raise ConfigError(f"{name!r} is not {'known of every pipeline' if name in _VALUES else 'defined here'}")

    def expression(self, text: str, scope: Mapping[str, object]) -> object:
        try:
            return evaluate(parse(text, CIRCLECI), CIRCLECI, lambda name: self.look_up(name, scope))
        except ExpressionError as problem:
            raise ConfigError(str(problem)) from None

    def filled(self, value: Any, scope: Mapping[str, object]) -> Any:
        """The value with every `<< … >>` replaced, and `\\<<` unescaped."""
        if isinstance(value, dict):
            return {self.filled(key, scope): self.filled(one, scope) for key, one in value.items()}
        if isinstance(value, list):
            return [self.filled(one, scope) for one in value]
        if not isinstance(value, str):
            return value
        whole = _TEMPLATE.fullmatch(value)
        if whole is not None and whole["name"]:
            return self.expression(whole["name"], scope)

        def one(found: "re.Match[str]") -> str:
            if found[0].startswith("\\"):
                return "<<"
            if not found["name"]:
                raise ConfigError(f"unescaped << in {value[max(found.start() - 20, 0) : found.end() + 20]!r}")
            inner = self.expression(found["name"], scope)
            return ("true" if inner else "false") if isinstance(inner, bool) else str(inner)

        return _TEMPLATE.sub(one, value)

    def holds(self, condition: Any, scope: Mapping[str, object]) -> bool:
        """A logic statement or an expression."""
        if isinstance(condition, str):
            whole = _TEMPLATE.fullmatch(condition.strip())
            return bool(self.expression(whole["name"] if whole and whole["name"] else condition, scope))
        if not isinstance(condition, dict):
            return bool(condition)
        if len(condition) != 1:
            raise ConfigError(f"a logic statement has one key, not {sorted(condition)}")
        ((kind, inner),) = condition.items()
        match kind:
            case "and":
                # As documented for values of pull requests: what stands behind a false one is not looked at.
                return all(self.holds(one, scope) for one in inner)
            case "or":
                return any(self.holds(one, scope) for one in inner)
            case "not":
                return not self.holds(inner, scope)
            case "equal":
                each = [self.filled(one, scope) for one in inner]
                return all(one == each[0] for one in each)
            case "matches":
                _only(inner, {"pattern", "value"}, "matches")
                return re.fullmatch(inner["pattern"], str(self.filled(inner["value"], scope))) is not None
        raise ConfigError(f"{kind!r} is no logic statement")

    def arguments(self, declared: Mapping[str, Any], given: Mapping[str, Any], what: str) -> dict[str, object]:
        """What `parameters.X` stands for. Checks names and types."""
        found: dict[str, object] = {}
        for name, one in declared.items():
            _only(one, {"type", "default", "description", "enum"}, f"parameter {name!r} of {what}")
            kind = one.get("type")
            if kind not in _TYPES:
                raise ConfigError(f"parameter {name!r} of {what} has the type {kind!r}")
            if name not in given and "default" not in one:
                raise ConfigError(f"{what} lacks its parameter {name!r}")
            value = given.get(name, one.get("default"))
            if not isinstance(value, _TYPES[kind]) or (kind == "integer" and isinstance(value, bool)):
                raise ConfigError(f"parameter {name!r} of {what} is {value!r}, which is no {kind}")
            if kind == "enum" and value not in one.get("enum", ()):
                raise ConfigError(f"parameter {name!r} of {what} is {value!r}, which is none of {one.get('enum')}")
            found[f"parameters.{name}"] = value
        return found

    # -- workflows ------------------------------------------------------------------------------------------------

    def invocations(self, entry: Any, where: str) -> Iterator[CompiledJob]:
        job_id, body = (entry, {}) if isinstance(entry, str) else next(iter(entry.items()))
        body = dict(body or {})
        if body.get("type") == "approval":
            _only(body, {"type", "name", "requires", "filters", "context"}, f"approval {job_id!r}")
            yield self.invoked(str(body.get("name", job_id)), "approval", {}, (), body, {})
            return
        if job_id not in self.jobs:
            raise ConfigError(f"{where} runs {job_id!r}, which is no job")
        declared = self.jobs[job_id].get("parameters") or {}
        _only(body, _INVOCATION | set(declared), f"{job_id!r} in {where}")
        matrix = body.pop("matrix", None)
        rows: list[dict[str, Any]] = [{}]
        if matrix is not None:
            _only(matrix, {"parameters", "exclude", "alias"}, f"the matrix of {job_id!r}")
            axes = matrix["parameters"]
            rows = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]
            rows = [row for row in rows if row not in (matrix.get("exclude") or [])]
        alias = (matrix or {}).get("alias", job_id)
        for row in rows:
            given = {name: body[name] for name in declared if name in body} | row
            for name in row:
                if name not in declared:
                    raise ConfigError(f"the matrix of {job_id!r} gives {name!r}, which is no parameter of it")
            fills = {f"matrix.{name}": value for name, value in row.items()}
            scope = self.arguments(declared, self.filled(given, fills), f"job {job_id!r}")
            name = str(self.filled(body["name"], fills)) if "name" in body else job_id
            if row and "name" not in body:
                name = "-".join([job_id, *(str(value) for value in row.values())])
            if row:
                self.aliases.setdefault(alias, []).append(name)
            job = self.filled_job(job_id, scope)
            steps = tuple(
                step
                for part in (body.get("pre-steps", []), self.jobs[job_id].get("steps", []), body.get("post-steps", []))
                for step in self.steps(part, scope, f"job {job_id!r}")
            )
            if not steps:
                raise ConfigError(f"job {job_id!r} has no steps")
            yield self.invoked(name, "build", job, steps, body, fills)

    def unaliased(self, requires: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """A matrix is required as a whole, by its alias."""
        return {name: wanted for above, wanted in requires.items() for name in self.aliases.get(above, [above])}

    def invoked(
        self,
        name: str,
        kind: str,
        job: Mapping[str, Any],
        steps: tuple[Mapping[str, Any], ...],
        body: Mapping[str, Any],
        scope: Mapping[str, object],
    ) -> CompiledJob:
        requires: dict[str, tuple[str, ...]] = {}
        for one in self.filled(body.get("requires", []), scope):
            above, statuses = (one, "success") if isinstance(one, str) else next(iter(one.items()))
            listed = [statuses] if isinstance(statuses, str) else statuses
            wanted = _STATUSES if listed == ["terminal"] else tuple(listed)
            if not set(wanted) <= set(_STATUSES):
                raise ConfigError(f"{name!r} requires {above!r} to be {statuses!r}")
            requires[above] = wanted
        contexts = body.get("context", [])
        group = str(self.filled(body.get("serial-group", ""), scope))
        return CompiledJob(
            *(name, kind, job, steps, requires, tuple([contexts] if isinstance(contexts, str) else contexts)),
            passes=self.passes(body.get("filters"), scope),
            serial_group=group,
        )

    def passes(self, filters: Any, scope: Mapping[str, object]) -> bool:
        """Whether the job's filters let it run for this branch or tag."""
        branch, tag = str(self.values["pipeline.git.branch"]), str(self.values["pipeline.git.tag"])
        if isinstance(filters, str):
            return bool(self.expression(filters, scope))
        filters = filters or {}
        _only(filters, {"branches", "tags"}, "filters")
        if tag:
            return "tags" in filters and _selected(filters["tags"], tag)
        return _selected(filters.get("branches", {}), branch)

    def check_graph(self, jobs: tuple[CompiledJob, ...], workflow: str) -> None:
        names = [job.name for job in jobs]
        above = {job.name: set(job.requires) for job in jobs}
        for job in jobs:
            if names.count(job.name) > 1:
                raise ConfigError(f"workflow {workflow!r} has two jobs named {job.name!r}")
            for needed in job.requires:
                if needed not in above:
                    raise ConfigError(f"{job.name!r} in workflow {workflow!r} requires {needed!r}, which is not there")
        while above:
            free = [name for name, needs in above.items() if not needs & set(above)]
            if not free:
                raise ConfigError(f"workflow {workflow!r}: {sorted(above)} wait for each other")
            for name in free:
                del above[name]

    def check_unused(self) -> None:
        """Jobs and commands nobody uses are compiled too: a mistake in them is one."""
        for name, body in self.jobs.items():
            _only(body, _JOB, f"job {name!r}")
            if sum(key in body for key in ("docker", "machine", "macos", "executor")) != 1:
                raise ConfigError(f"job {name!r} must have one of docker, machine, macos, executor")

    # -- jobs -----------------------------------------------------------------------------------------------------

    def filled_job(self, job_id: str, scope: Mapping[str, object]) -> dict[str, Any]:
        body = {key: value for key, value in self.jobs[job_id].items() if key not in ("steps", "parameters")}
        _only(body, _JOB, f"job {job_id!r}")
        found: dict[str, Any] = self.filled(body, scope)
        if "executor" in found:
            reference = found.pop("executor")
            named, given = (reference, {}) if isinstance(reference, str) else (reference.pop("name"), reference)
            if named not in self.executors:
                raise ConfigError(f"job {job_id!r} runs on {named!r}, which is no executor")
            executor = dict(self.executors[named])
            inner = self.arguments(executor.pop("parameters", {}), given, f"executor {named!r}")
            filled = self.filled(executor, inner)
            environment = (filled.get("environment") or {}) | (found.get("environment") or {})
            found = {**filled, **found}
            if environment:
                found["environment"] = environment
        for image in found.get("docker", ()):
            _only(
                image,
                {"image", "name", "environment", "command", "entrypoint", "user", "auth", "aws_auth"},
                f"an image of job {job_id!r}",
            )
        for name, value in (found.get("environment") or {}).items():
            if isinstance(value, (dict, list)) or value is None:
                raise ConfigError(f"variable {name!r} of job {job_id!r} is no text")
        return found

    def steps(self, steps: Any, scope: Mapping[str, object], where: str) -> Iterator[Mapping[str, Any]]:
        """Commands expanded, conditions decided."""
        if not isinstance(steps, list):
            raise ConfigError(f"the steps of {where} are no list")
        for step in steps:
            if isinstance(step, str):
                kind, body = step, None
            elif isinstance(step, dict) and len(step) == 1:
                ((kind, body),) = step.items()
            else:
                raise ConfigError(f"a step of {where} is {step!r}")
            if kind in ("when", "unless"):
                _only(body, {"condition", "steps"}, kind)
                inner = list(self.steps(body["steps"], scope, where))
                if self.holds(body["condition"], scope) == (kind == "when"):
                    yield from inner
            elif kind in self.commands:
                command = self.commands[kind]
                given = self.filled(body or {}, scope)
                _only(given, set(command.get("parameters") or {}), f"command {kind!r}")
                inner_scope = self.arguments(command.get("parameters") or {}, given, f"command {kind!r}")
                yield from self.steps(command["steps"], inner_scope, f"command {kind!r}")
            elif kind in _STEPS:
                yield self.native(kind, self.filled(body, scope), where)
            elif "/" in kind and kind.split("/")[0] in (self.config.get("orbs") or {}):
                yield {"kind": kind, **(body or {})}
            else:
                steps_parameter = self.filled(step, scope) if isinstance(step, str) else None
                if not isinstance(steps_parameter, list):
                    raise ConfigError(f"{where} has the step {kind!r}, which is no command")
                yield from self.steps(steps_parameter, scope, where)

    def native(self, kind: str, body: Any, where: str) -> Mapping[str, Any]:
        if isinstance(body, str) and kind == "run":
            body = {"command": body}
        body = body or {}
        needed, allowed = _STEPS[kind]
        _only(body, needed | allowed, f"the step {kind!r} of {where}")
        for key in needed:
            if not body.get(key):
                raise ConfigError(f"the step {kind!r} of {where} lacks {key!r}")
        if body.get("when", "on_success") not in ("on_success", "on_fail", "always"):
            raise ConfigError(f"the step {kind!r} of {where} runs when {body['when']!r}")
        if kind == "restore_cache" and ("key" in body) == ("keys" in body):
            raise ConfigError(f"the step {kind!r} of {where} has one of key and keys")
        return {"kind": kind, **body}


def _selected(rules: Mapping[str, Any], name: str) -> bool:
    _only(rules, {"only", "ignore"}, "a filter")
    if "only" in rules:
        return any(_fits(pattern, name) for pattern in _listed(rules["only"]))
    return not any(_fits(pattern, name) for pattern in _listed(rules.get("ignore", [])))


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _fits(pattern: str, name: str) -> bool:
    if len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/"):
        return re.fullmatch(pattern[1:-1], name) is not None
    return pattern == name
