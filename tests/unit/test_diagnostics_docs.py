"""docs/diagnostics.md explains every code that can be printed, under its title, and no other."""

import ast
import re
from pathlib import Path

import pytest

from cigen.model.codes import CODES

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/diagnostics.md").read_text(encoding="utf-8")
HEADINGS = re.findall(r"^### ([A-Z]+_\d{3}): (.+)$", DOCUMENT, re.MULTILINE)
CODE = re.compile(r"[A-Z]+_\d{3}")


def plugin_titles() -> dict[str, set[str]]:
    """Code → titles, read from the tables `"CODE": "Title"` of the bundled plugins."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "cigen/std").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(value, ast.Constant):
                        name, title = str(key.value), str(value.value)
                        if CODE.fullmatch(name):
                            found.setdefault(name, set()).add(title)
    return found


def mentioned_codes() -> set[str]:
    """Every code that the source of bundled plugins spells out anywhere."""
    return {
        code
        for path in (ROOT / "cigen/std").rglob("*.py")
        for code in re.findall(r'"([A-Z]+_\d{3})"', path.read_text(encoding="utf-8"))
    }


def test_every_code_of_cig_is_explained_under_its_title() -> None:
    explained = {code: title for code, title in HEADINGS if code in CODES}
    assert explained == {code: meaning.title for code, meaning in CODES.items()}


def test_every_code_of_a_bundled_plugin_is_explained_under_its_title() -> None:
    explained = {code: {title} for code, title in HEADINGS if code not in CODES}
    assert explained == plugin_titles()


def test_bundled_plugins_report_no_code_without_a_title() -> None:
    assert mentioned_codes() <= set(plugin_titles())


def test_no_code_is_explained_twice() -> None:
    codes = [code for code, _ in HEADINGS]
    assert sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize("family", sorted({code.partition("_")[0] for code, _ in HEADINGS}))
def test_a_family_is_explained_in_the_order_of_its_numbers(family: str) -> None:
    numbers = [code for code, _ in HEADINGS if code.startswith(f"{family}_")]
    assert numbers == sorted(numbers)


def test_every_section_says_something() -> None:
    sections = re.split(r"^### .+$", DOCUMENT, flags=re.MULTILINE)[1:]
    assert [section for section in sections if len(section.split()) < 3] == []


def test_the_tables_are_found() -> None:
    """An empty reading would make every comparison above true."""
    assert len(plugin_titles()) > 40
    assert len(HEADINGS) > 100
