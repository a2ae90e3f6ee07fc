"""What all standard providers do alike when the core asks them for files."""

import pytest

from cigen.sdk import Diagnostic, Fragment, GenerateRequest, Graph, Level, Output, Setting
from cigen.std.ci.provider import Provider, Rendered


class Echo(Provider):
    """Renders the path of an output. A description that is a level of diagnostics is told at that level."""

    def render(self, graph: Graph, output: Output) -> Rendered:
        told = [Diagnostic(one, "ECHO_001", "Told", "It is told.") for one in Level if one.name == output.description]
        beside = (Fragment("more", f"{graph.project}: more"),) if output.path == "two" else ()
        return Rendered(f"{graph.project}: {output.path}", tuple(told), beside)

    def checklist(self, graph: Graph, output: Output, text: str, /) -> tuple[Setting, ...]:
        return (Setting("Set up", output.path, text),)


def generate(*outputs: Output) -> tuple[list[str], list[Level], list[str]]:
    """The paths of the files, the levels of the diagnostics, the places of the settings."""
    found = Echo().generate(GenerateRequest("echo", Graph("shop"), outputs))
    assert all(part == Fragment(part.path, f"shop: {part.path}") for part in found.fragments)
    assert all(one.reason == f"shop: {one.place}" for one in found.settings)
    return (
        [part.path for part in found.fragments],
        [one.level for one in found.diagnostics],
        [one.place for one in found.settings],
    )


def test_each_output_is_one_file_with_its_settings() -> None:
    assert generate(Output("echo", "a"), Output("echo", "b")) == (["a", "b"], [], ["a", "b"])


def test_a_file_with_an_error_is_left_out_and_the_others_are_not() -> None:
    outputs = Output("echo", "a", "ERROR"), Output("echo", "b", "WARNING"), Output("echo", "c", "INFO")
    assert generate(*outputs) == (["b", "c"], [Level.ERROR, Level.WARNING, Level.INFO], ["b", "c"])


def test_a_file_beside_an_output_is_written_with_it_or_not_at_all() -> None:
    assert generate(Output("echo", "two"), Output("echo", "b")) == (["two", "more", "b"], [], ["two", "b"])
    assert generate(Output("echo", "two", "ERROR")) == ([], [Level.ERROR], [])


def test_a_provider_that_renders_nothing_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Provider()  # type: ignore[abstract]
