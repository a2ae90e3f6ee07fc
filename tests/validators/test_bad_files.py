"""Every check is shown mistakes, and finds those that it is said to find: one that cannot fail would be noticed."""

from pathlib import Path

import pytest
from checks import CHECKS
from foreign import HERE

FOUND_BY = "# found by: "
FILES = {f"{path.parent.name}/{path.stem}": path for path in sorted((HERE / "bad").glob("*/*.yml"))}


@pytest.mark.parametrize("name", FILES)
def test_a_mistake_is_found(name: str) -> None:
    path = FILES[name]
    said = path.read_text().splitlines()[0]
    assert said.startswith(FOUND_BY)
    found = [check for check, run in CHECKS[path.parent.name].items() if run([path])]
    assert found == said.removeprefix(FOUND_BY).split(", ")


@pytest.mark.parametrize("provider", CHECKS)
def test_there_are_mistakes_for_every_check(provider: str) -> None:
    shown = [path for path in FILES.values() if path.parent.name == provider]
    assert len(shown) >= 10
    told = {check for path in shown for check in _told(path)}
    assert told == set(CHECKS[provider])


def _told(path: Path) -> list[str]:
    return path.read_text().splitlines()[0].removeprefix(FOUND_BY).split(", ")
