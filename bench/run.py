"""Measure cig beside git, turbo and nx on generated monorepos, in one run.

    python bench/run.py [--files 1k,10k] [--rounds N] [--only PATTERN] [--json FILE] [--imports]

The commands of a round follow one another, each round in the same order, so that whatever else the machine does hits
all of them; ratios are taken within a round. Needs git, node and npm; keeps repositories and tools in a cache folder.
Each row says in its docstring (rows.py, cig_rows.py) what it runs in which state; measure.py says what is measured.
"""

import argparse
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import handshake_rows
from cig_rows import CIG_ROWS, settle
from floor_rows import FLOOR_ROWS
from imports import imports_of_no_op
from installs import Tools, install_tools
from measure import CommandError, output_of, peak_memory, run_timed
from report import print_growth, print_rows, print_targets
from repository import git, repository
from rows import PEER_ROWS, Place, Row
from shape import SIZES, packages

ROUNDS = {"1k": 15, "10k": 11, "33k": 7, "97k": 5, "100k": 5, "167k": 3}

# Rows whose ratio is a target stand near one another.
_ORDER = (
    "git status",
    "cig render, no-op",
    "turbo --dry, warm",
    "cig compute-signatures",
    "git ls-tree -r HEAD",
    "cig plan",
    "turbo --dry, cold",
    "cig render, cold",
    "cig render, cold, four systems",
    "cig render, one lockfile edited",
    "cig render, one file edited",
    "cig render, one file touched",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 if a command failed or did not do what its row says."""
    options = _parse(arguments)
    cache = Path(options.cache)
    cache.mkdir(parents=True, exist_ok=True)
    _say("tools …")
    tools = install_tools(cache)
    record: dict[str, Any] = {
        "schema": "cigen.bench/1",
        "machine": {"cores": os.cpu_count(), "load": os.getloadavg()[0], **tools.versions()},
        "sizes": {},
    }
    print(", ".join(f"{name} {value}" for name, value in record["machine"].items()))
    try:
        for size in options.files.split(","):
            measured = _measure_size(size, options, tools, cache)
            record["sizes"][size] = measured
            print_rows(size, measured)
            sys.stdout.flush()
            if options.imports:
                print(imports_of_no_op(tools, Path(measured["root"])))
            measured.pop("root")
            if options.json:
                Path(options.json).write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
    except CommandError as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1
    print_targets(record["sizes"])
    print_growth(record["sizes"])
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/run.py", description=(__doc__ or "").partition("\n")[0])
    default = Path(tempfile.gettempdir()) / f"cigen-bench-{os.getuid()}"
    parser.add_argument("--files", default=",".join(SIZES), help=f"sizes, of {', '.join(SIZES)} (default: all)")
    parser.add_argument("--rounds", type=int, help="default: " + ", ".join(f"{n} at {s}" for s, n in ROUNDS.items()))
    parser.add_argument("--only", default="", metavar="PATTERN", help="rows whose name matches a regular expression")
    parser.add_argument("--json", metavar="FILE", help="keep every sample of the run")
    parser.add_argument("--imports", action="store_true", help="tell what a no-op imports, and its cost")
    parser.add_argument("--cache", default=str(default), help=f"where repositories and tools are kept ({default})")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.files.split(",")) - set(SIZES))
    if unknown:
        parser.error(f"unknown size {unknown[0]}; there are {', '.join(SIZES)}")
    return options


def _rows(place: Place, pattern: str) -> list[Row]:
    """The rows that were asked for, in the order of a round."""
    rank = {name: number for number, name in enumerate(_ORDER)}
    rows = sorted([*PEER_ROWS, *CIG_ROWS, *FLOOR_ROWS], key=lambda row: rank.get(row.name, len(rank)))
    return [row(place) for row in rows if re.search(pattern, row.name)]


def _measure_size(size: str, options: argparse.Namespace, tools: Tools, cache: Path) -> dict[str, Any]:
    _say(f"{size}: repository …")
    place = _place(size, tools, cache)
    rows = _rows(place, options.only)
    errors = cache / "stderr"
    record: dict[str, Any] = {row.name: {"wall": [], "cpu": [], "memory": 0} for row in rows}
    for row in rows:
        row.set_up()
    for row in rows:
        _say(f"{size}: proof and memory of {row.name} …")
        with _prepared(row):
            _prove(row)
        with _prepared(row):
            record[row.name]["memory"] = peak_memory(row.words(), place.root, row.environ(), errors)
    rounds = options.rounds or ROUNDS[size]
    with_handshakes = bool(re.search(options.only, handshake_rows.HANDSHAKES))
    for number in range(rounds):
        _say(f"{size}: round {number + 1} of {rounds} …")
        settle(place)
        for row in rows:
            with _prepared(row):
                sample = run_timed(row.words(), place.root, row.environ(), errors)
            record[row.name]["wall"].append(sample.wall)
            record[row.name]["cpu"].append(sample.cpu)
        if with_handshakes:
            handshake_rows.measure_round(tools, record)
    _say("")
    files = git(place.root, tools.environ, "ls-files").count("\n")
    return {"files": files, "jobs": place.jobs, "rounds": rounds, "rows": record, "root": str(place.root)}


def _place(size: str, tools: Tools, cache: Path) -> Place:
    """The repository with its outputs committed and the tools at hand."""
    root = repository(size, cache, tools.environ)
    modules = root / "node_modules"
    modules.unlink(missing_ok=True)
    modules.symlink_to(tools.node_modules)
    place = Place(root, packages(*SIZES[size]), tools)
    place.run(tools.cig, "render")
    git(root, tools.environ, "add", "-A")
    git(root, tools.environ, "commit", "-q", "--allow-empty", "-m", "render")
    settle(place)
    return place


def _prove(row: Row) -> None:
    output = output_of(row.proof_words(), row.place.root, row.environ())
    if not row.is_proven(output):
        raise CommandError(f"{row.name} does not measure what it says; it printed\n{output[:2000]}")


@contextmanager
def _prepared(row: Row) -> Iterator[None]:
    row.prepare()
    try:
        yield
    finally:
        row.restore()


def _say(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
    elif text:
        sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
