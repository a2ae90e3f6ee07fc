"""lang/node and lang/python: installing a part of a project, and who is told that they cannot."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cigen.lockfiles.parts import locked_part
from cigen.model.resources import Cache, Checkout, Job, ModuleUse, Pair, Step
from cigen.std.inputs import Input, read_settings
from cigen.std.lang.node.plugin import PLUGIN as NODE
from cigen.std.lang.python.plugin import PLUGIN as PYTHON
from cigen.std.report import Report

Call = Callable[..., Any]

NPM = {"package.json": '{"name": "root"}', ".nvmrc": "22", "package-lock.json": "{}"}
PNPM = {
    "package.json": '{"packageManager": "pnpm@11.1.0"}',
    ".nvmrc": "22",
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
}
YARN = {"package.json": "{}", ".nvmrc": "22", "yarn.lock": "# yarn lockfile v1\n"}
BUN = {"package.json": "{}", ".nvmrc": "22", "bun.lock": "{}"}
BARE = {"package.json": "{}", ".nvmrc": "22"}

PROJECT = "[project]\nname = 'root'\n[dependency-groups]\ndev = ['pytest']\ntest = ['pytest']\n"
UV = {"pyproject.toml": PROJECT + "[tool.uv.workspace]\nmembers = ['api']\n", ".python-version": "3.12", "uv.lock": ""}
POETRY = {"pyproject.toml": PROJECT, ".python-version": "3.12", "poetry.lock": ""}
PDM = {"pyproject.toml": PROJECT, ".python-version": "3.12", "pdm.lock": ""}
PIPENV = {"Pipfile": "", ".python-version": "3.12", "Pipfile.lock": "{}"}
PIP = {"pyproject.toml": PROJECT, ".python-version": "3.12"}
UNLOCKED = {"pyproject.toml": PROJECT + "[tool.uv]\n", ".python-version": "3.12"}


def using(module: str, inputs: dict[str, str], **fields: Any) -> Job:
    step = Step(id="it", module=ModuleUse(module, "", tuple(Pair(*pair) for pair in inputs.items())))
    return Job(**{"id": "test", "runner": "linux", "steps": (step,), **fields})


def node(**inputs: str) -> Job:
    return using("lang/node", inputs)


def python(**inputs: str) -> Job:
    return using("lang/python", inputs)


def test_npm_installs_a_package_and_the_root_and_no_package_of_that_name(plan_with: Call, outline: Call) -> None:
    result = plan_with(NODE, node(package="apps/web"), files=NPM)
    assert result.diagnostics == ()
    *_, cache, install = outline(result)
    assert cache == "  cache-npm: cache npm [~/.npm] node:22 package:apps/web <package-lock.json>"
    assert install.startswith("  install-node-packages: node -e '")
    assert install.endswith("\nnpm ci --workspace ./apps/web --include-workspace-root")


def test_pnpm_installs_a_package_what_it_depends_on_and_the_root(plan_with: Call, outline: Call) -> None:
    result = plan_with(NODE, node(package="apps/web"), files=PNPM)
    assert result.diagnostics == ()
    start = "  install-node-packages: pnpm install --frozen-lockfile --filter . --filter '{./apps/web}...'\nnode -e '"
    assert any(line.startswith(start) for line in outline(result))


def test_pnpm_installs_nothing_more_before_it_runs_a_script(plan_with: Call, outline: Call) -> None:
    assert "test env pnpm_config_verify_deps_before_run=false" in outline(
        plan_with(NODE, node(package="apps/web"), files=PNPM)
    )
    ten = {**PNPM, "package.json": '{"packageManager": "pnpm@10.1.0"}'}
    assert "test env npm_config_verify_deps_before_run=false" in outline(
        plan_with(NODE, node(package="apps/web"), files=ten)
    )
    assert not any("verify" in line for line in outline(plan_with(NODE, node(), files=PNPM)))
    assert not any("verify" in line for line in outline(plan_with(NODE, node(package="apps/web"), files=NPM)))


def test_a_leg_names_its_package(plan_with: Call, outline: Call) -> None:
    lines = outline(plan_with(NODE, node(package="{{ matrix.package }}"), files=NPM))
    assert lines[-1].endswith("\nnpm ci --workspace './{{ matrix.package }}' --include-workspace-root")
    lines = outline(plan_with(NODE, node(package="{{ matrix.package }}"), files=PNPM))
    start = (
        "  install-node-packages: pnpm install --frozen-lockfile --filter . --filter '{./{{ matrix.package }}}...'\n"
    )
    assert any(line.startswith(start) for line in lines)
    assert any("package:{{ matrix.package }}" in line for line in lines)


def test_a_kept_node_modules_is_not_shared_between_packages(plan_with: Call, outline: Call) -> None:
    """What is restored is what the package installed, and never what another one did."""
    kept = (Cache("node_modules"),)
    lines = outline(plan_with(NODE, node(package="apps/web"), files=NPM, caches=kept))
    assert (
        "  cache-node_modules: cache node_modules [node_modules] node:22 package:apps/web <package-lock.json>" in lines
    )


@pytest.mark.parametrize(
    ("files", "inputs", "says", "hint"),
    [
        (YARN, {}, "is of npm and pnpm, and this project uses Yarn", "leave it out: all packages are installed"),
        (BUN, {}, "is of npm and pnpm, and this project uses Bun", "leave it out: all packages are installed"),
        (BARE, {}, "needs a lockfile of npm", "run `npm install` and commit the lockfile"),
        (NPM, {"package_manager": "pnpm"}, "needs a lockfile of pnpm", "run `pnpm install` and commit the lockfile"),
        (NPM, {"install": "false"}, "says what is installed, where nothing is", "leave it out, or"),
        ({}, {}, "needs a project, and none was found", "give the directory that package.json stands in"),
    ],
)
def test_who_cannot_install_a_package_of_node_alone_is_told(
    files: dict[str, str], inputs: dict[str, str], says: str, hint: str, plan_with: Call
) -> None:
    found = plan_with(NODE, node(package="apps/web", **inputs), files=files).diagnostics
    (wrong,) = [one for one in found if one.code == "NODE_006"]
    assert (wrong.level.value, wrong.message) == ("error", f'input "package" {says}')
    assert wrong.hint.startswith(hint)
    assert wrong.key == ("jobs", "test", "steps", 0, "with", "package")


@pytest.mark.parametrize(
    "package", ["./apps/web", "apps/web/", "../web", "apps/../web", "/web", "", ".", "a b", "a//b"]
)
def test_a_package_of_node_is_a_directory_as_lockfiles_write_it(package: str, plan_with: Call) -> None:
    (wrong,) = plan_with(NODE, node(package=package), files=NPM).diagnostics
    assert (wrong.code, wrong.message) == ("NODE_006", f'input "package" is "{package}", which it cannot be')


@pytest.mark.parametrize("package", ["web", "apps/web", "@acme/web", "a/.b/c-d_e.f"])
def test_directories_of_all_kinds_can_be_packages(package: str, plan_with: Call) -> None:
    assert plan_with(NODE, node(package=package), files=NPM).diagnostics == ()


def test_nothing_is_installed_where_the_project_is_not_checked_out(plan_with: Call) -> None:
    job = using("lang/node", {"package": "apps/web"}, checkout=Checkout(disabled=True))
    (wrong,) = plan_with(NODE, job, files=NPM).diagnostics
    assert wrong.message == 'input "package" says what is installed, where nothing is'


@pytest.mark.parametrize(
    ("plugin", "files", "name"), [(NODE, NPM, "package"), (PYTHON, UV, "package"), (PYTHON, UV, "only_groups")]
)
def test_what_a_step_installs_is_no_setting_of_all_jobs(
    plugin: Any, files: dict[str, str], name: str, plan_with: Call, outline: Call
) -> None:
    module = "lang/node" if plugin is NODE else "lang/python"
    result = plan_with(plugin, using(module, {}), files=files, settings={name: '"web"'})
    (wrong,) = result.diagnostics
    assert wrong.message == f'input "{name}" is no setting of all jobs'
    assert wrong.hint == f'give it to the steps that it is for: with = {{ {name} = "…" }}'
    assert wrong.key == ("plugins", module, "settings", name)
    assert not any("web" in line for line in outline(result))


def test_a_setting_that_is_refused_is_given_to_nobody() -> None:
    report = Report({"X_001": "Wrong"})
    accepted = {"package": Input(of_step=True), "version": Input()}
    given = read_settings((Pair("package", '"a"'), Pair("version", '"3"')), accepted, report, "X_001", ("plugins",))
    assert ("package" in given, given.text("version")) == (False, "3")


def test_uv_installs_a_package_alone_and_keeps_to_it(plan_with: Call, outline: Call) -> None:
    """`uv run` would install the rest of the workspace, and the groups of the root are none of the package's."""
    result = plan_with(PYTHON, python(package="api"), files=UV)
    assert result.diagnostics == ()
    lines = outline(result)
    assert "  install-python-packages: uv sync --locked --package api" in lines
    assert "test env UV_NO_SYNC=1" in lines
    assert "  cache-uv: cache uv [~/.cache/uv] python:3.12 package:api <uv.lock>" in lines
    whole = outline(plan_with(PYTHON, python(), files=UV))
    assert "  install-python-packages: uv sync --locked --all-packages" in whole
    assert "test env UV_NO_SYNC=1" not in whole


@pytest.mark.parametrize(
    ("files", "inputs", "script"),
    [
        (UV, {"only_groups": "dev"}, "uv sync --locked --only-group dev"),
        (UV, {"only_groups": "dev, lint"}, "uv sync --locked --only-group dev --only-group lint"),
        (UV, {"only_groups": "dev", "package": "api"}, "uv sync --locked --package api --only-group dev"),
        (UV, {"package": "api", "extras": "y"}, "uv sync --locked --package api --extra y"),
        (UV, {"package": "{{ matrix.p }}"}, "uv sync --locked --package '{{ matrix.p }}'"),
        (POETRY, {"only_groups": "dev,lint"}, "poetry install --no-interaction --only dev,lint"),
    ],
)
def test_groups_are_installed_without_the_project(
    files: dict[str, str], inputs: dict[str, str], script: str, plan_with: Call, outline: Call
) -> None:
    result = plan_with(PYTHON, python(**inputs), files=files)
    assert result.diagnostics == ()
    assert f"  install-python-packages: {script}" in outline(result)


def test_groups_and_extras_of_all_jobs_are_not_installed_with_a_part(plan_with: Call, outline: Call) -> None:
    settings = {"groups": '["docs"]', "extras": '["all"]'}
    for inputs, end in ({"package": "api"}, "--package api"), ({"only_groups": "dev"}, "--only-group dev"):
        lines = outline(plan_with(PYTHON, python(**inputs), files=UV, settings=settings))
        assert f"  install-python-packages: uv sync --locked {end}" in lines


@pytest.mark.parametrize(
    ("files", "inputs", "name", "says"),
    [
        (POETRY, {"package": "api"}, "package", "is of uv, and this project uses Poetry"),
        (PIP, {"package": "api"}, "package", "is of uv, and this project uses pip"),
        (PDM, {"package": "api"}, "package", "is of uv, and this project uses PDM"),
        (PIPENV, {"package": "api"}, "package", "is of uv, and this project uses Pipenv"),
        (PIP, {"only_groups": "dev"}, "only_groups", "is of uv and Poetry, and this project uses pip"),
        (PDM, {"only_groups": "dev"}, "only_groups", "is of uv and Poetry, and this project uses PDM"),
        (PIPENV, {"only_groups": "dev"}, "only_groups", "is of uv and Poetry, and this project uses Pipenv"),
        (UV, {"package": "api", "installer": "pip"}, "package", "is of uv, and this project uses pip"),
        (UNLOCKED, {"package": "api"}, "package", "needs a lockfile of uv"),
        (
            UV,
            {"package": "api", "groups": "x"},
            "package",
            'has default groups alone, since uv looks for what "groups" names at the root as well',
        ),
        (UV, {"only_groups": "dev", "install": "false"}, "only_groups", "says what is installed, where nothing is"),
        ({}, {"package": "api", "installer": "uv"}, "package", "needs a project, and none was found"),
        (
            UV,
            {"only_groups": "dev", "groups": "a"},
            "only_groups",
            'leaves out everything else, also what "groups" names',
        ),
        (
            UV,
            {"only_groups": "dev", "extras": "a"},
            "only_groups",
            'leaves out everything else, also what "extras" names',
        ),
        (UV, {"only_groups": ","}, "only_groups", "names no group"),
    ],
)
def test_who_cannot_install_a_part_of_a_project_is_told(
    files: dict[str, str], inputs: dict[str, str], name: str, says: str, plan_with: Call
) -> None:
    found = plan_with(PYTHON, python(**inputs), files=files).diagnostics
    (wrong,) = [one for one in found if one.code == "PYTHON_006"]
    assert (wrong.level.value, wrong.message) == ("error", f'input "{name}" {says}')
    assert wrong.hint
    assert wrong.key == ("jobs", "test", "steps", 0, "with", name)


# -- what else of a lockfile is read -----------------------------------------------------------------------------------

SAMPLES = Path(__file__).parents[2] / "lockfiles/samples"
LOCKED: list[tuple[Any, str, dict[str, Any], dict[str, str]]] = [
    (NODE, "pnpm-lock.yaml", {"package": "apps/web"}, {"package.json": "{}"}),
    (PYTHON, "uv.lock", {"package": "core"}, {"pyproject.toml": "[tool.uv]\n"}),
    (PYTHON, "poetry.lock", {"only_groups": ("lint-it",)}, {"pyproject.toml": "[tool.poetry]\nname = 'x'\n"}),
]


@pytest.mark.parametrize(("plugin", "lockfile", "selected", "files"), LOCKED, ids=[row[1] for row in LOCKED])
def test_lockfiles_with_the_same_part_are_told_apart_by_no_module(
    plugin: Any, lockfile: str, selected: dict[str, Any], files: dict[str, str], request_for: Call
) -> None:
    """A version that is found in the lockfile decides what a job does, so the part must decide the version."""
    lock = (SAMPLES / lockfile).read_text()
    lines = lock.splitlines(keepends=True)
    seen: dict[str, set[Any]] = {}
    strange = ('requires-python = ">=3.9"\n', 'python-versions = ">=3.9"\n', "lockfileVersion: '6.0'\n")
    for at, line in enumerate(lines):
        others = ("", line + line, re.sub(r"\d", "7", line), line + line.lstrip(), *(one + line for one in strange))
        for other in (line, *others):
            changed = "".join([*lines[:at], other, *lines[at + 1 :]])
            part = locked_part(lockfile, changed.encode(), **selected)
            if part is not None:
                found = plugin.detect(request_for({**files, lockfile: changed}))
                seen.setdefault(part, set()).add(found.facts)
    assert len(seen) > 10
    assert [facts for facts in seen.values() if len(facts) > 1] == []
    # Of pnpm's, versions of the format that a part can be told of all mean one release line.
    assert len({facts for (facts,) in seen.values()}) > (lockfile != "pnpm-lock.yaml"), "nothing of it is read"


# -- npm goes by the manifests -----------------------------------------------------------------------------------------

LOCK = """{"packages": {
  "": {"name": "root", "workspaces": ["apps/*"], "devDependencies": {"ms": "1"}},
  "apps/web": {"name": "@acme/web", "dependencies": {"a": "1"}, "peerDependencies": {"b": "1"}},
  "node_modules/a": {"version": "1.0.0"}, "node_modules/@acme/web": {"resolved": "apps/web", "link": true}
}}"""
MANIFESTS = {
    "package.json": '{"name": "root", "devDependencies": {"ms": "1"}}',
    "apps/web/package.json": '{"name": "@acme/web", "dependencies": {"a": "1"}, "optionalDependencies": {"b": "2"}}',
    "node_modules/a/package.json": '{"name": "a", "dependencies": {"unheard": "1"}}',
}


@pytest.mark.parametrize(
    ("changes", "older"),
    [
        ({}, ""),
        ({"apps/web/package.json": '{"name": "@acme/web", "dependencies": {"c": "1"}}'}, "apps/web/package.json"),
        ({"apps/web/package.json": '{"name": "@acme/web", "devDependencies": {"c": "1"}}'}, "apps/web/package.json"),
        ({"apps/web/package.json": '{"name": "@acme/web", "peerDependencies": {"c": "1"}}'}, "apps/web/package.json"),
        (
            {"apps/web/package.json": '{"name": "@acme/web", "optionalDependencies": {"c": "1"}}'},
            "apps/web/package.json",
        ),
        ({"apps/web/package.json": '{"name": "@acme/shop"}'}, "apps/web/package.json"),
        ({"apps/web/package.json": "{}"}, ""),
        ({"package.json": '{"name": "root", "dependencies": {"c": "1"}}'}, "package.json"),
        ({"package.json": '{"name": "renamed"}'}, ""),
    ],
)
def test_npm_installs_nothing_that_the_lockfile_does_not_list(
    changes: dict[str, str], older: str, tmp_path: Path, plan_with: Call
) -> None:
    """npm itself installs a dependency of the manifest without a word, if another package has it in the lockfile."""
    result = plan_with(NODE, node(package="apps/web"), files=NPM)
    (script,) = [step.run.script for group in result.resources for step in group.steps.steps if step.run]
    for path, text in ({"package-lock.json": LOCK} | MANIFESTS | changes).items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    command = f"npm() {{ echo installs; }}\n{script}"
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    told = f"package-lock.json is older than {older}: run npm install, and commit it\n"
    assert (done.returncode, done.stdout, done.stderr) == ((1, "", told) if older else (0, "installs\n", ""))
