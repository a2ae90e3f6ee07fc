"""Whatever is done to a worktree: if the evidence still holds, the tree is still the same."""

import os
import shutil
from pathlib import Path

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from cigen.repo.evidence import (
    Edited,
    Observation,
    begin_evidence,
    collect_evidence,
    compare_evidence,
    status_of,
)
from cigen.repo.worktree import read_worktree

FILES = ["a.txt", "d/b.txt", "d/e/c.txt", "d/e/f/g.txt", "new/x.txt", "other.txt", "ign/i.txt", "empty/y.txt"]
DIRECTORIES = ["d", "d/e", "d/e/f", "new", "ign", "empty", "fresh"]
RULES = [".gitignore", "d/.gitignore", "ign/.gitignore", ".git/info/exclude", ".gitattributes", ".git/info/attributes"]
CONTENTS = ["1\n", "2\n", "3\r\n", "a longer one\n"]
PATTERNS = ["", "ign/\n", "*.txt\n", "!*.txt\n", "c.txt\n", "*\n", "*.txt text\n", "*.txt -text\n", "e/\n"]
COMMANDS = [
    "status",
    "add -A",
    "commit -qam x",
    "stash -q",
    "stash pop -q",
    "reset -q --hard",
    "reset -q HEAD~1",
    "checkout -q HEAD~1",
    "checkout -q -",
    "rm -q --cached d/b.txt",
    "add -f ign/i.txt",
    "add -N other.txt",
    "update-index --assume-unchanged a.txt",
    "update-index --no-assume-unchanged a.txt",
    "update-index --skip-worktree d/b.txt",
    "update-index --no-skip-worktree d/b.txt",
    "config core.fileMode false",
    "config core.autocrlf input",
    "config --unset core.autocrlf",
    "clean -fdxq",
]

files, directories = st.sampled_from(FILES), st.sampled_from(DIRECTORIES)
edits = st.one_of(
    st.tuples(st.just("write"), files, st.sampled_from(CONTENTS)),
    st.tuples(st.just("write keeping times"), files, st.sampled_from(CONTENTS)),
    st.tuples(st.just("replace keeping times"), files, st.sampled_from(CONTENTS)),
    st.tuples(st.just("delete keeping the directory's times"), files, st.just("")),
    st.tuples(st.just("swap"), files, files),
    st.tuples(st.just("swap"), directories, directories),
    st.tuples(st.just("chmod"), files, st.just("")),
    st.tuples(st.just("touch"), files, st.just("")),
    st.tuples(st.just("remove"), directories, st.just("")),
    st.tuples(st.just("remake"), directories, st.just("")),
    st.tuples(st.just("write"), st.sampled_from(RULES), st.sampled_from(PATTERNS)),
    st.tuples(st.just("git"), st.sampled_from(COMMANDS), st.just("")),
)
later_edits = st.one_of(
    edits, st.tuples(st.just("git"), st.sampled_from(["init -q fresh", "init -q d/e"]), st.just(""))
)

plain_edits = st.tuples(st.sampled_from(["write", "chmod"]), st.sampled_from(FILES[:4]), st.sampled_from(CONTENTS))


def old_times(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_atime_ns, status.st_mtime_ns


def apply(repo, edit: tuple[str, str, str]) -> None:
    try:
        perform(repo, *edit)
    except OSError:  # it wanted a file where a directory is, or the like
        event("impossible edit")


def perform(repo, kind: str, name: str, value: str) -> None:
    path = repo.path / name
    if kind == "git":
        repo.git(*name.split(), check=False)
    elif kind == "write":
        repo.write(name, value)
    elif kind == "write keeping times":
        times = old_times(path)
        path.write_text(value)
        os.utime(path, ns=times)
    elif kind == "replace keeping times":
        fresh = repo.path / ".git" / "fresh"
        fresh.write_text(value)
        os.utime(fresh, ns=old_times(path))
        fresh.replace(path)
    elif kind == "delete keeping the directory's times":
        times = old_times(path.parent)
        path.unlink()
        os.utime(path.parent, ns=times)
    elif kind == "swap":
        aside = repo.path / ".git" / "aside"
        path.rename(aside)
        other = repo.path / value
        if other.exists():
            other.rename(path)
        aside.rename(other)
    elif kind == "chmod":
        path.chmod(path.stat().st_mode ^ 0o100)
    elif kind == "touch":
        path.touch()
    elif kind == "remove":
        shutil.rmtree(path)
    elif kind == "remake":
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)


def clock_of(repo) -> str:
    clock = repo.path / ".cigen" / "cache" / "clock"
    clock.parent.mkdir(parents=True, exist_ok=True)
    return str(clock)


def collect(repo, edited: Edited | None = None, begun: Observation | None = None) -> tuple[object, ...]:
    place = repo.location
    places = str(place.worktree), str(place.git_dir), str(place.common_dir), clock_of(repo)
    return collect_evidence(*places, edited, begun)


@settings(max_examples=90, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(edits, max_size=6),
    st.none() | st.lists(edits, max_size=2),
    st.lists(edits, max_size=2),
    st.lists(st.lists(later_edits, max_size=2), max_size=4),
)
def test_evidence_that_holds_means_an_unchanged_tree(
    make_repo, tmp_path_factory, before, looking, meanwhile, after
) -> None:
    """looking: what happens after git was asked to look, and before anybody else does; None where it is not."""
    repo = make_repo(str(tmp_path_factory.mktemp("random") / "repo"))
    for name in FILES[:4]:
        repo.write(name, "1\n")
    repo.commit()
    repo.write("d/b.txt", "2\n")
    repo.commit()
    for edit in before:
        apply(repo, edit)
    begun = None if looking is None else begin_evidence(str(repo.location.worktree), clock_of(repo))
    for edit in looking or ():
        apply(repo, edit)
    evidence = collect(repo, None, begun)
    for edit in meanwhile:
        apply(repo, edit)
    tree = read_worktree(repo.location, evidence if not meanwhile else ()).root()
    held = compare_evidence(evidence, str(repo.path))[0]
    assert not held or read_worktree(repo.location).root() == tree
    if not meanwhile and not looking:
        assert compare_evidence(evidence, str(repo.path))[0], "nothing happened"
    for step in after:
        for edit in step:
            apply(repo, edit)
        held = compare_evidence(evidence, str(repo.path))[0]
        same = read_worktree(repo.location).root() == tree
        event(f"evidence {'holds' if held else 'does not hold'}, tree {'same' if same else 'changed'}")
        assert same or not held


def directories_of(evidence) -> dict[bytes, tuple[int, ...]]:
    names, times = evidence[9]
    return {name: times[3 * n : 3 * n + 3] for n, name in enumerate(names.split(b"\0"))}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(edits, max_size=4),
    st.lists(st.lists(st.one_of(plain_edits, plain_edits, later_edits), max_size=2), min_size=2, max_size=6),
)
def test_evidence_made_of_older_evidence_is_what_a_whole_look_would_find(
    make_repo, tmp_path_factory, before, after
) -> None:
    repo = make_repo(str(tmp_path_factory.mktemp("random") / "repo"))
    for name in FILES[:4]:
        repo.write(name, "1\n")
    repo.commit()
    repo.write("d/b.txt", "2\n")
    repo.commit()
    for edit in before:
        apply(repo, edit)
    evidence = collect(repo)
    for step in after:
        for edit in step:
            apply(repo, edit)
        _, edited = compare_evidence(evidence, str(repo.path))
        fresh, evidence = collect(repo), collect(repo, edited)
        event("from older evidence" if edited else "a whole look")
        assert bool(evidence) == bool(fresh)
        if fresh:
            assert status_of(evidence) == status_of(fresh)
            assert directories_of(evidence) == directories_of(fresh)
            assert dict(evidence[8]).items() >= dict(fresh[8]).items()
            assert compare_evidence(evidence, str(repo.path))[0], "nothing happened"
        assert read_worktree(repo.location, evidence).root() == read_worktree(repo.location).root()
