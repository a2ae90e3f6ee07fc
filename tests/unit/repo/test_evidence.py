"""Evidence of an unchanged worktree: it holds when nothing happened, and never when the tree could be another one."""

import marshal
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cigen.repo import evidence as evidence_module
from cigen.repo.evidence import Edited, begin_evidence, collect_evidence, compare_evidence, status_of
from cigen.repo.worktree import read_worktree


def collect(repo, edited: Edited | None = None) -> tuple[object, ...]:
    """Evidence as the engine takes it: through `marshal`, with a clock in the cache directory."""
    clock = repo.path / ".cigen" / "cache" / "clock"
    clock.parent.mkdir(parents=True, exist_ok=True)
    location = repo.location
    found = collect_evidence(
        str(location.worktree), str(location.git_dir), str(location.common_dir), str(clock), edited
    )
    return marshal.loads(marshal.dumps(found))


def holds(repo, evidence: tuple[object, ...]) -> bool:
    return compare_evidence(evidence, str(repo.path))[0]


@pytest.fixture
def project(repo):
    """A small committed project with a dirty file, an untracked one, an ignored directory and an empty one."""
    repo.write(".gitignore", "*.log\nbuild/\n.cigen/cache/\n")
    repo.write("src/a.py", "a = 1\n")
    repo.write("src/deep/b.py", "b = 1\n")
    repo.write("docs/readme.md", "hello\n")
    repo.commit()
    repo.write("src/a.py", "a = 2\n")
    repo.write("notes/todo.txt", "nothing\n")
    repo.write("build/out.o", "object\n")
    (repo.path / "empty" / "inner").mkdir(parents=True)
    return repo


def begin(repo):
    clock = repo.path / ".cigen" / "cache" / "clock"
    clock.parent.mkdir(parents=True, exist_ok=True)
    begun = begin_evidence(str(repo.location.worktree), str(clock))
    assert begun is not None
    return begun


@pytest.mark.parametrize("path", ["docs/new.md", "new/new.md", "empty/inner/new"])
def test_a_file_that_is_made_while_git_looks_is_in_the_evidence(project, path: str) -> None:
    begun = begin(project)
    for child in begun._children:
        os.waitid(os.P_PID, child._pid, os.WEXITED | os.WNOWAIT)
    project.write(path, "new\n")
    location = project.location
    places = str(location.worktree), str(location.git_dir), str(location.common_dir)
    evidence = collect_evidence(*places, str(project.path / ".cigen" / "cache" / "clock"), None, begun)
    assert path.encode() in status_of(evidence)
    assert holds(project, evidence)


def rewrite_keeping_times(path: Path, content: bytes) -> None:
    before = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replace_keeping_times(path: Path, content: bytes) -> None:
    fresh = path.with_name("fresh.tmp")
    fresh.write_bytes(content)
    before = path.stat()
    os.utime(fresh, ns=(before.st_atime_ns, before.st_mtime_ns))
    fresh.replace(path)


def keep_directory_times(directory: Path, change) -> None:
    before = directory.stat()
    change()
    os.utime(directory, ns=(before.st_atime_ns, before.st_mtime_ns))


UNCHANGED = {
    "nothing at all": lambda r: None,
    "a read": lambda r: (r.path / "src/a.py").read_bytes(),
    "git status refreshing the index": lambda r: r.git("status"),
    "a file in an ignored directory": lambda r: r.write("build/more/x.o"),
    "the cache of cigen itself": lambda r: r.write(".cigen/cache/store/blob"),
    "a git object": lambda r: r.git("hash-object", "-w", "src/a.py"),
    "another branch on the same commit": lambda r: r.git("checkout", "-q", "-b", "other"),
}

CHANGED = {
    "an edit of a clean file": lambda r: r.write("docs/readme.md", "other\n"),
    "an edit of equal size": lambda r: r.write("docs/readme.md", "hellO\n"),
    "an edit of a dirty file": lambda r: r.write("src/a.py", "a = 3\n"),
    "an edit of an untracked file": lambda r: r.write("notes/todo.txt", "nothinG\n"),
    "an edit of a clean file that keeps its times": lambda r: rewrite_keeping_times(
        r.path / "docs/readme.md", b"hellO\n"
    ),
    "an edit of a dirty file that keeps its times": lambda r: rewrite_keeping_times(r.path / "src/a.py", b"a = 3\n"),
    "an edit of an untracked file that keeps its times": lambda r: rewrite_keeping_times(
        r.path / "notes/todo.txt", b"nothinG\n"
    ),
    "a clean file replaced by one with old times": lambda r: replace_keeping_times(
        r.path / "docs/readme.md", b"hellO\n"
    ),
    "an untracked file replaced by one with old times": lambda r: replace_keeping_times(
        r.path / "notes/todo.txt", b"nothinG\n"
    ),
    "a deleted clean file": lambda r: (r.path / "docs/readme.md").unlink(),
    "a deleted untracked file": lambda r: (r.path / "notes/todo.txt").unlink(),
    "a new file in a directory with tracked files": lambda r: r.write("src/deep/new.py"),
    "a new file in a directory without any": lambda r: r.write("empty/inner/new.py"),
    "a new file in a new directory": lambda r: r.write("src/new/new.py"),
    "a new file, the directory's times put back": lambda r: keep_directory_times(
        r.path / "src", lambda: r.write("src/new.py")
    ),
    "a renamed untracked file": lambda r: (r.path / "notes/todo.txt").rename(r.path / "notes/done.txt"),
    "a renamed directory": lambda r: (r.path / "notes").rename(r.path / "ideas"),
    "a directory removed and made again with other content": lambda r: (
        subprocess.run(["rm", "-r", str(r.path / "notes")], check=True),
        r.write("notes/todo.txt", "nothinG\n"),
    ),
    "an executable bit": lambda r: (r.path / "docs/readme.md").chmod(0o755),
    "an executable bit of an untracked file": lambda r: (r.path / "notes/todo.txt").chmod(0o755),
    "a file turned into a link": lambda r: (
        (r.path / "docs/readme.md").unlink(),
        (r.path / "docs/readme.md").symlink_to("x"),
    ),
    "a tracked ignore file": lambda r: r.write(".gitignore", "*.log\nbuild/\n.cigen/cache/\nnotes/\n"),
    "an ignored directory no longer ignored": lambda r: r.write(".gitignore", "*.log\n.cigen/cache/\n"),
    "a new ignore file": lambda r: r.write("notes/.gitignore", "*\n"),
    "info/exclude": lambda r: r.write(".git/info/exclude", "notes/\n"),
    "the user's own ignore file, which was not there": lambda r: r.write(
        os.environ["XDG_CONFIG_HOME"] + "/git/ignore", "notes/\n"
    ),
    "core.excludesFile": lambda r: (
        r.write(os.environ["HOME"] + "/ignore", "notes/\n"),
        r.git("config", "--global", "core.excludesFile", "~/ignore"),
    ),
    "info/attributes": lambda r: (
        r.git("config", "filter.up.clean", "tr a-z A-Z"),
        r.write(".git/info/attributes", "*.py filter=up\n"),
    ),
    "core.fileMode": lambda r: r.git("config", "core.fileMode", "false"),
    "git add of an ignored file": lambda r: r.git("add", "-f", "build/out.o"),
    "git rm --cached": lambda r: r.git("rm", "--cached", "docs/readme.md"),
    "git commit": lambda r: r.git("commit", "-qam", "more"),
    "git stash": lambda r: r.git("stash", "-q"),
    "git reset to another commit": lambda r: (r.git("commit", "-qam", "x"), r.git("reset", "-q", "--hard", "HEAD~1")),
    "a repository inside": lambda r: r.git("init", "-q", "empty/inner"),
}


@pytest.mark.parametrize("event", UNCHANGED, ids=str)
def test_evidence_holds_after(project, event) -> None:
    evidence = collect(project)
    tree = read_worktree(project.location, evidence).root()
    UNCHANGED[event](project)
    assert read_worktree(project.location).root() == tree
    assert holds(project, evidence)


@pytest.mark.parametrize("event", CHANGED, ids=str)
def test_evidence_does_not_hold_after(project, event) -> None:
    evidence = collect(project)
    assert holds(project, evidence)
    CHANGED[event](project)
    assert not holds(project, evidence)


def test_evidence_that_was_taken_before_an_edit_does_not_vouch_for_the_reading_after_it(project) -> None:
    evidence = collect(project)
    project.write("src/a.py", "a = 3\n")
    read_worktree(project.location, evidence)
    assert not holds(project, evidence)


def test_evidence_spares_the_reading_a_git_status(project) -> None:
    with_evidence = read_worktree(project.location, collect(project))
    assert with_evidence.overrides == read_worktree(project.location).overrides
    assert status_of(()) == b""


def test_a_file_as_new_as_the_clock_is_not_trusted(project, monkeypatch) -> None:
    clock = project.path / ".cigen/cache/clock"
    monkeypatch.setattr(evidence_module, "later_stamp", lambda _clock: ((project.path / "notes").stat().st_mtime_ns, 0))
    clock.parent.mkdir(parents=True)
    assert collect(project) == ()


def test_a_clock_that_was_put_back_gives_no_evidence(project, monkeypatch) -> None:
    (project.path / "notes/todo.txt").touch()
    later = evidence_module.later_stamp

    def an_hour_ago(clock: str) -> tuple[int, int]:
        now, device = later(clock)
        return now - 3600 * 10**9, device

    monkeypatch.setattr(evidence_module, "later_stamp", an_hour_ago)
    assert collect(project) == ()


@pytest.mark.parametrize("step", [-1.0, -0.01, 0.01, 3600.0])
def test_a_clock_that_was_set_in_between_ends_the_evidence(project, monkeypatch, step) -> None:
    evidence = collect(project)
    wall = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: wall() + int(step * 10**9))
    assert not holds(project, evidence)


def test_what_a_filesystem_with_another_clock_says_must_be_some_seconds_old(project, monkeypatch) -> None:
    later = evidence_module.later_stamp
    monkeypatch.setattr(evidence_module, "later_stamp", lambda clock: (later(clock)[0], -1))
    assert collect(project) == ()


def test_empty_evidence_never_holds(project) -> None:
    assert not holds(project, ())


def test_evidence_of_another_worktree_does_not_hold(project, make_repo) -> None:
    other = make_repo("other")
    assert not compare_evidence(collect(project), str(other.path))[0]


@pytest.mark.parametrize("name", ["HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_COUNT"])
def test_another_environment_for_git_ends_the_evidence(project, monkeypatch, name) -> None:
    evidence = collect(project)
    monkeypatch.setenv(name, "0")
    assert not holds(project, evidence)


def test_what_a_git_hook_has_in_its_environment_changes_nothing(project, monkeypatch) -> None:
    evidence = collect(project)
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert holds(project, evidence)


def test_without_git_there_is_no_evidence_and_none_holds(project, monkeypatch) -> None:
    evidence = collect(project)
    monkeypatch.setenv("PATH", "/nowhere")
    assert not holds(project, evidence)
    assert collect(project) == ()


def test_evidence_keeps_no_secret_of_the_configuration_or_the_environment(project, monkeypatch) -> None:
    project.git("config", "http.extraHeader", "AUTHORIZATION: basic c2VjcmV0")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "http.proxy")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "http://user:hunter2@proxy")
    evidence = collect(project)
    assert holds(project, evidence)
    kept = marshal.dumps(evidence)
    assert b"c2VjcmV0" not in kept
    assert b"hunter2" not in kept


def test_a_damaged_record_does_not_hold(project) -> None:
    evidence = collect(project)
    compared = [place for place, part in enumerate(evidence) if part and place != 6]
    for place in compared:  # (the untracked paths are for the reader of the worktree; their stamps are compared)
        assert not holds(project, (*evidence[:place], None, *evidence[place + 1 :]))
    for length in range(len(evidence)):
        assert not holds(project, evidence[:length])


def test_an_assumed_unchanged_file_counts_again_when_the_flag_goes(project) -> None:
    project.git("update-index", "--assume-unchanged", "docs/readme.md")
    project.write("docs/readme.md", "not seen\n")
    evidence = collect(project)
    project.git("update-index", "--no-assume-unchanged", "docs/readme.md")
    assert not holds(project, evidence)


def test_an_ignore_file_that_ignores_itself_is_watched(project) -> None:
    project.write("notes/.gitignore", "*\n")
    evidence = collect(project)
    assert holds(project, evidence)
    project.write("notes/.gitignore", "?\n")
    assert not holds(project, evidence)


def test_a_flagged_ignore_file_is_watched_though_git_status_is_silent(project) -> None:
    project.git("update-index", "--assume-unchanged", ".gitignore")
    evidence = collect(project)
    project.write(".gitignore", "*.log\nbuild/\n.cigen/cache/\nnotes/\n")
    assert not holds(project, evidence)


def test_the_users_ignore_file_may_be_a_link(project) -> None:
    target = project.write(os.environ["HOME"] + "/dotfiles/ignore", "*.bak\n")
    link = Path(os.environ["XDG_CONFIG_HOME"]) / "git" / "ignore"
    link.parent.mkdir(parents=True)
    link.symlink_to(target)
    evidence = collect(project)
    assert holds(project, evidence)
    target.write_text("notes/\n")
    assert not holds(project, evidence)


def test_changing_the_sparse_checkout_ends_the_evidence(project) -> None:
    project.commit()
    evidence = collect(project)
    project.git("sparse-checkout", "set", "docs")
    assert not holds(project, evidence)


@pytest.fixture
def with_submodule(project, make_repo):
    library = make_repo("library")
    library.write("lib.c", "int x;\n")
    library.write("src/deep.c", "int x;\n")
    library.commit()
    project.git("submodule", "--quiet", "add", str(library.path), "vendor/lib")
    project.commit()
    return project


SUBMODULE_CHANGES = {
    "an edit": lambda r: r.write("vendor/lib/lib.c", "int y;\n"),
    "an untracked file": lambda r: r.write("vendor/lib/new.c"),
    "an untracked file deep inside": lambda r: r.write("vendor/lib/src/new.c"),
    "another commit": lambda r: r.git("-C", "vendor/lib", "commit", "-q", "--allow-empty", "-m", "x"),
}


@pytest.mark.parametrize("event", SUBMODULE_CHANGES, ids=str)
def test_a_submodule_is_watched(with_submodule, event) -> None:
    evidence = collect(with_submodule)
    assert holds(with_submodule, evidence)
    SUBMODULE_CHANGES[event](with_submodule)
    assert not holds(with_submodule, evidence)


def test_the_cache_does_not_matter_beside_submodules_even_when_nothing_ignores_it(with_submodule) -> None:
    with_submodule.write(".gitignore", "*.log\nbuild/\n")
    evidence = collect(with_submodule)
    with_submodule.write(".cigen/cache/store/blob")
    assert holds(with_submodule, evidence)


@pytest.mark.parametrize("event", SUBMODULE_CHANGES, ids=str)
def test_there_is_no_evidence_for_a_submodule_that_is_not_clean(with_submodule, event) -> None:
    SUBMODULE_CHANGES[event](with_submodule)
    assert collect(with_submodule) == ()


def test_there_is_no_evidence_for_a_repository_in_no_index(project) -> None:
    project.git("init", "-q", "empty/inner")
    assert collect(project) == ()


def test_a_linked_worktree_has_evidence_of_its_own(project, tmp_path) -> None:
    project.commit()
    project.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = type(project)(tmp_path / "linked")
    evidence = collect(linked)
    assert holds(linked, evidence)
    project.write(".git/info/exclude", "x\n")
    assert not holds(linked, evidence)


def test_an_unborn_branch_has_evidence(repo) -> None:
    repo.write("a")
    evidence = collect(repo)
    assert holds(repo, evidence)
    repo.write("a", "changed\n")
    assert not holds(repo, evidence)


def test_the_null_build_loads_nothing_heavy() -> None:
    code = f"import sys; sys.path[:0] = {sys.path!r}; import cigen.repo.evidence; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, check=True, text=True)
    loaded = set(done.stdout.split())
    assert "cigen.repo.evidence" in loaded
    assert not loaded & {"pygit2", "subprocess", "typing", "dataclasses", "pathlib", "re", "json", "tempfile", "enum"}


def edited_since(repo, evidence: tuple[object, ...]) -> Edited | None:
    return compare_evidence(evidence, str(repo.path))[1]


@pytest.fixture
def whole_looks(monkeypatch) -> list[str]:
    """One entry for each time that the whole worktree was looked at."""
    found: list[str] = []
    observe = evidence_module.Observation.observe
    monkeypatch.setattr(
        evidence_module.Observation, "observe", lambda self, *where: found.append("look") or observe(self, *where)
    )
    return found


@pytest.mark.parametrize("name", ["docs/readme.md", "src/a.py", "src/deep/b.py"])
def test_evidence_after_an_edit_of_a_tracked_file_is_made_of_the_older_one(project, whole_looks, name) -> None:
    evidence = collect(project)
    project.write(name, "edited\n")
    edited = edited_since(project, evidence)
    assert edited is not None
    renewed = collect(project, edited)
    assert whole_looks == ["look"]
    assert status_of(renewed) == status_of(collect(project))
    assert holds(project, renewed)
    assert not holds(project, evidence)
    project.write(name, "edited again\n")
    assert not holds(project, renewed)


def test_evidence_after_an_edit_is_made_of_the_older_one_again_and_again(project, whole_looks) -> None:
    evidence = collect(project)
    for text in ("one\n", "two\n", "a = 1\n", "three\n"):
        project.write("src/a.py", text)
        evidence = collect(project, edited_since(project, evidence))
        assert holds(project, evidence)
        assert read_worktree(project.location, evidence).root() == read_worktree(project.location).root()
    assert whole_looks == ["look"]


def test_what_changes_between_the_comparison_and_the_evidence_shows_later(project) -> None:
    evidence = collect(project)
    project.write("docs/readme.md", "edited\n")
    edited = edited_since(project, evidence)
    project.write("src/deep/b.py", "b = 2\n")
    assert not holds(project, collect(project, edited))


@pytest.mark.parametrize(
    "change",
    [
        lambda repo: repo.write("fresh.txt", "new\n"),
        lambda repo: repo.write("notes/todo.txt", "something\n"),
        lambda repo: (repo.path / "docs/readme.md").unlink(),
        lambda repo: repo.write(".gitignore", "notes/\n"),
        lambda repo: repo.write("src/.gitattributes", "*.py -text\n"),
        lambda repo: repo.git("add", "docs/readme.md"),
        lambda repo: repo.git("add", "notes/todo.txt"),
        lambda repo: repo.git("rm", "-q", "--cached", "src/deep/b.py"),
        lambda repo: repo.git("commit", "-q", "-a", "-m", "x"),
        lambda repo: repo.git("config", "core.autocrlf", "input"),
    ],
)
def test_after_anything_else_all_is_looked_at_again(project, whole_looks, change) -> None:
    evidence = collect(project)
    project.write("docs/readme.md", "edited\n")
    change(project)
    whole_looks.clear()
    renewed = collect(project, edited_since(project, evidence))
    assert whole_looks == ["look"]
    assert status_of(renewed) == status_of(collect(project))


def test_an_edited_file_that_is_as_new_as_the_clock_is_no_evidence(project) -> None:
    evidence = collect(project)
    project.write("docs/readme.md", "edited\n")
    future = (project.path / "docs/readme.md").stat().st_mtime_ns + 60_000_000_000
    os.utime(project.path / "docs/readme.md", ns=(future, future))
    edited = edited_since(project, evidence)
    assert edited is not None
    assert collect(project, edited) == ()


def test_edited_rules_are_never_taken_for_an_edited_file(project, whole_looks) -> None:
    project.write(".gitignore", "*.log\nbuild/\n.cigen/cache/\nnotes/\n")
    evidence = collect(project)
    assert b"todo" not in status_of(evidence)
    project.write(".gitignore", "*.log\nbuild/\n.cigen/cache/\n")
    renewed = collect(project, edited_since(project, evidence))
    assert b"todo" in status_of(renewed)


def test_a_linked_rule_file_is_not_trusted_to_be_no_edited_file(project, whole_looks) -> None:
    (project.path / "docs/.gitignore").symlink_to("readme.md")
    project.git("add", "docs/.gitignore")
    project.commit()
    evidence = collect(project)
    project.write("docs/readme.md", "*.txt\n")
    whole_looks.clear()
    collect(project, edited_since(project, evidence))
    assert whole_looks == ["look"]


def test_submodules_are_always_looked_at(project, make_repo, whole_looks) -> None:
    other = make_repo("other")
    other.write("x.txt", "x\n")
    other.commit()
    project.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.path), "inner")
    project.commit()
    evidence = collect(project)
    project.write("docs/readme.md", "edited\n")
    whole_looks.clear()
    collect(project, edited_since(project, evidence))
    assert whole_looks == ["look"]
