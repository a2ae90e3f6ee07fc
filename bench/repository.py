"""Deterministic git repositories of a thousand files and more, made once and kept.

Owns: file contents, the commit, the cache of finished repositories. The same size and the same generator give the same
commit id everywhere. Written with `git fast-import`, which packs as it reads: 100k loose objects would be another
repository than the one that a developer has after `git clone`.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from manifests import package_json, root_files
from shape import SIZES, Package, packages

__all__ = ["BASE", "MAIN", "git", "import_packages", "repository"]

MAIN = "refs/heads/main"
BASE = "refs/bench/base"
"""The generated commit; what a run renders is committed on top of it."""

AUTHOR = "Bench <bench@example.invalid> 1704067200 +0000"

_SETTINGS = {
    "user.name": "Bench",
    "user.email": "bench@example.invalid",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "commit.gpgsign": "false",
}

_SOURCES = ("shape.py", "manifests.py", "repository.py")

_SRC_FOLDERS = 8
_TEST_FOLDERS = 4
_SRC_FILES = 9
_TEST_FILES = 5
_DOCS = 4


def repository(size: str, cache: Path, environ: Mapping[str, str]) -> Path:
    """A checkout of the repository of `size`, clean and at its generated commit; made if the cache has none."""
    here = Path(__file__).parent
    generator = hashlib.sha256(b"".join((here / name).read_bytes() for name in _SOURCES)).hexdigest()[:12]
    root = cache / f"repository-{size}-{generator}"
    if not root.exists():
        for outdated in cache.glob(f"*-{size}-*"):
            shutil.rmtree(outdated)
        making = cache / f"making-{size}-{os.getpid()}"
        _make(making, packages(*SIZES[size]), environ)
        making.rename(root)
    git(root, environ, "reset", "--hard", "-q", BASE)
    git(root, environ, "clean", "-fdxq", "-e", "node_modules", "-e", ".nx", "-e", ".turbo")
    return root


def git(root: Path, environ: Mapping[str, str], *words: str) -> str:
    """What git prints; its failure is ours."""
    done = subprocess.run(["git", *words], cwd=root, env=dict(environ), stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()


def _make(root: Path, made: tuple[Package, ...], environ: Mapping[str, str]) -> None:
    import_packages(root, made, environ)
    git(root, environ, "reset", "--hard", "-q")
    # Files as old as the index are read again by every git command: let the clock move on, then write the index anew.
    time.sleep(2)
    git(root, environ, "update-index", "-q", "--really-refresh")
    git(root, environ, "status", "--porcelain")


def import_packages(root: Path, made: tuple[Package, ...], environ: Mapping[str, str]) -> None:
    """A repository with one commit of these packages, and nothing checked out."""
    root.mkdir(parents=True)
    git(root, environ, "init", "-q", "-b", "main")
    for name, value in _SETTINGS.items():
        git(root, environ, "config", name, value)
    importer = subprocess.Popen(
        ["git", "fast-import", "--quiet", "--done"], cwd=root, env=dict(environ), stdin=subprocess.PIPE
    )
    assert importer.stdin is not None
    with importer.stdin as stream:
        header = f"commit {MAIN}\nauthor {AUTHOR}\ncommitter {AUTHOR}\ndata 4\nmade\n"
        stream.write(header.encode())
        for path, text in _files(made):
            content = text.encode()
            stream.write(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content))
        stream.write(b"done\n")
    if importer.wait() != 0:
        sys.exit("git fast-import failed")
    git(root, environ, "update-ref", BASE, MAIN)


def _files(made: tuple[Package, ...]) -> Iterator[tuple[str, str]]:
    yield from root_files(made).items()
    for index, package in enumerate(made):
        for path, text in _package_files(package, index):
            yield f"{package.folder}/{path}", text


def _package_files(package: Package, index: int) -> Iterator[tuple[str, str]]:
    yield "package.json", package_json(package, index)
    yield "tsconfig.json", '{ "extends": "../../tsconfig.base.json" }\n'
    yield "README.md", f"# {package.name}\n"
    yield "src/index.ts", _source(f"{package.name}/index")
    for folder in range(_SRC_FOLDERS):
        for n in range(_SRC_FILES * package.files):
            yield f"src/part{folder}/file{n}.ts", _source(f"{package.name}/{folder}/{n}")
    for folder in range(_TEST_FOLDERS):
        for n in range(_TEST_FILES * package.files):
            yield f"test/part{folder}/case{n}.ts", _source(f"{package.name}/test/{folder}/{n}")
    for n in range(_DOCS * package.files):
        yield f"docs/page{n}.md", f"# Page {n} of {package.name}\n"


def _source(name: str) -> str:
    """Half a kilobyte to two of text that does not compress to nothing."""
    seed = hashlib.sha256(name.encode()).hexdigest()
    lines = (hashlib.sha256(f"{seed}{n}".encode()).hexdigest() for n in range(6 + int(seed[:2], 16) % 18))
    return "".join(f'export const value{n} = "{line}";\n' for n, line in enumerate(lines))
