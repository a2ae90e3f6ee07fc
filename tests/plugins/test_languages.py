"""Plugins in other languages, each with the ordinary gRPC library of its own, over standard input and output.

They are built once and kept in the user's cache folder, under the digest of their sources. Node's takes a few seconds
and is built whenever npm is there; Go's takes minutes the first time, and is built only where everything must run or
CIG_BUILD_GO is set.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from cigen.errors import PluginError
from cigen.formats.manifest import parse_manifest
from cigen.host.discovery import InstalledPlugin
from cigen.host.pool import Deadlines, PluginPool
from cigen.host.scan import PluginFiles
from cigen.model.events import Event, Log
from cigen.model.paths import PluginId
from cigen.model.plans import DetectRequest, File, Hook, RepoSnapshot

HERE = Path(__file__).resolve().parent
PROTO = HERE.parents[1] / "proto"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cigen-tests"
PATIENT = not {"CIG_BUILD_GO", "CIG_REQUIRE_TOOLS"}.isdisjoint(os.environ)
READS = {"node": "package.json", "go": "go.mod"}


def run(folder: Path, *command: str | Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        pytest.skip(f"{command[0]} failed: {done.stderr.strip()[-400:]}")


def build_node(folder: Path) -> None:
    shutil.copytree(PROTO / "cigen", folder / "proto/cigen")
    run(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")


def build_go(folder: Path) -> None:
    if not PATIENT:
        pytest.skip("building the Go plugin takes minutes: set CIG_BUILD_GO=1")
    run(folder, "go", "build", "-o", "protoc-gen-go", "google.golang.org/protobuf/cmd/protoc-gen-go")
    module = "cigen.dev/plugin/test/go"
    source = "cigen/plugin/v1/plugin.proto"
    options = [f"--go_opt=module={module}", f"--go_opt=M{source}={module}/pluginv1"]
    generator = f"--plugin=protoc-gen-go={folder / 'protoc-gen-go'}"
    protoc = [sys.executable, "-m", "grpc_tools.protoc"]
    run(folder, *protoc, f"-I{PROTO}", generator, f"--go_out={folder}", *options, source)
    run(folder, "go", "build", "-trimpath", "-o", "plugin", ".")


BUILDS: dict[str, tuple[str, Callable[[Path], None]]] = {"node": ("npm", build_node), "go": ("go", build_go)}


def built(language: str) -> Path:
    """The folder of a plugin that is ready to run."""
    sources = sorted(file for file in [*(HERE / language).iterdir(), *PROTO.rglob("*.proto")] if file.is_file())
    digest = sha256(b"".join(file.read_bytes() for file in sources)).hexdigest()[:16]
    folder = CACHE / f"{language}-{digest}"
    if folder.exists():
        return folder
    tool, build = BUILDS[language]
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    scratch = CACHE / f"{language}-{digest}.{os.getpid()}"
    shutil.copytree(HERE / language, scratch, ignore=shutil.ignore_patterns("node_modules"))
    try:
        build(scratch)
        scratch.rename(folder)
    except OSError:
        # Another process of the same test run was faster.
        if not folder.exists():
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return folder


@pytest.fixture(params=["node", "go"])
def foreign(request: pytest.FixtureRequest) -> InstalledPlugin:
    folder = built(request.param)
    manifest, problems = parse_manifest((folder / "module.toml").read_text(), request.param)
    assert manifest, problems
    info = manifest.info
    return InstalledPlugin(PluginId(info.name), info.version, "config", folder / manifest.entry, info, PluginFiles(""))


def detect(pool: PluginPool, plugin: InstalledPlugin, path: str, content: bytes) -> tuple[str, ...]:
    result = pool.call(plugin, Hook.DETECT, DetectRequest(RepoSnapshot((File(path, content=content),))))
    return tuple(fact.value for fact in result.facts)


def test_a_plugin_in_another_language_answers(foreign: InstalledPlugin) -> None:
    events: list[Event] = []
    path = READS[foreign.id.partition("/")[2]]
    with PluginPool(observer=events.append, deadlines=Deadlines(handshake=60)) as pool:
        assert detect(pool, foreign, "other", b"12345") == ()
        assert pool.info(foreign) == foreign.info
        assert detect(pool, foreign, path, b"12345") == ("5",)
        assert detect(pool, foreign, path, bytes(30 << 20)) == (str(30 << 20),)
        with pytest.raises(PluginError) as caught:
            detect(pool, foreign, path, b"fail")
    assert caught.value.diagnostics[0].code == "PLUGIN_012"
    assert caught.value.diagnostics[0].message == f"{foreign.id} failed in detect: asked to fail."
    assert any("hello, cig" in event.message for event in events if isinstance(event, Log))


def test_a_hook_it_does_not_have_is_told(foreign: InstalledPlugin) -> None:
    from cigen.model.plans import PlanRequest

    with PluginPool(deadlines=Deadlines(handshake=60)) as pool, pytest.raises(PluginError) as caught:
        pool.call(foreign, Hook.PLAN, PlanRequest())
    (found,) = caught.value.diagnostics
    assert found.code == "PLUGIN_012"
    assert found.message.startswith(f"{foreign.id} does not answer plan: ")


def test_it_ends_when_the_core_hangs_up(foreign: InstalledPlugin) -> None:
    patient = Deadlines(handshake=60, end=30)
    with PluginPool(deadlines=patient) as pool:
        pool.info(replace(foreign))
        session = pool._sessions[foreign.id]
    assert session.status == 0


def test_the_lockfile_names_no_host_to_download_from() -> None:
    assert '"resolved"' not in (HERE / "node/package-lock.json").read_text()


def test_it_passes_the_conformance_suite(foreign: InstalledPlugin, cig: Callable[..., Any], tmp_path: Path) -> None:
    done = cig(tmp_path, "plugin", "test", str(foreign.entry.parent))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(f"{foreign.id} {foreign.version}: 16 checks, all passed.\n")
