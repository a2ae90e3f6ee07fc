#!/usr/bin/env python3
"""`lang/python`: detects a Python project and sets it up in the jobs that ask for it."""

import shlex

from cigen.sdk import (
    DetectRequest,
    DetectResult,
    Fact,
    PlanRequest,
    PlanResult,
    Plugin,
    serve,
)
from cigen.std.declared import DeclaredFiles, table
from cigen.std.lang.language import default_version, version_only
from cigen.std.lang.projects import by_name, project_directories, project_facts
from cigen.std.lang.python.findings import TITLES
from cigen.std.lang.python.installers import LOCKFILES, project_installer
from cigen.std.lang.python.manifest import read_manifest
from cigen.std.lang.python.planning import plan_python
from cigen.std.lang.python.requirements import chosen_requirements, installs_itself, with_includes
from cigen.std.lang.python.testing import select, suggested_commands
from cigen.std.lang.python.versions import PYTHON, python_version, tested_versions
from cigen.std.report import Report

__all__ = ["PLUGIN", "Python"]

_MANIFESTS = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile")


class Python(Plugin):
    """Python, the project's installer and its packages."""

    def detect(self, request: DetectRequest) -> DetectResult:
        """Versions, installer, lockfile; what the tests need, and the commands worth running for `cig init`."""
        report = Report(TITLES)
        files = DeclaredFiles(request.repo, report, "PYTHON_001")
        directories = project_directories(files, _MANIFESTS, tuple(LOCKFILES.values()))
        found = [_Detected(files, directory, report) for directory in directories]
        found = [project for project in found if project.is_project] or found[:1]
        if not found or (not found[0].manifest.path and not found[0].is_project):
            return version_only(PYTHON, files, report)
        main = found[0]
        facts = project_facts("python", [(project.directory, project.facts) for project in found])
        facts += (*default_version(PYTHON, facts, main.manifest.path), *tested_versions(main.manifest))
        enter = f"cd {shlex.quote(main.directory.rstrip('/'))} && " if main.directory else ""
        commands = suggested_commands(files, main.directory, main.manifest, main.installer, main.selection)
        version = next((fact.value for fact in facts if fact.name == "python_version"), "")
        return DetectResult(
            signals=main.signals(),
            facts=by_name(facts),
            confidence=main.confidence(),
            summary=f"Python {version}".rstrip(),
            packages=("python",),
            suggested_steps=tuple(enter + command for command in commands),
            diagnostics=report.found,
        )

    def plan(self, request: PlanRequest) -> PlanResult:
        """Steps for every job that lists `python` or an installer, and for every step that uses the module."""
        return plan_python(request)


PLUGIN = Python()


class _Detected:
    """What is known of the project in one directory."""

    def __init__(self, files: DeclaredFiles, directory: str, report: Report) -> None:
        self.directory = directory
        self.manifest = read_manifest(files, directory)
        self.installer = project_installer(files, directory, self.manifest, report)
        by_pip = self.installer.name == "pip"
        self.requirements = chosen_requirements(files, directory) if by_pip else ()
        self.selection = select(files, self.manifest, self.installer.name, self.requirements)
        self.editable = by_pip and self.manifest.buildable
        self.is_project = bool(self.requirements or self.editable or not by_pip)
        self.workspace = "workspace" in table(self.manifest.settings.get("uv"))
        version = python_version(files, directory, self.manifest, report)
        self.facts = [*([version] if version else []), *self._own_facts(files)]

    def _own_facts(self, files: DeclaredFiles) -> list[Fact]:
        installer, manifest = self.installer, self.manifest
        editable = self.editable and not installs_itself(files, self.requirements)
        if not self.is_project:
            return []
        reason = installer.reason or self.requirements[0]
        stated = [installer.lockfile] if installer.lockfile else with_includes(files, self.requirements)
        if not installer.lockfile and (self.editable or not self.requirements):
            stated.append(manifest.path)
        named = {
            "python_installer": (installer.name, reason),
            f"{installer.name}_version": (installer.version, installer.source),
            "python_lockfile": (installer.lockfile, installer.lockfile),
            "python_requirements": (" ".join(self.requirements), reason),
            "python_workspace": ("true" if installer.name == "uv" and self.workspace else "", manifest.path),
            "python_editable": ("true" if editable else "", manifest.path),
            "python_extras": (" ".join(self.selection.extras), manifest.path),
            "python_groups": (" ".join(self.selection.groups), manifest.path),
            "python_dependency_files": (" ".join(stated), reason),
        }
        return [Fact(name, value, source) for name, (value, source) in named.items() if value]

    def signals(self) -> tuple[str, ...]:
        seen = {
            "python_detected": True,
            "has_pyproject": self.manifest.path.endswith("pyproject.toml"),
            "has_requirements": bool(self.requirements),
            "has_python_lockfile": bool(self.installer.lockfile),
            "pytest_detected": "pytest" in self.selection.installed or "pytest" in self.manifest.tools,
        }
        return tuple(sorted(name for name, true in seen.items() if true))

    def confidence(self) -> float:
        """A pyproject.toml that only configures a linter is a weak sign; a project below the root a middling one."""
        if not self.is_project:
            return 0.5
        return 0.7 if self.directory else 0.95


if __name__ == "__main__":
    serve(PLUGIN, __file__)
