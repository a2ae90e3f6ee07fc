"""The same job graph in the words of cig, turbo, nx and npm.

Owns: the text of every configuration file of a generated repository. Refuses: the disk. The inputs of a job are the
same set of files in all three, so that the tools have the same work to do.
"""

import hashlib
import json
from typing import Any

from shape import JOBS, JobKind, Package

__all__ = [
    "EXTERNALS_PER_PACKAGE",
    "PROVIDERS",
    "cig_toml",
    "output_paths",
    "package_json",
    "root_files",
    "workflow_path",
]

PROVIDERS = ("github", "circleci", "buildkite", "jenkins")

EXTERNALS_PER_PACKAGE = 5
"""Packages from a registry, for each package of our own, that the lockfile holds."""

SCOPE = "@bench"


def workflow_path(workflow: int) -> str:
    """The file that cig renders a workflow to."""
    return f".github/workflows/{_workflow(workflow)}.yml"


def output_paths(provider: str, workflow: int) -> str:
    """The file that a provider's part of a workflow is rendered to. CircleCI has one for all."""
    name = _workflow(workflow)
    return {
        "github": workflow_path(workflow),
        "circleci": ".circleci/config.yml",
        "buildkite": f".buildkite/{name}.yml",
        "jenkins": f"ci/{name}.Jenkinsfile",
    }[provider]


def root_files(packages: tuple[Package, ...]) -> dict[str, str]:
    """Path → text of the files at the root."""
    return {
        ".nvmrc": "20\n",
        ".gitignore": "node_modules\n.nx/\n.turbo/\ndist/\n.cigen/cache/\n",
        "README.md": "# A generated monorepo\n\nMade by bench/repository.py.\n",
        "cig.toml": cig_toml(packages, ("github",)),
        "eslint.config.js": "export default [];\n",
        "nx.json": _json(_nx()),
        "package-lock.json": _json(_lockfile(packages)),
        "package.json": _json(_root_package()),
        "tsconfig.base.json": _json({"compilerOptions": {"strict": True, "target": "es2022"}}),
        "turbo.json": _json(_turbo()),
    }


def package_json(package: Package, index: int) -> str:
    """A workspace package: its scripts are turbo's tasks, its `nx` table holds nx's targets."""
    scripts = {job.name: "true" for job in JOBS}
    targets = {job.name: {"command": "true"} for job in JOBS}
    return _json(
        {
            "name": f"{SCOPE}/{package.name}",
            "version": "1.0.0",
            "private": True,
            "scripts": scripts,
            "dependencies": _dependencies(package, index),
            "nx": {"includedScripts": [], "targets": targets},
        }
    )


def cig_toml(packages: tuple[Package, ...], providers: tuple[str, ...]) -> str:
    """The project's cig.toml, with outputs for these providers."""
    triggers = ('push = { branches = ["main"] }', "pull_request = true")
    blocks = ['version = "0.2"\n', '[project]\nname = "bench"\n', "\n".join(["[on]", *triggers, ""])]
    workflows = sorted({package.workflow for package in packages})
    blocks += [f"[workflows.{_workflow(n)}]\non = {{ {', '.join(triggers)} }}\n" for n in workflows[1:]]
    blocks += [_output(provider, n) for provider in providers for n in (workflows if provider != "circleci" else [-1])]
    blocks += [_cig_job(package, job) for package in packages for job in JOBS]
    return "\n".join(blocks)


def _output(provider: str, workflow: int) -> str:
    chosen = "*" if workflow < 0 else _workflow(workflow) if workflow else ""
    lines = ["[[outputs]]", f'provider = "{provider}"', f'path = "{output_paths(provider, workflow)}"']
    return "\n".join([*lines, *([f'workflow = "{chosen}"'] if chosen else []), ""])


def _cig_job(package: Package, job: JobKind) -> str:
    needs = [f"{package.name}-{own}" for own in job.needs_own]
    needs += [f"{other}-{upstream}" for other in package.needs for upstream in job.needs_upstream]
    globs = [f"{package.folder}/{glob}" for glob in job.local] + list(job.shared)
    lines = [f"[jobs.{package.name}-{job.name}]"]
    lines += [f'workflow = "{_workflow(package.workflow)}"'] if package.workflow else []
    lines += [f"needs = {json.dumps(needs)}"] if needs else []
    lines += [
        'packages = ["node"]',
        f'steps = ["npm run {job.name} --workspace {package.folder}"]',
        f"skip_if = {{ paths_unmodified = {json.dumps(globs)} }}",
        "",
    ]
    return "\n".join(lines)


def _workflow(number: int) -> str:
    return f"group{number:02d}" if number else "ci"


def _turbo() -> dict[str, Any]:
    tasks: dict[str, Any] = {}
    for job in JOBS:
        needs = [*job.needs_own, *(f"^{upstream}" for upstream in job.needs_upstream)]
        inputs = [*job.local, *(f"$TURBO_ROOT$/{path}" for path in job.shared)]
        tasks[job.name] = {"dependsOn": needs, "inputs": inputs, "outputs": []}
    return {"tasks": tasks}


def _nx() -> dict[str, Any]:
    targets: dict[str, Any] = {}
    for job in JOBS:
        needs = [*job.needs_own, *(f"^{upstream}" for upstream in job.needs_upstream)]
        inputs = [f"{{projectRoot}}/{glob}" for glob in job.local]
        inputs += [f"{{workspaceRoot}}/{path}" for path in job.shared]
        targets[job.name] = {"dependsOn": needs, "inputs": inputs, "outputs": [], "cache": True}
    return {"analytics": False, "neverConnectToCloud": True, "defaultBase": "main", "targetDefaults": targets}


def _root_package() -> dict[str, Any]:
    return {
        "name": "bench",
        "version": "1.0.0",
        "private": True,
        "packageManager": "npm@10.8.2",
        "engines": {"node": ">=20"},
        "workspaces": ["packages/*"],
    }


def _dependencies(package: Package, index: int) -> dict[str, str]:
    own = {f"{SCOPE}/{other}": "*" for other in package.needs}
    return own | {_external(index, n): "^1.0.0" for n in range(EXTERNALS_PER_PACKAGE)}


def _external(index: int, n: int) -> str:
    return f"external-{index:04d}-{n}"


def _lockfile(packages: tuple[Package, ...]) -> dict[str, Any]:
    entries: dict[str, Any] = {"": {key: _root_package()[key] for key in ("name", "version", "workspaces", "engines")}}
    for index, package in enumerate(packages):
        name = f"{SCOPE}/{package.name}"
        entries[f"node_modules/{name}"] = {"resolved": package.folder, "link": True}
        entries[package.folder] = {"name": name, "version": "1.0.0", "dependencies": _dependencies(package, index)}
        for n in range(EXTERNALS_PER_PACKAGE):
            external = _external(index, n)
            digest = hashlib.sha512(external.encode()).hexdigest()[:86]
            entries[f"node_modules/{external}"] = {"version": "1.0.0", "integrity": f"sha512-{digest}=="}
    return {"name": "bench", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": entries}


def _json(value: Any) -> str:
    return json.dumps(value, indent=2) + "\n"
