"""A run takes a role on with the token of its CI system, where one is named and no other credentials are."""

import json
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from cigen.proof.identity import identity_options
from cigen.proof.stores import StoreFaultError

ROLE = {"AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/cig-branch"}
APPLICATION = {"AZURE_CLIENT_ID": "a", "AZURE_TENANT_ID": "b"}
PROVIDER = {"GOOGLE_WORKLOAD_IDENTITY_PROVIDER": "projects/1/locations/global/workloadIdentityPools/cig/providers/ci"}
CIRCLECI = {"CIRCLE_OIDC_TOKEN_V2": "of-circleci"}


def token_of(options: Mapping[str, str]) -> dict[str, str]:
    return {name: Path(path).read_text() for name, path in options.items()}


@pytest.fixture
def github() -> Iterator[Callable[[object], dict[str, str]]]:
    """`github(answer)`: variables of a job that may ask for a token, of a runner that answers so."""
    servers = []

    def start(answer: object) -> dict[str, str]:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = parse_qs(urlsplit(self.path).query)
                allowed = self.headers["Authorization"] == "bearer request"
                content = json.dumps({"value": f"for {asked['audience'][0]}"} if answer is None else answer).encode()
                self.send_response(200 if allowed else 401)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/token?api-version=2.0"
        return {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request"}

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_github_gives_a_token_for_the_cloud_that_keeps_the_bucket(
    github: Callable[[object], dict[str, str]],
) -> None:
    job = github(None)
    found = identity_options("s3://proofs", {**job, **ROLE}, 5)
    assert token_of(found) == {"web_identity_token_file": "for sts.amazonaws.com"}
    assert Path(found["web_identity_token_file"]).stat().st_mode & 0o777 == 0o600
    found = identity_options("az://proofs", {**job, **APPLICATION}, 5)
    assert token_of(found) == {"federated_token_file": "for api://AzureADTokenExchange"}


@pytest.mark.parametrize("answer", [{}, {"value": 1}, [], "x"])
def test_a_job_that_gets_no_token_is_told_so_and_asks_nothing_else(
    answer: object, github: Callable[[object], dict[str, str]]
) -> None:
    with pytest.raises(StoreFaultError, match="gets no token of this job from GitHub"):
        identity_options("s3://proofs", {**github(answer), **ROLE}, 5)
    refused = {**github(None), **ROLE, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "secret-word"}
    with pytest.raises(StoreFaultError) as caught:
        identity_options("s3://proofs", refused, 5)
    assert "secret-word" not in str(caught.value)


def test_circleci_has_it_in_a_variable() -> None:
    found = identity_options("s3://proofs", {**CIRCLECI, **ROLE}, 5)
    assert token_of(found) == {"web_identity_token_file": "of-circleci"}


def test_buildkites_agent_is_asked(tmp_path: Path) -> None:
    agent = tmp_path / "buildkite-agent"
    agent.write_text('#!/bin/sh\n[ "$1 $2 $3" = "oidc request-token --audience" ] && echo "for $4"\n')
    agent.chmod(0o755)
    job = {"BUILDKITE": "true", "PATH": f"{tmp_path}:/usr/bin:/bin", **ROLE}
    assert token_of(identity_options("s3://proofs", job, 5)) == {"web_identity_token_file": "for sts.amazonaws.com"}
    agent.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(StoreFaultError, match="from Buildkite"):
        identity_options("s3://proofs", job, 5)


@pytest.mark.parametrize(
    ("url", "environ"),
    [
        ("s3://proofs", CIRCLECI),
        ("s3://proofs", ROLE),
        ("s3://proofs", {**CIRCLECI, "AWS_ROLE_ARN": ""}),
        ("s3://proofs", {**CIRCLECI, **ROLE, "AWS_ACCESS_KEY_ID": "x"}),
        ("s3://proofs", {**CIRCLECI, **ROLE, "AWS_WEB_IDENTITY_TOKEN_FILE": "/x"}),
        ("az://proofs", {**CIRCLECI, "AZURE_CLIENT_ID": "a"}),
        ("az://proofs", {**CIRCLECI, **APPLICATION, "AZURE_CLIENT_SECRET": "x"}),
        ("gs://proofs", {**CIRCLECI, **ROLE}),
        ("gs://proofs", {**CIRCLECI, **PROVIDER, "GOOGLE_APPLICATION_CREDENTIALS": "/x"}),
    ],
)
def test_without_a_role_or_with_other_credentials_no_token_is_asked_for(url: str, environ: dict[str, str]) -> None:
    assert identity_options(url, environ, 5) == {}


def test_the_token_is_gone_when_the_process_ends(tmp_path: Path, environment: dict[str, str]) -> None:
    import sys

    code = "import os; from cigen.proof.identity import identity_options as of; print(of('s3://x', os.environ, 5))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**environment, **CIRCLECI, **ROLE, "TMPDIR": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert str(tmp_path) in done.stdout
    assert list(tmp_path.iterdir()) == []
