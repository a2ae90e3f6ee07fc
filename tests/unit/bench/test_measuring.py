"""What is measured is what the table says."""

import os
import sys

import pytest

BLOCK = "block = b'x' * 40_000_000"


@pytest.fixture
def place(tmp_path):
    return tmp_path, os.environ, tmp_path / "stderr"


def test_memory_is_added_up_over_a_command_and_its_children(script, place):
    child = f"import sys; {BLOCK}; sys.stdin.read()"
    parent = (
        f"import subprocess, sys, time; {BLOCK}\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}], stdin=subprocess.PIPE)\n"
        "while int(open(f'/proc/{child.pid}/statm').read().split()[1]) * 4096 < 40_000_000: pass\n"
        "for _ in range(300_000): pass\n"
        "child.communicate()"
    )
    peak = script("measure").peak_memory([sys.executable, "-c", parent], *place)
    assert 80_000_000 < peak < 200_000_000


def test_cpu_time_includes_children_that_were_waited_for(script, place):
    spin = "import time\nwhile time.process_time() < 0.2: pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {spin!r}])"
    sample = script("measure").run_timed([sys.executable, "-c", parent], *place)
    assert sample.cpu >= 0.2
    assert sample.wall > 0


def test_a_command_that_fails_is_not_measured(script, place):
    measure = script("measure")
    words = [sys.executable, "-c", "import sys; sys.exit('so it is')"]
    for run in (measure.run_timed, measure.peak_memory):
        with pytest.raises(measure.CommandError, match="exit code 1\nso it is"):
            run(words, *place)


def test_a_ratio_is_taken_within_a_round(script):
    # The third round was slow for both: it says nothing about the ratio.
    targets = script("targets")
    assert targets.paired([2, 2, 20], [1, 1, 10]) == [2, 2, 2]


def test_a_verdict_tells_aim_from_must(script):
    verdict = script("targets").verdict
    assert [verdict(ratio, 1.5, 1.2) for ratio in (1.2, 1.5, 1.6)] == ["aim met", "met", "NOT MET"]


def test_every_target_names_rows_that_exist(script):
    rows = {row.name for row in (*script("rows").PEER_ROWS, *script("cig_rows").CIG_ROWS)}
    rows |= {script("handshake_rows").HANDSHAKES, script("handshake_rows").BARE}
    for target in script("targets").TARGETS:
        assert {target.of, target.against} <= rows
        assert target.must.keys() == target.aim.keys() <= script("shape").SIZES.keys()
