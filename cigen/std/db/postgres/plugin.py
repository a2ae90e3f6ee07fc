#!/usr/bin/env python3
"""`db/postgres`: a PostgreSQL server beside every job that asks for one, and the variables that lead to it."""

from collections.abc import Mapping

from cigen.sdk import DetectRequest, DetectResult, Health, Pair, PlanRequest, PlanResult, Plugin, serve
from cigen.std.db.server import TAG, Described, Server, detect_server, percent_encoded, plan_server
from cigen.std.inputs import Given, Input

__all__ = ["PLUGIN", "SERVER", "TITLES", "Postgres"]

TITLES = {
    "POSTGRES_001": "File cannot be read",
    "POSTGRES_002": "Wrong input",
    "POSTGRES_003": "Several versions of one server",
}

# A name that needs no quoting, in SQL or in a shell.
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"


def describe(given: Given, env: Mapping[str, str], host: str, port: int) -> Described:
    """What cig.toml says of the server's environment counts for the URL too."""
    user = env.get("POSTGRES_USER", given.text("user", "postgres"))
    password = env.get("POSTGRES_PASSWORD", given.text("password", "postgres"))
    database = env.get("POSTGRES_DB", given.text("database", "test"))
    url = f"postgresql://{percent_encoded(user)}:{percent_encoded(password)}@{host}:{port}/{percent_encoded(database)}"
    return Described(
        env=(Pair("POSTGRES_USER", user), Pair("POSTGRES_PASSWORD", password), Pair("POSTGRES_DB", database)),
        # Over TCP: while the image prepares its database, a server that answers on the socket alone runs for a moment.
        health=Health(f"pg_isready --host=localhost --username={user} --dbname={database}", 5, 5, 10),
        variables=(
            Pair("DATABASE_URL", url),
            Pair("PGHOST", host),
            Pair("PGPORT", str(port)),
            Pair("PGUSER", user),
            Pair("PGPASSWORD", password),
            Pair("PGDATABASE", database),
        ),
    )


SERVER = Server(
    module="db/postgres",
    name="postgres",
    title="PostgreSQL",
    default="17",
    port=5432,
    inputs={
        "version": Input(pattern=TAG),
        "user": Input(pattern=_NAME),
        "password": Input(),
        "database": Input(pattern=_NAME),
    },
    titles=TITLES,
    codes=("POSTGRES_001", "POSTGRES_002", "POSTGRES_003"),
    clients={
        "gem": ("pg",),
        "npm": ("pg", "postgres", "pg-promise", "slonik"),
        "pypi": ("psycopg", "psycopg2", "psycopg2-binary", "asyncpg", "pg8000"),
        "rails": ("postgresql", "postgis"),
    },
    describe=describe,
)


class Postgres(Plugin):
    """A PostgreSQL server."""

    def detect(self, request: DetectRequest) -> DetectResult:
        """Clients in the manifests, an image in a compose file."""
        return detect_server(SERVER, request)

    def plan(self, request: PlanRequest) -> PlanResult:
        """The server, and DATABASE_URL and libpq's variables for the job."""
        return plan_server(SERVER, request)


PLUGIN = Postgres()

if __name__ == "__main__":
    serve(PLUGIN, __file__)
