"""What Python itself takes for the same work: programs that only load the libraries and go over the same data.

    python bench/floors.py signatures      # what `cig compute-signatures` cannot do without
    python bench/floors.py asks            # what a render that asks one plugin cannot do without

Nothing is checked, no globs are matched but by prefix, no message is ready, nothing is kept: a floor, and no design.
Run in the repository to measure, by the Python that cig is installed for.
"""

import os
import subprocess
import sys

__all__ = ["main"]


def main() -> None:
    """Run the program that `sys.argv` names."""
    {"signatures": signatures, "asks": asks}[sys.argv[1]]()
    sys.stdout.flush()
    os._exit(0)


def signatures() -> None:
    """List the commit, read cig.toml, hash for each job its definition and the files below its globs' beginnings."""
    listing = subprocess.Popen(["git", "ls-tree", "-r", "-t", "-z", "--full-tree", "HEAD"], stdout=subprocess.PIPE)
    import argparse
    import gc
    import json
    import pathlib
    from hashlib import sha256

    import tomli
    import xxhash

    gc.disable()
    assert argparse
    assert xxhash
    jobs = tomli.loads(pathlib.Path("cig.toml").read_text())["jobs"]
    files: dict[bytes, list[bytes]] = {}
    for row in listing.communicate()[0].split(b"\0"):
        at = b"/".join(row.partition(b"\t")[2].split(b"/")[:2])
        files.setdefault(at, []).append(row)
    digests = {}
    for name, job in jobs.items():
        starts = {"/".join(glob.split("/")[:2]) for glob in job["skip_if"]["paths_unmodified"]}
        rows = b"\0".join(sorted(row for start in starts for row in files.get(start.encode(), ())))
        manifest = json.dumps([name, job, rows.decode()], sort_keys=True, ensure_ascii=False)
        digests[name] = sha256(manifest.encode()).hexdigest()
    print(json.dumps(digests))


def asks() -> None:
    """Signatures, and beside them what one question to one plugin loads in both processes, and `git status`."""
    plugin = subprocess.Popen([sys.executable, "-c", "import h2.connection, cigen.plugin.v1.plugin_pb2"])
    status = subprocess.Popen(["git", "status", "--porcelain=v2", "-z"], stdout=subprocess.PIPE)
    import sqlite3

    import doit.control
    import doit.runner
    import grpc

    import cigen.plugin.v1.plugin_pb2

    assert sqlite3
    assert doit
    assert grpc
    assert cigen
    status.communicate()
    signatures()
    plugin.wait()


if __name__ == "__main__":
    main()
