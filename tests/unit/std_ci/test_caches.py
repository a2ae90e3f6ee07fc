"""Keys of caches, worked out by a real shell over real files."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from cigen.sdk import Cache, CachePart
from cigen.std.ci.caches import HASH_FILES, cache_key, glob_expression


def shell(text: str, cwd: Path) -> str:
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", text], capture_output=True, text=True, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def key(cache: Cache, cwd: Path) -> str:
    return shell(f'{HASH_FILES}printf %s "{cache_key(cache).exact}"', cwd)


@pytest.mark.parametrize(
    ("pattern", "matches", "others"),
    [
        ("Gemfile.lock", ["Gemfile.lock"], ["GemfileXlock", "a/Gemfile.lock"]),
        ("*.lock", ["a.lock"], ["a/b.lock", "a.lockx"]),
        ("**/*.lock", ["a.lock", "a/b/c.lock"], ["a.lock/x"]),
        ("src/**", ["src/a", "src/a/b"], ["srcs/a"]),
        ("a?c", ["abc"], ["ac", "a/c"]),
        ("[!a]x", ["bx"], ["ax"]),
        ("{a,b}.txt", ["a.txt", "b.txt"], ["c.txt", "a,b.txt"]),
        ("a+b(c)", ["a+b(c)"], ["aab(c)"]),
    ],
)
def test_a_glob_becomes_an_expression_for_the_same_paths(pattern: str, matches: list[str], others: list[str]) -> None:
    expression = re.compile(glob_expression(pattern))
    assert [path for path in matches if not expression.search(path)] == []
    assert [path for path in others if expression.search(path)] == []


def test_a_key_changes_with_the_content_of_its_files_and_with_nothing_else(tmp_path: Path) -> None:
    cache = Cache("gems", ("vendor",), (CachePart(literal="ruby:3.3"), CachePart(files="**/Gemfile.lock")))
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "Gemfile.lock").write_text("one")
    (tmp_path / "other").write_text("one")
    first = key(cache, tmp_path)
    (tmp_path / "other").write_text("two")
    assert key(cache, tmp_path) == first
    (tmp_path / "a b" / "Gemfile.lock").write_text("two")
    assert key(cache, tmp_path) != first


def test_an_image_keeps_the_placeholder_by_which_legs_differ() -> None:
    prefix = cache_key(Cache("gems", ("vendor",)), "docker.io/a/test:{{ matrix.tag }}-slim").prefix
    assert prefix.endswith("-docker.io-a-test-{{ matrix.tag }}-slim")


def test_a_key_begins_with_what_an_older_entry_must_share(tmp_path: Path) -> None:
    cache = Cache("gems", ("vendor",), (CachePart(files="Gemfile.lock"), CachePart(literal="v1")))
    (tmp_path / "Gemfile.lock").write_text("one")
    prefix = shell(f'printf %s "{cache_key(cache).prefix}"', tmp_path)
    assert prefix == shell("printf %s gems-$(uname -s)-$(uname -m)-v1-", tmp_path)
    assert re.fullmatch(re.escape(prefix) + "[0-9a-f]{64}", key(cache, tmp_path))


def test_files_that_are_not_there_are_no_failure(tmp_path: Path) -> None:
    empty = key(Cache("gems", (), (CachePart(files="Gemfile.lock"),)), tmp_path)
    assert empty == key(Cache("gems", (), (CachePart(files="**/*.lock"),)), tmp_path)


def test_a_cache_without_fallback_has_one_key_alone() -> None:
    found = cache_key(Cache("gems", (), (CachePart(files="Gemfile.lock"),), fallback=False))
    assert found.last == ""
    assert found.exact == found.prefix


def test_text_of_a_key_reaches_it_as_it_stands(tmp_path: Path) -> None:
    text = 'a"b$(touch gone)`c`$HOME\\'
    made = key(Cache("gems", (), (CachePart(literal=text),)), tmp_path)
    assert made.endswith(text)
    assert not (tmp_path / "gone").exists()


def test_an_image_is_part_of_the_key_as_a_name(tmp_path: Path) -> None:
    found = cache_key(Cache("gems"), "example.test/ruby:3.3@sha256:ab")
    assert found.exact.endswith("-example.test-ruby-3.3-sha256-ab")
    assert shlex.quote(found.exact.rpartition(")")[2]) == found.exact.rpartition(")")[2]
