"""Comments survive reading; what is not supported is refused with its line."""

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cigen.formats.yaml_reader import read
from cigen.formats.yaml_text import emit
from cigen.formats.yaml_values import Commented, Document, Plain, YamlError, bare

COMMENTS = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=12).map(str.strip)
ABOVE = st.lists(st.just("") | COMMENTS.map(lambda text: f"# {text}".rstrip()), max_size=3).map(tuple)
TEXT = st.text(st.sampled_from("ab #:'\"-\n\t1"), max_size=10)
SCALARS = st.none() | st.booleans() | st.integers(0, 99) | TEXT
NOTED = st.recursive(
    SCALARS | st.builds(Commented, SCALARS, COMMENTS, ABOVE),
    lambda inner: st.builds(
        Commented,
        st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
        COMMENTS,
        ABOVE,
    ),
    max_leaves=10,
)
DOCUMENTS = st.builds(Document, st.dictionaries(TEXT, NOTED, min_size=1, max_size=4), ABOVE, ABOVE)


@given(DOCUMENTS)
@settings(max_examples=150)
def test_whatever_is_written_is_read_back_comments_and_all(document: Document) -> None:
    text = emit(document)
    assert emit(read(text)) == text


@given(DOCUMENTS)
@settings(max_examples=200)
def test_comments_never_change_the_values(document: Document) -> None:
    assert _bare(read(emit(document)).root) == _bare(document.root)


def _bare(value: Any) -> Any:
    value = bare(value)
    if isinstance(value, dict):
        return {key: _bare(item) for key, item in value.items()}
    return [_bare(item) for item in value] if isinstance(value, list) else value


def test_each_comment_stays_with_what_it_was_written_beside() -> None:
    text = (
        "# header\n\n# about name\nname: CI # the name\n\n# about jobs\njobs: # all\n  a:\n    run: | # script\n"
        "      # no comment\n      x # none\n\n    list: [1, 2] # two\n    # last\n"
        "    'quoted #no': \"a # b\" # c\n# end\n"
    )
    document = read(text)
    assert document.header == ("# header", "", "# about name")
    assert document.footer == ("# end",)
    root: Any = document.root
    assert root["name"] == Commented("CI", "the name")
    assert (root["jobs"].comment, root["jobs"].above) == ("all", ("", "# about jobs"))
    job = root["jobs"].value["a"]
    assert job["run"] == Commented("# no comment\nx # none\n", "script")
    assert job["list"] == Commented([1, 2], "two", ("",))
    assert job["quoted #no"] == Commented("a # b", "c", ("# last",))


def test_a_version_comment_stays_on_its_line() -> None:
    text = "steps:\n  - uses: actions/checkout@abc # v5.0.0\n    with:\n      x: 1\n"
    assert emit(read(text)) == text


def test_a_comment_inside_brackets_moves_but_is_not_lost() -> None:
    text = "a: [\n  1, # one\n  # alone\n  2,\n] # after\nb: 3\n"
    written = emit(read(text))
    assert written == "a: [1, 2] # after\n# one\n# alone\nb: 3\n"
    assert emit(read(written)) == written


def test_a_second_comment_on_one_entry_moves_below_it() -> None:
    assert emit(read("a: [ # first\n  1] # second\nb: 2\n")) == "a: [1] # first\n# second\nb: 2\n"


def test_a_mistake_is_placed_by_line_and_column() -> None:
    with pytest.raises(YamlError) as caught:
        read("a: 1\nb: c: d\n")
    assert (caught.value.line, caught.value.column) == (2, 5)
    assert str(caught.value).startswith("line 2, column 5: ")


def test_files_from_other_editors_are_read() -> None:
    assert read("\ufeffa: 1 # x\r\n# y\r\nb: |\r\n  p\r\n  q\r\n").root == {
        "a": Commented(1, "x"),
        "b": Commented("p\nq\n", above=("# y",)),
    }
    assert read("---\n# c\na: 'x\n  # y'\nd: z\n...\n").root == {"a": "x # y", "d": "z"}
    assert read("").root is None


def test_spellings_on_which_parsers_differ_are_kept() -> None:
    text = "a: 1:30\nb: yes\nc: 3.10\nd: 010\n"
    assert read(text).root == {"a": Plain("1:30"), "b": Plain("yes"), "c": Plain("3.10"), "d": Plain("010")}
    assert emit(read(text)) == text


@pytest.mark.parametrize(
    ("text", "problem", "line"),
    [
        ("a: &x 1\nb: 2\n", "anchor", 1),
        ("a: 1\nb: *x\n", "alias", 2),
        ("a: !!binary aGk=\n", "tag", 1),
        ("a: 1\nb: 2\na: 3\n", '"a" stands twice', 3),
        ("a: 1\n---\nb: 2\n", "second document", 2),
        ("? [1]\n: x\n", "only text", 1),
        ("a: [1\nb: 2\n", "", 2),
        ("\ta: 1\n", "", 1),
        ("a: '\n", "", 0),
        ("a: \x00\n", "", 0),
        ("[" * 200, "levels deep", 1),
    ],
)
def test_what_is_not_supported_is_refused_with_its_line(text: str, problem: str, line: int) -> None:
    with pytest.raises(YamlError) as caught:
        read(text)
    assert problem in caught.value.problem
    assert not line or caught.value.line == line


@given(st.text(st.sampled_from("ab:#- \n\t[]{}'\"|>&*!?,1"), max_size=60))
@settings(max_examples=150)
def test_no_text_at_all_raises_anything_but_a_yaml_error(text: str) -> None:
    try:
        document = read(text)
    except YamlError:
        return
    assert yaml.safe_load(emit(document)) is not NotImplemented
    assert emit(read(emit(document))) == emit(document)


def test_both_parsers_of_pyyaml_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "# h\na: 1 # x\nb:\n  - c: |\n      x\n\n  # y\n  - 'd'\n  - [1, 2] # z\n"
    with_c = read(text)
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert read(text) == with_c
