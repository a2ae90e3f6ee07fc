"""Rows of what Python itself takes: see `floors.py`. They set what a target in Python can be."""

import json
from pathlib import Path

from rows import Row

__all__ = ["FLOOR_ROWS"]

_PROGRAM = str(Path(__file__).with_name("floors.py"))


class _Floor(Row):
    program: str

    def words(self) -> list[str]:
        return [self.place.tools.python, _PROGRAM, self.program]

    def is_proven(self, output: str) -> bool:
        return len(json.loads(output)) == self.place.jobs


class SignaturesFloor(_Floor):
    """Python that lists the commit, reads cig.toml and hashes 300 listings, as `cig compute-signatures` has to."""

    name = "floor of signatures in Python"
    program = "signatures"


class AsksFloor(_Floor):
    """The same with gRPC, protobuf, doit and SQLite loaded, and a plugin's process beside it."""

    name = "floor of asking a plugin in Python"
    program = "asks"


FLOOR_ROWS: tuple[type[Row], ...] = (SignaturesFloor, AsksFloor)
