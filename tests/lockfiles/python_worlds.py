"""Small Python workspaces, and the wheels that they install, drawn from a seed."""

import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

__all__ = ["GROUPS", "MEMBERS", "NAMES", "changed", "pyproject", "wheels", "workspace"]

NAMES = [f"w{number}" for number in range(12)]
MEMBERS = {"": "shop", "services/web": "web", "services/api": "api-thing", "core": "core"}
"""Directory → name. A member depends on later ones alone."""
GROUPS = ("dev", "lint", "docs")

Project = dict[str, list[str]]
"""`dependencies`, the groups, and the extra `fast`, each a list of requirements."""


def wheels(folder: Path, seed: int) -> None:
    """Wheels in two versions each, with dependencies, extras and markers."""
    draw = random.Random(f"wheels {seed}")
    folder.mkdir()
    for at, name in enumerate(NAMES):
        for version in ("1.0", "2.0"):
            lines = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nProvides-Extra: more"]
            lines += [f"Requires-Dist: {one}" for one in _some(draw, NAMES[at + 1 :], 2, extras=True)]
            lines += [f"Requires-Dist: {one}; extra == 'more'" for one in _some(draw, NAMES[at + 1 :], 1, extras=False)]
            _wheel(folder, name, version, "\n".join(lines))


def workspace(seed: int) -> dict[str, Project]:
    """What the members' pyproject.toml files ask for, by directory."""
    draw = random.Random(f"workspace {seed}")
    found: dict[str, Project] = {}
    folders = list(MEMBERS)
    for at, folder in enumerate(folders):
        project: Project = {"dependencies": list(_some(draw, NAMES, 2, extras=True)), "fast": [draw.choice(NAMES)]}
        project["dependencies"] += [MEMBERS[other] for other in folders[at + 1 :] if draw.random() < 0.4]
        for group in GROUPS:
            if folder == "" or draw.random() < 0.5:
                project[group] = list(_some(draw, NAMES, 1, extras=True))
        found[folder] = project
    if draw.random() < 0.5:
        found[""]["docs"].append("shop[fast]")
    return found


def changed(seed: int, projects: dict[str, Project]) -> dict[str, Project]:
    """The same workspace after somebody asked for other dependencies of one member, or other packages in a group."""
    draw = random.Random(f"change {seed}")
    folder = draw.choice(list(projects))
    field = draw.choice([name for name in projects[folder] if name != "fast"])
    members = [name for name in projects[folder][field] if name in MEMBERS.values()]
    return {**projects, folder: {**projects[folder], field: [*members, *_some(draw, NAMES, 2, extras=True)]}}


def pyproject(folder: str, project: Project, links: Path) -> str:
    """The file as uv reads it. Nothing is built: members are no packages."""
    sources = "".join(f"{name} = {{ workspace = true }}\n" for name in MEMBERS.values())
    groups = "".join(f"{group} = {project[group]!r}\n" for group in GROUPS if group in project)
    root = f'find-links = ["{links}"]\nno-index = true\n[tool.uv.workspace]\nmembers = {[*filter(None, MEMBERS)]!r}\n'
    return (
        f'[project]\nname = "{MEMBERS[folder]}"\nversion = "1.0"\nrequires-python = ">=3.11"\n'
        f"dependencies = {project['dependencies']!r}\n[project.optional-dependencies]\nfast = {project['fast']!r}\n"
        f"[dependency-groups]\n{groups}[tool.uv.sources]\n{sources}[tool.uv]\npackage = false\n"
        f"{'' if folder else root}"
    )


def _some(draw: random.Random, names: list[str], count: int, extras: bool) -> Iterator[str]:
    for name in draw.sample(names, min(count, len(names))):
        extra = draw.choice(["", "", "[more]"]) if extras else ""
        marker = draw.choice(["", "", "; sys_platform == 'win32'"]) if extras else ""
        yield f"{name}{extra}{marker}"


def _wheel(folder: Path, name: str, version: str, metadata: str) -> None:
    described = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"version = {version!r}\n",
        f"{described}/METADATA": f"{metadata}\n",
        f"{described}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{described}/RECORD"] = "".join(f"{path},,\n" for path in (*files, f"{described}/RECORD"))
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as packed:
        for path, content in files.items():
            packed.writestr(zipfile.ZipInfo(path), content)
