"""Modules that are loaded when they are first looked into. Each case is a Python of its own: imports happen once."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

MODULE = """
import sys, threading, time
loads = sys.loads = getattr(sys, "loads", []) + [threading.current_thread().name]
time.sleep(0.05)
answer = 42
"""


def run(folder: Path, script: str) -> list[str]:
    """What a script prints that can import `slow`, a module that notes who loads it and takes its time."""
    (folder / "slow.py").write_text(MODULE)
    (folder / "user.py").write_text("import slow\ndef ask():\n    return slow.answer\n")
    head = f"import sys\nsys.path.insert(0, {str(folder)!r})\nfrom cigen.late import import_late\n"
    words = [sys.executable, "-c", head + textwrap.dedent(script)]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()


def test_a_late_module_is_not_loaded_by_who_only_imports_it(tmp_path: Path) -> None:
    script = """
    import_late("slow")
    import slow, user
    print(hasattr(sys, "loads"))
    """
    assert run(tmp_path, script) == ["False"]


def test_a_late_module_is_loaded_once_and_is_the_module_itself_from_then_on(tmp_path: Path) -> None:
    script = """
    import_late("slow")
    import user
    print(user.ask(), user.ask(), len(sys.loads), sys.modules["slow"].__file__.endswith("slow.py"))
    """
    assert run(tmp_path, script) == ["42", "42", "1", "True"]


def test_a_name_is_imported_from_a_late_module_as_from_any(tmp_path: Path) -> None:
    script = """
    import_late("slow")
    from slow import answer
    print(answer)
    try:
        from slow import question
    except ImportError as why:
        print("ImportError")
    """
    assert run(tmp_path, script) == ["42", "ImportError"]


def test_threads_that_look_at_once_load_a_module_once_and_all_see_it_whole(tmp_path: Path) -> None:
    script = """
    import threading
    import_late("slow")
    import user
    gate, found = threading.Barrier(8), []
    def look():
        gate.wait()
        found.append(user.ask())
    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    print(*found, len(sys.loads))
    """
    assert run(tmp_path, script) == ["42"] * 8 + ["1"]


def test_what_is_set_on_a_late_module_is_set_on_the_module(tmp_path: Path) -> None:
    script = """
    import_late("slow")
    import slow
    slow.answer = 43
    print(sys.modules["slow"].answer, sys.modules["slow"] is not slow)
    """
    assert run(tmp_path, script) == ["43", "True"]


def test_a_package_that_is_forgotten_is_loaded_once_by_whoever_is_first(tmp_path: Path) -> None:
    package = tmp_path / "parcel"
    package.mkdir()
    (package / "__init__.py").write_text("from parcel.part import Part\n")
    (package / "part.py").write_text("class Part:\n    pass\n")
    script = """
    from cigen.late import forget_late
    import_late("parcel", "slow")
    import parcel as held
    forget_late("parcel", "slow", "sys", "unknown")
    print("parcel" in sys.modules, "slow" in sys.modules, "sys" in sys.modules)
    import parcel.part
    print(parcel.part.Part is parcel.Part, held.Part is parcel.Part)
    """
    assert run(tmp_path, script) == ["False", "False", "True", "True", "True"]


def test_nothing_of_grpcio_is_late_for_anybody_else() -> None:
    script = """
    import sys
    from cigen.wire.client import import_grpc
    import_grpc()
    print("asyncio" in sys.modules, "grpc.aio" in sys.modules)
    import_grpc()
    import asyncio.queues
    import grpc.aio
    print(asyncio.queues.Queue is asyncio.Queue, grpc.aio.Channel is not None)
    """
    words = [sys.executable, "-c", textwrap.dedent(script)]
    found = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert found.split() == ["False", "False", "True", "True"]


def test_a_module_that_is_there_already_stays(tmp_path: Path) -> None:
    script = """
    import slow
    import_late("slow")
    print(sys.modules["slow"] is slow)
    """
    assert run(tmp_path, script) == ["True"]


@pytest.mark.parametrize(
    ("first", "unused"),
    [
        ("cigen.wire.client as client; client.import_grpc()", "asyncio.events"),
        ("cigen.wire.methods", "google.protobuf.text_format"),
        ("cigen.engine.tasks", "bdb"),
    ],
)
def test_what_no_call_of_a_library_needs_is_not_loaded_with_it(first: str, unused: str) -> None:
    script = f"import sys; import {first}; print({unused!r} in sys.modules)"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert found == "False\n"
