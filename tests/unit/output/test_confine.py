"""Which paths a provider may claim, by their spelling alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.output.confine import check_output_path, unsafe_reason

ALLOWED = [
    ".github/workflows/ci.yml",
    ".circleci/config.yml",
    "Jenkinsfile",
    ".gitlab-ci.yml",
    ".gitignore",
    "git~x/a",
    "a.git/b",
    "my folder/ci.yml",
    "ci/générée.yml",
    "x/cig.toml",
    "..a/b..",
]

# Each of these git itself refuses to track, or some file system takes for `.git`.
SPELLINGS_OF_GIT = [
    ".git",
    ".git/hooks/pre-commit",
    ".GIT/config",
    "sub/.Git/config",
    ".git./x",
    ".git /x",
    ".git. . ./x",
    ".git::$INDEX_ALLOCATION/x",
    "git~1/x",
    "GIT~1/x",
    "GiT~12/x",
    ".g\u200cit/x",
    ".gi\u200dt/x",
    "\u2060.git/x",
    ".git\ufeff/x",
    ".git\u206f/x",
    ".g\ufe0fit/x",
    ".g\u034fit/x",
    "\uff0egit/x",
    ".\uff27\uff29\uff34/x",
]


@pytest.mark.parametrize("path", ALLOWED)
def test_an_ordinary_path_is_allowed(path: str) -> None:
    assert check_output_path(path) is None


@pytest.mark.parametrize("path", SPELLINGS_OF_GIT, ids=ascii)
def test_no_spelling_of_dot_git_is_an_output(path: str) -> None:
    found = check_output_path(path)
    assert found is not None
    assert found.code == "OUTPUT_001"
    assert "git's own folder" in found.message


@pytest.mark.parametrize(
    "path", [".cigen/cache/x", ".cigen/plugins/p", ".CIGEN/x", "cigen~1/x", "cig.toml", "Cig.Lock"]
)
def test_what_is_cigs_own_is_no_output_but_cig_may_write_it(path: str) -> None:
    found = check_output_path(path)
    assert found is not None
    assert "own" in found.message
    assert unsafe_reason(path) == ""


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "is empty"),
        ("/etc/passwd", "is absolute"),
        ("C:/x", "is absolute"),
        ("../x", 'leaves its folder with ".."'),
        ("a/../../x", 'leaves its folder with ".."'),
        ("a/./x", 'has a part "."'),
        ("a//x", "empty part"),
        ("a/", "empty part"),
        ("a\\..\\x", "backslash"),
        ("a\nb", "control character"),
        ("a\x1b[2Jb", "control character"),
        ("a\x7f", "control character"),
        ("a\u202eb", "control character"),
        ("a\u2028b", "control character"),
        ("a\x00", "control character"),
        ("\udc80", "not valid UTF-8"),
        ("x/" * 2047 + "xyz", "4097 bytes"),
        ("é" * 128, "more than 255 bytes"),
    ],
    ids=ascii,
)
def test_a_path_that_is_not_plain_is_refused_with_its_reason(path: str, reason: str) -> None:
    found = check_output_path(path)
    assert found is not None
    assert reason in found.message


def test_the_longest_allowed_path_is_allowed() -> None:
    assert check_output_path("x/" * 2047 + "xy") is None


@given(st.text(max_size=40), st.sampled_from([".git", ".GIT", "..", "."]), st.text(max_size=40))
def test_a_forbidden_part_is_refused_wherever_it_stands(before: str, part: str, after: str) -> None:
    assert check_output_path(f"{before}/{part}/{after}") is not None


@given(st.text(max_size=60))
def test_any_text_gets_an_answer_that_can_be_printed(path: str) -> None:
    found = check_output_path(path)
    if found is not None:
        found.message.encode()
    else:
        assert not path.startswith("/")
        assert ".." not in path.split("/")
