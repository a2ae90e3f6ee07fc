"""What every provider must do beside what every plugin must: texts, conditions, matrices, files."""

from collections.abc import Callable, Iterator
from typing import Any

from cigen.formats.yaml_reader import read
from cigen.formats.yaml_values import Commented, YamlError
from cigen.model.dataclass import replace
from cigen.model.diagnostics import Diagnostic
from cigen.model.expressions import Expr, Op
from cigen.model.plans import GenerateRequest, Graph, MergeStrategy, PluginInfo
from cigen.model.resources import (
    Leg,
    ManualInput,
    ManualTrigger,
    Matrix,
    MatrixAxis,
    Output,
    PullRequestTrigger,
    PushTrigger,
    Run,
    Step,
    TagTrigger,
    Triggers,
)
from cigen.model.values import Pair
from cigen.sdk.conformance.ordinary import output_path, sample_graph, target_of
from cigen.sdk.conformance.rendering import Rendered, asked_for, render
from cigen.sdk.conformance.talk import Talk
from cigen.sdk.conformance.verdict import Failure, shortened

__all__ = ["PROVIDING"]

_NASTY = (
    "echo $HOME", "echo ${HOME}", "echo $$", "echo $(date)", "echo `date`", "echo ${{ github.sha }}", "echo << x >>",
    "echo <<x>>", "echo #{x}", "echo {{ '{{' }}", "echo \\", "echo \\\\", "echo \\n", "echo '", 'echo "', "echo '''",
    'echo """', "echo %", "echo !", "a: b", "a #b", "- a", "[a", "{a", "&a", "*a", "|", ">", "@a", "\ttab", "é", "😀",
    "\u2028", "two\nlines", "two\n\nlines\n", "cat <<'EOF'\n  $x ${{ y }} \\\nEOF", "x\njobs: {}\nsteps: []",
    "null", "true", "1.10", "~", "''", "*/", "/*", "//", "${-}", "$'a'", "a\\\nb",
)  # fmt: skip
"""Scripts with what means something to a CI system, a shell, YAML or Groovy. Any two of them differ in meaning."""


def _scripts(talk: Talk, info: PluginInfo) -> Failure | None:
    calm = render(talk, asked_for(info, sample_graph()))
    seen: dict[tuple[tuple[str, str], ...], str] = {}
    for script in _NASTY:
        step = Step(id="step-1", run=Run(script))
        rendered = render(talk, asked_for(info, sample_graph(steps=(step,))))
        sent = f"the script {shortened(repr(script))}"
        if rendered.failed or not (rendered.fragments or rendered.refused):
            return Failure(sent, rendered.failed or "neither a file nor an error", "one of them")
        if rendered.refused:
            continue
        if rendered.files in seen:
            return Failure(sent, f"the file of the script {seen[rendered.files]!r}", "a file with this script")
        seen[rendered.files] = script
        if _shape(rendered) != _shape(calm):
            return Failure(sent, "a file of another structure", "the same file with another text in it")
    return None


def _texts(talk: Talk, info: PluginInfo) -> Failure | None:
    calm = render(talk, asked_for(info, sample_graph(name="Calm", env=(Pair("A", "calm"),))))
    for text in _NASTY:
        if "\n" in text:
            continue
        rendered = render(talk, asked_for(info, sample_graph(name=text, env=(Pair("A", text),))))
        sent = f"{text!r} as a job's name and as a variable's value"
        if rendered.failed or not (rendered.fragments or rendered.refused):
            return Failure(sent, rendered.failed or "neither a file nor an error", "one of them")
        if not rendered.refused and _shape(rendered) != _shape(calm):
            return Failure(sent, "a file of another structure", "the same file with other texts in it")
    return None


def _conditions(talk: Talk, info: PluginInfo) -> Failure | None:
    seen: dict[tuple[tuple[str, str], ...], str] = {}
    for told, condition in _some_conditions():
        for where, graph in (("job", _conditional(condition)), ("step", _conditional_step(condition))):
            rendered = render(talk, asked_for(info, graph))
            sent = f"a {where} when {told}"
            if rendered.failed:
                return Failure(sent, rendered.failed, "a file or an error")
            if any("when" in found.key or "condition" in _said(found) for found in rendered.diagnostics):
                continue
            if not rendered.fragments:
                return Failure(sent, "no file, and no diagnostic about when", "one of them")
            if rendered.files in seen:
                return Failure(sent, f"the file of {seen[rendered.files]}", "a file that says so")
            seen[rendered.files] = sent
    return None


def _matrix(talk: Talk, info: PluginInfo) -> Failure | None:
    """Every leg can be told from the others."""
    axes = (MatrixAxis("flavour", ("vanilla", "pistachio")), MatrixAxis("size", ("petite", "grande")))
    pairs = [(a, b) for a in axes[0].values for b in axes[1].values]
    legs = tuple(Leg(f"test-flavour{a}-size{b}", (Pair("flavour", a), Pair("size", b))) for a, b in pairs)
    step = Step(id="step-1", run=Run("make {{ matrix.flavour }} {{ matrix.size }}"))
    graph = sample_graph(matrix=Matrix(axes, legs=legs), steps=(step,))
    rendered = render(talk, asked_for(info, graph))
    sent = "a matrix of two by two"
    if rendered.failed or not rendered.fragments:
        ok = rendered.refused and any("matrix" in f"{f.key} {f.message}" for f in rendered.diagnostics)
        return None if ok else Failure(sent, rendered.failed or "no file", "a file, or an error about matrix")
    text = "".join(content for _, content in rendered.files)
    if "{{ matrix." in text.replace("${{ matrix.", "") and target_of(info) != "buildkite":
        return Failure(sent, "a placeholder of cig.toml in the file", "the value, or the CI system's own placeholder")
    missing = [value for axis in axes for value in axis.values if value not in text]
    return Failure(sent, f"a file without {missing[0]}", "every value of every axis") if missing else None


def _empty_graph(talk: Talk, info: PluginInfo) -> Failure | None:
    graph = replace(sample_graph(), jobs=())
    for sent, one in (("a workflow without jobs", graph), ("no workflow at all", Graph())):
        rendered = render(talk, asked_for(info, one))
        if rendered.failed or not (rendered.fragments or rendered.refused):
            return Failure(sent, rendered.failed or "neither a file nor an error", "one of them")
    return None


def _paths(talk: Talk, info: PluginInfo) -> Failure | None:
    target = target_of(info)
    usual = output_path(target)
    for path in (usual, "../outside.yml", "/etc/outside.yml", ".git/config", "a\nb.yml", "a b/é.yml", ""):
        request = GenerateRequest(target, sample_graph(), (Output(target, path),))
        rendered = render(talk, ((request,),))
        if rendered.failed:
            return Failure(f'the output "{path}"', rendered.failed, "a file at that path, or an error")
        folder = path.rpartition("/")[0]
        written = {one.path for one in rendered.fragments} - {path}
        foreign = sorted(one for one in written if not folder or one.rpartition("/")[0] != folder)
        if foreign:
            expected = "none but at the path asked for, and in its folder"
            return Failure(f'the output "{path}"', f'a file at "{foreign[0]}"', expected)
    return None


def _twice(talk: Talk, info: PluginInfo) -> Failure | None:
    target = target_of(info)
    output = Output(target, output_path(target))
    rendered = render(talk, ((GenerateRequest(target, sample_graph(), (output, output)),),))
    if rendered.failed:
        return Failure("one output twice", rendered.failed, "the file, or an error")
    contents = {one.content for one in rendered.fragments}
    return Failure("one output twice", "two files for one path", "one file, or an error") if len(contents) > 1 else None


def _form(talk: Talk, info: PluginInfo) -> Failure | None:
    rendered = render(talk, asked_for(info, sample_graph()))
    whole = [one for one in rendered.fragments if one.strategy is MergeStrategy.REPLACE]
    if len(whole) != 1:
        return Failure("an ordinary project", f"{len(whole)} whole files", "one fragment that is the whole file")
    content = whole[0].content
    if "\r" in content or not content.endswith("\n"):
        return Failure("an ordinary project", "lines that do not end in \\n", "lines that end in \\n, the last one too")
    return None


PROVIDING: tuple[tuple[str, str, Callable[[Talk, PluginInfo], Failure | None]], ...] = (
    ("file-form", "renders a file whose lines end in \\n", _form),
    ("file-paths", "writes to the path it was asked for, and nowhere but beside it", _paths),
    ("file-twice", "renders one file for an output that is asked for twice", _twice),
    ("graph-empty", "renders or refuses a graph without jobs", _empty_graph),
    ("scripts", "carries every script, and lets none break out of its place", _scripts),
    ("texts", "carries names and values, and lets none break out of its place", _texts),
    ("conditions", "renders each condition another way, or refuses it", _conditions),
    ("matrix-legs", "names every leg of a matrix", _matrix),
)
"""Id, title and function of each check, in the order they are run."""


def _some_conditions() -> Iterator[tuple[str, Expr]]:
    """Conditions of which no two mean the same."""
    branch, main = _name("branch"), _text("main")
    is_main = Expr(Op.EQ, args=(branch, main))
    is_push = Expr(Op.EQ, args=(_name("event"), _text("push")))
    yield "branch == 'main'", is_main
    yield "branch != 'main'", Expr(Op.NE, args=(branch, main))
    yield "branch == 'it''s'", Expr(Op.EQ, args=(branch, _text("it's")))
    yield "branch in ['main', 'dev']", Expr(Op.IN, args=(branch, main, _text("dev")))
    yield "branch matches 'release/*'", Expr(Op.MATCHES, args=(branch, _text("release/*")))
    yield "tag matches 'v*'", Expr(Op.MATCHES, args=(_name("tag"), _text("v*")))
    yield "event == 'push'", is_push
    yield "event == 'pull_request'", Expr(Op.EQ, args=(_name("event"), _text("pull_request")))
    yield "draft", _name("draft")
    yield "label.ci", _name("label.ci")
    yield "input.level == 'all'", Expr(Op.EQ, args=(_name("input.level"), _text("all")))
    yield "env.MODE == 'fast'", Expr(Op.EQ, args=(_name("env.MODE"), _text("fast")))
    yield "branch == 'main' and event == 'push'", Expr(Op.AND, args=(is_main, is_push))
    yield "branch == 'main' or event == 'push'", Expr(Op.OR, args=(is_main, is_push))
    yield "not (branch == 'main' and event == 'push')", Expr(Op.NOT, args=(Expr(Op.AND, args=(is_main, is_push)),))


def _said(found: Diagnostic) -> str:
    return f"{found.title} {found.message}".lower()


def _name(value: str) -> Expr:
    return Expr(Op.NAME, value)


def _text(value: str) -> Expr:
    return Expr(Op.LITERAL, value)


def _conditional(condition: Expr) -> Graph:
    return _with_inputs(sample_graph(when=condition))


def _conditional_step(condition: Expr) -> Graph:
    return _with_inputs(sample_graph(steps=(Step(id="step-1", run=Run("make test"), when=condition),)))


def _with_inputs(graph: Graph) -> Graph:
    """With all triggers and the input that conditions ask for."""
    triggers = Triggers(
        push=PushTrigger(),
        pull_request=PullRequestTrigger(types=("opened", "synchronize", "labeled")),
        tag=TagTrigger(("v*",)),
        manual=ManualTrigger((ManualInput("level", default="some"),)),
    )
    return replace(graph, workflows=(replace(graph.workflows[0], triggers=triggers),))


def _shape(rendered: Rendered) -> Any:
    """The files without their texts: YAML as keys and kinds of values; nothing to compare of any other format."""
    return tuple((path, _parsed(content)) for path, content in rendered.files if path.endswith((".yml", ".yaml")))


def _parsed(content: str) -> Any:
    try:
        return _kinds(read(content).root)
    except YamlError:
        return "not the YAML that cig knows"


def _kinds(value: Any) -> Any:
    if isinstance(value, Commented):
        return _kinds(value.value)
    if isinstance(value, dict):
        return {str(key): _kinds(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_kinds(item) for item in value]
    return type(value).__name__
