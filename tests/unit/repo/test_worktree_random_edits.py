"""After any sequence of edits, the worktree's tree is the one that committing everything gives."""

import itertools
import os
import shutil
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cigen.hashing.fileset import files_below
from cigen.repo.objects import open_commit
from cigen.repo.worktree import read_worktree, rebuild

NAMES = [b"a", b"b.txt", b"sub", b"sub/c", b"sub/d.bin", b"sub/deep/e", b'\xff odd\n"name"', b"x.crlf", b"z.skip"]
CONTENTS = [b"", b"one\n", b"two\n", b"one\r\ntwo\r\n", b"mixed\r\nlines\n", b"\0binary\r\n"]
ATTRIBUTES = [b"", b"* text=auto\n", b"*.crlf text eol=crlf\n", b"*.txt filter=upper\n", b"*.txt ident\n* -text\n"]

TIMES = itertools.count(1_600_000_000)

paths = st.sampled_from(NAMES)
edits = st.one_of(
    st.tuples(st.just("write"), paths, st.sampled_from(CONTENTS)),
    st.tuples(st.just("delete"), paths, st.just(b"")),
    st.tuples(st.just("chmod"), paths, st.just(b"")),
    st.tuples(st.just("link"), paths, st.sampled_from([b"a", b"nowhere", b"sub"])),
    st.tuples(st.just("write"), st.just(b".gitattributes"), st.sampled_from(ATTRIBUTES)),
    st.tuples(st.just("delete"), st.sampled_from([b".gitattributes", b"sub", b"sub/.gitignore"]), st.just(b"")),
    st.tuples(st.just("link"), st.just(b"sub"), st.sampled_from([b"a", b"nowhere", b"elsewhere"])),
    st.tuples(st.just("write"), st.just(b"sub/.gitignore"), st.sampled_from([b"c\n", b"*.bin\n", b"deep/\n", b""])),
    st.tuples(st.just("git add"), paths, st.just(b"")),
    st.tuples(st.just("git add -N"), paths, st.just(b"")),
    st.tuples(st.just("git rm --cached -r"), paths, st.just(b"")),
    st.tuples(st.just("git commit -m x"), st.just(b""), st.just(b"")),
)


def remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.is_dir():
        shutil.rmtree(path)


def clear_the_way(root: Path, path: Path) -> None:
    """Make the parents of `path` real directories."""
    for parent in [*reversed(path.parents)]:
        if parent != root and root in parent.parents and (parent.is_symlink() or parent.is_file()):
            parent.unlink()
    path.parent.mkdir(parents=True, exist_ok=True)


def apply(repo, edit: tuple[str, bytes, bytes]) -> None:
    kind, name, value = edit
    path = repo.path / os.fsdecode(name)
    if kind.startswith("git"):
        repo.git(*kind.split()[1:], *([b"--", name] if name else []), check=False)
        return
    if kind == "chmod":
        if path.is_file() and not path.is_symlink():
            path.chmod(path.stat().st_mode ^ 0o111)
        return
    if kind != "delete":
        clear_the_way(repo.path, path)
    if path.parent.is_dir() and path.parent.resolve().is_relative_to(repo.path):
        remove(path)
    if kind == "write":
        path.write_bytes(value)
    elif kind == "link":
        path.symlink_to(os.fsdecode(value))


def let_time_pass(repo) -> None:
    """Make every file older than the index.

    One that is as new is hashed by whoever asks: by `git add` without the attributes that it has just removed from the
    index, by `git status` with those that are still there.
    """
    for name in NAMES:
        path = repo.path / os.fsdecode(name)
        if path.is_file() and not path.is_symlink() and path.resolve().is_relative_to(repo.path):
            seconds = next(TIMES)
            os.utime(path, (seconds, seconds))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(edits, max_size=8), min_size=1, max_size=3), st.booleans())
def test_the_tree_of_the_worktree_is_the_tree_of_committing_it(make_repo, tmp_path_factory, rounds, file_mode) -> None:
    repo = make_repo(str(tmp_path_factory.mktemp("random") / "repo"))
    repo.git("config", "core.fileMode", str(file_mode).lower())
    repo.git("config", "filter.upper.clean", "tr a-z A-Z")
    repo.write("elsewhere/c", "through a link\n")
    for edits_of_a_round in rounds:
        for edit in edits_of_a_round:
            apply(repo, edit)
        if (repo.path / ".gitattributes").exists():
            let_time_pass(repo)
        worktree = read_worktree(repo.location)
        repo.commit()
        assert worktree.root() == repo.tree()
        committed = open_commit(repo.location).tree
        assert sorted(files_below(worktree, b"", worktree.root())) == sorted(files_below(committed, b"", repo.tree()))
        assert (
            rebuild(repo.location, type(worktree.record()).from_json(worktree.record().to_json())).root()
            == worktree.root()
        )
