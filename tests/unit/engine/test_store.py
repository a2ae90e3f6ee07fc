"""The store never loses a run to a bad disk: whatever is wrong with it is a miss and one warning."""

import errno
import os
import resource
import signal
import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cigen.engine.cache_folder import CACHE_FOLDER
from cigen.engine.store import KEPT_KEYS, Record, Store


def record(id: str = "detect:x", key: str = "k1", output: bytes = b'{"a":1}') -> Record:
    return Record(id, key, b"[]", output, b"[]")


def fill(root: Path, *records: Record, facts: dict[str, bytes] | None = None) -> None:
    store = Store(root)
    for one in records:
        store.add(one)
    for name, value in (facts or {}).items():
        store.set_fact(name, value)
    store.save([one.id for one in records])
    assert store.warnings == []
    store.close()


def database(root: Path) -> Path:
    return root / CACHE_FOLDER / "actions.db"


def test_what_was_saved_is_found_again(tmp_path: Path) -> None:
    fill(tmp_path, record(), facts={"written": b"yes"})
    store = Store(tmp_path)
    assert store.find("detect:x", "k1") == record()
    assert store.latest("detect:x") == record()
    assert store.fact("written") == b"yes"
    assert store.ids() == ("detect:x",)
    store.close()


def test_another_key_or_another_action_is_a_miss(tmp_path: Path) -> None:
    fill(tmp_path, record())
    store = Store(tmp_path)
    assert store.find("detect:x", "k2") is None
    assert store.find("detect:y", "k1") is None
    assert store.fact("written") is None
    store.close()


def test_nothing_is_written_without_save(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(record())
    store.close()
    again = Store(tmp_path)
    assert again.is_empty
    again.close()


def test_actions_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    fill(tmp_path, record("detect:x"), record("detect:y"))
    store = Store(tmp_path)
    store.save(["detect:x"])
    store.close()
    store = Store(tmp_path)
    assert store.ids() == ("detect:x",)
    store.close()


def test_a_few_keys_of_one_action_are_kept(tmp_path: Path) -> None:
    for number in range(KEPT_KEYS + 3):
        fill(tmp_path, record(key=f"k{number}"))
    store = Store(tmp_path)
    kept = [number for number in range(KEPT_KEYS + 3) if store.find("detect:x", f"k{number}")]
    store.close()
    assert kept == list(range(3, KEPT_KEYS + 3))


def test_the_last_used_key_is_the_latest_even_if_it_is_an_old_one(tmp_path: Path) -> None:
    fill(tmp_path, record(key="old"))
    fill(tmp_path, record(key="new"))
    store = Store(tmp_path)
    assert store.find("detect:x", "old") is not None
    store.save(["detect:x"])
    store.close()
    store = Store(tmp_path)
    latest = store.latest("detect:x")
    store.close()
    assert latest is not None
    assert latest.key == "old"


def test_a_store_cut_off_at_any_byte_is_a_miss_and_one_warning_at_most(tmp_path: Path) -> None:
    fill(tmp_path, record(), record("plan:x", "k", b"x" * 3000))
    whole = database(tmp_path).read_bytes()
    for length in [*range(0, 200, 7), *range(200, len(whole), 511)]:
        database(tmp_path).write_bytes(whole[:length])
        store = Store(tmp_path)
        found = store.find("detect:x", "k1")
        assert found is None or found == record()
        store.add(record("new:x"))
        store.save(["new:x"])
        assert len(store.warnings) <= 1
        store.close()
        again = Store(tmp_path)
        assert again.find("new:x", "k1") == record("new:x"), f"nothing could be remembered after a cut at {length}"
        assert again.warnings == []
        again.close()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(min_value=0, max_value=10**6), value=st.integers(min_value=0, max_value=255))
@example(position=4090, value=128)
def test_a_changed_byte_never_gives_a_changed_result(tmp_path: Path, position: int, value: int) -> None:
    database(tmp_path).unlink(missing_ok=True)
    fill(tmp_path, record(output=b"the result " * 50))
    data = bytearray(database(tmp_path).read_bytes())
    data[position % len(data)] = value
    database(tmp_path).write_bytes(bytes(data))
    store = Store(tmp_path)
    found = store.find("detect:x", "k1")
    store.close()
    assert found is None or found == record(output=b"the result " * 50)


def test_a_store_of_another_version_is_made_anew_with_one_warning(tmp_path: Path) -> None:
    fill(tmp_path, record())
    db = sqlite3.connect(database(tmp_path))
    db.execute("PRAGMA user_version = 99")
    db.close()
    store = Store(tmp_path)
    assert [w.code for w in store.warnings] == ["STORE_002"]
    assert store.is_empty
    store.add(record())
    store.save(["detect:x"])
    store.close()
    again = Store(tmp_path)
    assert again.warnings == []
    assert again.find("detect:x", "k1") == record()
    again.close()


def test_a_file_in_place_of_the_folder_is_one_warning(tmp_path: Path) -> None:
    (tmp_path / ".cigen").write_text("not a folder")
    store = Store(tmp_path)
    store.add(record())
    store.save(["detect:x"])
    assert store.find("detect:x", "k1") == record()
    assert [w.code for w in store.warnings] == ["STORE_004"]
    store.close()


def test_a_folder_that_cannot_be_written_is_one_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write anywhere, so the refusal comes from the system call."""

    def refuse(path: str, *args: object, **kwargs: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)

    monkeypatch.setattr(os, "makedirs", refuse)
    store = Store(tmp_path)
    store.add(record())
    store.save(["detect:x"])
    assert [(w.code, "Read-only" in w.message) for w in store.warnings] == [("STORE_004", True)]


def test_a_full_disk_is_one_warning_and_costs_nothing_that_was_there(tmp_path: Path) -> None:
    fill(tmp_path, record())
    store = Store(tmp_path)
    store.add(record("new:x", output=b"x" * 2_000_000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        store.save(["detect:x", "new:x"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert [w.code for w in store.warnings] == ["STORE_004"]
    store.close()
    again = Store(tmp_path)
    assert again.find("detect:x", "k1") == record()
    assert again.find("new:x", "k1") is None
    assert again.warnings == []
    again.close()


def test_a_large_store_forgets_what_this_run_did_not_use_and_tells_if_that_is_not_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cigen.engine.store.SIZE_LIMIT", 100_000)
    fill(tmp_path, record(key="k1", output=b"1" * 80_000))
    fill(tmp_path, record(key="k2", output=b"2" * 60_000))
    store = Store(tmp_path)
    assert (store.find("detect:x", "k1"), store.find("detect:x", "k2") is not None) == (None, True)
    store.add(record(key="k3", output=b"3" * 200_000))
    store.save(["detect:x"])
    assert [(found.code, "rm -r .cigen/cache" in found.hint) for found in store.warnings] == [("STORE_003", True)]
    store.close()


def test_two_at_once_lose_nothing_but_work(tmp_path: Path) -> None:
    first, second = Store(tmp_path), Store(tmp_path)
    first.add(record("detect:x"))
    second.add(record("detect:y"))
    first.save(["detect:x", "detect:y"])
    second.save(["detect:x", "detect:y"])
    first.close()
    second.close()
    store = Store(tmp_path)
    assert store.ids() == ("detect:x", "detect:y")
    store.close()


def test_the_cache_folder_is_not_part_of_the_repository(tmp_path: Path) -> None:
    fill(tmp_path, record())
    assert (tmp_path / CACHE_FOLDER / ".gitignore").read_text() == "*\n"
