"""`cig collect`: the records of one run's jobs, brought together in a folder. It never fails the job."""

import time
from pathlib import Path

from cigen.cli.console import Console
from cigen.cli.deciding import event_payload
from cigen.cli.options import CollectOptions
from cigen.model.diagnostics import warning
from cigen.pipeline.tier import detect_tier
from cigen.proof.collecting import Collected, collect
from cigen.proof.stores import StoreFaultError, open_folder

__all__ = ["run"]


def run(options: CollectOptions, console: Console) -> int:
    """Says what it did, or on stderr why it did nothing; 0 either way."""
    try:
        done = _collect(options, console)
    except Exception as why:
        told = str(why) if isinstance(why, StoreFaultError) else f"failed: {type(why).__name__}: {why}"
        console.report([warning("STORE_009", f"no records are collected: the store {told}")])
        return 0
    added, dropped = _counted(done.added, "new record"), _counted(done.dropped, "file")
    console.out(f"Collected {added}; {done.kept} in the store, {dropped} dropped.\n")
    if done.fault:
        console.report([warning("STORE_009", f"{_missing(done)}: the store {done.fault}")])
    return 0


def _missing(done: Collected) -> str:
    """Which part of the work could not be done."""
    if not done.lost:
        return "the new records are collected, and other files of the store could not be written or removed"
    return f"{done.lost} of {_counted(done.added + done.lost, 'new record')} could not be collected"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _collect(options: CollectOptions, console: Console) -> Collected:
    environ = console.environ
    # Without cig.toml: it makes and unmakes no fork.
    if detect_tier(environ, event_payload(environ)) == "fork":
        raise StoreFaultError("is not written by a run of a fork")
    url = options.store or environ.get("CIG_STORE", "")
    if not url:
        raise StoreFaultError("is given neither by --store nor by CIG_STORE")
    return collect(Path(console.start, options.folder), open_folder(url, console.start), int(time.time()))
