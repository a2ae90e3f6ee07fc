"""db/postgres and db/redis: which jobs get a server, and how they reach it."""

from collections.abc import Callable
from typing import Any

import pytest

from cigen.model.resources import Container, Health, Job, Matrix, MatrixAxis, ModuleUse, Pair, Service, Step
from cigen.std.db.postgres.plugin import PLUGIN as POSTGRES
from cigen.std.db.redis.plugin import PLUGIN as REDIS
from cigen.std.db.server import percent_encoded

Call = Callable[..., Any]


def job(**fields: Any) -> Job:
    return Job(**{"id": "test", "runner": "linux", **fields})


def uses(module: str, **inputs: str) -> Step:
    return Step(id="db", module=ModuleUse(module, "^2.0", tuple(Pair(name, value) for name, value in inputs.items())))


def services(result: Any) -> list[Service]:
    return [resource.service.service for resource in result.resources if resource.service is not None]


def env(result: Any) -> dict[str, str]:
    return {pair.name: pair.value for r in result.resources if r.env is not None for pair in r.env.env}


def test_a_service_that_the_job_names(plan_with: Call) -> None:
    result = plan_with(POSTGRES, job(services=(Service("postgres"), Service("redis"))), Job("other"))
    assert services(result) == [
        Service(
            "postgres",
            image="postgres:17",
            version="17",
            ports=(5432,),
            env=(
                Pair("POSTGRES_USER", "postgres"),
                Pair("POSTGRES_PASSWORD", "postgres"),
                Pair("POSTGRES_DB", "test"),
            ),
            health=Health("pg_isready --host=localhost --username=postgres --dbname=test", 5, 5, 10),
        )
    ]
    assert env(result) == {
        "DATABASE_URL": "postgresql://postgres:postgres@localhost:5432/test",
        "PGHOST": "localhost",
        "PGPORT": "5432",
        "PGUSER": "postgres",
        "PGPASSWORD": "postgres",
        "PGDATABASE": "test",
    }
    assert result.diagnostics == ()
    assert len(result.resources) == 2


def test_redis(plan_with: Call) -> None:
    result = plan_with(REDIS, job(services=(Service("redis", version="7.4"),)))
    assert services(result) == [
        Service("redis", image="redis:7.4", version="7.4", ports=(6379,), health=Health("redis-cli ping", 5, 5, 10))
    ]
    assert env(result) == {"REDIS_URL": "redis://localhost:6379/0"}


def test_a_step_that_uses_the_module_leaves_no_step_behind(plan_with: Call, outline: Call) -> None:
    result = plan_with(POSTGRES, job(steps=(Step(id="first"), uses("db/postgres", version="15"))))
    assert [service.image for service in services(result)] == ["postgres:15"]
    assert [line for line in outline(result) if "env" not in line] == ["test replace db"]


def test_a_service_and_a_step_are_one_server(plan_with: Call) -> None:
    asking = job(services=(Service("postgres", version="15"),), steps=(uses("db/postgres", database="shop"),))
    result = plan_with(POSTGRES, asking)
    (service,) = services(result)
    assert (service.image, service.env[2]) == ("postgres:15", Pair("POSTGRES_DB", "shop"))
    assert result.diagnostics == ()


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        (Service("postgres", version="14"), "15 and as 14"),
        (Service("postgres", image="postgis/postgis:16-3.4"), "15 and as postgis/postgis:16-3.4"),
    ],
)
def test_two_versions_of_one_server(declared: Service, says: str, plan_with: Call) -> None:
    asking = job(services=(declared,), steps=(uses("db/postgres", version="15"),))
    (found,) = plan_with(POSTGRES, asking).diagnostics
    assert (found.code, found.level.value, found.key) == ("POSTGRES_003", "error", ("jobs", "test", "steps", 0))
    assert found.message == f'job "test" asks for PostgreSQL as {says}'


def test_a_server_with_an_image_of_its_own_is_its_authors(plan_with: Call) -> None:
    own = Service("postgres", image="postgis/postgis:16-3.4", ports=(5433,), env=(Pair("POSTGRES_USER", "gis"),))
    assert plan_with(POSTGRES, job(services=(own,))).resources == ()
    asked = plan_with(POSTGRES, job(services=(own,), steps=(uses("db/postgres"),)))
    assert services(asked) == []
    assert env(asked)["DATABASE_URL"] == "postgresql://gis:postgres@localhost:5433/test"


def test_what_cig_toml_says_of_the_server_shows_in_the_url(plan_with: Call) -> None:
    given = (
        Pair("POSTGRES_USER", "al ice"),
        Pair("POSTGRES_PASSWORD", "p@ss/word"),
        Pair("POSTGRES_DB", "{{ matrix.db }}"),
    )
    result = plan_with(POSTGRES, job(services=(Service("postgres", env=given),)))
    assert env(result)["DATABASE_URL"] == "postgresql://al%20ice:p%40ss%2Fword@localhost:5432/{{ matrix.db }}"
    assert services(result)[0].env == given


def test_a_job_in_a_container_reaches_the_server_by_its_name(plan_with: Call) -> None:
    result = plan_with(POSTGRES, job(image=Container("ruby:3.3"), services=(Service("postgres"),)))
    assert env(result)["PGHOST"] == "postgres"
    assert "@postgres:5432/" in env(result)["DATABASE_URL"]


def test_variables_that_the_job_sets_are_its_own(plan_with: Call) -> None:
    result = plan_with(REDIS, job(services=(Service("redis"),), env=(Pair("REDIS_URL", "redis://elsewhere"),)))
    assert env(result) == {}


def test_who_says_the_version(plan_with: Call) -> None:
    compose = {"compose.yaml": "services:\n  db:\n    image: postgres:14-alpine\n"}
    matrix = Matrix((MatrixAxis("postgres", ("15", "16")),))

    def image(**given: Any) -> str:
        one = given.pop("job", job(services=(Service("postgres"),)))
        return str(services(plan_with(POSTGRES, one, **given))[0].image)

    assert image() == "postgres:17"
    assert image(files=compose) == "postgres:14-alpine"
    assert image(files=compose, variables={"POSTGRES_VERSION": "13"}) == "postgres:13"
    assert image(files=compose, settings={"version": '"12"'}) == "postgres:12"
    assert image(files=compose, settings={"version": "12"}) == "postgres:12"
    asked = job(services=(Service("postgres"),), matrix=matrix)
    assert image(job=asked, settings={"version": '"12"'}) == "postgres:{{ matrix.postgres }}"
    stated = job(services=(Service("postgres", version="11"),), matrix=matrix)
    assert image(job=stated, settings={"version": '"12"'}) == "postgres:11"


@pytest.mark.parametrize(
    ("name", "value"), [("version", "15 --privileged"), ("user", "a b"), ("database", "x;y"), ("port", "1")]
)
def test_a_wrong_input(name: str, value: str, plan_with: Call) -> None:
    (found,) = plan_with(POSTGRES, job(steps=(uses("db/postgres", **{name: value}),))).diagnostics
    assert (found.code, found.key) == ("POSTGRES_002", ("jobs", "test", "steps", 0, "with", name))


@pytest.mark.parametrize(
    ("plugin", "files", "suggested"),
    [
        (POSTGRES, {"Gemfile": "gem 'pg', '~> 1.5'"}, True),
        (POSTGRES, {"Gemfile": "# gem 'pg'"}, False),
        (POSTGRES, {"Gemfile": "gem 'pg_query'"}, False),
        (POSTGRES, {"config/database.yml": "test:\n  adapter: postgresql\n"}, True),
        (POSTGRES, {"config/database.yml": "test:\n  adapter: sqlite3\n"}, False),
        (POSTGRES, {"package.json": '{"dependencies": {"pg": "^8"}}'}, True),
        (POSTGRES, {"package.json": '{"dependencies": {"pg-boss": "^8"}}'}, False),
        (POSTGRES, {"requirements.txt": "psycopg2-binary==2.9\n"}, True),
        (POSTGRES, {"requirements/base.txt": "psycopg[binary]>=3\n"}, True),
        (POSTGRES, {"pyproject.toml": "dependencies = ['asyncpg>=0.29']"}, True),
        (POSTGRES, {"pyproject.toml": "[tool.poetry.dependencies]\npsycopg2 = '*'"}, True),
        (POSTGRES, {"pyproject.toml": "name = 'psycopg-utilities'"}, False),
        (POSTGRES, {"compose.yml": "    image: 'postgres:16'"}, True),
        (POSTGRES, {"compose.yml": "    image: postgres-exporter:1"}, False),
        (REDIS, {"Gemfile": "gem 'sidekiq'"}, True),
        (REDIS, {"package.json": '{"dependencies": {"bullmq": "^5"}}'}, True),
        (REDIS, {"pyproject.toml": "dependencies = ['celery[redis]']"}, True),
        (REDIS, {"requirements.txt": "celery\n"}, False),
        (REDIS, {"docker-compose.yml": "    image: docker.io/library/redis"}, True),
        (REDIS, {}, False),
    ],
)
def test_signs_of_a_server(plugin: Any, files: dict[str, str], suggested: bool, request_for: Call) -> None:
    result = plugin.detect(request_for(files))
    name = "postgres" if plugin is POSTGRES else "redis"
    assert result.signals == ((f"service_{name}_suggested",) if suggested else ())
    assert result.confidence == (0.3 if suggested else 0.0)


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("postgres:15", "15"),
        ('"postgres:15-alpine"', "15-alpine"),
        ("docker.io/library/postgres:15.4  # why", "15.4"),
        ("postgres:latest", None),
        ("postgres", None),
        ("postgres:${VERSION:-15}", None),
        ("postgres@sha256:abc", None),
    ],
)
def test_the_version_in_a_compose_file(image: str, version: str | None, request_for: Call, facts_of: Call) -> None:
    result = POSTGRES.detect(request_for({"compose.yaml": f"services:\n  db:\n    image: {image}\n"}))
    assert facts_of(result) == ({"postgres_version": (version, "compose.yaml")} if version else {})
    if version:
        assert result.summary == f"PostgreSQL {version}"


def test_parts_of_a_url() -> None:
    assert percent_encoded("aZ09-._~") == "aZ09-._~"
    assert percent_encoded("é:@/?#") == "%C3%A9%3A%40%2F%3F%23"
    assert percent_encoded("${SECRET}@") == "${SECRET}@"
