"""Several projects of one language in a repository: which is the main one, and how the others reach plan."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.model.plans import Fact, File, RepoSnapshot
from cigen.model.resources import Job
from cigen.std.declared import DeclaredFiles
from cigen.std.lang.node.plugin import PLUGIN as NODE
from cigen.std.lang.projects import project_directories, project_facts, read_projects, root_path
from cigen.std.lang.steps import in_directory, suffixed
from cigen.std.report import Report

Call = Callable[..., Any]


@pytest.mark.parametrize(
    ("paths", "directories"),
    [
        ([], ()),
        (["package.json"], ("",)),
        (["package.json", "a/package.json"], ("",)),
        (["package.json", "a/package.json", "a/yarn.lock"], ("", "a/")),
        (["b/package.json", "a/package.json"], ("a/", "b/")),
        (["b/package.json", "b/yarn.lock", "a/package.json"], ("b/", "a/")),
        (["docs/package.json", "docs/yarn.lock"], ()),
        (["package.json", "examples/yarn.lock"], ("",)),
        (["yarn.lock"], ()),
    ],
)
def test_which_directories_are_projects(paths: list[str], directories: tuple[str, ...]) -> None:
    files = DeclaredFiles(RepoSnapshot(tuple(File(path) for path in paths)), Report({}), "X")
    assert project_directories(files, ("package.json",), ("yarn.lock",)) == directories


NAMES = st.sampled_from(["x_version", "x_lockfile"])
FACTS = st.lists(st.builds(Fact, NAMES, st.text(), st.text()), unique_by=lambda fact: fact.name)
DIRECTORIES = st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1).map(
    lambda d: f"{d}/"
)


@given(st.lists(st.tuples(DIRECTORIES, FACTS), unique_by=lambda pair: root_path(pair[0]), min_size=1))
def test_plan_reads_what_detect_wrote(projects: list[tuple[str, list[Fact]]]) -> None:
    projects = [(root_path(directory), facts) for directory, facts in projects]
    foreign = [Fact("other_version", "1", "somewhere")]
    read = read_projects("x", [*project_facts("x", projects), *foreign])
    for directory, facts in projects:
        known = read.facts(directory)
        assert {fact.name: fact for fact in facts}.items() <= known.items()
    assert read.directory(Job("j")) == projects[0][0]


def test_facts_of_further_projects_are_one_fact(request_for: Call, facts_of: Call) -> None:
    lock = {"package-lock.json": "{}"}
    files = {f"{place}{name}": text for place in ("", "web/") for name, text in ({"package.json": "{}"} | lock).items()}
    facts = facts_of(NODE.detect(request_for(files)))
    assert facts["node_lockfile"] == ("package-lock.json", "package-lock.json")
    text, source = facts["node_projects"]
    assert source == "web/package-lock.json"
    assert json.loads(text) == {
        "web/": [
            ["node_package_manager", "npm", "web/package-lock.json"],
            ["node_lockfile", "web/package-lock.json", "web/package-lock.json"],
        ]
    }


def test_each_job_gets_the_project_it_works_in(plan_with: Call, outline: Call) -> None:
    files = {
        ".nvmrc": "20",
        "web/package.json": "{}",
        "web/pnpm-lock.yaml": "",
        "admin/package.json": "{}",
        "admin/package-lock.json": "{}",
        "admin/.nvmrc": "22",
    }
    jobs = [
        Job(where, runner="linux", packages=("node",), working_directory=where) for where in ("web", "admin", "lib")
    ]
    lines = outline(plan_with(NODE, *jobs, files=files))
    assert [line for line in lines if "install" in line or "setup-node" in line] == [
        "  setup-node: tool node 20",
        "  install-node-packages-web: pnpm install --frozen-lockfile",
        "  setup-node: tool node 22",
        "  install-node-packages-admin: npm ci",
        "  setup-node: tool node 22",
        "  install-node-packages-admin: npm ci (in admin)",
    ]


@pytest.mark.parametrize(
    ("directory", "path"),
    [("", ""), (".", ""), ("./", ""), ("web", "web/"), ("./web//app/", "web/app/"), ("/", "")],
)
def test_a_directory_as_a_prefix(directory: str, path: str) -> None:
    assert root_path(directory) == path


@pytest.mark.parametrize(
    ("working", "directory", "needed"),
    [("", "", ""), ("web", "web/", ""), ("web", "", "."), ("", "web/", "web"), (".", "", "")],
)
def test_a_script_runs_where_its_project_is(working: str, directory: str, needed: str) -> None:
    assert in_directory(Job("j", working_directory=working), directory) == needed


@pytest.mark.parametrize(("directory", "name"), [("", "npm"), ("Web App/x/", "npm-web-app-x"), ("é/", "npm")])
def test_ids_differ_between_projects(directory: str, name: str) -> None:
    assert suffixed("npm", directory) == name
