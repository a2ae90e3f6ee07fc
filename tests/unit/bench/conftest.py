"""bench/ is a folder of scripts, which import one another as they do when one of them is run."""

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parents[3] / "bench"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """A module of bench/, by name."""
    monkeypatch.syspath_prepend(str(BENCH))
    return importlib.import_module
