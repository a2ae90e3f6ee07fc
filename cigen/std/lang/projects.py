"""Where in the repository a language's projects are: the main one, and those beside it.

Owns: the choice of project directories in detect, and how what was found there travels from detect to plan as facts.
A repository has one main project of a language, whose facts have plain names (`node_version`). Further ones, one
directory deep, are facts of one table, `node_projects`, keyed by directory.
"""

import json
from collections.abc import Iterable, Mapping, Sequence

from cigen.sdk import Fact, Job
from cigen.std.declared import DeclaredFiles

__all__ = ["Projects", "by_name", "project_directories", "project_facts", "read_projects", "root_path"]

_NO_APPLICATION = frozenset(
    [
        *(".config", ".github", "bench", "benchmark", "benchmarks", "doc", "docs", "e2e", "example", "examples"),
        *("fixture", "fixtures", "node_modules", "sample", "samples", "script", "scripts", "site", "spec", "template"),
        *("templates", "test", "tests", "third_party", "vendor", "website"),
    ]
)
"""Directories whose projects are beside the point of the repository: its documentation, its test data."""


def project_directories(files: DeclaredFiles, manifests: Sequence[str], lockfiles: Sequence[str]) -> tuple[str, ...]:
    """Directories that hold a project, main first, each empty for the root or ending in `/`.

    Below a root that has a manifest itself, a directory counts only with a lockfile of its own: without one it is a
    member of the root's workspace.
    """
    at_root = any(name in files for name in manifests)
    wanted = frozenset(lockfiles if at_root else manifests)
    found = set()
    for path in files:
        directory, slash, name = path.partition("/")
        if slash and name in wanted and directory not in _NO_APPLICATION:
            found.add(directory + "/")
    # The one that has a lockfile is the likelier application.
    ranked = sorted(found, key=lambda d: (not any(d + lock in files for lock in lockfiles), d))
    return ("", *ranked) if at_root else tuple(ranked)


def project_facts(language: str, projects: Sequence[tuple[str, Sequence[Fact]]]) -> tuple[Fact, ...]:
    """The facts of all projects as a plugin reports them. projects: (directory, facts), the main one first."""
    if not projects:
        return ()
    (main, facts), others = projects[0], projects[1:]
    reported = [*facts]
    if main:
        reported.append(Fact(f"{language}_directory", main.rstrip("/"), next((f.source for f in facts), "")))
    if others:
        table = {directory: [[f.name, f.value, f.source] for f in known] for directory, known in others}
        text = json.dumps(table, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        reported.append(Fact(f"{language}_projects", text, next((f.source for _, fs in others for f in fs), "")))
    return by_name(reported)


def by_name(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts in the order in which plugins report them."""
    return tuple(sorted(facts, key=lambda fact: fact.name))


class Projects:
    """The projects of one language, by directory, as plan finds them in the facts."""

    def __init__(self, main: str, facts: Mapping[str, Mapping[str, Fact]]) -> None:
        self._main = main
        self._facts = facts

    def directory(self, job: Job, asked: str = "") -> str:
        """The project of a job: the one asked for, else the one its working directory is in, else the main one."""
        if asked:
            return root_path(asked)
        here = root_path(job.working_directory)
        while here:
            if here in self._facts:
                return here
            here = root_path(here.rstrip("/").rpartition("/")[0])
        return self._main

    def facts(self, directory: str) -> Mapping[str, Fact]:
        """What is known of the project in a directory."""
        return self._facts.get(directory, {})


def read_projects(language: str, facts: Iterable[Fact]) -> Projects:
    """The reverse of `project_facts`. Facts of other plugins pass through unnoticed."""
    known = {fact.name: fact for fact in facts}
    main = known.pop(f"{language}_directory", None)
    others = known.pop(f"{language}_projects", None)
    directory = root_path(main.value) if main else ""
    found: dict[str, Mapping[str, Fact]] = {directory: known}
    for name, listed in json.loads(others.value).items() if others else ():
        found[name] = {fact[0]: Fact(*fact) for fact in listed}
    return Projects(directory, found)


def root_path(directory: str) -> str:
    """A directory of the repository as a prefix of the paths in it: empty for the root, else ending in `/`."""
    parts = [part for part in directory.split("/") if part not in ("", ".")]
    return "".join(part + "/" for part in parts)
