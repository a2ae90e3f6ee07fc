"""The bench of stores measures what it says: each sample proves all jobs, or none."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("stores")  # so that each server is started once

BENCH = Path(__file__).parents[2] / "bench" / "stores.py"


def test_every_store_is_measured(casd_program: Path, bazel_remote_program: Path) -> None:
    words = [sys.executable, BENCH, "--rounds", "1", "--jobs", "20"]
    done = subprocess.run(words, capture_output=True, text=True, env=os.environ, timeout=300)
    assert done.returncode == 0, done.stderr
    names = ("folder", "S3, SeaweedFS", "HTTP, bazel-remote", "gRPC, bazel-remote", "gRPC, casd")
    rows = done.stdout.splitlines()[-5:]
    assert all(row.strip().startswith(name) for row, name in zip(rows, names, strict=True))


def test_a_sample_that_proves_less_than_it_says_is_no_sample(tmp_path: Path) -> None:
    words = [sys.executable, BENCH, "--jobs", "20", "--sample", str(tmp_path), "branch"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert "0 of 20 jobs are proven" in done.stderr
