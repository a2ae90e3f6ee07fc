"""Servers beside a job, started with docker by the job's own shell.

Owns: one network and one container for each service, the wait until they are healthy, and what takes all of it away
again. A job on the machine itself reaches them at localhost, one in a container of the network by their names;
`CIG_SVC_NAME_HOST` and `CIG_SVC_NAME_PORT` tell which. Texts are taken as they stand: replace placeholders first.
"""

import re
import shlex
from collections.abc import Sequence

from cigen.sdk import Pair, Service

__all__ = ["image_name", "service_variables", "start_services", "stop_services"]

_AWAIT = """\
cig_await() {
  while true; do
    case "$(docker inspect --format '{{.State.Status}} {{.State.Health.Status}}' "$cig_network-$1")" in
      "running healthy") return 0 ;;
      "running starting") sleep 1 ;;
      *)
        docker logs "$cig_network-$1" >&2
        echo "cig: service $1 did not become healthy" >&2
        return 1
        ;;
    esac
  done
}
"""


def service_variables(services: Sequence[Service], *, by_name: bool) -> tuple[Pair, ...]:
    """Where the job finds its services. by_name: the job is in a container of their network."""
    found = []
    for service in services:
        word = re.sub(r"[^A-Z0-9]", "_", service.name.upper())
        found.append(Pair(f"CIG_SVC_{word}_HOST", service.name if by_name else "localhost"))
        if service.ports:
            found.append(Pair(f"CIG_SVC_{word}_PORT", str(service.ports[0])))
    return tuple(found)


def start_services(services: Sequence[Service], unique: str, *, by_name: bool) -> str:
    """Shell that returns once all are healthy, and fails where one does not become so.

    unique: a shell word without quotes that no other job on the machine shares. by_name: no port is published.
    """
    lines = [f'cig_network="cig-{unique}"', 'docker network create "$cig_network" >/dev/null']
    lines += [" \\\n  ".join(_run(service, by_name=by_name)) + " >/dev/null" for service in services]
    healthy = [service.name for service in services if service.health]
    if healthy:
        lines += [*_AWAIT.rstrip("\n").split("\n"), *(f"cig_await {shlex.quote(name)}" for name in healthy)]
    return "\n".join(lines) + "\n"


def stop_services(services: Sequence[Service], unique: str, others: Sequence[str] = ()) -> str:
    """Shell that takes them away, whatever became of them, and never fails. others: more containers of the network."""
    names = [shlex.quote(name) for name in [*(service.name for service in services), *others]]
    containers = " ".join(f'"cig-{unique}-"{name}' for name in names)
    removed = f"docker rm --force --volumes {containers} >/dev/null 2>&1 || true\n"
    return removed + (f'docker network rm "cig-{unique}" >/dev/null 2>&1 || true\n' if services else "")


def image_name(service: Service) -> str:
    """The image with the version as its tag, where it has none."""
    bare = ":" not in service.image.rpartition("/")[2] and "@" not in service.image
    return f"{service.image}:{service.version}" if service.version and bare else service.image


def _run(service: Service, *, by_name: bool) -> list[str]:
    name = shlex.quote(service.name)
    words = [f'docker run --detach --name "$cig_network-"{name} --network "$cig_network" --network-alias {name}']
    if not by_name:
        words += [f"--publish {port}:{port}" for port in service.ports]
    words += [f"--env {shlex.quote(f'{pair.name}={pair.value}')}" for pair in service.env]
    if service.health is not None:
        health = service.health
        words.append(f"--health-cmd {shlex.quote(health.command)} --health-interval {health.interval}s")
        words.append(f"--health-timeout {health.timeout}s --health-retries {health.retries}")
    words.append(shlex.quote(image_name(service)))
    return [*words, service.command] if service.command else words
