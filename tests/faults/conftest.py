"""What the fault tests share: plugins made on the spot, and a pool that tells what it saw."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cigen.errors import PluginError
from cigen.formats.manifest import parse_manifest
from cigen.host.discovery import InstalledPlugin
from cigen.host.pool import Deadlines, Limits, PluginPool
from cigen.host.scan import PluginFiles
from cigen.model.diagnostics import Diagnostic
from cigen.model.events import Event, Log
from cigen.model.paths import PluginId
from cigen.model.plans import Hook, PluginInfo, PreflightRequest

PLUGINS = Path(__file__).resolve().parents[1] / "plugins"


class Bench:
    """A pool under observation."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.pools: list[PluginPool] = []

    def pool(self, limits: Limits | None = None, **deadlines: float) -> PluginPool:
        """A pool; a test's legitimate calls get plenty of time, whatever else the machine does."""
        patient = {"handshake": 30.0, "detect": 60.0, "plan": 60.0, "preflight": 60.0, **deadlines}
        pool = PluginPool(observer=self.events.append, deadlines=Deadlines(**patient), limits=limits or Limits())
        self.pools.append(pool)
        return pool

    def log(self) -> list[str]:
        return [event.message for event in self.events if isinstance(event, Log)]


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    for pool in bench.pools:
        pool.close()


@pytest.fixture
def fixture_plugin() -> Callable[..., InstalledPlugin]:
    """`fixture_plugin("echo", "bundled")`: a plugin of tests/plugins, of an origin."""

    def make(name: str, origin: str = "config") -> InstalledPlugin:
        manifest, problems = parse_manifest((PLUGINS / name / "module.toml").read_text(), name)
        assert manifest, problems
        info = manifest.info
        return InstalledPlugin(
            PluginId(info.name), info.version, origin, PLUGINS / name / manifest.entry, info, PluginFiles("")
        )

    return make


@pytest.fixture
def script(tmp_path: Path) -> Callable[..., InstalledPlugin]:
    """`script("exit 1")`: a plugin that is a shell script."""

    def make(body: str, shell: str = "#!/bin/sh") -> InstalledPlugin:
        entry = tmp_path / "plugin"
        entry.write_text(f"{shell}\n{body}\n")
        entry.chmod(0o755)
        info = PluginInfo("test/script", "1.0.0", 1, hooks=("preflight",))
        return InstalledPlugin(PluginId("test/script"), "1.0.0", "config", entry, info, PluginFiles(""))

    return make


@pytest.fixture
def failure() -> Callable[..., Diagnostic]:
    """The one diagnostic of a call that must fail: of `info`, or of the preflight that does `deed`."""

    def run(pool: PluginPool, plugin: InstalledPlugin, deed: str | None = None) -> Diagnostic:
        def ask() -> object:
            return pool.call(plugin, Hook.PREFLIGHT, PreflightRequest(deed)) if deed else pool.info(plugin)

        with pytest.raises(PluginError) as caught:
            ask()
        (diagnostic,) = caught.value.diagnostics
        assert plugin.id in diagnostic.message
        return diagnostic

    return run


@pytest.fixture
def deed() -> Callable[..., Any]:
    """What the faulty plugin answers to one of its deeds."""

    def run(pool: PluginPool, plugin: InstalledPlugin, name: str) -> str:
        reason = pool.call(plugin, Hook.PREFLIGHT, PreflightRequest(name)).reason
        assert isinstance(reason, str)
        return reason

    return run


@pytest.fixture
def claiming() -> Callable[..., InstalledPlugin]:
    """A plugin with other things in its manifest than it says of itself."""

    def make(plugin: InstalledPlugin, **info: Any) -> InstalledPlugin:
        assert plugin.info
        return replace(plugin, info=replace(plugin.info, **info))

    return make
