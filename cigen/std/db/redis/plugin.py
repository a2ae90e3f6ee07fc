#!/usr/bin/env python3
"""`db/redis`: a Redis server beside every job that asks for one, and the variable that leads to it."""

from collections.abc import Mapping

from cigen.sdk import DetectRequest, DetectResult, Health, Pair, PlanRequest, PlanResult, Plugin, serve
from cigen.std.db.server import TAG, Described, Server, detect_server, plan_server
from cigen.std.inputs import Given, Input

__all__ = ["PLUGIN", "SERVER", "TITLES", "Redis"]

TITLES = {
    "REDIS_001": "File cannot be read",
    "REDIS_002": "Wrong input",
    "REDIS_003": "Several versions of one server",
}


def describe(given: Given, env: Mapping[str, str], host: str, port: int) -> Described:
    """The official image takes no environment; whoever needs a password gives the service a command."""
    del given, env
    variables = (Pair("REDIS_URL", f"redis://{host}:{port}/0"),)
    return Described((), Health("redis-cli ping", 5, 5, 10), variables)


SERVER = Server(
    module="db/redis",
    name="redis",
    title="Redis",
    default="7",
    port=6379,
    inputs={"version": Input(pattern=TAG)},
    titles=TITLES,
    codes=("REDIS_001", "REDIS_002", "REDIS_003"),
    clients={
        "gem": ("redis", "redis-client", "redis-rails", "sidekiq", "resque"),
        "npm": ("redis", "ioredis", "bullmq", "bull"),
        "pypi": ("redis", "django-redis", "rq", "django-rq", r"celery\[[^\]\n]*redis[^\]\n]*\]"),
    },
    describe=describe,
)


class Redis(Plugin):
    """A Redis server."""

    def detect(self, request: DetectRequest) -> DetectResult:
        """Clients in the manifests, an image in a compose file."""
        return detect_server(SERVER, request)

    def plan(self, request: PlanRequest) -> PlanResult:
        """The server, and REDIS_URL for the job."""
        return plan_server(SERVER, request)


PLUGIN = Redis()

if __name__ == "__main__":
    serve(PLUGIN, __file__)
