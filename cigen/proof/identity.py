"""Who a run is, to a cloud: the OpenID Connect token that a CI system vouches for its jobs with, for a bucket to take.

Owns asking for one, where the machine names a role, an application or a provider of identities, and nothing that counts
before a token: no key of its own, and no file with a token. The token is for one cloud alone, is written to a file that
nobody else can read, and is gone when the process ends. Google's is exchanged here, since obstore does not.
"""

import atexit
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from cigen.model.dataclass import dataclass
from cigen.proof.stores import StoreFaultError

__all__ = ["identity_options"]


@dataclass(frozen=True, slots=True)
class _Cloud:
    """named: variables that have to be set, all of them. better: one of them set is enough to go without a token."""

    audience: str
    option: str
    named: tuple[str, ...]
    better: tuple[str, ...]


_CLOUDS = {
    "s3": _Cloud(
        "sts.amazonaws.com",
        "web_identity_token_file",
        ("AWS_ROLE_ARN",),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ACCESS_KEY_ID"),
    ),
    "gs": _Cloud(
        "https://iam.googleapis.com/{}",
        "bearer_token",
        ("GOOGLE_WORKLOAD_IDENTITY_PROVIDER",),
        ("GOOGLE_SERVICE_ACCOUNT", "GOOGLE_SERVICE_ACCOUNT_KEY", "GOOGLE_APPLICATION_CREDENTIALS"),
    ),
    "az": _Cloud(
        "api://AzureADTokenExchange",
        "federated_token_file",
        ("AZURE_CLIENT_ID", "AZURE_TENANT_ID"),
        ("AZURE_FEDERATED_TOKEN_FILE", "AZURE_CLIENT_SECRET", "AZURE_STORAGE_ACCOUNT_KEY"),
    ),
}
"""By scheme of the store's URL. The audiences are those that the clouds themselves propose; Google's has the name of
the provider in it."""

_GOOGLE = "https://sts.googleapis.com/v1/token"
_OAUTH = "urn:ietf:params:oauth:"


def identity_options(url: str, environ: Mapping[str, str], budget: float) -> dict[str, str]:
    """What the bucket of this URL is opened with; nothing where the machine has to do. Raises StoreFaultError.

    budget: seconds to wait for the CI system.
    """
    cloud = _CLOUDS.get(url.partition("://")[0])
    if cloud is None or not all(map(environ.get, cloud.named)) or any(map(environ.get, cloud.better)):
        return {}
    provider = environ[cloud.named[0]]
    token = _token(cloud.audience.format(provider), environ, budget)
    if not token:
        return {}
    return {cloud.option: _exchanged(token, provider, budget) if url.startswith("gs:") else _kept(token)}


def _token(audience: str, environ: Mapping[str, str], budget: float) -> str:
    """The token of this job; empty where the CI system has none for it."""
    if environ.get("ACTIONS_ID_TOKEN_REQUEST_URL"):
        return _from_github(audience, environ, budget)
    if environ.get("CIRCLE_OIDC_TOKEN_V2"):
        # For the organization, whoever asks.
        return environ["CIRCLE_OIDC_TOKEN_V2"]
    if environ.get("BUILDKITE") == "true":
        return _from_buildkite(audience, environ, budget)
    return ""


def _from_github(audience: str, environ: Mapping[str, str], budget: float) -> str:
    url = f"{environ['ACTIONS_ID_TOKEN_REQUEST_URL']}&audience={quote(audience, safe='')}"
    headers = {"Authorization": f"bearer {environ.get('ACTIONS_ID_TOKEN_REQUEST_TOKEN', '')}"}
    return _asked("token of this job from GitHub", url, headers, None, "value", budget)


def _exchanged(token: str, provider: str, budget: float) -> str:
    """The token that Google's storage takes, which lasts an hour."""
    request = {
        "grantType": f"{_OAUTH}grant-type:token-exchange",
        "audience": f"//iam.googleapis.com/{provider}",
        "scope": "https://www.googleapis.com/auth/devstorage.read_write",
        "requestedTokenType": f"{_OAUTH}token-type:access_token",
        "subjectTokenType": f"{_OAUTH}token-type:jwt",
        "subjectToken": token,
    }
    headers = {"Content-Type": "application/json"}
    data = json.dumps(request).encode()
    return _asked("credentials from Google for the token of this job", _GOOGLE, headers, data, "access_token", budget)


def _asked(what: str, url: str, headers: dict[str, str], data: bytes | None, field: str, budget: float) -> str:
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    try:
        with urlopen(Request(url, data, headers), timeout=budget) as answer:  # noqa: S310  the runner's URL, and Google's
            found = json.loads(answer.read())[field]
    except HTTPError as refusal:
        refusal.close()
        raise StoreFaultError(f"gets no {what}: it answers {refusal.code}") from None
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise StoreFaultError(f"gets no {what}: {type(fault).__name__}") from None
    if not isinstance(found, str):
        raise StoreFaultError(f"gets no {what}")
    return found


def _from_buildkite(audience: str, environ: Mapping[str, str], budget: float) -> str:
    command = ["buildkite-agent", "oidc", "request-token", "--audience", audience]
    try:
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=budget, check=True)
    except (OSError, subprocess.SubprocessError) as fault:
        raise StoreFaultError(f"gets no token of this job from Buildkite: {type(fault).__name__}") from None
    return done.stdout.strip()


def _kept(token: str) -> str:
    """The path of a file with the token, for as long as this process lives."""
    descriptor, name = tempfile.mkstemp(prefix="cig-")
    atexit.register(Path(name).unlink, missing_ok=True)
    with os.fdopen(descriptor, "w") as file:
        file.write(token)
    return name
