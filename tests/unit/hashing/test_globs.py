"""The glob language, against an independent reading of the same rules."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cigen.hashing.fileset import expand, select
from cigen.hashing.globs import GlobError, check_glob, parse_glob, quote_glob
from cigen.hashing.memory_tree import MemoryTree
from cigen.model.resources import PathGlob


def matches(pattern: str, *paths: str | bytes) -> list[str | bytes]:
    """Which of the paths a pattern selects, each in a tree of its own."""
    return [path for path in paths if _selected(pattern, path if isinstance(path, bytes) else path.encode())]


def _selected(pattern: str, path: bytes) -> bool:
    tree = MemoryTree({path: b""})
    return [entry.path for entry in expand(tree, select(tree, [PathGlob(pattern, optional=True)]))] == [path]


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("Gemfile", ["Gemfile"], ["gemfile", "a/Gemfile", "Gemfile.lock", "Gemfile/a"]),
        ("*.rb", ["a.rb", ".rb", "..rb"], ["a.rb.x", "dir/a.rb", "a.RB"]),
        ("*", ["a", ".hidden"], ["a/b"]),
        ("**", ["a", "a/b", ".a/.b/.c"], []),
        ("app/**", ["app/a", "app/a/b/.c", "app"], ["application/a", "x/app/a"]),
        ("**/app", ["app", "a/app", "a/b/app"], ["app/x", "xapp"]),
        ("**/*.rb", ["a.rb", "x/a.rb", "x/y/.rb"], ["a.r", "x/a.rb/y"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab", "a/b/c", "x/a/b"]),
        ("a/**/**/b", ["a/b", "a/x/b"], ["a"]),
        ("**/a/**", ["a", "a/b", "x/a/y/z", "x/a"], ["b"]),
        ("**/*", ["a", "a/b", "a/b/c"], []),
        ("*/**", ["a/b", "a/b/c", "a"], []),
        ("*/*", ["a/b"], ["a", "a/b/c"]),
        ("a?c", ["abc", "a.c", "aéc", "a?c"], ["ac", "a/c", "abbc"]),
        ("[abc]", ["a", "c"], ["d", "ab", ""]),
        ("[a-c0-9]x", ["bx", "5x"], ["dx", "-x"]),
        ("[!a-c]", ["d", "!", "é"], ["a", "b"]),
        ("[]a]", ["]", "a"], ["b"]),
        ("[!]a]", ["b"], ["]", "a"]),
        ("[a-]", ["a", "-"], ["b"]),
        ("[-a]", ["a", "-"], ["b"]),
        ("[*]?[[]", ["*x["], ["xx["]),
        ("[é-ü]", ["é", "ö"], ["e"]),
        ("[&&~~||a-]", ["&", "~", "|", "a", "-"], ["b"]),
        ("app/[[]id]/page", ["app/[id]/page"], ["app/i/page"]),
        ("{a,b}", ["a", "b"], ["a,b", "{a,b}"]),
        ("{src/,}main.py", ["src/main.py", "main.py"], ["/main.py"]),
        ("{a,b/**}/c", ["a/c", "b/c", "b/x/c"], ["c"]),
        ("x{,.y{1,2}}", ["x", "x.y1", "x.y2"], ["x.y"]),
        ("{a}", ["a"], ["{a}"]),
        ("{!}a", ["!a"], ["a"]),
        ("[{},]", ["{", "}", ","], ["x"]),
        ("(group)/[(]x)", ["(group)/(x)"], []),
        ("a,b#c~", ["a,b#c~"], []),
        ("*a*b*c", ["abc", "xaxbxc", "aabbcc"], ["acb", "ab", "abcd"]),
        ("*{*}*", ["anything"], ["a/b"]),
        ("?*", ["a", "ab"], [""]),
        ("*.*", ["a.b", "."], ["ab"]),
        ("ab*ba", ["abba", "abxba"], ["aba", "ab"]),
        (" a ", [" a "], ["a"]),
        ("a\nb*", ["a\nbc"], ["a"]),
    ],
)
def test_a_pattern_matches(pattern, yes, no) -> None:
    everything = [path for path in [*yes, *no] if path and not path.startswith("/")]
    assert matches(pattern, *everything) == [path for path in yes if path]


def test_names_are_bytes() -> None:
    assert matches("?", b"\xff", b"\xc3\xa9", b"\xff\xff") == [b"\xff", b"\xc3\xa9"]
    assert matches("*\udca9", b"x\xa9", "é") == [b"x\xa9"]
    assert matches("caf\udce9", b"caf\xe9", "café") == [b"caf\xe9"]
    assert matches("[\udce9]", b"\xe9", "é") == [b"\xe9"]
    assert matches("[!x]", b"\xe9") == [b"\xe9"]


@pytest.mark.parametrize(
    ("pattern", "column", "problem"),
    [
        ("", 1, "empty"),
        ("!", 2, "empty"),
        ("!!a", 2, "twice"),
        ("/a", 1, "root"),
        ("!/a", 2, "root"),
        ("a/", 2, "directory"),
        ("app/**/", 7, "directory"),
        ("a//b", 3, "two slashes"),
        ("./a", 1, "`.`"),
        ("a/../b", 3, "`..`"),
        ("a\\*", 2, "`\\`"),
        ("a\0", 2, "NUL"),
        ("a**", 2, "alone"),
        ("**a", 1, "alone"),
        ("x/***", 3, "alone"),
        ("{a,b}**", 6, "alone"),
        ("[abc", 1, "`[`"),
        ("a[]", 2, "`[`"),
        ("[^a]", 2, "`[^`"),
        ("[a/b]", 3, "`/`"),
        ("[[:alpha:]]", 2, "`[`"),
        ("x[c-a]", 3, "empty"),
        ("[\\n]", 2, "`\\`"),
        ("{a,b", 1, "`{`"),
        ("a}", 2, "`}`"),
        ("{a,{b}", 1, "`{`"),
        ("x{1..3}", 2, "ranges"),
        ("{a,}", 4, "alternative"),
        ("{a,b/}", 6, "directory"),
        ("@(a|b)", 1, "extended"),
        ("x*(a)", 2, "extended"),
        ("{" * 9 + "a" + "}" * 9, 9, "deeper"),
        ("{a,b}" * 20, 1, "too many"),
        ("a" * 5000, 4097, "4096"),
    ],
)
def test_what_is_not_in_the_language_is_refused_with_its_column(pattern, column, problem) -> None:
    with pytest.raises(GlobError) as caught:
        parse_glob(pattern)
    assert caught.value.column == column
    assert problem in caught.value.problem
    found = check_glob(pattern, ("jobs", "test"))
    assert found is not None
    assert (found.code, found.key) == ("HASH_001", ("jobs", "test"))
    assert f"column {column}:" in found.message
    assert found.hint
    assert len(found.message) < 400


def test_a_good_pattern_has_nothing_wrong() -> None:
    assert check_glob("src/**/*.{ts,tsx}") is None


@given(st.text(alphabet="ab*?[]{},/!-.\\()\udcff é"))
def test_any_text_is_either_a_glob_or_refused_with_a_column_inside_it(pattern) -> None:
    try:
        parse_glob(pattern)
    except GlobError as fault:
        column, message = fault.column, fault.diagnostics[0].message
    else:
        column, message = 1, ""
    assert 1 <= column <= len(pattern) + 1
    message.encode()


def test_a_hostile_pattern_takes_no_exponential_time() -> None:
    assert matches("*a" * 100 + "b", "a" * 255) == []
    assert matches("**/" + "*a" * 50 + "/**/" + "*a" * 50 + "b", "/".join(["a" * 100] * 20)) == []


SEGMENTS = st.one_of(
    st.just("**"),
    st.lists(st.sampled_from(["a", "b", ".", "*", "?", "[ab]", "[!a]", "{a,bb}"]), max_size=3, min_size=1).map("".join),
)
PATTERNS = st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join)
PATHS = st.lists(st.text("ab.", min_size=1, max_size=3), min_size=1, max_size=4).map("/".join)


@given(PATTERNS, PATHS)
def test_patterns_match_as_a_plain_reading_of_the_rules_says(as_regex, pattern, path) -> None:
    try:
        parse_glob(pattern)
    except GlobError:
        return
    assert bool(matches(pattern, path)) == bool(as_regex(pattern).fullmatch(path))


PLACES = {
    "~": "~",
    "a~": "a~",
    "~b": "~b",
    "*~*": "[^/]*~[^/]*",
    "*~b": "[^/]*~b",
    "src/~/x": "src/~/x",
    "**/~": "(.+/)?~",
    "{a,~}/x": "(a|~)/x",
    "{~,}x": "(~|)x",
    "{{a,b},~}": "(a|b|~)",
    "[!a]~[]]": r"[^a/]~\]",
    "~(x)": r"~\(x\)",
    "~/~": "~/~",
}
"""A glob with a place for a text, and what it matches as a regular expression."""

WILD = st.text("*?[]{}!,()@+.^-$ ab/\\ñ\n", max_size=5)


@settings(max_examples=1000)
@given(WILD, st.sampled_from(sorted(PLACES)), st.text("*[]{}!,(/abx", max_size=6))
def test_a_quoted_text_stands_for_itself_wherever_it_is_put(text: str, place: str, other: str) -> None:
    pattern = place.replace("~", quote_glob(text))
    plain = place.replace("~", text)
    if check_glob(pattern) is not None:
        extended = re.search(r"[@+*?!]\(", plain)
        assert "\\" in text or extended or not {"", ".", ".."}.isdisjoint(text.split("/")), "any other can be written"
        return
    assert not parse_glob(pattern).negated
    regex = re.compile(PLACES[place].replace("~", re.escape(text)), re.DOTALL)
    for path in (plain, text, other, plain.replace("*", "").replace("~", text), plain + "x", "x" + plain):
        if {"", ".", ".."}.isdisjoint(path.split("/")):
            assert _selected(pattern, path.encode()) == (regex.fullmatch(path) is not None), (pattern, path)


@pytest.mark.parametrize(
    "text", ["", "!", "!a", "*", "a*b", "**", "?", "[a]", "{a,b}", "}", ",", "(a)", "]", "a b", "ñ"]
)
def test_each_special_text_can_be_quoted(text: str) -> None:
    pattern = "x" + quote_glob(text)
    assert check_glob(pattern) is None
    assert matches(pattern, "x" + text, "xab", "xa", f"x{text}x") == ["x" + text]


@pytest.mark.parametrize("text", ["a\\b", "\0"])
def test_what_no_glob_can_hold_is_refused_quoted_too(text: str) -> None:
    assert check_glob(quote_glob(text)) is not None
