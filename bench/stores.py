"""Measure how long a plan of 1,000 jobs asks each kind of store: a folder, S3, HTTP, gRPC, all on this machine.

    python bench/stores.py [--rounds N] [--jobs N]

A sample is a process of its own, as a plan is one: it loads what the store needs, connects, asks for all jobs and
verifies each record. The reader is a branch, which asks the protected tier first and its own for the rest. Stores take
turns within a round; ratios are to the folder in the same round. The servers are those of tests/stores: SeaweedFS,
bazel-remote, buildbox-casd.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests" / "stores"))

import servers  # noqa: E402

from cigen.hashing.manifest import Component, KeyManifest  # noqa: E402
from cigen.proof.keys import TrustedKey, read_signing_key, seal  # noqa: E402
from cigen.proof.lookup import Asking  # noqa: E402
from cigen.proof.packs import MANY  # noqa: E402
from cigen.proof.record import Record  # noqa: E402
from cigen.proof.stores import open_store  # noqa: E402
from cigen.proof.trust import Reader  # noqa: E402
from cigen.proof.writing import put  # noqa: E402

REPOSITORY = "github.com/acme/shop"
NOW = 1_800_000_000
KEYS = {"branch": read_signing_key("01" * 32), "protected": read_signing_key("02" * 32)}
MANIFEST = KeyManifest((Component("scheme", "", "cs1"),))
PATIENCE = 60.0
"""Seconds. The bench waits where a plan would not."""

CASES = ("protected", "branch", "none")
"""The tier that proves all jobs."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 if a server is missing or a store does not say what it was told."""
    parser = argparse.ArgumentParser(prog="bench/stores.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--sample", nargs=2, metavar=("URL", "CASE"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.sample:
        print(*_sample(*options.sample, options.jobs))
        return 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        try:
            stores = _stores(stack, folder)
        except (servers.MissingToolError, OSError) as problem:
            print(f"bench: {problem}", file=sys.stderr)
            return 1
        for url, environ in stores.values():
            _fill(url, environ, options.jobs)
        taken: dict[tuple[str, str], list[tuple[float, float]]] = {
            (name, case): [] for name in stores for case in CASES
        }
        for _ in range(options.rounds):
            for name, case in taken:
                taken[name, case].append(_measured(*stores[name], case, options.jobs))
    _print(taken, options.jobs, options.rounds)
    return 0


def _stores(stack: ExitStack, folder: Path) -> dict[str, tuple[str, Mapping[str, str]]]:
    """By name: the URL, and the variables that go with it."""
    places = {name: folder / name for name in ("bin", "seaweedfs", "bazel-remote", "casd")}
    for place in places.values():
        place.mkdir()
    program = servers.build_bazel_remote(places["bin"])
    weed = stack.enter_context(_running(servers.seaweedfs(places["seaweedfs"])))
    bazel = stack.enter_context(_running(servers.bazel_remote(program, places["bazel-remote"])))
    casd = stack.enter_context(_running(servers.casd(servers.casd_program(), places["casd"])))
    keys = {"AWS_ACCESS_KEY_ID": "writer", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
    return {
        "folder": (str(folder / "folder"), {}),
        "S3, SeaweedFS": ("s3://records/x", {**keys, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{weed.http}"}),
        "HTTP, bazel-remote": (f"http://127.0.0.1:{bazel.http}", {}),
        "gRPC, bazel-remote": (f"{bazel.url}/other", {}),
        "gRPC, casd": (casd.url, {}),
    }


@contextmanager
def _running(server: servers.Server) -> Iterator[servers.Server]:
    try:
        yield server
    finally:
        servers.stop(server)


def _record(number: int, tier: str) -> Record:
    signature = f"cs1:{number:064x}"
    job = f"{tier}-{number}"
    return Record(REPOSITORY, tier, job, signature, "https://ci.example.org/1", "main", "c" * 40, NOW, NOW + 3600)


def _fill(url: str, environ: Mapping[str, str], jobs: int) -> None:
    """Jobs that the protected tier proves, and others that a branch does, as `cig record` writes them."""
    os.environ.update(environ)
    store = open_store(url, ROOT, PATIENCE)
    for tier, key in KEYS.items():
        reader = Reader(REPOSITORY, tier, (TrustedKey(tier, key.public),), NOW)
        for number in range(jobs):
            put(store, seal(_record(number, tier), key), MANIFEST, reader, among_many=jobs > MANY)


def _measured(url: str, environ: Mapping[str, str], case: str, jobs: int) -> tuple[float, float]:
    words = [sys.executable, __file__, "--jobs", str(jobs), "--sample", url, case]
    done = subprocess.run(words, env={**os.environ, **environ}, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"bench: {url}, {case}: {done.stderr}")
    waited, worked = done.stdout.split()
    return float(waited), float(worked)


def _sample(url: str, case: str, jobs: int) -> tuple[float, float]:
    """Seconds that a plan waits, and how many of them it works itself, on all cores."""
    trusted = tuple(TrustedKey(tier, key.public) for tier, key in KEYS.items())
    signatures = {f"{case}-{number}": f"cs1:{number:064x}" for number in range(jobs)}
    began, busy = time.perf_counter(), time.process_time()
    asking = Asking(lambda: open_store(url, ROOT, PATIENCE), Reader(REPOSITORY, "branch", trusted, NOW), PATIENCE)
    answer = asking.records(signatures)
    taken = time.perf_counter() - began, time.process_time() - busy
    proven = 0 if case == "none" else jobs
    if answer.trouble or answer.refusals or len(answer.proofs) != proven:
        raise SystemExit(f"{len(answer.proofs)} of {proven} jobs are proven; {answer.trouble}")
    return taken


def _print(taken: Mapping[tuple[str, str], Sequence[tuple[float, float]]], jobs: int, rounds: int) -> None:
    print(f"{jobs} jobs, {rounds} rounds, medians\n")
    heads = ("proven by protected", "proven by branch", "not proven")
    print(f"  {'':20}" + "".join(f"{head:>34}" for head in heads))
    print(f"  {'':20}" + f"{'ms':>8}{'its own':>8}{'jobs/s':>8}{'× folder':>10}" * len(heads))
    for name in dict.fromkeys(name for name, _ in taken):
        cells = ""
        for case in CASES:
            middle, own = (statistics.median(some) for some in zip(*taken[name, case], strict=True))
            pairs = zip(taken[name, case], taken["folder", case], strict=True)
            ratio = statistics.median(a / b for (a, _), (b, _) in pairs)
            cells += f"{middle * 1000:8.0f}{own * 1000:8.0f}{jobs / middle:8.0f}{ratio:10.1f}"
        print(f"  {name:20}{cells}")


if __name__ == "__main__":
    sys.exit(main())
