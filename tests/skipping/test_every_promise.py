"""docs/skipping.md and the tests have the same promises: each number is in the name of a test that is run."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/skipping.md").read_text(encoding="utf-8")
PROMISED = re.findall(r"^\| S(\d+) \|", PAGE, re.MULTILINE)


def numbers_in_names() -> set[str]:
    """The numbers in names of tests."""
    found: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                named = re.match(r"test((?:_s\d+)+)_", node.name)
                found.update(re.findall(r"\d+", named[1]) if named else ())
    return found


def test_every_promise_has_a_test_and_every_number_is_a_promise() -> None:
    assert [str(number) for number in range(1, 31)] == PROMISED
    assert numbers_in_names() == set(PROMISED)


def test_the_pages_that_promises_lead_to_exist() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", PAGE)
    assert len(links) > 3
    assert [link for link in links if not (ROOT / "docs" / link).is_file()] == []
