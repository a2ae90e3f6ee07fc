"""Writing on real broken ground: killed, interrupted, out of space, without permission, and not alone."""

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cigen.errors import StoreError
from cigen.model.codes import CODES
from cigen.output.writer import write_files

HERE = Path(__file__).parent
OLD = {"a": "old", "ci/b": "old"}
NEW = {"a": "new", "ci/b": "new", "ci/deep/c": "new"}


def interrupted(tmp_path: Path, number: signal.Signals, stride: int) -> list[tuple[int, dict[str, str]]]:
    command = [sys.executable, str(HERE / "interrupted.py"), str(int(number)), str(stride), str(tmp_path / "root")]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert told.returncode == 0, told.stderr
    return [(line, files) for line, files in map(json.loads, told.stdout.splitlines())]


def test_a_killed_writer_leaves_all_old_or_all_new(tmp_path: Path) -> None:
    """SIGKILL at points all along the way, between any two of the replacements included."""
    results = interrupted(tmp_path, signal.SIGKILL, 7)
    outcomes = set()
    for line, files in results:
        kept = {name: content for name, content in files.items() if ".cig-" not in name}
        assert kept in (OLD, NEW), line
        outcomes.add(len(kept))
        if line < 0:
            assert files == NEW, f"the run after the one killed at {-line} sweeps and completes"
    assert len(results) > 60
    assert outcomes == {2, 3}, "both ends were seen"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_writer_leaves_all_old_or_all_new_and_nothing_else(
    tmp_path: Path, number: signal.Signals
) -> None:
    results = interrupted(tmp_path, number, 23)
    for line, files in results:
        assert files in (OLD, NEW), line
    assert {len(files) for line, files in results if line > 0} == {2, 3}, "both ends were seen"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k,mode=0755", "none", str(disk)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"platform: no tmpfs can be mounted: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_changes_nothing(small_disk: Path) -> None:
    (small_disk / "a").write_bytes(b"old")
    with pytest.raises(StoreError) as raised:
        write_files(small_disk, [("a", b"new"), ("ci/b", b"x" * 100_000)])
    [found] = raised.value.diagnostics
    assert found.message == "ci/b cannot be written: the disk is full"
    assert CODES[found.code].exit == 3
    assert [path.name for path in small_disk.rglob("*")] == ["a"]
    assert (small_disk / "a").read_bytes() == b"old"


def test_a_read_only_disk_is_named_and_harmless_where_nothing_changes(small_disk: Path) -> None:
    write_files(small_disk, [("a", b"old")])
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    write_files(small_disk, [("a", b"old")])
    with pytest.raises(StoreError) as raised:
        write_files(small_disk, [("a", b"new"), ("b", b"new")])
    assert raised.value.diagnostics[0].message == "a cannot be written: the file system is read-only"


LIMITED = """
import os, resource, sys
from pathlib import Path
from cigen.errors import StoreError
from cigen.output.writer import write_files
os.chdir(sys.argv[1])
exec(sys.argv[2])
try:
    write_files(Path("."), [("a", b"new"), ("ci/b", b"x" * 100_000)])
except StoreError as error:
    print(error.diagnostics[0].message)
"""


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))", "ci/b cannot be written: it would be larger"),
        ("resource.setrlimit(resource.RLIMIT_NOFILE, (6, 6))", "cannot be written: too many files are open"),
        ("os.chmod('ci', 0o555); os.geteuid() or os.setuid(65534)", "cannot be written: permission denied"),
    ],
    ids=["file size", "open files", "permission"],
)
def test_a_limit_of_the_system_changes_nothing(tmp_path: Path, limit: str, message: str) -> None:
    tmp_path.chmod(0o777)
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "ci").mkdir()
    told = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path), limit], capture_output=True, text=True, check=False
    )
    assert message in told.stdout, told.stderr
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "ci"]
    assert (tmp_path / "a").read_bytes() == b"old"


MANY = """
import sys
from pathlib import Path
from cigen.output.writer import write_files
for turn in range(12):
    content = f"{sys.argv[2]}{turn}".encode()
    write_files(Path(sys.argv[1]), [("a", content), ("ci/b", content), ("ci/c", content)], patience=300)
"""


def test_two_writers_at_once_never_mix(tmp_path: Path) -> None:
    """Each takes the lock in turn; whoever looks while holding it sees the files of one turn of one writer."""
    import fcntl

    writers = [subprocess.Popen([sys.executable, "-c", MANY, str(tmp_path), name]) for name in "xy"]
    looks = 0
    while any(process.poll() is None for process in writers) or not looks:
        descriptor = os.open(tmp_path, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        seen = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
        os.close(descriptor)
        assert len(seen) in (0, 3)
        assert len(set(seen)) <= 1
        looks += 1
    assert [process.wait() for process in writers] == [0, 0]
    assert not [path for path in tmp_path.rglob("*") if ".tmp" in path.name]


def test_the_message_names_an_errno_that_has_no_words_of_its_own() -> None:
    from cigen.output.beneath import cannot_write

    assert cannot_write("a", OSError(errno.ENODEV, "")).message == "a cannot be written: the system says ENODEV"
