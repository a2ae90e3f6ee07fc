"""Static jobs: as many as there are legs, each with its own values and no placeholder left."""

from dataclasses import replace

from cigen.schema.conditions import parse_condition
from cigen.sdk import Job, Leg, Matrix, MatrixAxis, Native, Pair, ProviderBlock, Run, Runner, Step
from cigen.std.ci.conditions import FALSE, TRUE
from cigen.std.ci.legs import has_placeholder, map_texts, plain_text, static_jobs

LINUX, MACOS = Runner("linux"), Runner("macos")
MATRIX = Matrix(
    (MatrixAxis("os", ("linux", "macos")),),
    legs=(Leg("test-linux", (Pair("os", "linux"),), LINUX), Leg("test-macos", (Pair("os", "macos"),), MACOS)),
)
TEST = Job(
    "test",
    matrix=MATRIX,
    env=(Pair("OS", "{{ matrix.os }}"),),
    steps=(Step("run", run=Run("make {{matrix.os}}"), when=parse_condition("matrix.os == 'linux'")),),
    raw=(ProviderBlock("other", '{"a":"{{ matrix.os }}"}'),),
)


def test_each_leg_is_a_job_of_its_own() -> None:
    linux, macos = static_jobs([TEST])
    assert [one.job.id for one in (linux, macos)] == ["test-linux", "test-macos"]
    assert (linux.source, linux.values) == ("test", {"os": "linux"})
    assert (linux.job.machine, macos.job.machine) == (LINUX, MACOS)
    assert macos.job.env == (Pair("OS", "macos"),)
    assert macos.job.steps[0].run == Run("make macos")
    assert macos.job.matrix is None


def test_a_condition_on_the_matrix_is_decided() -> None:
    linux, macos = static_jobs([replace(TEST, when=parse_condition("matrix.os == 'linux' and branch == 'main'"))])
    assert (linux.job.when, macos.job.when) == (parse_condition("branch == 'main'"), FALSE)
    assert (linux.job.steps[0].when, macos.job.steps[0].when) == (TRUE, FALSE)


def test_who_needs_the_job_needs_all_its_legs() -> None:
    jobs = static_jobs([TEST, Job("deploy", needs=("lint", "test")), Job("lint")])
    assert [one.job.needs for one in jobs] == [(), (), ("lint", "test-linux", "test-macos"), ()]


def test_what_one_system_alone_understands_stays_as_it_is() -> None:
    job = replace(TEST, steps=(Step("native", native=Native("other", '{"run":"{{ matrix.os }}"}')),))
    static = static_jobs([job])[0].job
    assert (static.raw, static.steps) == (job.raw, job.steps)


def test_a_value_never_becomes_a_placeholder() -> None:
    leg = Leg("test-x", (Pair("os", "{{ matrix.os }}"),))
    job = replace(TEST, matrix=replace(MATRIX, legs=(leg,)))
    assert plain_text(static_jobs([job])[0].job.env[0].value) == "{{ matrix.os }}"


def test_a_value_without_placeholders_is_the_same_object() -> None:
    job = Job("a", steps=(Step("b", run=Run("echo {x}")),))
    assert map_texts(job, str.upper) is job


def test_escaped_braces_are_braces_at_the_end() -> None:
    assert plain_text("a {{ '{{' }} b }} {{ x }}") == "a {{ b }} {{ x }}"
    assert has_placeholder("{{ matrix.a }}")
    assert not has_placeholder("{{ '{{' }} matrix.a }}")
