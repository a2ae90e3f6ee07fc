"""Run by test_writer_faults.py: write three files again and again, each time hit by a signal at a later line.

    interrupted.py SIGNAL STRIDE ROOT

For every STRIDE-th line that a write executes, in cigen's output room or in the standard library below it, a forked
process sends itself SIGNAL there. Prints one JSON line a run: [line number, the files afterwards]. A killed writer's
replacer still holds the root's lock, so each run is judged once that lock is free.
"""

import fcntl
import json
import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from cigen.output.writer import write_files

OLD = {"a": "old", "ci/b": "old"}
NEW = [("a", b"new"), ("ci/b", b"new"), ("ci/deep/c", b"new")]


def write_until(root: Path, number: int, fatal_line: int) -> int:
    """Write, and signal this process when the `fatal_line`-th line is about to run. Returns the lines that ran."""
    ran = 0

    def trace(frame: FrameType, event: str, _arg: object) -> Any:
        nonlocal ran
        if event == "line" and (
            "/output/" in frame.f_code.co_filename or frame.f_code.co_filename.endswith("subprocess.py")
        ):
            ran += 1
            if ran == fatal_line:
                signal.raise_signal(number)
        return trace

    sys.settrace(trace)
    try:
        write_files(root, NEW)
    finally:
        sys.settrace(None)
    return ran


def prepare(root: Path) -> None:
    shutil.rmtree(root, ignore_errors=True)
    for name, content in OLD.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)


def files(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


def wait_for_replacer(root: Path) -> None:
    descriptor = os.open(root, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    os.close(descriptor)


def main() -> None:
    number, stride, root = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    prepare(root)
    lines = write_until(root, number, -1)
    for fatal in range(1, lines + 1, stride):
        prepare(root)
        child = os.fork()
        if child == 0:
            try:
                write_until(root, number, fatal)
            except KeyboardInterrupt:
                os._exit(130)
            os._exit(0)
        os.waitpid(child, 0)
        wait_for_replacer(root)
        print(json.dumps([fatal, files(root)]), flush=True)
        write_files(root, NEW)
        print(json.dumps([-fatal, files(root)]), flush=True)


main()
