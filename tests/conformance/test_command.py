"""`cig plugin test` as a user runs it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Cig = Callable[..., subprocess.CompletedProcess[str]]

MODULE = """\
[module]
name = "test/small"
version = "1.0.0"
hooks = ["detect"]
reads = ["small.txt"]
"""
SMALL = """\
from cigen.sdk import DetectRequest, DetectResult, Plugin, serve


class Small(Plugin):
    def detect(self, request):
        return DetectResult(confidence=1 / (1 + len(request.repo.files)))


PLUGIN = Small()
serve(PLUGIN, __file__)
"""
BROKEN = SMALL.replace("1 / (1 + len(request.repo.files))", "1 / len(request.repo.files)")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "module.toml").write_text(MODULE)
    (folder / "plugin.py").write_text(SMALL)
    return folder


def test_a_plugin_that_passes(small: Path, cig: Cig) -> None:
    done = cig(small.parent, "plugin", "test", "small")
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert lines[0] == "✓ handshake           introduces itself as module.toml does"
    assert lines[-1] == "test/small 1.0.0: 16 checks, all passed."


def test_a_plugin_that_fails_says_what_was_sent_and_what_came(small: Path, cig: Cig) -> None:
    (small / "plugin.py").write_text(BROKEN)
    done = cig(small.parent, "plugin", "test", "small")
    assert done.returncode == 1
    assert (
        """\
✗ empty               answers for an empty project
    sent:     detect with an empty project
    got:      INTERNAL: test/small failed in detect: ZeroDivisionError: division by zero.
    expected: a DetectResult
"""
        in done.stdout
    )
    assert done.stdout.endswith("\n\ntest/small 1.0.0: 16 checks, 1 failed.\n")


def test_as_json(small: Path, cig: Cig) -> None:
    (small / "plugin.py").write_text(BROKEN)
    done = cig(small, "plugin", "test", ".", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert (found["schema"], found["plugin"], found["passed"]) == ("cig.plugin-test/1", "test/small", False)
    failed = [one["id"] for one in found["checks"] if not one["passed"]]
    assert failed == ["empty"]


def test_a_plugin_that_never_speaks_fails_the_handshake_alone(small: Path, cig: Cig) -> None:
    (small / "plugin.py").write_text("import sys\nsys.exit('no such luck')\n")
    done = cig(small.parent, "plugin", "test", "small")
    assert done.returncode == 1
    assert done.stdout.startswith("✗ handshake")
    assert "no such luck" in done.stdout
    assert done.stdout.endswith("\n\ntest/small 1.0.0: 1 check, 1 failed.\n")


def test_an_executable_without_a_manifest_is_what_it_says(tmp_path: Path, cig: Cig) -> None:
    program = tmp_path / "cigen-plugin-test-lonely"
    code = SMALL.replace("serve(PLUGIN, __file__)", "")
    served = """\
from cigen.sdk import PluginInfo
from cigen.sdk.server import serve_plugin
from cigen.sdk.stdio import taken_streams
serve_plugin(PluginInfo("test/lonely", "2.0.0", 1, hooks=("detect",)), lambda: PLUGIN, *taken_streams())
"""
    program.write_text(f"#!{sys.executable}\n{code}{served}")
    program.chmod(0o755)
    done = cig(tmp_path, "plugin", "test", program.name)
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("test/lonely: 16 checks, all passed.\n")


@pytest.mark.parametrize(
    ("path", "code", "status"),
    [
        ("nowhere", "PLUGIN_002", 1),
        ("empty", "PLUGIN_002", 1),
        ("broken", "PLUGIN_001", 3),
        ("note.txt", "PLUGIN_001", 3),
    ],
)
def test_what_is_no_plugin_is_told(path: str, code: str, status: int, tmp_path: Path, cig: Cig) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/module.toml").write_text("[module]\nname = 7\n")
    (tmp_path / "note.txt").write_text("Hello")
    done = cig(tmp_path, "plugin", "test", path)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith(f"error[{code}]")


def test_wrong_usage(tmp_path: Path, cig: Cig) -> None:
    assert cig(tmp_path, "plugin", "test").returncode == 64
    assert cig(tmp_path, "plugin", "tset", "x").returncode == 64
