"""docs/schema.md and docs/diagnostics.md say what is so."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cigen.model.codes import CODES
from cigen.pipeline.matrix import expand_matrix
from cigen.schema.conditions import EVENTS
from cigen.schema.document import load_schema
from cigen.schema.source import DEPTH_LIMIT, SIZE_LIMIT
from cigen.schema.steps import STEP_LIMIT

DOCS = Path(__file__).parents[3] / "docs"
GUIDE = (DOCS / "schema.md").read_text()
OURS = [code for code in CODES if code.startswith("SCHEMA_")]
SECTIONS = {
    found[1]: (found[2], found[3])
    for found in re.finditer(
        r"^### (SCHEMA_\d+): ([^\n]*)\n(.*?)(?=^##|\Z)", (DOCS / "diagnostics.md").read_text(), re.MULTILINE | re.DOTALL
    )
}


def examples(text: str) -> list[str]:
    return re.findall(r"```toml\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("text", examples(GUIDE), ids=range(len(examples(GUIDE))))
def test_the_examples_of_the_guide_load(tell: Callable[..., Any], text: str) -> None:
    told = tell(text, whole=text.startswith("version ="))
    assert told.diagnostics == ()
    assert told.config is not None


def test_every_code_is_explained_under_its_title() -> None:
    assert {code: title for code, (title, _) in SECTIONS.items()} == {code: CODES[code].title for code in OURS}


@pytest.mark.parametrize("code", OURS)
def test_an_example_of_a_mistake_makes_that_mistake_and_no_other(tell: Callable[..., Any], code: str) -> None:
    for text in examples(SECTIONS[code][1]):
        assert set(tell(text).codes) == {code}


def test_mistakes_that_fit_on_a_few_lines_have_an_example() -> None:
    without = {code for code, (_, text) in SECTIONS.items() if not examples(text)}
    assert without == {f"SCHEMA_{n:03}" for n in (1, 2, 3, 4, 6, 24)}


def test_the_names_of_variants_are_those_of_the_guide(load: Callable[[str], Any]) -> None:
    text = next(text for text in examples(GUIDE) if "# test-ruby3.2-amd64" in text)
    job = load(text).jobs[0]
    legs, _ = expand_matrix(job.id, job.matrix)
    assert ", ".join(leg.key for leg in legs) == text.splitlines()[-1].removeprefix("# ")


def test_limits_and_events_are_those_of_the_code() -> None:
    assert f"at most {SIZE_LIMIT // 2**20} MiB" in GUIDE
    assert f"more than {STEP_LIMIT:,} steps" in SECTIONS["SCHEMA_002"][1]
    assert f"more than {DEPTH_LIMIT} levels" in SECTIONS["SCHEMA_006"][1]
    assert all(f"`{event}`" in GUIDE for event in EVENTS)


def test_the_schema_line_names_the_schema() -> None:
    assert f"#:schema {load_schema()['$id']}\n" in GUIDE
