"""What a Python project says of itself: pyproject.toml, setup.cfg, setup.py, Pipfile.

Owns: the formats, as far as a pipeline needs them. setup.py is a program; only what is written plainly in it counts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cigen.std.declared import DeclaredFiles, table, text_of
from cigen.std.lang.python.requirements import distribution

__all__ = ["Manifest", "read_manifest"]

Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything by name. `path`: the file that makes the directory a project, empty if none does.

    requires: the Python versions it allows, and the file that says so. buildable: pip can install the project itself.
    extras, groups: distributions by extra and by dependency group. defaults: by installer, the groups that it installs
    without being asked. tools: the tables under `[tool]`, with sections of setup.cfg. settings: the tables themselves.
    """

    path: str = ""
    requires: str = ""
    requires_source: str = ""
    classifiers: tuple[str, ...] = ()
    buildable: bool = False
    dependencies: Names = frozenset()
    extras: Mapping[str, Names] = field(default_factory=dict)
    groups: Mapping[str, Names] = field(default_factory=dict)
    defaults: Mapping[str, Names] = field(default_factory=dict)
    tools: Names = frozenset()
    settings: Mapping[str, Any] = field(default_factory=dict)


def read_manifest(files: DeclaredFiles, directory: str) -> Manifest:
    """The manifest in a directory; an empty one if there is none."""
    path = directory + "pyproject.toml"
    document = files.toml(path)
    settings = table(document.get("tool"))
    poetry = table(settings.get("poetry"))
    project = table(document.get("project"))
    setup = _read_setup(files, directory)
    requires, source = _requires(project, poetry, path)
    groups, defaults = _groups(table(document.get("dependency-groups")), settings)
    declared = bool(project or poetry or "build-system" in document)
    return Manifest(
        path=path if declared or (document and not setup.path) else setup.path,
        requires=requires or setup.requires,
        requires_source=source if requires else setup.requires_source,
        classifiers=_minors(project.get("classifiers")) or _minors(poetry.get("classifiers")) or setup.classifiers,
        buildable=bool(setup.buildable or "build-system" in document or project),
        dependencies=_names(project.get("dependencies")) | _keys(poetry.get("dependencies")) | setup.dependencies,
        extras={**setup.extras, **{n: _names(v) for n, v in table(project.get("optional-dependencies")).items()}},
        groups={**setup.groups, **groups},
        defaults={**setup.defaults, **defaults},
        tools=frozenset(settings) | setup.tools,
        settings=settings,
    )


def _requires(project: Mapping[str, Any], poetry: Mapping[str, Any], path: str) -> tuple[str, str]:
    python = table(poetry.get("dependencies")).get("python")
    found = text_of(project.get("requires-python")) or text_of(python) or text_of(table(python).get("version"))
    return found, path


def _minors(classifiers: object) -> tuple[str, ...]:
    """`Programming Language :: Python :: 3.12` and its like, the newest first."""
    listed = classifiers if isinstance(classifiers, list) else []
    found = (re.fullmatch(r"Programming Language :: Python :: (\d+)\.(\d+)", text_of(one)) for one in listed)
    numbers = {(int(match[1]), int(match[2])) for match in found if match}
    return tuple(f"{major}.{minor}" for major, minor in sorted(numbers, reverse=True))


def _names(requirements: object) -> Names:
    listed = requirements if isinstance(requirements, list) else []
    return frozenset(distribution(text_of(one)) for one in listed) - {""}


def _keys(dependencies: object) -> Names:
    return frozenset(distribution(name) for name in table(dependencies)) - {"python", ""}


def _groups(standard: Mapping[str, Any], tools: Mapping[str, Any]) -> tuple[dict[str, Names], dict[str, Names]]:
    """All dependency groups; and by installer those it installs unasked: uv `dev`, the others all but optional ones."""
    shared = _closed_groups(standard)
    uv, pdm, poetry = (table(tools.get(name)) for name in ("uv", "pdm", "poetry"))
    of_uv = {"dev": _names(uv["dev-dependencies"])} if "dev-dependencies" in uv else {}
    of_pdm = {name: _names(listed) for name, listed in table(pdm.get("dev-dependencies")).items()}
    optional = {name for name, group in table(poetry.get("group")).items() if table(group).get("optional") is True}
    of_poetry = {name: _keys(table(group).get("dependencies")) for name, group in table(poetry.get("group")).items()}
    if "dev-dependencies" in poetry:
        of_poetry["dev"] = of_poetry.get("dev", frozenset()) | _keys(poetry["dev-dependencies"])
    groups = shared
    for own in (of_uv, of_pdm, of_poetry):
        groups = {**groups, **{name: groups.get(name, frozenset()) | names for name, names in own.items()}}
    chosen = uv.get("default-groups", ["dev"])
    listed = [text_of(name) for name in chosen] if isinstance(chosen, list) else list(groups)
    return groups, {
        "uv": frozenset(listed),
        "pdm": frozenset({**shared, **of_pdm}),
        "poetry": frozenset({**shared, **of_poetry}) - optional,
    }


def _closed_groups(standard: Mapping[str, Any]) -> dict[str, Names]:
    """Every group with the groups it includes, each once: one that includes itself is for its installer to report."""
    own = {name: _names(listed) for name, listed in standard.items()}
    included = {name: _included(listed) & own.keys() for name, listed in standard.items()}
    closed = {}
    for name in own:
        seen, waiting = {name}, [name]
        while waiting:
            more = included[waiting.pop()] - seen
            seen |= more
            waiting += more
        closed[name] = frozenset[str]().union(*(own[other] for other in seen))
    return closed


def _included(listed: object) -> frozenset[str]:
    items = listed if isinstance(listed, list) else []
    return frozenset(text_of(table(item).get("include-group")) for item in items)


# -- setup.cfg, setup.py, Pipfile --------------------------------------------------------------------------------------


def _read_setup(files: DeclaredFiles, directory: str) -> Manifest:
    """What the older files say, the first of them that exists; setup.cfg is read for its tools in any case."""
    sections = _read_cfg(files, directory + "setup.cfg")
    tools = frozenset(name.removeprefix("tool:") for name in sections)
    if "metadata" in sections or "options" in sections:
        return _of_cfg(sections, tools, directory + "setup.cfg")
    if directory + "setup.py" in files:
        return _of_setup_py(files.text(directory + "setup.py"), tools, directory + "setup.py")
    if directory + "Pipfile" in files:
        return _of_pipfile(files.toml(directory + "Pipfile"), tools, directory + "Pipfile")
    return Manifest(tools=tools)


def _read_cfg(files: DeclaredFiles, path: str) -> dict[str, dict[str, str]]:
    text = files.text(path)
    if not text.strip():
        return {}
    import configparser

    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        files.refuse(path, "is not a configuration file")
        return {}
    return {name: {key: value or "" for key, value in parser.items(name)} for name in parser.sections()}


def _of_cfg(sections: Mapping[str, Mapping[str, str]], tools: Names, path: str) -> Manifest:
    options = sections.get("options", {})
    classifiers = sections.get("metadata", {}).get("classifiers", "") or sections.get("metadata", {}).get(
        "classifier", ""
    )
    return Manifest(
        path,
        requires=" ".join(options.get("python_requires", "").split()),
        requires_source=path,
        classifiers=_minors(classifiers.splitlines()),
        buildable=True,
        dependencies=_names(options.get("install_requires", "").splitlines()),
        extras={name: _names(text.splitlines()) for name, text in sections.get("options.extras_require", {}).items()},
        tools=tools,
    )


def _of_setup_py(text: str, tools: Names, path: str) -> Manifest:
    requires = re.search(r"""python_requires\s*=\s*["']([^"'\n]*)["']""", text)
    extras = re.search(r"extras_require\s*=\s*\{", text)
    body = text[extras.end() : extras.end() + 10_000].partition("}")[0] if extras else ""
    listed = re.findall(r"""["']([\w.-]+)["']\s*:\s*\[([^\]]*)\]""", body)
    return Manifest(
        path,
        requires=requires[1].strip() if requires else "",
        requires_source=path,
        classifiers=_minors(re.findall(r"""["'](Programming Language :: Python :: \d+\.\d+)["']""", text)),
        buildable=True,
        extras={name: _names(re.findall(r"""["']([^"'\n]+)["']""", items)) for name, items in listed},
        tools=tools,
    )


def _of_pipfile(document: Mapping[str, Any], tools: Names, path: str) -> Manifest:
    wanted = table(document.get("requires"))
    version = text_of(wanted.get("python_full_version")) or text_of(wanted.get("python_version"))
    return Manifest(
        path,
        requires=f"=={version}" if version[:1].isdigit() else version,
        requires_source=path,
        dependencies=_keys(document.get("packages")),
        groups={"dev": _keys(document.get("dev-packages"))},
        defaults={"pipenv": frozenset({"dev"})},
        tools=tools,
    )
