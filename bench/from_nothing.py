"""Measure how long a machine that has Python and git, and no more, takes to its plan.

    python bench/from_nothing.py [--files 10k] [--rounds N] [--cache FOLDER]

A round: a virtual environment, a clone of one commit without blobs, cig into the environment, the plan of the clone.
The first two are what no planner can do without; ratios are to them, in the same round. Everything is local: packages
come from a folder that is filled before (by pip, which wants an index that once), the repository by `file://`. What a
network adds is the transfer of the wheels and of the trees, whose sizes are told.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from installs import build_wheel
from measure import CommandError, output_of, run_timed
from repository import MAIN, git, repository
from shape import JOBS, SIZES, packages
from targets import median, paired

VENV, CLONE, INSTALL, PLAN = "python -m venv", "git clone, one commit, no blobs", "pip install cigen", "the plan"
SPARSE = ("/.cigen", "/cig.lock", "/cig.toml")
"""What the planner's checkout holds beside trees."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 if a command fails, or the plan is not one of all jobs."""
    parser = argparse.ArgumentParser(prog="bench/from_nothing.py", description=(__doc__ or "").partition("\n")[0])
    default = Path(tempfile.gettempdir()) / f"cigen-bench-{os.getuid()}"
    parser.add_argument("--files", default="10k", choices=[*SIZES], metavar="SIZE", help=", ".join(SIZES))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--cache", default=str(default), help=f"where repositories and packages are kept ({default})")
    options = parser.parse_args(arguments)
    cache = Path(options.cache)
    (cache / "home").mkdir(parents=True, exist_ok=True)
    environ = _environ(cache)
    wheels = _wheels(cache)
    source = repository(options.files, cache, environ)
    git(source, environ, "config", "uploadpack.allowFilter", "true")
    taken: dict[str, list[float]] = {}
    try:
        for _ in range(options.rounds):
            for name, seconds in _round(cache / "machine", source, wheels, environ, _jobs(options.files)).items():
                taken.setdefault(name, []).append(seconds)
    except CommandError as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1
    finally:
        trees = _size(cache / "machine/clone/.git")
        shutil.rmtree(cache / "machine", ignore_errors=True)
    print(f"{options.files}: {_jobs(options.files)} jobs, {options.rounds} rounds, medians; ", end="")
    print(f"{_size(wheels):.1f} MB of wheels, {trees:.1f} MB of commit and trees")
    _print(taken)
    return 0


def _jobs(size: str) -> int:
    return len(packages(*SIZES[size])) * len(JOBS)


def _environ(cache: Path) -> dict[str, str]:
    """Of a machine on which nobody has configured anything, and a plan that may fetch no blob."""
    known = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    git_alone = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    return {**known, **git_alone, "HOME": str(cache / "home"), "LANG": "C.UTF-8", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def _wheels(cache: Path) -> Path:
    """A folder with cig as it is now, and everything that it needs."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    folder = cache / "wheels"
    shutil.rmtree(folder, ignore_errors=True)
    wheel = build_wheel(cache, pip)
    subprocess.run([*pip, "download", "--only-binary", ":all:", "-d", str(folder), str(wheel)], check=True)
    return folder


def _round(machine: Path, source: Path, wheels: Path, environ: Mapping[str, str], jobs: int) -> dict[str, float]:
    """Seconds of each step, on a machine made anew."""
    shutil.rmtree(machine, ignore_errors=True)
    machine.mkdir()
    home, clone = machine / "venv", machine / "clone"
    check_out = (
        f"git clone -q --depth 1 --filter=blob:none --no-checkout --branch {MAIN.rpartition('/')[2]} 'file://{source}'"
        f" '{clone}' && cd '{clone}' && git sparse-checkout set --no-cone {' '.join(SPARSE)} && git checkout -q HEAD"
    )
    steps = {
        VENV: [sys.executable, "-m", "venv", str(home)],
        CLONE: ["sh", "-c", check_out],
        INSTALL: [str(home / "bin/pip"), "install", "-q", "--no-index", "--find-links", str(wheels), "cigen"],
    }
    errors = machine / "errors"
    taken = {name: run_timed(words, machine, environ, errors).wall for name, words in steps.items()}
    plan = [str(home / "bin/cig"), "compute-signatures"]
    without_blobs = {**environ, "GIT_NO_LAZY_FETCH": "1"}
    taken[PLAN] = run_timed(plan, clone, without_blobs, errors).wall
    told = output_of(plan, clone, without_blobs).count('"signature": "cs1:')
    if told != jobs:
        raise CommandError(f"the plan has {told} signatures of {jobs}")
    return taken


def _size(folder: Path) -> float:
    """Megabytes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def _print(taken: Mapping[str, Sequence[float]]) -> None:
    least = [sum(both) for both in zip(taken[VENV], taken[CLONE], strict=True)]
    whole = [sum(steps) for steps in zip(*taken.values(), strict=True)]
    print(f"\n  {'':34}{'ms':>8}{'× venv':>9}{'× clone':>9}{'× both':>9}")
    for name, seconds in {**taken, "all of it": whole}.items():
        ratios = (median(paired(seconds, base)) for base in (taken[VENV], taken[CLONE], least))
        print(f"  {name:34}{statistics.median(seconds) * 1000:8.0f}" + "".join(f"{ratio:9.2f}" for ratio in ratios))


if __name__ == "__main__":
    sys.exit(main())
