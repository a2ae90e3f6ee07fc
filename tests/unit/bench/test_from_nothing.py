"""The way from an empty machine to a plan: every step is taken, and a plan that is none of all jobs is no figure.

What is installed is a stand-in of cig's name, from a folder: it starts the `cig` of the tests.
"""

import sys
import zipfile

import pytest

REAL = f"""
import os, sys

def main():
    os.execv({sys.executable!r}, [{sys.executable!r}, "-m", "cigen", *sys.argv[1:]])
"""
MUTE = "def main():\n    print('{}')\n"
JOBS = 30
"""Of the smallest repository, 1k."""


@pytest.fixture
def bench(script, tmp_path, monkeypatch):
    """`bench(text)`: one round of the smallest repository, with this module in place of cig; the exit code."""
    from_nothing = script("from_nothing")
    cache = tmp_path / "cache"

    def run(text):
        monkeypatch.setattr(from_nothing, "_wheels", lambda _: wheel(tmp_path / "wheels", text))
        code = from_nothing.main(["--files", "1k", "--rounds", "1", "--cache", str(cache)])
        assert not (cache / "machine").exists()
        return code

    return run


def wheel(folder, text):
    """A folder with a wheel `cigen` that is one module, and a command that calls its `main`."""
    folder.mkdir(exist_ok=True)
    about = "cigen-9.9.9.dist-info"
    with zipfile.ZipFile(folder / "cigen-9.9.9-py3-none-any.whl", "w") as made:
        made.writestr("stand_in.py", text)
        made.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: cigen\nVersion: 9.9.9\n")
        made.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        made.writestr(f"{about}/entry_points.txt", "[console_scripts]\ncig = stand_in:main\n")
        made.writestr(f"{about}/RECORD", "")
    return folder


def test_every_step_of_a_round_has_a_figure(bench, capsys):
    assert bench(REAL) == 0
    first, *table = capsys.readouterr().out.splitlines()
    assert first.startswith(f"1k: {JOBS} jobs, 1 rounds, medians; 0.0 MB of wheels, ")
    steps = ["python -m venv", "git clone, one commit, no blobs", "pip install cigen", "the plan", "all of it"]
    rows = [line.strip() for line in table[2:]]
    assert [next(step for step in steps if row.startswith(step)) for row in rows] == steps
    figures = [[float(word) for word in row.removeprefix(step).split()] for row, step in zip(rows, steps, strict=True)]
    assert all(len(one) == 4 for one in figures)
    (venv, by_venv, _, _), (clone, _, by_clone, _) = figures[:2]
    assert (by_venv, by_clone) == (1, 1)
    *parts, whole = (one[0] for one in figures)
    assert abs(sum(parts) - whole) <= len(parts), "each is rounded to a millisecond"
    assert min(venv, clone) > 0


def test_a_plan_of_fewer_jobs_is_no_figure(bench, capsys):
    assert bench(MUTE) == 1
    told = capsys.readouterr()
    assert f"the plan has 0 signatures of {JOBS}" in told.err
    assert "the plan " not in told.out
