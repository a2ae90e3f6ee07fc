"""docs/cli.md says what the command line does: every command, every option, every field."""

import json
import re
from pathlib import Path

import pytest

from cigen.cli.grammar import COMMANDS, GLOBAL_FLAGS, Flag
from cigen.cli.present import explain, graph, plan, plugin, render, settings, validate
from cigen.cli.report import diagnostics_json
from cigen.hashing.manifest import Difference
from cigen.model.diagnostics import Diagnostic, Level, Location
from cigen.sdk.conformance import Verdict

PAGE = (Path(__file__).parents[3] / "docs/cli.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^#{2,3} (.+)\n((?:(?!#{2,3} ).*\n)*)", PAGE, re.MULTILINE))
DIFFERENCE = Difference("file", "a", None, "git:1")
DIAGNOSTIC = Diagnostic(Level.ERROR, "X_001", "T", "m", location=Location("a", 1, 1))

DOCUMENTS = [
    plan.plan_json(
        plan.PlanView(
            (plan.Detection("a", "b"),),
            (),
            (plan.PluginPlan("a", "b"),),
            (plan.JobPlan("a", plan.Mark.SAME),),
            (plan.FilePlan("a", plan.Mark.SAME, 1, (plan.Budget("bytes", 1, 2),)),),
            (plan.Count("job"),),
        ),
        [],
    ),
    render.render_json(render.RenderView((), (), (), ())),
    validate.validate_json(validate.ValidateView((), ()), None),
    settings.settings_json(
        settings.SettingsView(
            (
                settings.ProviderSettings(
                    "a", ("b",), (settings.Item("t", "p", (settings.Reason("r", ("k",), Location("c", 1, 2)),)),)
                ),
            )
        ),
        [],
    ),
    plugin.test_json(plugin.TestView("a", "1", (Verdict("a", "b", passed=True),))),
    explain.job_json(explain.JobExplanation("a", "run", "STORE_OFF", "cs1:1", "main", (DIFFERENCE,))),
    explain.file_json(explain.FileExplanation("a", (explain.FileUse("job", "a"),))),
    explain.action_json(explain.ActionExplanation("a", "stale", (DIFFERENCE,))),
    graph.graph_json(graph.GraphView("jobs", (graph.GraphNode("a", "", ("b",)), graph.GraphNode("b")), (("a", "b"),))),
    json.dumps({"schema": "Diagnostics as JSON", "rows": diagnostics_json([DIAGNOSTIC], None)}),
]


def fields_of(value: object) -> set[str]:
    """Every key at every depth."""
    if isinstance(value, dict):
        return set(value) | {name for inner in value.values() for name in fields_of(inner)}
    return {name for inner in value for name in fields_of(inner)} if isinstance(value, list) else set()


def spelled(flags: tuple[Flag, ...]) -> set[str]:
    return {f"{name} {flag.metavar}".rstrip() for flag in flags for name in flag.names}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_commands_section_lists_its_options_and_no_others(name: str) -> None:
    rows = re.findall(r"^\| (`-.*?) \|", SECTIONS[f"cig {name}"], re.MULTILINE)
    assert {option for row in rows for option in re.findall(r"`([^`]+)`", row)} == spelled(COMMANDS[name].flags)


def test_the_shared_options_are_listed() -> None:
    rows = re.findall(r"^\| (`-.*?) \|", SECTIONS["Options of every command"], re.MULTILINE)
    listed = {option for row in rows for option in re.findall(r"`([^`]+)`", row)}
    assert listed == spelled(GLOBAL_FLAGS)


def test_there_is_no_section_for_a_command_that_is_not_there() -> None:
    documented = [title.removeprefix("cig ") for title in SECTIONS if title.startswith("cig ")]
    assert documented == list(COMMANDS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=[json.loads(text)["schema"] for text in DOCUMENTS])
def test_every_field_of_a_document_is_described(document: str) -> None:
    read = json.loads(document)
    described = set(re.findall(r"`([a-z_]+)`", SECTIONS[read["schema"]]))
    assert fields_of(read) - {"schema", "rows"} <= described | {"diagnostics"}


def test_every_exit_code_that_a_diagnostic_leads_to_is_listed() -> None:
    from cigen.model.codes import CODES

    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", SECTIONS["Exit codes"], re.MULTILINE)}
    assert {code.exit for code in CODES.values()} <= listed
