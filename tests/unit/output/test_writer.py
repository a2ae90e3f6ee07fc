"""Writing: everything or nothing, below the root, with what was there kept."""

import errno
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cigen.errors import StoreError
from cigen.output import staging, swap, writer
from cigen.output.beneath import open_root, read_below
from cigen.output.exclusion import hold_lock
from cigen.output.writer import write_files, write_named


def tree(root: Path) -> dict[str, bytes]:
    """Every file and folder below `root`; folders end in a slash."""
    found = {}
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        found[name if not path.is_dir() or path.is_symlink() else f"{name}/"] = (
            path.read_bytes() if path.is_file() else b""
        )
    return found


def untouched(path: Path) -> tuple[int, ...]:
    """What any change to a file or folder would change."""
    found = path.stat()
    return (found.st_ino, found.st_mode, found.st_mtime_ns, found.st_ctime_ns)


def code_of(root: Path, files: list[tuple[str, bytes]]) -> str:
    """The code that writing `files` fails with; asserts that it changed nothing."""
    before = tree(root)
    with pytest.raises(StoreError) as raised:
        write_files(root, files)
    assert tree(root) == before
    return raised.value.diagnostics[0].code


def test_files_and_their_folders_are_made(tmp_path: Path) -> None:
    write_files(tmp_path, [(".github/workflows/ci.yml", b"a"), ("Jenkinsfile", b"b")])
    assert (tmp_path / ".github/workflows/ci.yml").read_bytes() == b"a"
    assert (tmp_path / "Jenkinsfile").read_bytes() == b"b"
    assert not [name for name in tree(tmp_path) if ".tmp" in name]


def test_nothing_to_write_touches_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, [("a", b"a"), ("b/c", b"c")])
    before = {path: untouched(path) for path in tmp_path.rglob("*")}

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(writer, "hold_lock", refuse)
    write_files(tmp_path, [("a", b"a"), ("b/c", b"c")])
    assert {path: untouched(path) for path in tmp_path.rglob("*")} == before


def test_only_the_file_that_differs_is_written(tmp_path: Path) -> None:
    write_files(tmp_path, [("a", b"1"), ("b", b"1")])
    kept = untouched(tmp_path / "a")
    write_files(tmp_path, [("a", b"1"), ("b", b"2")])
    assert untouched(tmp_path / "a") == kept
    assert (tmp_path / "b").read_bytes() == b"2"


@pytest.mark.parametrize("mode", [0o640, 0o755, 0o444])
def test_an_existing_file_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "a").chmod(mode)
    write_files(tmp_path, [("a", b"new"), ("b", b"new")])
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == mode


def test_a_new_file_has_the_mode_the_umask_allows(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_files(tmp_path, [("a", b"new")])
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


def test_the_new_file_is_given_to_the_owner_of_the_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root rendering in a user's checkout leaves the user's files the user's."""
    (tmp_path / "a").write_bytes(b"old")
    of_another = os.stat_result((0o100644, 1, 1, 1, 1234, 5678, 3, 0, 0, 0))
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "fchown", lambda _, user, group: given.append((user, group)))
    with open_root(tmp_path) as top:
        staging.stage(staging.Place("a", top, "a", b"new", of_another), keep_old=False)
    assert given == [(1234, 5678)]


def test_a_folder_at_the_path_is_the_projects_mistake(tmp_path: Path) -> None:
    (tmp_path / "z").mkdir()
    assert code_of(tmp_path, [("a/b/c", b"x"), ("z", b"x")]) == "OUTPUT_003"


def test_a_pipe_at_the_path_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "z")
    assert code_of(tmp_path, [("a", b"x"), ("z", b"x")]) == "OUTPUT_003"


def test_a_file_where_a_folder_is_needed_is_the_projects_mistake(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    assert code_of(tmp_path, [("new/x", b"x"), ("a/b", b"x")]) == "OUTPUT_003"


def test_one_output_below_another_is_refused(tmp_path: Path) -> None:
    assert code_of(tmp_path, [("a", b"x"), ("a/b", b"x")]) == "OUTPUT_003"


@pytest.mark.parametrize("link", ["out", "deep", "deep/er"])
@pytest.mark.parametrize("absolute", [True, False])
def test_no_link_in_the_path_is_followed(tmp_path: Path, link: str, absolute: bool) -> None:
    outside = tmp_path / "outside"
    (outside / "er").mkdir(parents=True)
    (outside / "target").write_bytes(b"precious")
    root = tmp_path / "root"
    (root / link).parent.mkdir(parents=True)
    at_file = link == "out"
    goal = outside / "target" if at_file else outside
    (root / link).symlink_to(goal if absolute else os.path.relpath(goal, (root / link).parent))
    path = "out" if at_file else f"{link}/target"
    assert code_of(root, [("aa", b"x"), (path, b"evil")]) == "OUTPUT_004"
    assert tree(outside) == {"er/": b"", "target": b"precious"}


def test_a_dangling_link_is_not_created_through(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to(tmp_path / "nowhere")
    assert code_of(tmp_path, [("out", b"x")]) == "OUTPUT_004"


def test_a_link_put_in_place_of_a_folder_meanwhile_leads_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between staging and replacing, an attacker swaps the folder for a link: the descriptor stays where it was."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "ci").mkdir(parents=True)
    outside.mkdir()
    really = swap.swap

    def attack(moves: list[swap.Move]) -> None:
        (root / "ci").rename(root / "moved")
        (root / "ci").symlink_to(outside)
        really(moves)

    monkeypatch.setattr(swap, "swap", attack)
    write_files(root, [("ci/x", b"new")])
    assert tree(outside) == {}
    assert (root / "moved/x").read_bytes() == b"new"


def test_the_root_itself_may_be_reached_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    write_files(tmp_path / "link", [("a", b"x")])
    assert (tmp_path / "real/a").read_bytes() == b"x"


def test_staged_files_of_a_killed_run_are_swept_and_nothing_else(tmp_path: Path) -> None:
    for name in ("ci/.cig-0123456789abcdef.tmp", "ci/.cig-mine.tmp", "ci/.cig-0123456789abcdef.tmp.txt"):
        (tmp_path / "ci").mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "ci/x").write_bytes(b"x")
    write_files(tmp_path, [("ci/x", b"x")])
    assert set(tree(tmp_path)) == {"ci/", "ci/x", "ci/.cig-mine.tmp", "ci/.cig-0123456789abcdef.tmp.txt"}


def test_another_writer_is_waited_for_then_named(tmp_path: Path) -> None:
    with open_root(tmp_path) as other:
        assert hold_lock(other, 0)
        with pytest.raises(StoreError) as raised:
            write_files(tmp_path, [("a", b"x")], patience=0)
    assert raised.value.diagnostics[0].code == "OUTPUT_007"
    assert tree(tmp_path) == {}
    write_files(tmp_path, [("a", b"x")], patience=0)


def test_a_writer_goes_on_once_the_other_has_ended(tmp_path: Path) -> None:
    with open_root(tmp_path) as other:
        hold_lock(other, 0)
        waiting = threading.Thread(target=write_files, args=(tmp_path, [("a", b"x")]))
        waiting.start()
        assert tree(tmp_path) == {}
    waiting.join(30)
    assert tree(tmp_path) == {"a": b"x"}


# -- faults: each system call of the way fails once ------------------------------------------------------------------

FAULTS = ["open", "fsync", "link", "mkdir", "fchmod"]


@pytest.mark.parametrize("call", FAULTS)
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
@pytest.mark.parametrize("nth", [1, 2, 3, 4, 5, 6, 7, 8])
def test_a_failing_system_call_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, nth: int
) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "b").write_bytes(b"old")
    before = tree(tmp_path)
    failing, calls = failing_once(getattr(os, call), number, nth)
    monkeypatch.setattr(os, call, failing)
    files = [("a", b"new"), ("b", b"new"), ("c/d/e", b"new")]
    try:
        write_files(tmp_path, files)
    except StoreError as raised:
        codes = {diagnostic.code for diagnostic in raised.diagnostics}
        monkeypatch.undo()
        assert tree(tmp_path) == before
        assert codes == {"OUTPUT_005"}
    else:
        monkeypatch.undo()
        # The call was not made that often, or what it does was not needed (a link can be a copy).
        assert calls() < nth or call in ("link", "fsync")
        assert tree(tmp_path) == {"a": b"new", "b": b"new", "c/": b"", "c/d/": b"", "c/d/e": b"new"}


def failing_once(
    really: Callable[..., object], number: int, nth: int
) -> tuple[Callable[..., object], Callable[[], int]]:
    made = 0

    def call(*args: object, **kwargs: object) -> object:
        nonlocal made
        made += 1
        if made == nth:
            raise OSError(number, "made to fail")
        return really(*args, **kwargs)

    return call, lambda: made


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("links", [True, False])
def test_a_replacement_that_fails_midway_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int, links: bool
) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "b").write_bytes(b"old")
    before = tree(tmp_path)
    failing, _ = failing_once(os.rename, errno.EIO, nth)

    def apart(_top: int, moves: list[swap.Move]) -> swap.SwapError | None:
        monkeypatch.setattr(os, "rename", failing)
        try:
            swap.swap(moves)
        except swap.SwapError as failed:
            return failed
        return None

    monkeypatch.setattr(writer, "_swap_apart", apart)
    if not links:
        monkeypatch.setattr(os, "link", failing_once(os.link, errno.EPERM, 1)[0])
    with pytest.raises(StoreError) as raised:
        write_files(tmp_path, [("a", b"new"), ("n/c", b"new"), ("b", b"new")])
    assert raised.value.diagnostics[0].message.startswith(("a ", "n/c ", "b ")[nth - 1])
    assert tree(tmp_path) == before


def test_the_old_file_comes_back_as_it_was_where_links_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "a").chmod(0o600)

    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    def apart(_top: int, moves: list[swap.Move]) -> swap.SwapError:
        os.rename(moves[0][2], moves[0][1], src_dir_fd=moves[0][0], dst_dir_fd=moves[0][0])
        swap.restore(moves)
        return swap.SwapError(1, errno.EIO)

    monkeypatch.setattr(os, "link", no_links)
    monkeypatch.setattr(writer, "_swap_apart", apart)
    with pytest.raises(StoreError):
        write_files(tmp_path, [("a", b"new"), ("b", b"new")])
    assert tree(tmp_path) == {"a": b"old"}
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def test_a_replacer_that_was_killed_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"old")
    program = tmp_path / "dies.py"
    program.write_text(
        "import json, os, signal, sys\n"
        "folder, name, staged, old = json.loads(sys.stdin.readline())[0]\n"
        "os.rename(staged, name, src_dir_fd=folder, dst_dir_fd=folder)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    before = tree(tmp_path)
    monkeypatch.setattr(swap, "__file__", str(program))
    with pytest.raises(StoreError) as raised:
        write_files(tmp_path, [("a", b"new"), ("b", b"new")])
    assert "ended from outside" in raised.value.diagnostics[0].message
    assert tree(tmp_path) == before


def test_a_replacement_that_really_fails_is_taken_back_by_the_replacer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"old")
    really = writer._swap_apart

    def sabotaged(top: int, moves: list[swap.Move]) -> swap.SwapError | None:
        (tmp_path / "z").mkdir()
        return really(top, moves)

    monkeypatch.setattr(writer, "_swap_apart", sabotaged)
    with pytest.raises(StoreError) as raised:
        write_files(tmp_path, [("a", b"new"), ("b", b"new"), ("z", b"new")])
    assert raised.value.diagnostics[0].message.startswith("z ")
    assert tree(tmp_path) == {"a": b"old", "z/": b""}


names = st.sampled_from(["a", "b", "a/x", "a/y", "b/c/d", "e/f", "..x/y", "e"])


@settings(max_examples=40)
@given(
    st.dictionaries(names, st.binary(max_size=4), max_size=5), st.dictionaries(names, st.binary(max_size=4), max_size=5)
)
def test_whatever_stands_there_the_result_is_all_or_nothing(
    tmp_path_factory: pytest.TempPathFactory, standing: dict[str, bytes], files: dict[str, bytes]
) -> None:
    outside = tmp_path_factory.mktemp("around")
    root = outside / "root"
    root.mkdir()
    for name, content in standing.items():
        if not any((root / name).is_relative_to(root / other) for other in standing if other != name):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            if not (root / name).is_dir():
                (root / name).write_bytes(content)
    before = tree(root)
    try:
        write_files(root, sorted(files.items()))
    except StoreError:
        assert tree(root) == before
    else:
        assert {name: tree(root)[name] for name in files} == files
    assert [path.name for path in outside.iterdir()] == ["root"]


# -- files the user names ------------------------------------------------------------------------------------------


def test_a_named_file_is_replaced_whole(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_bytes(b"old")
    write_named(tmp_path / "t.json", b"new")
    assert tree(tmp_path) == {"t.json": b"new"}


def test_a_named_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write_named(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing/t.json", "there is no such folder"),
        ("file/t.json", "a parent of it is no folder"),
        ("folder", "it is a folder"),
    ],
)
def test_a_named_file_that_cannot_be_written_is_reported(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    before = tree(tmp_path)
    with pytest.raises(StoreError) as raised:
        write_named(tmp_path / name, b"x")
    (told,) = raised.value.diagnostics
    assert (told.code, told.message) == ("OUTPUT_005", f"{tmp_path / name} cannot be written: {why}")
    assert tree(tmp_path) == before


def test_reading_below_the_root_sees_what_stands_there(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b").write_bytes(b"x")
    with open_root(tmp_path) as top:
        assert read_below(top, "a/b") == b"x"
        assert read_below(top, "a/c") is None
        assert read_below(top, "c/d/e") is None


def test_staged_names_are_recognised_as_such() -> None:
    assert staging.is_staged(staging.new_name())
