"""20 standard plugins, spawn to last handshake, against 20 bare `python -c pass` started at once, in the same run.

    python bench/handshakes.py [ROUNDS]

Prints the medians and their ratio. Each round measures in fresh processes: importing grpcio is part of the cost.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PLUGINS = 20

CORE = """
import json, sys, time
from pathlib import Path
began = time.perf_counter()
from cigen.host.discovery import InstalledPlugin
from cigen.host.scan import PluginFiles
from cigen.host.pool import PluginPool
from cigen.formats.manifest import parse_manifest
found = []
for folder in json.loads(sys.argv[1]):
    manifest, _ = parse_manifest(Path(folder, "module.toml").read_text(), folder)
    info = manifest.info
    found.append(InstalledPlugin(info.name, info.version, "bundled", Path(folder, "plugin.py"), info, PluginFiles("")))
spawned = time.perf_counter()
with PluginPool() as pool:
    pool.start(found)
    for plugin in found:
        pool.info(plugin)
    answered = time.perf_counter()
ended = time.perf_counter()
print(json.dumps([spawned - began, answered - spawned, ended - answered]))
"""


def write_plugins(place: Path) -> list[str]:
    """Folders of plugins that are all alike."""
    folders = []
    for number in range(PLUGINS):
        folder = place / f"p{number}"
        folder.mkdir()
        manifest = f'[module]\nname = "bench/p{number}"\nversion = "1.0.0"\nhooks = ["detect"]\n'
        (folder / "module.toml").write_text(manifest)
        (folder / "plugin.py").write_text(
            "from cigen.sdk import DetectRequest, DetectResult, Plugin\n\n\n"
            "class P(Plugin):\n    def detect(self, request: DetectRequest) -> DetectResult:\n"
            "        return DetectResult()\n\n\nPLUGIN = P()\n"
        )
        folders.append(str(folder))
    return folders


def measure_bare() -> float:
    """Seconds for that many interpreters that do nothing."""
    began = time.perf_counter()
    processes = [subprocess.Popen([sys.executable, "-c", "pass"]) for _ in range(PLUGINS)]
    for process in processes:
        process.wait()
    return time.perf_counter() - began


def measure_plugins(folders: list[str]) -> list[float]:
    """Seconds to import the host, from spawn to the last handshake, and to close."""
    done = subprocess.run(
        [sys.executable, "-c", CORE, json.dumps(folders)], stdout=subprocess.PIPE, text=True, check=True
    )
    times: list[float] = json.loads(done.stdout)
    return times


def main() -> None:
    """Alternate the two, so that a noisy moment hits both."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    bare, imports, plugins, closing = [], [], [], []
    with tempfile.TemporaryDirectory() as place:
        folders = write_plugins(Path(place))
        measure_plugins(folders)
        for _ in range(rounds):
            bare.append(measure_bare())
            for series, value in zip((imports, plugins, closing), measure_plugins(folders), strict=True):
                series.append(value)
    middle = {name: statistics.median(series) for name, series in (("bare", bare), ("plugins", plugins))}
    print(f"{PLUGINS} bare python -c pass    {middle['bare'] * 1000:6.0f} ms")
    print(f"{PLUGINS} plugins, all answered   {middle['plugins'] * 1000:6.0f} ms")
    print(f"  before: importing the host   {statistics.median(imports) * 1000:6.0f} ms")
    print(f"  after: closing               {statistics.median(closing) * 1000:6.0f} ms")
    print(f"ratio {middle['plugins'] / middle['bare']:.2f} (must 1.5, aim 1.0)")


if __name__ == "__main__":
    main()
