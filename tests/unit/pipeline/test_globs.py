"""The globs of a job in each of its legs: what they become, which legs share them, what is refused."""

import pytest

from cigen.model.config import Config, Project
from cigen.model.diagnostics import Diagnostic
from cigen.model.resources import Inputs, Job, Matrix, MatrixAxis, MatrixRow, Pair, PathGlob, Shards, SkipIf
from cigen.pipeline.expand import expand_jobs
from cigen.pipeline.globs import check_globs, declared_globs, job_in_legs


def row(**values: str) -> MatrixRow:
    return MatrixRow(tuple(Pair(name, value) for name, value in sorted(values.items())))


def job(*patterns: str, include: tuple[MatrixRow, ...] = (), **axes: list[str]) -> Job:
    matrix = Matrix(tuple(MatrixAxis(name, tuple(values)) for name, values in axes.items()), include)
    globs = tuple(PathGlob(pattern) for pattern in patterns)
    return Job("test", matrix=matrix if axes or include else None, skip_if=SkipIf(globs))


def expanded(one: Job) -> tuple[Job, tuple[Diagnostic, ...]]:
    jobs, found = expand_jobs(Config("0.2", Project("p"), jobs=(one,)))
    return jobs[0], found


def patterns(one: Job) -> dict[str, list[str]]:
    """The globs of each leg, by its key."""
    made, found = expanded(one)
    assert found == ()
    return {leg.key if leg else own.id: patterns_of(own) for leg, own, _ in job_in_legs(made)}


def patterns_of(one: Job) -> list[str]:
    return [glob.pattern for _, globs in declared_globs(one) for glob in globs]


def messages(one: Job) -> list[tuple[str, str]]:
    return [(d.code, d.message) for d in expanded(one)[1]]


def test_a_leg_has_its_own_values_in_its_globs() -> None:
    one = job("packages/{{ matrix.p }}/**", "!packages/{{matrix.p}}/docs/**", "lock", p=["api", "libs/ui"])
    assert patterns(one) == {
        "test-api": ["packages/api/**", "!packages/api/docs/**", "lock"],
        "test-libs-ui": ["packages/libs/ui/**", "!packages/libs/ui/docs/**", "lock"],
    }


def test_both_keys_that_declare_files_have_them_and_an_optional_glob_stays_optional() -> None:
    glob = PathGlob("{{ matrix.p }}/*", optional=True)
    one = Job("j", matrix=Matrix((MatrixAxis("p", ("a",)),)), skip_if=SkipIf((glob,)), inputs=Inputs((glob,)))
    made, found = expanded(one)
    assert found == ()
    [(_, own, _)] = job_in_legs(made)
    want = (PathGlob("a/*", optional=True),)
    assert declared_globs(own)[:2] == ((("skip_if", "paths_unmodified"), want), (("inputs", "files"), want))


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("*", "[*]"),
        ("!x", "{!}x"),
        ("[id]", "[[]id]"),
        ("{a,b}", "[{]a[,]b[}]"),
        ("@scope/ui (v2)", "@scope/ui (v2)"),
        ("{{ '{{' }}x", "[{][{]x"),
    ],
)
def test_a_value_stands_for_its_text(value: str, literal: str) -> None:
    assert list(patterns(job("x/{{ matrix.p }}", p=[value])).values()) == [[f"x/{literal}"]]


def test_a_value_in_front_does_not_exclude() -> None:
    assert list(patterns(job("{{ matrix.p }}", p=["!x"])).values()) == [["{!}x"]]


def test_an_empty_value_joins_nothing() -> None:
    assert list(patterns(job("src/*{{ matrix.p }}*", p=[""])).values()) == [["src/*{}*"]]


def test_legs_with_the_same_globs_share_a_job_and_the_name_of_the_first() -> None:
    made, _ = expanded(job("packages/{{ matrix.p }}/**", v=["1", "2"], p=["api", "web"]))
    rows = list(job_in_legs(made))
    assert [first for *_, first in rows] == ["test-v1-api", "test-v1-web", "test-v1-api", "test-v1-web"]
    assert rows[0][1] is rows[2][1]
    assert rows[0][1] != rows[1][1]


def test_every_axis_counts_whichever_glob_it_is_in() -> None:
    one = job("a/{{ matrix.p }}", "b/{{ matrix.q }}/{{ matrix.p }}", p=["1", "2"], q=["1", "2"])
    assert list(patterns(one).values()) == [[f"a/{p}", f"b/{q}/{p}"] for p in "12" for q in "12"]


def test_a_job_whose_globs_hold_no_value_is_the_same_in_all_legs() -> None:
    made, _ = expanded(job("src/**", "{{a,b},c}/x", p=["api", "web"]))
    assert [(own is made, first) for _, own, first in job_in_legs(made)] == [(True, "test-api")] * 2


def test_a_job_without_a_matrix_is_one_row() -> None:
    made, _ = expanded(job("src/**"))
    assert list(job_in_legs(made)) == [(None, made, "test")]


def test_files_of_shards_are_left_as_they_are() -> None:
    one = Job("t", matrix=Matrix((MatrixAxis("p", ("a",)),)), shards=Shards(2, ("{{a,b},c}/*",)))
    assert [own.shards for _, own, _ in job_in_legs(expanded(one)[0])] == [one.shards]


def test_a_leg_without_a_value_is_an_error_that_names_it_and_no_glob() -> None:
    alone = job(
        "{{ matrix.p }}/**", "src/{{ matrix.p }}x", include=(row(os="linux", p="a"), row(os="mac"), row(os="win"))
    )
    made, found = expanded(alone)
    assert [(d.code, d.key[-1]) for d in found] == [("SCHEMA_019", 0), ("SCHEMA_019", 1)]
    assert '{{ matrix.p }} has no value in leg "test-mac" and 1 more of job "test"' in found[0].message
    assert 'add "p" to the rows of include' in found[0].hint
    assert [patterns_of(own) for leg, own, _ in job_in_legs(made) if leg and leg.key == "test-mac"] == [["", ""]]


def test_a_value_of_some_legs_alone_is_missing_in_the_others() -> None:
    found = messages(job("{{ matrix.extra }}/**", p=["a", "b"], include=(row(p="a", extra="x"),)))
    assert found == [
        ("SCHEMA_019", '{{ matrix.extra }} has no value in leg "test-b" of job "test", so its files are not known')
    ]


@pytest.mark.parametrize(
    ("pattern", "column"),
    [("src/[{{ matrix.p }}]*", 6), ("{{ matrix.p }}/[!a{{ matrix.p }}]", 19), ("[]{{ matrix.p }}]/x", 3)],
)
def test_a_placeholder_in_a_class_is_refused_where_it_stands(pattern: str, column: int) -> None:
    [(code, message)] = messages(job(pattern, p=["a"]))
    assert (code, message.partition(", ")[2]) == (
        "HASH_001",
        f"column {column}: a placeholder cannot stand in a class.",
    )


def test_what_is_wrong_with_a_class_beside_a_placeholder_is_told_as_it_is() -> None:
    [(code, message)] = messages(job("[a/b]{{ matrix.p }}", p=["a"]))
    assert (code, message) == ("HASH_001", 'Glob "[a/b]{{ matrix.p }}", column 3: `/` cannot stand in a class.')


@pytest.mark.parametrize("axes", [{}, {"p": ["a"]}])
def test_an_escaped_placeholder_opens_braces_as_it_does_without_a_matrix(axes: dict[str, list[str]]) -> None:
    assert [code for code, _ in messages(job("src/{{ '{{' }}x", **axes))] == ["HASH_001"]


def test_a_class_that_a_value_would_close_is_refused() -> None:
    [(code, message)] = messages(job("src/[{{ matrix.p }}", p=["a]"]))
    assert (code, "`[` is never closed" in message) == ("HASH_001", True)


@pytest.mark.parametrize("pattern", ["src/${{ matrix.p }}/**", "${{github.sha}}", "{{ matrix.p }}/${{ env.X }}"])
def test_the_expressions_of_github_are_refused(pattern: str) -> None:
    """Braces are alternatives in a glob, so it would select nothing, and an optional one would say nothing of it."""
    [(code, message)] = messages(job(pattern, p=["a"]))
    assert code == "HASH_001"
    assert f"column {pattern.index('$') + 1}: `${{{{ … }}}}` is replaced in no glob" in message


def test_they_are_refused_in_a_job_without_a_matrix_too() -> None:
    assert [code for code, _ in messages(job("src/${{ matrix.p }}"))] == ["HASH_001"]


@pytest.mark.parametrize(("value", "problem"), [("", "two slashes"), ("..", "`..` is not"), ("a\\b", "`\\` is not")])
def test_a_value_that_no_glob_can_hold_is_refused_by_the_name_of_its_leg(value: str, problem: str) -> None:
    made, found = expanded(job("x/{{ matrix.p }}/**", p=["fine", value], v=["1", "2"]))
    [one] = found
    assert (one.code, problem in one.message) == ("HASH_001", True)
    legs = [leg.key for leg, _, _ in job_in_legs(made) if leg]
    assert one.message.endswith(f'That is what it is in leg "{legs[2]}" and 1 more of job "test".')
    assert one.key == ("jobs", "test", "skip_if", "paths_unmodified", 0)


@pytest.mark.parametrize(
    ("pattern", "value", "filled"),
    [
        ("{{ matrix.p }}/**", ".", "**"),
        ("!{{ matrix.p }}/dist/**", ".", "!dist/**"),
        ("x/{{ matrix.p }}/*.rb", ".", "x/*.rb"),
        ("{{ matrix.p }}/**", "./packages/api", "packages/api/**"),
        ("{{ matrix.p }}/**", "././a", "a/**"),
        ("x{{ matrix.p }}/**", ".", "x./**"),
        ("{{ matrix.p }}x/**", ".", ".x/**"),
        ("{{ matrix.p }}/**", "a.", "a./**"),
    ],
)
def test_a_folder_that_is_named_by_a_dot_is_the_one_it_stands_in(pattern: str, value: str, filled: str) -> None:
    made, found = expanded(job(pattern, p=["a", value]))
    [_, (_, own, _)] = job_in_legs(made)
    assert (found, own.skip_if and own.skip_if.paths_unmodified) == ((), (PathGlob(filled),))


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("x/{{ matrix.p }}", "."),
        ("{{ matrix.p }}", "."),
        ("x/{{ matrix.p }}", "a/."),
        ("{{ matrix.p }}/**", "./.."),
        ("{x,{{ matrix.p }}/y}", "."),
    ],
)
def test_a_dot_that_no_file_can_be_found_by_is_refused(pattern: str, value: str) -> None:
    _, found = expanded(job(pattern, p=["a", value]))
    assert {one.code for one in found} == {"HASH_001"}


def test_a_dot_that_is_written_is_refused_whatever_the_values_are() -> None:
    assert [code for code, _ in messages(job("./{{ matrix.p }}/**", p=["a"]))] == ["HASH_001"]
    made, found = expanded(job("./x", "{{ matrix.p }}/**", p=["."]))
    [(_, own, _)] = job_in_legs(made)
    assert [one.code for one in found] == ["HASH_001"]
    assert own.skip_if
    assert own.skip_if.paths_unmodified == (PathGlob("./x"), PathGlob("**"))


def test_a_matrix_of_thousands_is_checked_once_for_each_value() -> None:
    made, found = expanded(job("{{ matrix.p }}\\", p=[str(n) for n in range(9000)]))
    assert [d.code for d in found] == ["HASH_001"], "what is wrong with the glob as it is written is told once"
    assert check_globs(made) == list(found)
