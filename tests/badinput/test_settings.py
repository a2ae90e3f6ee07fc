"""`cig settings` of a plugin that means no good, and of a project that is not well."""

import json

import pytest
from ground import Project

MANIFEST = '[module]\nname = "acme/notes"\nversion = "1.0.0"\nentry = "plugin.py"\nhooks = ["generate", "validate"]\n'
PLUGIN = """\
#!/usr/bin/env python3
from cigen.sdk import *

class Notes(Plugin):
    def generate(self, request):
        found = (
            Setting("tit\\x1b[2Jle", "pl\\nace", "rea\\rson", ("jobs", "nobody", 3)),
            Setting("", "", ""),
            Setting("t" * 100_000, "p", "r", ("a",) * 5_000),
        )
        return GenerateResult(settings=found)

    def validate(self, request):
        path = request.rendered[0].path
        return ValidateResult(budgets=(Budget("wor\\x1b[2Jds", 4_000_000_000, 1, path), Budget("x", 1, 2, "../other")))

if __name__ == "__main__":
    serve(Notes(), __file__)
"""


@pytest.fixture
def hostile(project: Project) -> Project:
    project.write(".cigen/plugins/notes/module.toml", MANIFEST)
    project.write(".cigen/plugins/notes/plugin.py", PLUGIN).chmod(0o755)
    config = (project.root / "cig.toml").read_text()
    project.write("cig.toml", config + '\n[plugins."acme/notes"]\n')
    return project


def test_what_a_plugin_says_reaches_the_list_and_not_the_terminal(hostile: Project) -> None:
    seen = hostile.run("settings")
    assert (seen.code, seen.codes) == (0, [])
    assert "tit\\x1b[2Jle" in seen.out
    assert "\x1b" not in seen.out
    assert "\r" not in seen.out
    assert "pl\\nace" in seen.out


def test_the_document_holds_it_as_it_is(hostile: Project) -> None:
    document = json.loads(hostile.run("settings", "--json").out)
    (github,) = document["providers"]
    reasons = {item["title"]: item["reasons"] for item in github["settings"]}
    (reason,) = reasons["tit\x1b[2Jle"]
    assert reason["key"] == ["jobs", "nobody", 3]
    assert reason["location"]["file"] == "cig.toml"


def test_a_budget_is_shown_with_its_file_alone_and_harmless(hostile: Project) -> None:
    seen = hostile.run("plan")
    assert seen.code == 0
    assert "4000000000 of 1 wor\\x1b[2Jds" in seen.out
    assert "1 of 2 x" not in seen.out
    assert "\x1b" not in seen.out


def test_a_checklist_is_the_same_from_the_cache(project: Project) -> None:
    first, second = project.run("settings"), project.run("settings")
    assert first == second
    assert first.code == 0


def test_an_unknown_provider_is_told_with_the_known_ones(project: Project) -> None:
    seen = project.run("settings", "--provider", "gitlab")
    assert (seen.code, seen.codes, seen.out) == (1, ["CLI_003"], "")
    assert '"github"' in seen.err


def test_a_mistake_in_the_project_gives_no_half_of_a_list(project: Project) -> None:
    config = (project.root / "cig.toml").read_text()
    project.write("cig.toml", config.replace('packages = ["python"]', 'packages = ["python"]\nneeds = ["nobody"]'))
    seen = project.run("settings")
    assert (seen.code, seen.codes, seen.out) == (1, ["SCHEMA_011"], "")


def test_nothing_is_written_but_the_cache(project: Project) -> None:
    before = project.outputs()
    assert project.run("settings").code == 0
    assert project.outputs() == before
