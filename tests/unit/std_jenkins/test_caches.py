"""Caches of an agent, restored and saved by a real shell."""

import os
import subprocess
from pathlib import Path

from cigen.std.provider.jenkins.caches import FUNCTIONS


def shell(text: str, folder: Path) -> str:
    places = {"CIG_ENV": str(folder / "env"), "CIG_CACHE_DIR": str(folder / "caches")}
    done = subprocess.run(
        ["sh", "-e", "-c", FUNCTIONS + text], cwd=folder, env={**os.environ, **places}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_value_with_a_slash_in_a_key_does_not_lead_out_of_the_cache(tmp_path: Path) -> None:
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "gem").write_text("1")
    shell("cig_restore gems 'gems-1/4-a' 'gems-1/4-'; cig_save gems vendor", tmp_path)
    assert [path.name for path in (tmp_path / "caches" / "gems").iterdir()] == ["gems-1_4-a.tar"]
    (tmp_path / "vendor" / "gem").unlink()
    assert "restoring gems-1_4-a.tar" in shell("cig_restore gems 'gems-1/4-b' 'gems-1/4-'", tmp_path)
    assert (tmp_path / "vendor" / "gem").read_text() == "1"
