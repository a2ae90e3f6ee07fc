"""A bucket that nobody has a key for: a CI job's token is exchanged for credentials that last an hour.

The exchange and the bucket are stubs on this machine, which know what they may be asked. Nobody vouches for their
certificate, so that is not looked at here, and nowhere else.
"""

import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import obstore.store
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cigen.proof.bucket import BucketStore
from cigen.proof.stores import StoreFaultError

ROLE = "arn:aws:iam::111122223333:role/cig-branch"
PROVIDER = "projects/1/locations/global/workloadIdentityPools/cig/providers/ci"
CREDENTIALS = """<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
<AccessKeyId>SHORT</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>session</SessionToken>
<Expiration>2099-01-01T00:00:00Z</Expiration>
</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"""


class _Cloud(BaseHTTPRequestHandler):
    """Exchanges the token of one job, for one role, and has an object for whoever comes with what it gave."""

    def do_POST(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        known = asked["WebIdentityToken"] == ["token-of-the-job"] and asked["RoleArn"] == [ROLE]
        self._answer(200 if known else 400, CREDENTIALS.encode() if known else b"")

    def do_GET(self) -> None:
        known = self.headers["x-amz-security-token"] == "session"
        known = known and "Credential=SHORT/" in self.headers["Authorization"]
        self._answer(200 if known else 403, b"record" if known else b"")

    def _answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", '"x"')
        self.send_header("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


class _Google(BaseHTTPRequestHandler):
    """The same of Google, whose exchange takes JSON."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = asked["subjectToken"] == "token-of-the-job" and asked["audience"] == f"//iam.googleapis.com/{PROVIDER}"
        self._answer(200 if known else 400, b'{"access_token": "for-an-hour", "expires_in": 3600}' if known else b"{}")

    def do_GET(self) -> None:
        known = self.headers["Authorization"] == "Bearer for-an-hour"
        self._answer(200 if known else 401, b"record" if known else b"")

    _answer, log_message = _Cloud._answer, _Cloud.log_message


def certificate(folder: Path) -> tuple[Path, Path]:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return paths


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[str]:
    """The URL of the exchange and of the bucket."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), _Cloud) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def opened(cloud: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., BucketStore]]:
    real: Any = obstore.store.from_url

    def unseen(url: str, **given: Any) -> Any:
        return real(url, **{**given, "client_options": {**given["client_options"], "allow_invalid_certificates": True}})

    with monkeypatch.context() as context:
        context.setattr(obstore.store, "from_url", unseen)
        for name, value in {
            "AWS_ENDPOINT_URL": cloud,
            "AWS_ENDPOINT_URL_STS": cloud,
            "AWS_REGION": "eu-west-1",
        }.items():
            context.setenv(name, value)

        def start(**variables: str) -> BucketStore:
            for name, value in variables.items():
                context.setenv(name, value)
            return BucketStore("s3://records/x", 20)

        yield start


def test_s16_a_role_is_taken_on_with_the_token_of_the_job(opened: Callable[..., BucketStore]) -> None:
    store = opened(AWS_ROLE_ARN=ROLE, CIRCLE_OIDC_TOKEN_V2="token-of-the-job")
    assert store.fetch(["a"], 100) == {"a": b"record"}


def test_s16_a_token_of_another_job_opens_nothing(opened: Callable[..., BucketStore]) -> None:
    store = opened(AWS_ROLE_ARN=ROLE, CIRCLE_OIDC_TOKEN_V2="token-of-another")
    with pytest.raises(StoreFaultError):
        store.fetch(["a"], 100)


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], BucketStore]]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Google) as server, monkeypatch.context() as context:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        context.setattr("cigen.proof.identity._GOOGLE", url)
        context.setenv("GOOGLE_BASE_URL", url)
        context.setenv("GOOGLE_WORKLOAD_IDENTITY_PROVIDER", PROVIDER)
        for name in ("GOOGLE_SERVICE_ACCOUNT", "GOOGLE_SERVICE_ACCOUNT_KEY", "GOOGLE_APPLICATION_CREDENTIALS"):
            context.delenv(name, raising=False)

        def start(token: str) -> BucketStore:
            context.setenv("CIRCLE_OIDC_TOKEN_V2", token)
            return BucketStore("gs://records/x", 20)

        yield start
        server.shutdown()


def test_s16_google_takes_the_token_of_the_job_and_no_other(google: Callable[[str], BucketStore]) -> None:
    assert google("token-of-the-job").fetch(["a"], 100) == {"a": b"record"}
    with pytest.raises(StoreFaultError, match="gets no credentials from Google for the token of this job"):
        google("token-of-another")
