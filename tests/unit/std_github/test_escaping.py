"""Any text survives GitHub: rendered, read by a YAML parser, its expressions evaluated, it is itself again."""

import json
import re
from collections.abc import Iterator

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from cigen.sdk import Graph, Job, Output, Pair, Retry, Run, Runner, Step, Workflow
from cigen.std.provider.github.workflow import render_workflow

PIECES = st.sampled_from(
    [
        *("${{", "}}", "{{", "}", "{", "$", "'", '"', "\\", "`", "<<EOF", "<<", "#{x}", "#", " #", ": ", "- ", "---"),
        *("\n", "\n\n", "\t", " ", "  \n", "%", "&a", "*a", "!t", "| >", "@", "?", "~", "null", "yes", "3.10", "0x1"),
        *("...", "é", "😀", "\u00a0", "\u2028", "\u0085", "\ufeff", "="),
        *("matrix.x", "github.token", "secrets.A", "format('{0}', 1)"),
    ]
)
ANY = st.characters(exclude_categories=["Cs"], exclude_characters="\0\r")
TEXTS = st.lists(PIECES | ANY, min_size=1, max_size=25).map("".join)
SCRIPTS = TEXTS.filter(str.strip)


def _evaluated(text: str) -> str:
    """The text with every `${{ … }}` evaluated, as GitHub finds them: up to the first `}}` outside of a literal."""
    return "".join(_pieces(text))


def _pieces(text: str) -> Iterator[str]:
    at = 0
    while (start := text.find("${{", at)) >= 0:
        yield text[at:start]
        end, quoted = start + 3, False
        while quoted or not text.startswith("}}", end):
            assert end < len(text), "an expression never ends"
            quoted ^= text[end] == "'"
            end += 1
        expression = text[start + 3 : end].strip()
        assert re.fullmatch("'.*'", expression, re.DOTALL), f"GitHub would evaluate {expression}"
        yield expression[1:-1].replace("''", "'")
        at = end + 2
    yield text[at:]


def _rendered(step: Step, **given: object) -> dict[str, object]:
    job = Job(id="a", workflow="ci", machine=Runner("linux"), steps=(step,), **given)  # type: ignore[arg-type]
    text, _ = render_workflow(Graph("p", (Workflow("ci"),), (job,)), Output("github", ".github/workflows/ci.yml"))
    found: dict[str, object] = yaml.safe_load(text)["jobs"]["a"]
    return found


def _escaped(text: str) -> str:
    """A text as somebody writes it in cig.toml who means each of its braces as they stand."""
    return text.replace("{{", "{{ '{{' }}").replace("${{ '{{' }}", "${{")


@given(SCRIPTS)
@example("echo ${{ github.event.pull_request.title }}")
@example("${{ '${{' }}")
@example("$${{{{ }}}}")
def test_a_script_survives(script: str) -> None:
    steps: list[dict[str, str]] = _rendered(Step("x", run=Run(_escaped(script))))["steps"]  # type: ignore[assignment]
    assert _evaluated(steps[0]["run"]).rstrip("\n") == script.rstrip("\n")


@given(SCRIPTS)
def test_a_script_that_is_tried_again_survives(script: str) -> None:
    step = Step("x", run=Run(_escaped(script)), retry=Retry(2))
    steps: list[dict[str, str]] = _rendered(step)["steps"]  # type: ignore[assignment]
    assert f"\nset -e\n{script.strip(chr(10))}\n" in _evaluated(steps[0]["run"])


@given(TEXTS)
def test_a_value_of_a_variable_survives(value: str) -> None:
    step = Step("x", run=Run("x"), env=(Pair("STEP", _escaped(value)),))
    job = _rendered(step, env=(Pair("JOB", _escaped(value)),))
    steps: list[dict[str, dict[str, str]]] = job["steps"]  # type: ignore[assignment]
    assert _evaluated(steps[0]["env"]["STEP"]) == value
    assert _evaluated(job["env"]["JOB"]) == value  # type: ignore[index]


@given(TEXTS)
def test_the_scanner_of_this_test_finds_what_is_not_escaped(text: str) -> None:
    """It must be able to fail: a text with an expression of GitHub's own does not pass as it stands."""
    try:
        changed = _evaluated(text) != text
    except AssertionError:
        changed = True
    assert changed is ("${{" in text), json.dumps(text)
