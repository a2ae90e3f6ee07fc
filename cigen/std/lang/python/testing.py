"""What a Python project's tests need, and the commands with which a maintainer would check it.

Owns: the choice of extras and groups to install beside the project, and the suggestions for `cig init`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cigen.std.declared import DeclaredFiles, table
from cigen.std.lang.python.installers import Installer
from cigen.std.lang.python.manifest import Manifest
from cigen.std.lang.python.requirements import required_names

__all__ = ["Selection", "select", "suggested_commands"]

_NAMES = ("test", "tests", "testing", "dev", "develop", "development")
_RUNNERS = frozenset({"pytest", "tox", "nox"})

_PREFIX = {"uv": "uv run ", "poetry": "poetry run ", "pdm": "pdm run ", "pipenv": "pipenv run ", "pip": "python -m "}


@dataclass(frozen=True, slots=True)
class Selection:
    """What is installed beside the project. `installed`: names of all distributions that are then named directly."""

    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    installed: frozenset[str] = frozenset()


def select(files: DeclaredFiles, manifest: Manifest, installer: str, requirements: tuple[str, ...]) -> Selection:
    """The first of the usual groups, or else extras, that brings a test runner, unless one is installed anyway."""
    defaults = manifest.defaults.get(installer, frozenset())
    known = manifest.dependencies.union(*(manifest.groups.get(name, frozenset()) for name in defaults))
    known |= required_names(files, requirements)
    if _tests(known):
        return Selection(installed=known)
    groups = {} if installer == "pipenv" else {n: d for n, d in manifest.groups.items() if n not in defaults}
    for kind, choices in (("groups", groups), ("extras", manifest.extras)):
        name = _first(choices)
        if name and kind == "groups":
            return Selection(groups=(name,), installed=known | choices[name])
        if name:
            return Selection(extras=(name,), installed=known | choices[name])
    return Selection(installed=known)


def _first(choices: Mapping[str, frozenset[str]]) -> str:
    named = [name for name in _NAMES if name in choices]
    return next((name for name in named if _tests(choices[name])), named[0] if named else "")


def _tests(names: frozenset[str]) -> bool:
    return any(name in _RUNNERS or name.startswith("pytest-") for name in names)


def suggested_commands(
    files: DeclaredFiles, directory: str, manifest: Manifest, installer: Installer, selection: Selection
) -> tuple[str, ...]:
    """Lint and types where they are configured and installed, then the tests."""
    run = _PREFIX[installer.name]
    commands = []
    if "ruff" in selection.installed:
        commands.append(f"{run}ruff check")
    elif installer.name == "uv" and _configured("ruff", ("ruff.toml", ".ruff.toml"), files, directory, manifest):
        commands.append("uvx ruff check")
    elif "flake8" in selection.installed and _configured("flake8", (".flake8",), files, directory, manifest):
        commands.append(f"{run}flake8")
    if "black" in selection.installed:
        commands.append(f"{run}black --check .")
    if "isort" in selection.installed and "isort" in manifest.tools:
        commands.append(f"{run}isort --check-only .")
    if "mypy" in selection.installed and _configured("mypy", ("mypy.ini",), files, directory, manifest):
        commands.append(f"{run}mypy{_mypy_target(manifest)}")
    if "pyright" in selection.installed and "pyright" in manifest.tools:
        commands.append(f"{run}pyright")
    if not commands and not directory and ".pre-commit-config.yaml" in files:
        commands = _pre_commit(installer, selection)
    return (*commands, *_test_commands(files, directory, manifest, installer, selection))


def _pre_commit(installer: Installer, selection: Selection) -> list[str]:
    """Where nothing else is known to check the source, the hooks do."""
    arguments = "run --all-files --show-diff-on-failure"
    if "pre-commit" in selection.installed and installer.name != "pip":
        return [f"{_PREFIX[installer.name]}pre-commit {arguments}"]
    if installer.name == "uv":
        return [f"uvx pre-commit {arguments}"]
    install = [] if "pre-commit" in selection.installed else ["python -m pip install pre-commit"]
    return [*install, f"python -m pre_commit {arguments}"]


def _test_commands(
    files: DeclaredFiles, directory: str, manifest: Manifest, installer: Installer, selection: Selection
) -> list[str]:
    run = _PREFIX[installer.name]
    if _tests(selection.installed - {"tox", "nox"}):
        return [f"{run}pytest"]
    for name, file in (("tox", "tox.ini"), ("nox", "noxfile.py")):
        if not _configured(name, (file,), files, directory, manifest):
            continue
        # A job has one Python; nox would take the lack of others for a failure wherever CI is set.
        arguments = " run -e py" if name == "tox" else " --no-error-on-missing-interpreters"
        if installer.name == "uv":
            return [f"uvx {name}{arguments}"]
        if name in selection.installed:
            return [f"{run}{name}{arguments}"]
        return [f"python -m pip install {name}", f"python -m {name}{arguments}"]
    environments = table(table(manifest.settings.get("hatch")).get("envs"))
    scripts = table(table(environments.get("default")).get("scripts"))
    if "test" in scripts or "hatch-test" in environments:
        command = "hatch run test" if "test" in scripts else "hatch test"
        return ["python -m pip install hatch", command] if installer.name == "pip" else [f"uvx {command}"]
    if directory + "manage.py" in files:
        python = "python " if installer.name == "pip" else f"{run}python "
        return [f"{python}manage.py test"]
    if _configured("pytest", ("pytest.ini",), files, directory, manifest):
        if installer.name == "uv":
            return ["uv run --with pytest pytest"]
        return ["python -m pip install pytest", "python -m pytest"] if installer.name == "pip" else []
    return []


def _configured(name: str, own: tuple[str, ...], files: DeclaredFiles, directory: str, manifest: Manifest) -> bool:
    return name in manifest.tools or any(directory + file in files for file in own)


def _mypy_target(manifest: Manifest) -> str:
    settings = manifest.settings.get("mypy")
    named = isinstance(settings, dict) and settings.keys() & {"files", "packages", "modules"}
    return "" if named else " ."
