"""Docker around a job: the container it runs in, and the servers beside it.

A job on the machine itself finds a service at localhost, a job in a container at the service's name. Both belong to a
network of the build's own, which goes away with it.
"""

import shlex

from cigen.sdk import Container, Job
from cigen.std.ci.services import start_services, stop_services
from cigen.std.provider.jenkins.groovy import Code, braces, call, literal, text
from cigen.std.provider.jenkins.scripts import render_script
from cigen.std.provider.jenkins.used import Used

__all__ = ["in_container", "log_in", "with_services"]

_UNIQUE = "$EXECUTOR_NUMBER-$BUILD_ID"


def in_container(container: Container, body: list[Code], *, network: bool, caches: bool, used: Used) -> list[Code]:
    """The body inside the image. network: that of its services."""
    used.plugin("docker-workflow")
    used.function("inContainer")
    words = [f"-e {shlex.quote(f'{pair.name}={pair.value}')}" for pair in container.env]
    words += [container.options] if container.options else []
    arguments = [text(" ".join(words))] if words else []
    if network:
        arguments.append('"--network cig-${env.EXECUTOR_NUMBER}-${env.BUILD_ID}"')
    if caches:
        used.function("cacheMount")
        arguments.append("cacheMount()")
    return braces(f"inContainer({text(container.image)}, {_sum(arguments)})", body)


def log_in(container: Container, used: Used) -> list[Code]:
    """`docker login` where the registry of the image wants it; the password is a variable already."""
    first, slash, _ = container.image.partition("/")
    registry = first if slash and ("." in first or ":" in first or first == "localhost") else ""
    words = ["docker", "login", "--username", container.username, "--password-stdin", *([registry] if registry else [])]
    script = f'printf %s "${container.password}" | {" ".join(map(shlex.quote, words))}'
    return [render_script("Log in to the registry", script, "bash", used)]


def with_services(job: Job, body: list[Code], used: Used) -> list[Code]:
    """The body with the job's services running."""
    start = start_services(job.services, _UNIQUE, by_name=job.image is not None)
    stop = stop_services(job.services, _UNIQUE)
    used.function("bash")
    lines = [Code(call("bash", literal("Start services"), text(start)))]
    last = braces(" finally", [Code(call("bash", literal("Stop services"), text(stop)))])
    return [*braces("try", [*lines, *body])[:-1], Code("}" + last[0].text), *last[1:]]


def _sum(parts: list[str]) -> str:
    return " + ' ' + ".join(parts) or "''"
