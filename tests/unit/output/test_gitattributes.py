"""The lines cig keeps in .gitattributes and .gitignore, judged by git itself."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cigen.output.gitattributes import with_generated, with_ignored

PATHS = [
    ".github/workflows/ci.yml",
    "Jenkinsfile",
    "a b/c.yml",
    'q"x.yml',
    '"x/y',
    "s*r/[a]?.yml",
    "!x/y",
    "#x/y",
    "é/ü.yml",
]
ENV = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

parts = st.text(
    st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp"), blacklist_characters="/\\"), min_size=1, max_size=8
)
paths = st.lists(parts, min_size=1, max_size=3).map("/".join)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", root], check=True, env=ENV)
    return root


def generated(root: Path, attributes: bytes, path: str) -> str:
    """What git says of the attribute for `path`."""
    (root / ".gitattributes").write_bytes(attributes)
    told = subprocess.run(
        ["git", "check-attr", "--stdin", "-z", "linguist-generated"],
        cwd=root, env=ENV, input=path.encode() + b"\0", capture_output=True, check=True,
    )  # fmt: skip
    return told.stdout.split(b"\0")[2].decode()


@pytest.mark.parametrize("path", PATHS)
def test_git_reads_each_path_as_generated(repository: Path, path: str) -> None:
    assert generated(repository, with_generated(None, [path]), path) == "true"


def test_a_file_at_the_root_does_not_mark_its_namesakes_below(repository: Path) -> None:
    attributes = with_generated(None, ["Jenkinsfile"])
    assert generated(repository, attributes, "sub/Jenkinsfile") == "unspecified"


def test_wildcards_in_a_path_match_nothing_else(repository: Path) -> None:
    assert generated(repository, with_generated(None, ["a/*.yml"]), "a/b.yml") == "unspecified"


@settings(max_examples=40)
@given(paths)
def test_git_reads_any_path_as_generated(repository: Path, path: str) -> None:
    if any(part in (".", "..") for part in path.split("/")):
        return
    assert generated(repository, with_generated(None, [path]), path) == "true"


@given(st.one_of(st.none(), st.binary(max_size=80)), st.lists(paths, max_size=4))
def test_a_second_time_adds_nothing_and_the_first_keeps_every_byte(old: bytes | None, outputs: list[str]) -> None:
    once = with_generated(old, outputs)
    assert once.startswith(old or b"")
    assert with_generated(once, outputs) == once
    ignored = with_ignored(old)
    assert ignored.startswith(old or b"")
    assert with_ignored(ignored) == ignored


def test_lines_are_sorted_whatever_the_order_of_paths() -> None:
    assert with_generated(None, ["b/x", "a/x"]) == b"a/x linguist-generated=true\nb/x linguist-generated=true\n"


def test_the_files_own_line_ending_is_kept() -> None:
    assert with_generated(b"* text=auto\r\n", ["a/x"]) == b"* text=auto\r\na/x linguist-generated=true\r\n"


def test_a_last_line_without_an_end_gets_one_first() -> None:
    assert with_ignored(b"node_modules") == b"node_modules\n.cigen/cache/\n"


@pytest.mark.parametrize(
    "line",
    [
        "a/x linguist-generated=true",
        "/a/x linguist-generated",
        "a/x\ttext linguist-generated",
        '"a/x" linguist-generated',
        '"a/\\170" linguist-generated',
        "a/x -linguist-generated",
        "a/x linguist-generated=false",
        "  a/x   linguist-generated  ",
        "\ufeffa/x linguist-generated",
    ],
)
def test_what_the_user_says_of_the_file_stays_the_last_word(line: str) -> None:
    old = f"{line}\n".encode()
    assert with_generated(old, ["a/x"]) == old


@pytest.mark.parametrize(
    "line", ["# a/x linguist-generated", "a/x text", "b/a/x linguist-generated", '"a/x linguist-generated']
)
def test_a_line_about_something_else_does_not_count(line: str) -> None:
    assert with_generated(f"{line}\n".encode(), ["a/x"]).endswith(b"\na/x linguist-generated=true\n")


@pytest.mark.parametrize("line", [".cigen/cache/", "/.cigen/cache", ".cigen/", "/.cigen", "!.cigen/cache/"])
def test_an_ignore_rule_that_stands_is_enough(line: str) -> None:
    old = f"x\r\n{line}\r\n".encode()
    assert with_ignored(old) == old
