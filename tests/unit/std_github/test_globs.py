"""Globs in GitHub's two dialects."""

import pytest

from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.github.globs import expand_braces, file_patterns, filter_patterns, search_root


def test_braces_are_multiplied_out() -> None:
    assert expand_braces("a{b,c{d,e}}f") == ("abf", "acdf", "acef")
    assert expand_braces("{a,a}") == ("a",)
    assert expand_braces("no") == ("no",)


def test_the_braces_of_a_placeholder_are_not_the_globs() -> None:
    assert expand_braces("{{ matrix.x }}/{a,b}/{{ '{{' }}") == (
        "{{ matrix.x }}/a/{{ '{{' }}",
        "{{ matrix.x }}/b/{{ '{{' }}",
    )


def test_braces_that_stand_for_too_much_are_refused() -> None:
    assert len(expand_braces("{a,b}" * 7)) == 128
    with pytest.raises(CannotExpress, match="more than 200"):
        expand_braces("{a,b}" * 8)


def test_a_filter_escapes_what_would_repeat() -> None:
    assert filter_patterns("c++/{a,b}/**") == ("c\\+\\+/a/**", "c\\+\\+/b/**")


@pytest.mark.parametrize("pattern", ["v?", "[!a]*", "[^a]*"])
def test_a_filter_that_would_mean_something_else_is_refused(pattern: str) -> None:
    with pytest.raises(CannotExpress, match="GitHub has no filter"):
        filter_patterns(pattern)


def test_a_file_pattern_keeps_its_exclamation_mark() -> None:
    assert file_patterns("!a/{b,c}.log") == ("!a/b.log", "!a/c.log")


@pytest.mark.parametrize(
    ("pattern", "root"),
    [("dist/**", "dist"), ("dist/", "dist"), ("a/b*/c", "a"), ("**/x", ""), ("./out/*.js", "out"), ("bin/app", None)],
)
def test_the_root_of_an_artifact_is_what_stands_before_the_wildcards(pattern: str, root: str | None) -> None:
    assert search_root(pattern) == root
