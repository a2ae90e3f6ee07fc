"""Imports point one way, and each library has one owner. The tree is parsed, nothing is imported."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

BELOW: dict[str, set[str]] = {
    "model": set(),
    "errors": {"model"},
    "late": set(),
    "formats": {"model"},
    "plugin": set(),
    "hashing": {"formats", "errors", "model"},
    "schema": {"hashing", "formats", "errors", "model"},
    "pipeline": {"schema", "hashing", "formats", "errors", "model"},
    "repo": {"hashing", "formats", "errors", "model"},
    "proof": {"wire", "hashing", "formats", "errors", "model"},
    "engine": {"repo", "hashing", "formats", "errors", "late", "model", "rules"},
    "modules": {"hashing", "formats", "errors", "model"},
    "lockfiles": {"hashing", "model"},
    "wire": {"plugin", "hashing", "formats", "errors", "late", "model"},
    "host": {"sdk", "std", "wire", "plugin", "modules", "hashing", "formats", "errors", "model"},
    "output": {"hashing", "formats", "errors", "model"},
    "sdk": {"wire", "plugin", "formats", "errors", "model"},
    "std": {"sdk"},
    "rules": {
        "schema", "pipeline", "engine", "host", "modules", "lockfiles", "repo", "output", "hashing", "formats",
        "errors", "model",
    },
    "cli": {
        "rules", "schema", "pipeline", "engine", "host", "modules", "repo", "output", "proof", "hashing", "formats",
        "errors", "model", "sdk",
    },
}  # fmt: skip
"""What each room may import besides itself and the package's own version."""

ALLOWED = {
    # The null build asks for evidence, and the tool's fingerprint covers the rules: two modules, no more.
    ("engine/unchanged.py", "repo"),
    ("engine/toolprint.py", "rules"),
    # The fork server is a process of its own, which becomes the standard plugins.
    ("host/forkserver.py", "sdk"),
    ("host/forkserver.py", "std"),
    # Only a store that speaks gRPC needs it.
    ("proof/remote.py", "wire"),
    # The conformance suite is the SDK's; the command runs it on processes of the host.
    *((f"cli/{name}.py", "sdk") for name in ("trying", "feature_cases", "commands/plugin", "present/plugin")),
}
NARROW = {"engine": {"repo", "rules"}, "proof": {"wire"}, "host": {"sdk", "std"}, "cli": {"sdk"}}

OWNERS = {
    "doit": "engine",
    "sqlite3": "engine",
    "pygit2": "repo",
    "grpc": "wire",
    "h2": "wire",
    "google": ("wire", "proof/actions.py", "proof/remote.py"),
    "networkx": "pipeline/dag.py",
    "tomli": ("schema", "formats/manifest.py", "lockfiles"),
    "jsonschema": "schema",
    "yaml": "formats",
    "nodesemver": "modules",
    "argparse": "cli",
    "cryptography": "proof/keys.py",
    "obstore": "proof/objects.py",
}


def sources() -> Iterator[tuple[str, Path]]:
    for top, prefix in (("cigen", ""), ("rules", "rules/")):
        for path in sorted((ROOT / top).rglob("*.py")):
            name = prefix + path.relative_to(ROOT / top).as_posix()
            if "_generated" not in name and not name.startswith("plugin/") and not name.endswith("_pb2.py"):
                yield name, path


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(name: str) -> str:
    first = name.split("/")[0]
    return first.removesuffix(".py")


FILES = dict(sources())


@pytest.mark.parametrize("name", FILES)
def test_imports_point_downwards(name: str) -> None:
    own = room(name)
    if own not in BELOW:
        assert own in ("__init__", "__main__")
        return
    seen = {
        target.split(".")[1]
        for target in imports(FILES[name])
        if target.startswith("cigen.") and target.split(".")[1] in BELOW
    }
    upward = seen - BELOW[own] - {own}
    assert not upward, f"{name} imports {', '.join(sorted(upward))}"
    for target in seen & NARROW.get(own, set()):
        assert (name, target) in ALLOWED, f"{name} may not import {target}"


@pytest.mark.parametrize("name", FILES)
def test_each_library_has_one_owner(name: str) -> None:
    for target in imports(FILES[name]):
        owner = OWNERS.get(target.split(".")[0])
        assert owner is None or name.startswith(owner), f"{name} imports {target}, which {owner} owns"


@pytest.mark.parametrize("name", FILES)
def test_a_module_says_what_it_is_and_stays_readable(name: str) -> None:
    text = FILES[name].read_text()
    tree = ast.parse(text)
    if text.strip():
        assert ast.get_docstring(tree), f"{name} has no docstring"
    assert text.count("\n") <= 400, f"{name} is longer than 400 lines"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno
            assert length <= 60, f"{name}: {node.name} has {length} lines"


@pytest.mark.parametrize("name", FILES)
def test_no_module_is_named_after_nothing(name: str) -> None:
    assert Path(name).stem not in {"utils", "util", "helpers", "helper", "common", "misc", "base2"}
