"""Steps: scripts, modules, native steps, and the groups of `[templates]`, which are replaced by their steps here.

Every step leaves with an id that is unique in its job. A given id stays. Another is made from what the step does, not
from its label and not from its position: renaming a step or adding one elsewhere changes no id, so no signature.
"""

import re
from collections.abc import Iterable, Mapping

from cigen.model.dataclass import replace
from cigen.model.diagnostics import error
from cigen.model.expressions import Expr, Op
from cigen.model.resources import ModuleUse, Native, Pair, Run, Step
from cigen.schema.conditions import ConditionError, parse_condition
from cigen.schema.durations import read_retry, read_timeout
from cigen.schema.machines import check_provider
from cigen.schema.table import Scope, Table, nearest

__all__ = ["STEP_KEYS", "STEP_LIMIT", "StepReader", "check_templates", "read_condition"]

STEP_LIMIT = 1000
"""Steps of one job, templates included. Beyond it every CI system gives up."""

STEP_KEYS = (
    "allow_failure", "env", "id", "name", "retry", "run", "run_on", "secrets", "shell", "timeout", "use", "uses",
    "when", "with", "working_directory",
)  # fmt: skip
"""Keys of a step; any other is the name of a provider, and makes it a native step."""

_ACTIONS = ("run", "uses", "use")
_WORDS = re.compile(r"[a-z0-9]+")
_USED = r'"uses":"([^"@]+)'


class StepReader:
    """Reads the steps of one job. `inputs`: the names that `input.NAME` may be; None if they are not known here."""

    __slots__ = ("_count", "_given", "_ids", "inputs", "job", "templates")

    def __init__(
        self, templates: Mapping[str, Table], inputs: tuple[str, ...] | None, given: Iterable[str], job: str
    ) -> None:
        self.templates, self.inputs, self.job = templates, inputs, job
        self._given = frozenset(given)
        """Ids that the job itself gives to steps: none is made up that equals one of them, further down or not."""
        self._ids: set[str] = set()
        self._count = 0

    def read(self, job: Table, key: str, run_on: str) -> tuple[Step, ...]:
        """The steps of one list of the job."""
        value = job.data.get(key)
        found: list[Step] = []
        for index, item in enumerate(value if isinstance(value, list) else ()):
            at = (*job.at, key, index)
            if isinstance(item, str):
                script = job.free(item, at)
                found.append(Step(id=self._unique(_slug(script)), run=Run(script), run_on=run_on))
            elif isinstance(item, dict):
                found += self._table(Table(item, at, job.reading, job.scope), run_on, template=False)
            if len(found) + self._count > STEP_LIMIT:
                job.error("SCHEMA_002", f"the job has more than {STEP_LIMIT:,} steps", key, index)
                break
        self._count += len(found)
        return tuple(found)

    def _unique(self, base: str) -> str:
        found, number = base, 2
        while found in self._ids or found in self._given:
            found, number = f"{base}-{number}", number + 1
        self._ids.add(found)
        return found

    def read_template(self, template: Table, values: Mapping[str, str], run_on: str) -> list[Step]:
        """The steps of a template with these inputs."""
        scope = replace(template.scope, inputs=values)
        value = template.data.get("steps")
        found: list[Step] = []
        for index, item in enumerate(value if isinstance(value, list) else ()):
            table = Table(
                {"run": item} if isinstance(item, str) else item,
                (*template.at, "steps", index),
                template.reading,
                scope,
            )
            found += self._table(table, run_on, template=True)
        return found

    def _table(self, table: Table, run_on: str, *, template: bool) -> list[Step]:
        actions = [key for key in table.data if key in _ACTIONS]
        actions += [key for key in table.data if key not in STEP_KEYS and check_provider(table, key, STEP_KEYS)]
        if not actions and any(key not in STEP_KEYS for key in table.data):
            return []  # an unknown key, which the schema reports, was probably meant to be the action
        if len(actions) != 1:
            what = " and ".join(f'"{key}"' for key in actions) or "nothing to do"
            hint = 'give it one of "run", "uses", "use" or a provider\'s own table'
            table.error("SCHEMA_023", f"the step has {what}", hint=hint)
            return []
        if "with" in table.data and actions[0] not in ("uses", "use"):
            table.error("SCHEMA_025", f'"with" has no meaning beside "{actions[0]}"', "with", on_key=True)
        if actions[0] == "use":
            if template:
                table.error("SCHEMA_025", "a template cannot use another template", "use")
                return []
            return self._use(table, run_on)
        return [self._step(table, actions[0], run_on, template=template)]

    def _use(self, table: Table, run_on: str) -> list[Step]:
        for key in table.data:
            if key not in ("use", "with"):
                hint = "give it to the steps of the template"
                table.error("SCHEMA_025", f'"{key}" cannot stand beside "use"', key, hint=hint, on_key=True)
        name = table.plain("use")
        template = self.templates.get(name)
        if template is None:
            if name:
                hint = nearest(name, self.templates, "Templates")
                table.error("SCHEMA_018", f'there is no template "{name}"', "use", hint=hint)
            return []
        given = {pair.name: pair.value for pair in table.pairs("with")}
        declared = dict(template.named("inputs"))
        for key in given:
            if isinstance(table.data["with"][key], (list, dict)):
                table.error("SCHEMA_009", f'the input "{key}" of a template must be a text', "with", key)
            if key not in declared:
                hint = nearest(key, declared, "Inputs")
                table.error(
                    "SCHEMA_007", f'the template "{name}" has no input "{key}"', "with", key, hint=hint, on_key=True
                )
        values = {}
        for key, own in declared.items():
            if key not in given and not own.has("default"):
                table.error(
                    "SCHEMA_008",
                    f'the template "{name}" needs the input "{key}"',
                    "use",
                    hint=f"with = {{ {key} = … }}",
                )
            values[key] = given.get(key, own.scalar("default", fixed=True))
        return self.read_template(template.within(table.scope), values, run_on)

    def _step(self, table: Table, action: str, run_on: str, *, template: bool) -> Step:
        run = Run(table.text("run")) if action == "run" else None
        module = _module(table) if action == "uses" else None
        native = Native(action, table.json(action)) if action not in _ACTIONS else None
        return Step(
            id=self._id(table, template) or self._unique(_derived(run, module, native)),
            name=table.text("name"),
            run=run,
            module=module,
            native=native,
            env=table.pairs("env"),
            secrets=table.texts("secrets", fixed=True),
            when=read_condition(table, self.inputs, self.job),
            run_on=table.plain("run_on", run_on),
            timeout=read_timeout(table, 0),
            retry=read_retry(table, None, step=True),
            allow_failure=table.flag("allow_failure"),
            working_directory=table.text("working_directory"),
            shell=table.text("shell"),
        )

    def _id(self, table: Table, template: bool) -> str:
        """The given id. A template may be used twice in one job: its ids are numbered then."""
        given = table.plain("id")
        if not given or template:
            return self._unique(given) if given else ""
        if given in self._ids:
            hint = "the other one stands earlier in this job"
            table.error("SCHEMA_021", f'two steps of this job have the id "{given}"', "id", hint=hint)
        self._ids.add(given)
        return given


def check_templates(templates: Mapping[str, Table]) -> None:
    """Read every template as if it were used, so that a mistake in one that no job uses yet shows as well."""
    for template in templates.values():
        values = {name: own.scalar("default", fixed=True) for name, own in template.named("inputs")}
        StepReader({}, None, (), "").read_template(template.within(Scope(any_axis=True)), values, "success")


def _module(table: Table) -> ModuleUse:
    text = table.text("uses", fixed=True)
    module, at, constraint = text.rpartition("@")
    given = table.table("with")
    inputs = tuple(Pair(name, _input(given, name)) for name in sorted(given.data))
    return ModuleUse(module, constraint, inputs) if at else ModuleUse(text, "", inputs)


def _input(given: Table, name: str) -> str:
    """One input of a module: a list or a table is handed over as canonical JSON."""
    return given.json(name) if isinstance(given.data[name], (list, dict)) else given.scalar(name)


def _derived(run: Run | None, module: ModuleUse | None, native: Native | None) -> str:
    if run is not None:
        return _slug(run.script)
    if module is not None:
        return _slug(module.module)
    assert native is not None, "a step has one action"
    used = re.search(_USED, native.json)
    return _slug(f"{native.provider} {used[1] if used else ''}")


def _slug(text: str) -> str:
    """An id from the first line of a script that is no comment, or from a name."""
    lines = (line.strip() for line in text.splitlines())
    line = next((line for line in lines if line and line[0] != "#"), "")
    words = _WORDS.findall(line[:200].lower())
    slug = "-".join(words)
    if len(slug) >= 40:
        slug = ""
        for word in words:
            if len(slug) + len(word) >= 40:
                break
            slug = f"{slug}-{word}" if slug else word
    slug = slug or "step"
    return slug if slug[0].isalpha() else f"step-{slug}"


def read_condition(table: Table, inputs: tuple[str, ...] | None, job: str) -> Expr | None:
    """The key `when`. Reports SCHEMA_016 at the characters that are wrong.

    `job`: whose condition it is; empty in a template that no job uses. What it asks of other jobs is noted, to be
    checked once all are read.
    """
    written = table.data.get("when")
    if not isinstance(written, str):
        return None
    if table.scope.any_axis and "{{" in written:
        return None  # a template read without its inputs: they may be a part of the condition
    text = table.text("when", fixed=True)
    try:
        expr = parse_condition(text)
    except ConditionError as mistake:
        at = (*table.at, "when")
        # Where a variable was replaced, the characters of the file are not those that were parsed.
        place = None
        if text == written:
            from cigen.schema.locate import locate_inside

            place = locate_inside(table.reading.text, at, mistake.offset, mistake.width)
        table.reading.add(error("SCHEMA_016", mistake.message, hint=mistake.hint, key=at, location=place))
        return None
    for name in _names(expr):
        group, _, rest = name.partition(".")
        if group == "matrix" and not table.scope.any_axis and rest not in (table.scope.axes or ()):
            hint = nearest(rest, table.scope.axes or (), "Axes")
            table.error("SCHEMA_018", f'the matrix of this job has no axis "{rest}"', "when", hint=hint)
        elif group == "needs" and job:
            other, value = rest.split(".")
            table.reading.asked.append((job, other, value, (*table.at, "when")))
        elif group == "input" and inputs is not None and rest not in inputs:
            hint = nearest(rest, inputs, "Inputs of on.manual")
            table.error("SCHEMA_018", f'on.manual asks for no input "{rest}"', "when", hint=hint)
    return expr


def _names(expr: Expr) -> list[str]:
    if expr.op is Op.NAME:
        return [expr.value]
    return [name for arg in expr.args for name in _names(arg)]
