"""The modules of this folder can import each other, and the parsers of tests/validators."""

import sys
from pathlib import Path

import pytest

sys.path.extend([str(Path(__file__).parent), str(Path(__file__).parents[1] / "validators")])

from events import Events, events_of
from jenkins import run_all
from projects import PROJECTS, planned
from rendering import render


@pytest.fixture(scope="session")
def jenkinsfiles() -> list[tuple[str, str, Events]]:
    """Those of all projects, by name, with their events; all run at once: starting a JVM is what takes the time."""
    asked = [(name, graph, one) for name in PROJECTS for graph in [planned(name)] for one in graph.workflows]
    found = [(name, render("jenkins", graph, one.id)[0], events_of(one)) for name, graph, one in asked]
    found = [one for one in found if one[1]]
    run_all({text: events for _, text, events in found})
    return found
