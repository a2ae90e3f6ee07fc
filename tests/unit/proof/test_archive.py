"""The files that a job leaves: which they are, that their archive tells nothing of a machine, what is not unpacked."""

import gzip
import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cigen.hashing.globs import GlobError
from cigen.proof.archive import ArchiveError, find_files, pack, selection, unpack

FILES = ("dist/app.js", "dist/x/y/z.css", "dist/.hidden", "dist.txt", "bin/app", "src/a", "out/1.log", "out/2.txt")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path in FILES:
        (tmp_path / "work" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "work" / path).write_text(f"{path}\n")
    (tmp_path / "work/bin/app").chmod(0o755)
    return tmp_path / "work"


def archived(root: Path, *patterns: str) -> bytes:
    to = io.BytesIO()
    pack(root, find_files(root, selection(patterns)), to)
    return to.getvalue()


def tree(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["dist/**"], ["dist/.hidden", "dist/app.js", "dist/x/y/z.css"]),
        (["dist"], ["dist/.hidden", "dist/app.js", "dist/x/y/z.css"]),
        (["./dist/"], ["dist/.hidden", "dist/app.js", "dist/x/y/z.css"]),
        (["dist/*"], ["dist/.hidden", "dist/app.js", "dist/x/y/z.css"]),
        (["bin/app"], ["bin/app"]),
        (["bin/app/"], ["bin/app"]),
        (["*.txt"], ["dist.txt"]),
        (["**/*.{log,css}"], ["dist/x/y/z.css", "out/1.log"]),
        (["out/**", "!out/*.log"], ["out/2.txt"]),
        (["dist/**", "!dist/x"], ["dist/.hidden", "dist/app.js"]),
        (["nothing/**"], []),
        (["**"], sorted(FILES)),
    ],
)
def test_a_pattern_names_files_and_folders_with_all_that_is_in_them(
    patterns: list[str], expected: list[str], root: Path
) -> None:
    assert [os.fsdecode(path) for path in find_files(root, selection(patterns))] == expected


def test_git_s_own_folder_is_never_left_behind(root: Path) -> None:
    for folder in (".git", "dist/.git"):
        (root / folder).mkdir()
        (root / folder / "config").write_text("token")
    found = find_files(root, selection(["**"]))
    assert b".git/config" not in found
    # A repository of somebody else's is a folder like any other.
    assert b"dist/.git/config" in found


def test_a_pattern_that_only_another_tool_understands_is_refused() -> None:
    with pytest.raises(GlobError):
        selection(["dist/@(a|b)"])


def test_a_link_to_a_file_of_the_project_is_that_file(root: Path) -> None:
    (root / "dist/inside").symlink_to("../src/a")
    (root / "bin/nowhere").symlink_to("nothing")
    chosen = selection(["dist/**"])
    assert find_files(root, chosen) == [b"dist/.hidden", b"dist/app.js", b"dist/inside", b"dist/x/y/z.css"]
    to = io.BytesIO()
    unpack(io.BytesIO(archived(root, "dist/**")), root / "into", chosen, pack(root, find_files(root, chosen), to))
    assert not (root / "into/dist/inside").is_symlink()
    assert (root / "into/dist/inside").read_text() == "src/a\n"


@pytest.mark.parametrize(
    ("name", "leads_to", "chosen"),
    [
        ("dist/link", "../../secret", "dist/**"),
        ("dist/link", "nothing", "dist/*"),
        ("dist/link", "../src", "dist/**"),
        ("dist/link", "../src", "dist/*/a"),
        ("link", "dist", "**/*.js"),
    ],
)
def test_any_other_link_that_is_chosen_is_no_part_of_an_archive(
    name: str, leads_to: str, chosen: str, root: Path, tmp_path: Path
) -> None:
    """CI systems make different things of it."""
    (tmp_path / "secret").write_text("s")
    (root / name).symlink_to(leads_to)
    with pytest.raises(ArchiveError, match="leads to no file of the project"):
        find_files(root, selection([chosen]))


def test_what_is_no_file_is_left_out(root: Path) -> None:
    os.mkfifo(root / "dist/pipe")
    assert b"dist/pipe" not in find_files(root, selection(["dist/**"]))


def test_what_was_packed_is_unpacked(root: Path, tmp_path: Path) -> None:
    name = b"dist/\xff\xe4 \n\"'"
    (root / os.fsdecode(name)).write_text("odd")
    chosen = selection(["dist/**", "bin/app"])
    to = io.BytesIO()
    size = pack(root, find_files(root, chosen), to)
    into = tmp_path / "into"
    unpack(io.BytesIO(to.getvalue()), into, chosen, size)
    assert tree(into) == {path: text for path, text in tree(root).items() if path.startswith(("dist/", "bin/"))}
    assert (into / os.fsdecode(name)).read_text() == "odd"
    assert os.access(into / "bin/app", os.X_OK)
    assert not os.access(into / "dist/app.js", os.X_OK)


def test_the_same_files_are_the_same_bytes_whoever_packs_them_when(root: Path, tmp_path: Path) -> None:
    first = archived(root, "dist/**")
    os.utime(root / "dist/app.js", (1, 1))
    (root / "dist/app.js").chmod(0o600)
    assert archived(root, "dist/**") == first
    (root / "dist/app.js").chmod(0o700)
    assert archived(root, "dist/**") != first


def entry(name: str, **fields: object) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(found, field, value)
    return found


def made(*entries: tarfile.TarInfo) -> io.BytesIO:
    to = io.BytesIO()
    with tarfile.open(fileobj=to, mode="w:gz") as archive:
        for one in entries:
            archive.addfile(one, io.BytesIO(b"x" * one.size) if one.isreg() else None)
    to.seek(0)
    return to


@pytest.mark.parametrize(
    "one",
    [
        entry("src/a"),
        entry("/etc/passwd"),
        entry("dist/../../outside"),
        entry("dist/./a"),
        entry("dist//a"),
        entry("../outside"),
        entry("dist/..\\..\\outside"),
        entry("dist/link", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        entry("dist/link", type=tarfile.LNKTYPE, linkname="dist/a"),
        entry("dist/pipe", type=tarfile.FIFOTYPE),
        entry("dist/device", type=tarfile.CHRTYPE),
        entry("dist/folder", type=tarfile.DIRTYPE),
    ],
    ids=lambda one: one.name,
)
def test_s16_nothing_is_written_that_the_job_does_not_leave(one: tarfile.TarInfo, tmp_path: Path) -> None:
    into = tmp_path / "deep/into"
    with pytest.raises(ArchiveError, match="which the job does not leave"):
        unpack(made(one), into, selection(["dist/**"]), 100)
    assert not list(tmp_path.rglob("*"))


def test_s16_an_archive_cannot_say_that_everything_is_chosen(tmp_path: Path) -> None:
    """A name that leaves the folder is refused even where every name is chosen."""
    for name in ("../a", "/a", "a/../../b"):
        with pytest.raises(ArchiveError):
            unpack(made(entry(name)), tmp_path / "into", selection(["**"]), 100)
    assert not list(tmp_path.rglob("*"))


def test_what_is_larger_than_it_says_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="more than it says"):
        unpack(made(entry("a", size=10), entry("b", size=10)), tmp_path / "into", selection(["*"]), 15)
    assert not (tmp_path / "into/b").exists()


def cut_short(data: bytes) -> bytes:
    return data[: len(data) // 2]


def no_archive(_data: bytes) -> bytes:
    return gzip.compress(b"x" * 600)


def no_gzip(_data: bytes) -> bytes:
    return b"x" * 600


@pytest.mark.parametrize("damage", [cut_short, no_archive, no_gzip, lambda _data: b""])
def test_what_is_no_whole_archive_is_told(damage: Callable[[bytes], bytes], root: Path, tmp_path: Path) -> None:
    (root / "dist/large").write_bytes(os.urandom(200_000))
    with pytest.raises(ArchiveError):
        unpack(io.BytesIO(damage(archived(root, "dist/**"))), tmp_path / "into", selection(["dist/**"]), 1 << 20)


def test_of_two_legs_that_leave_one_file_the_last_one_counts(tmp_path: Path) -> None:
    for size in (3, 2):
        unpack(made(entry("a", size=size)), tmp_path / "into", selection(["*"]), 10)
    assert tree(tmp_path / "into") == {"a": "xx"}
