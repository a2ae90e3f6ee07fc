"""doit's view of this project: the real pipeline's actions, and the project's own tasks.

`doit list --all` shows the pipeline of this repository's cig.toml beside `test`, `lint`, `proto`, `bench` and `docs`;
`doit info detect:lang/python` shows what an action depends on. The task creators are those that `cig` itself runs.
"""

import sys
from collections.abc import Iterator
from typing import Any

from cigen.cli.doit_view import pipeline_creators
from cigen.engine.checker import BlobChecker

DOIT_CONFIG = {
    "check_file_uptodate": BlobChecker,
    "dep_file": ".cigen/cache/doit",
    "backend": "json",
    "default_tasks": ["lint", "test"],
    "verbosity": 2,
}

PYTHON = sys.executable


globals().update(pipeline_creators("."))


def task_test() -> dict[str, Any]:
    """run the tests"""
    return {"actions": [[PYTHON, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup"]], "uptodate": [False]}


def task_lint() -> Iterator[dict[str, Any]]:
    """ruff and mypy --strict"""
    yield {"name": "ruff", "actions": [[PYTHON, "-m", "ruff", "check", "."]], "uptodate": [False]}
    yield {"name": "format", "actions": [[PYTHON, "-m", "ruff", "format", "--check", "."]], "uptodate": [False]}
    yield {"name": "mypy", "actions": [[PYTHON, "tools/check_types.py"]], "uptodate": [False]}


def task_proto() -> dict[str, Any]:
    """regenerate the Python code of the .proto files"""
    sources = ["cigen/plugin/v1/plugin.proto", "cigen/proof/reapi.proto"]
    return {
        "actions": [[PYTHON, "proto/generate.py"]],
        "file_dep": [*(f"proto/{source}" for source in sources), "proto/generate.py"],
        "targets": [source.replace(".proto", end) for source in sources for end in ("_pb2.py", "_pb2.pyi")],
    }


def task_bench() -> dict[str, Any]:
    """measure against git, turbo and nx (takes a while)"""
    return {"actions": [[PYTHON, "bench/run.py"]], "uptodate": [False]}


def task_docs() -> dict[str, Any]:
    """regenerate the generated parts of docs/"""
    actions = [[PYTHON, "schemas/generate.py"], [PYTHON, "docs/generate_providers.py"]]
    return {"actions": actions, "uptodate": [False]}
