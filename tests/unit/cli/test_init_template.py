"""The cig.toml that `cig init` writes: valid whatever the project is called, and pleasant to read."""

import json
import re
from importlib.resources import files

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from cigen.cli.init_template import SCHEMA_URL, InitDetection, InitView, foreign_workflows, render_cig_toml, split_steps
from cigen.schema.load import load_config

RAILS = InitView(
    "docspring",
    "main",
    (
        InitDetection(
            "lang/ruby",
            "Ruby 3.3.0",
            (".ruby-version",),
            ("bundle exec rspec", "bundle exec rubocop", "bundle exec rspec"),
            ("ruby",),
        ),
        InitDetection("lang/node", "Node 20.11.0", (".nvmrc", "package.json"), ("npm test", "npm run lint"), ("node",)),
    ),
    ("postgres",),
)
GO = InitDetection("lang/go", "Go", packages=("go",))
LIBRARY = InitView(
    "measure",
    detected=(InitDetection("lang/python", "Python 3.13", steps=("uv run pytest",), packages=("python",)), GO),
    versions=(("go", "1.25"),),
    matrix=(("python", ("3.12", "3.13")),),
    foreign=(".github/workflows/ci.yml", ".github/workflows/a\x1bb.yml"),
    output=".github/workflows/cig.yml",
)

text = st.text(max_size=30)
line = text.filter(lambda value: value.strip() != "")
detections = st.builds(
    InitDetection, text, text, st.lists(text, max_size=2).map(tuple), st.lists(line, max_size=3).map(tuple)
)


def test_a_project_reads_as_one_would_write_it() -> None:
    assert render_cig_toml(RAILS) == (
        "#:schema https://cigen.dev/schemas/cig.schema.json\n"
        "#\n"
        "# What CI does for this project. `cig plan` shows what a change here would do, `cig render` does it.\n"
        "#\n"
        "# Found in this repository:\n"
        "#   Ruby 3.3.0 (.ruby-version)\n"
        "#   Node 20.11.0 (.nvmrc, package.json)\n"
        "\n"
        'version = "0.2"\n'
        "\n"
        "[project]\n"
        'name = "docspring"\n'
        'default_branch = "main"\n'
        "\n"
        "[on]\n"
        'push = { branches = ["main"] }\n'
        "pull_request = true\n"
        '# tag = ["v*"]\n'
        '# schedule = "0 4 * * 1"  # Mondays, 04:00 UTC\n'
        "\n"
        "[jobs.test]\n"
        'packages = ["ruby", "node"]  # in the versions the repository asks for, with caches\n'
        'services = ["postgres"]\n'
        "steps = [\n"
        "  # lang/ruby\n"
        '  "bundle exec rspec",\n'
        "  # lang/node\n"
        '  "npm test",\n'
        "]\n"
        "# What else a job may say:\n"
        '# matrix = { ruby = ["3.3", "3.4"] }           # a variant for each value\n'
        '# skip_if = { paths_unmodified = ["src/**"] }  # not run while these files are as when it last passed\n'
        "# timeout = 15                                 # minutes; 30 if it is not said\n"
        "\n"
        "[jobs.lint]\n"
        'packages = ["ruby", "node"]  # in the versions the repository asks for, with caches\n'
        "steps = [\n"
        '  "bundle exec rubocop",\n'
        '  "npm run lint",\n'
        "]\n"
        "\n"
        "[[outputs]]\n"
        'provider = "github"\n'
        'path = ".github/workflows/ci.yml"\n'
    )


def test_what_a_plugin_knows_of_versions_is_said_in_the_file() -> None:
    told = render_cig_toml(LIBRARY)
    config, found = load_config(told.encode())
    assert found == ()
    assert config is not None
    [test] = config.jobs
    assert test.packages == ("python", "go")
    assert test.matrix is not None
    assert [(axis.name, axis.values) for axis in test.matrix.axes] == [("python", ("3.12", "3.13"))]
    assert [(pair.name, pair.value) for pair in config.variables] == [("GO_VERSION", "1.25")]
    assert "# matrix" not in told


def test_workflows_of_somebody_else_are_named_beside_the_output() -> None:
    told = render_cig_toml(LIBRARY)
    assert "# cig leaves .github/workflows/ci.yml, .github/workflows/a\\x1bb.yml alone" in told


def test_many_workflows_of_somebody_else_are_counted() -> None:
    assert foreign_workflows(["a.yml", "b.yml", "c.yml", "d.yml"]) == "a.yml, b.yml, c.yml, d.yml"
    assert foreign_workflows(list("abcde")) == "a, b, c and 2 more"


def test_a_lint_job_sets_up_only_what_its_steps_need() -> None:
    linted = InitDetection("lang/ruby", "Ruby 3.4", steps=("bundle exec rubocop", "rake"), packages=("ruby",))
    tree = tomli.loads(render_cig_toml(InitView("shop", detected=(linted, GO))))
    assert tree["jobs"]["test"]["packages"] == ["ruby", "go"]
    assert tree["jobs"]["lint"]["packages"] == ["ruby"]


FRONT = InitDetection("lang/node", "Node 24", (), ("cd web && npm test", "cd web && npm run lint"), ("node",))
BACK = InitDetection("lang/python", "Python 3.13", (), ("uv run pytest",), ("python",))


def test_projects_in_directories_of_their_own_have_jobs_of_their_own() -> None:
    view = InitView("shop", detected=(FRONT, BACK), services=("redis",), matrix=(("python", ("3.12", "3.13")),))
    jobs = tomli.loads(render_cig_toml(view))["jobs"]
    assert "# matrix" not in render_cig_toml(view)
    assert '# matrix = { python = ["3.12", "3.13"] }' in render_cig_toml(InitView("shop", detected=(FRONT, BACK)))
    web = {"working_directory": "web", "packages": ["node"]}
    assert jobs == {
        "test": {
            "packages": ["python"],
            "matrix": {"python": ["3.12", "3.13"]},
            "services": ["redis"],
            "steps": ["uv run pytest"],
        },
        "test-web": {**web, "steps": ["npm test"]},
        "lint-web": {**web, "steps": ["npm run lint"]},
    }


def test_a_directory_without_tests_has_no_job_for_them() -> None:
    lint = InitDetection("lang/node", "Node 24", (), ("cd web && npm run lint",), ("node",))
    assert sorted(tomli.loads(render_cig_toml(InitView("shop", detected=(lint, BACK))))["jobs"]) == ["lint-web", "test"]
    jobs = tomli.loads(render_cig_toml(InitView("shop", detected=(lint,))))["jobs"]
    assert jobs["test"]["steps"][0].endswith("exit 1")
    assert (jobs["lint"]["steps"], jobs["lint"]["working_directory"]) == (["npm run lint"], "web")


def test_a_project_in_a_directory_alone_keeps_the_plain_names() -> None:
    jobs = tomli.loads(render_cig_toml(InitView("shop", detected=(FRONT, GO), services=("redis",))))["jobs"]
    assert sorted(jobs) == ["lint", "test"]
    assert jobs["test"]["services"] == ["redis"]
    assert jobs["test"]["packages"] == ["node"]


def test_directories_whose_names_differ_little_still_differ() -> None:
    steps = [f"cd {name} && npm test" for name in ("a-b", "a_b", "a.b")]
    found = tuple(InitDetection(f"x/{step}", "X", (), (step,)) for step in steps)
    told = render_cig_toml(InitView("shop", detected=found))
    assert sorted(tomli.loads(told)["jobs"]) == ["test-a-b", "test-a-b-1", "test-a-b-2"]
    assert load_config(told.encode())[1] == ()


def test_a_directory_that_only_some_commands_enter_stays_in_them() -> None:
    mixed = InitDetection("lang/node", "Node", (), ("cd web && npm test", "npm run e2e"), ("node",))
    jobs = tomli.loads(render_cig_toml(InitView("shop", detected=(mixed,))))["jobs"]
    assert jobs == {"test": {"packages": ["node"], "steps": ["cd web && npm test", "npm run e2e"]}}


def test_a_project_where_nothing_was_found_fails_until_it_says_how_to_test() -> None:
    config, found = load_config(render_cig_toml(InitView("empty")).encode())
    assert found == ()
    assert config is not None
    [step] = config.jobs[0].steps
    assert step.run is not None
    assert step.run.script.endswith("exit 1")


@pytest.mark.parametrize("view", [RAILS, InitView("empty"), InitView("x", detected=(GO,))])
def test_every_hint_holds_once_its_mark_is_removed(view: InitView) -> None:
    told = render_cig_toml(view)
    hints = re.findall(r"^# (\w+ = .+)$", told, re.MULTILINE)
    assert len(hints) >= 5
    for hint in hints:
        config, found = load_config(told.replace(f"# {hint}", hint).encode())
        assert found == (), hint
        assert config is not None


@given(st.builds(InitView, line, line, st.lists(detections, max_size=3).map(tuple)))
def test_any_project_gives_valid_toml_that_says_the_same(view: InitView) -> None:
    tree = tomli.loads(render_cig_toml(view))
    if view.name.isprintable() and "{{" not in view.name:
        assert tree["project"]["name"] == view.name
    written = [step for job in tree["jobs"].values() for step in job["steps"]]
    tests, lint = split_steps(step for found in view.detected for step in found.steps)
    for step in (*tests, *lint):
        if step.isprintable():
            assert step in written


@pytest.mark.parametrize("name", ["a{{ b }}", "{{x}}", "a\nb", "\x1b[2J"])
def test_an_odd_name_is_accepted_by_cig_itself(name: str) -> None:
    assert load_config(render_cig_toml(InitView(name, name)).encode())[1] == ()


@given(line, line, st.lists(detections.filter(lambda d: "{{" not in str(d)), max_size=2).map(tuple))
def test_any_project_is_accepted_by_cig_itself(name: str, branch: str, found: tuple[InitDetection, ...]) -> None:
    config, diagnostics = load_config(render_cig_toml(InitView(name, branch, found)).encode())
    assert diagnostics == ()
    assert config is not None


def test_a_branch_that_reads_as_a_glob_is_left_to_the_default() -> None:
    config, found = load_config(render_cig_toml(InitView("x", "release[1]")).encode())
    assert found == ()
    assert config is not None
    assert config.project.default_branch == "release[1]"


def test_commands_are_told_apart() -> None:
    steps = ["uv run pytest", "uv run ruff check", "npm run format", "make formation", "tsc --noEmit", "uv run pytest"]
    steps += ["pnpm check-types", "bin/importmap audit", "python -m pre_commit run", "vitest"]
    assert split_steps(steps) == (
        ("uv run pytest", "make formation", "vitest"),
        (
            *("uv run ruff check", "npm run format", "tsc --noEmit", "pnpm check-types", "bin/importmap audit"),
            "python -m pre_commit run",
        ),
    )


def test_the_schema_line_names_the_schema() -> None:
    schema = json.loads(files("cigen.schema").joinpath("cig.schema.json").read_text(encoding="utf-8"))
    assert schema["$id"] == SCHEMA_URL
