"""The generated code is the one that the .proto gives."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
GENERATOR = "1.80.0"


def test_the_checked_in_code_is_fresh() -> None:
    try:
        found = version("grpcio-tools")
    except PackageNotFoundError:
        found = "none"
    if found != GENERATOR:
        pytest.skip(f"grpcio-tools {GENERATOR} is needed, {found} is installed")
    checked = subprocess.run([sys.executable, ROOT / "proto/generate.py", "--check"], capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")
