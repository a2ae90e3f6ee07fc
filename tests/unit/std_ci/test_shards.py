"""Files dealt out to shards, by a real shell: every file once, whoever counts."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cigen.sdk import Shards
from cigen.std.ci.shards import shard_files


def dealt(shards: Shards, folder: Path) -> list[list[str]]:
    """What each shard's list holds."""
    script = shard_files(shards) + 'cat "$CIG_SHARD_FILES"'
    found = []
    for index in range(shards.count):
        env = {"PATH": "/usr/bin:/bin", "CIG_SHARD_INDEX": str(index), "CIG_SHARD_TOTAL": str(shards.count)}
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", script], cwd=folder, env=env, capture_output=True, check=True
        )
        found.append(done.stdout.decode().splitlines())
    return found


def plant(folder: Path, sizes: dict[str, int]) -> None:
    for name, size in sizes.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x" * size)


def test_no_globs_make_no_shell() -> None:
    assert shard_files(Shards(3)) == ""


def test_files_go_to_the_shards_in_turn(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {"spec/a_spec.rb": 1, "spec/b/c_spec.rb": 1, "spec/d_spec.rb": 1, "spec/helper.rb": 1, "lib/a_spec.rb": 1},
    )
    assert dealt(Shards(2, ("spec/**/*_spec.rb",)), tmp_path) == [
        ["spec/a_spec.rb", "spec/d_spec.rb"],
        ["spec/b/c_spec.rb"],
    ]


def test_a_glob_with_a_mark_takes_files_away(tmp_path: Path) -> None:
    plant(tmp_path, {"t/a.py": 1, "t/slow/b.py": 1})
    assert dealt(Shards(1, ("t/**", "!t/slow/**")), tmp_path) == [["t/a.py"]]


def test_by_size_the_largest_stand_alone(tmp_path: Path) -> None:
    plant(tmp_path, {"t/a": 10, "t/b": 2, "t/c": 3, "t/d": 4})
    assert dealt(Shards(2, ("t/*",), "size"), tmp_path) == [["t/a"], ["t/d", "t/c", "t/b"]]


@pytest.mark.parametrize("by", ["name", "size"])
def test_where_nothing_matches_every_shard_gets_an_empty_list(by: str, tmp_path: Path) -> None:
    assert dealt(Shards(2, ("t/*",), by), tmp_path) == [[], []]


NAMES = st.text("ab c'\"$", min_size=1, max_size=4).filter(lambda name: name.strip() == name)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(NAMES, st.integers(0, 5), max_size=6), st.integers(1, 3), st.sampled_from(["name", "size"]))
def test_every_file_falls_to_exactly_one_shard(
    tmp_path_factory: pytest.TempPathFactory, sizes: dict[str, int], count: int, by: str
) -> None:
    folder = tmp_path_factory.mktemp("files")
    plant(folder, {f"t/{name}": size for name, size in sizes.items()})
    shards = dealt(Shards(count, ("t/*",), by), folder)
    assert sorted(name for shard in shards for name in shard) == sorted(f"t/{name}" for name in sizes)
