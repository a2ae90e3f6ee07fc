#!/usr/bin/env python3
"""`lang/node`: detects a Node or Bun project and sets it up in the jobs that ask for it."""

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
from cigen.std.declared import DeclaredFiles
from cigen.std.lang.language import default_version, version_only
from cigen.std.lang.node.commands import suggested_commands
from cigen.std.lang.node.findings import TITLES
from cigen.std.lang.node.managers import LOCKFILES, Manager, package_manager
from cigen.std.lang.node.manifest import Manifest, read_manifest
from cigen.std.lang.node.planning import plan_node
from cigen.std.lang.node.versions import NODE, node_version
from cigen.std.lang.projects import by_name, project_directories, project_facts
from cigen.std.report import Report

__all__ = ["PLUGIN", "Node"]


class Node(Plugin):
    """Node.js or Bun, the project's package manager and its packages."""

    def detect(self, request: DetectRequest) -> DetectResult:
        """Versions, package manager, lockfile; the scripts worth running for `cig init`."""
        report = Report(TITLES)
        files = DeclaredFiles(request.repo, report, "NODE_001")
        lockfiles = [name for names in LOCKFILES.values() for name in names]
        directories = project_directories(files, ("package.json",), lockfiles)
        if not directories:
            return version_only(NODE, files, report)
        found = [_Detected(files, directory, report) for directory in directories]
        main = found[0]
        facts = project_facts("node", [(project.directory, project.facts) for project in found])
        if main.manager.name != "bun":
            facts += default_version(NODE, facts, main.manifest.path)
        enter = f"cd {shlex.quote(main.directory.rstrip('/'))} && " if main.directory else ""
        commands = suggested_commands(main.manifest, main.manager, members=main.members)
        return DetectResult(
            signals=main.signals(),
            facts=by_name(facts),
            confidence=0.7 if main.directory else 0.95,
            summary=_summary(facts, main.manager),
            packages=("node",),
            suggested_steps=tuple(enter + command for command in commands),
            diagnostics=report.found,
        )

    def plan(self, request: PlanRequest) -> PlanResult:
        """Steps for every job that lists `node` or a package manager, and for every step that uses the module."""
        return plan_node(request)


PLUGIN = Node()


class _Detected:
    """What is known of the project in one directory."""

    def __init__(self, files: DeclaredFiles, directory: str, report: Report) -> None:
        self.directory = directory
        self.manifest = read_manifest(files, directory)
        self.manager = package_manager(files, directory, self.manifest, report)
        self.members = self.manifest.workspaces or ("pnpm-workspace.yaml" in files and not directory)
        version = node_version(files, directory, self.manifest, report)
        self.facts = [*([version] if version else []), *_manager_facts(self.manifest, self.manager)]

    def signals(self) -> tuple[str, ...]:
        seen = {
            "node_detected": True,
            "has_package_json": True,
            "has_node_lockfile": bool(self.manager.lockfile),
            "node_workspaces": self.members,
        }
        return tuple(sorted(name for name, true in seen.items() if true))


def _manager_facts(manifest: Manifest, manager: Manager) -> list[Fact]:
    facts = [Fact("node_package_manager", manager.name, manager.lockfile or manifest.path)]
    if manifest.manager:
        facts = [Fact("node_package_manager", manager.name, manifest.path)]
    if manager.version:
        facts.append(Fact(f"{manager.name}_version", manager.version, manager.source))
    if manifest.pinned:
        facts.append(Fact("package_manager_field", f"{manager.name}@{manager.version}", manifest.path))
    if manager.lockfile:
        facts.append(Fact("node_lockfile", manager.lockfile, manager.lockfile))
    if manager.unlocked:
        facts.append(Fact("node_unlocked", "true", manager.unlocked))
    if manager.release:
        facts.append(Fact("yarn_release", manager.release, manager.source))
    return facts


def _summary(facts: tuple[Fact, ...], manager: Manager) -> str:
    known = {fact.name: fact.value for fact in facts}
    if manager.name == "bun" and "node_version" not in known:
        return f"Bun {manager.version}".rstrip()
    return f"Node {known.get('node_version', '')}".rstrip()


if __name__ == "__main__":
    serve(PLUGIN, __file__)
