"""Servers beside a job: more containers of it, and a step that waits until they answer.

All containers of a job share `localhost`; where two servers want the same port, each gets a name of its own and is
reached by that. CircleCI starts the job without waiting for them, and cannot run a command in them: the step waits for
their ports. On a virtual machine they are started with docker.
"""

from collections import Counter
from collections.abc import Sequence

from cigen.sdk import Job, Pair, Service
from cigen.sdk.yaml import Value
from cigen.std.ci.services import image_name, service_variables, start_services
from cigen.std.provider.circleci.executors import Place
from cigen.std.provider.circleci.texts import environment, render_text
from cigen.std.report import Report

__all__ = ["find_variables", "service_containers", "service_steps"]

_WAIT = """\
wait_for() {
  for _ in $(seq 1 "$3"); do
    if (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null || nc -z "$1" "$2" 2>/dev/null; then
      echo "$1:$2 answers."
      return
    fi
    sleep 1
  done
  echo "$1:$2 did not answer in $3 seconds." >&2
  return 1
}
"""
_PATIENCE = 60


def find_variables(job: Job) -> list[Pair]:
    """Where the job finds its services."""
    named = _named(job.services)
    return [pair for one in job.services for pair in service_variables([one], by_name=one.name in named)]


def _named(services: Sequence[Service]) -> set[str]:
    """Those that another shares a port with."""
    ports = Counter(port for service in services for port in service.ports)
    return {service.name for service in services if any(ports[port] > 1 for port in service.ports)}


def service_containers(job: Job) -> list[Value]:
    """The containers after the first."""
    named = _named(job.services)
    return [_container(service, service.name in named) for service in job.services]


def _container(service: Service, named: bool) -> Value:
    found: dict[str, Value] = {"image": render_text(image_name(service))}
    if named:
        found["name"] = service.name
    if service.command:
        found["command"] = render_text(service.command)
    if service.env:
        found["environment"] = environment(service.env)
    return found


def service_steps(job: Job, place: Place, report: Report) -> list[Value]:
    """The step that waits for them, or starts them."""
    if not job.services:
        return []
    if place.kind != "docker":
        script = start_services(job.services, "$CIRCLE_WORKFLOW_JOB_ID", by_name=False)
        return [{"run": {"name": "Start services", "command": render_text(script)}}]
    named = _named(job.services)
    calls = []
    for service in job.services:
        patience = _PATIENCE if not service.health else max(_PATIENCE, service.health.interval * service.health.retries)
        host = service.name if service.name in named else "localhost"
        calls += [f"wait_for {host} {port} {patience}" for port in service.ports]
        if service.health and service.ports:
            message = (
                f'job "{job.id}" waits for the port of service "{service.name}", not for "{service.health.command}"'
            )
            report.info("CIRCLECI_018", message, key=("jobs", job.id, "services"))
        if not service.ports:
            message = f'service "{service.name}" of job "{job.id}" has no ports, so nothing tells when it is ready'
            report.warning("CIRCLECI_018", message, hint="ports = [5432]", key=("jobs", job.id, "services"))
    if not calls:
        return []
    script = _WAIT + "\n".join(calls) + "\n"
    return [{"run": {"name": "Wait for services", "command": script}}]
