"""What stands for a lockfile in the signature of a job: a part of it only where nothing else is possible."""

from pathlib import Path
from typing import Any

import pytest

from cigen.errors import ProjectError
from cigen.hashing.digest import git_blob
from cigen.hashing.fileset import Entry
from cigen.hashing.memory_tree import MemoryTree
from cigen.host.discovery import InstalledPlugin
from cigen.host.scan import PluginFiles
from cigen.model.config import Config, Project
from cigen.model.diagnostics import error
from cigen.model.paths import PluginId
from cigen.model.plans import PluginInfo
from cigen.model.resources import Job, ModuleUse, Pair, Step
from cigen.rules.context import Context
from cigen.rules.signature import Signatures

LOCK = b"""{"lockfileVersion": 3, "packages": {
  "": {"dependencies": {}}, "a": {"dependencies": {}}, "b": {}, "node_modules/a": {"resolved": "a", "link": true}
}}
"""
INFO = PluginInfo(
    "lang/any", reads=("package-lock.json", "other.lock"), metadata=(Pair("lockfile:package-lock.json", '["package"]'),)
)


def using(*packages: str) -> Job:
    steps = tuple(
        Step(id=f"s{at}", module=ModuleUse("lang/any", "", (Pair("package", name),)))
        for at, name in enumerate(packages)
    )
    return Job("it", steps=steps)


def reads(job: Job, lock: bytes | None = LOCK, *, introduced: bool = False) -> dict[str, str]:
    """The components of what a module reads, by path."""
    tree = MemoryTree({b"package-lock.json": LOCK})
    plugin = InstalledPlugin(PluginId("lang/any"), "1", "path", Path("any"), INFO, PluginFiles(""), introduced)

    def read_file(_: Entry) -> bytes:
        if lock is None:
            raise ProjectError(error("CLI_004", "it is not here"))
        return lock

    given: dict[str, Any] = {"tool": "", "config_text": b"", "config_blob": git_blob(b""), "asks": None, "environ": {}}
    context = Context(tree=tree, read_file=read_file, plugins=(plugin,), **given)
    signatures = Signatures.of(context, Config("0.2", Project("p"), jobs=(job,)))
    assert [one.code for one in signatures.diagnostics] == ([] if lock is not None else ["HASH_004"])
    found = signatures.manifests["it"].components
    return {one.name.removeprefix("lang/any "): one.value for one in found if one.kind == "reads"}


WHOLE = f"file git:100644:{git_blob(LOCK)}"


def test_a_part_takes_the_place_of_the_lockfile_and_of_nothing_else() -> None:
    found = reads(using("a"))
    assert set(found) == {"package-lock.json", "other.lock"}
    assert found["package-lock.json"].startswith("part sha256:")
    assert found["other.lock"] == "absent "


@pytest.mark.parametrize(
    ("job", "lock"),
    [
        (using("gone"), LOCK),
        (using("a", "gone"), LOCK),
        (using("gone", "a"), LOCK),
        (using("a"), None),
        (using("a"), b""),
    ],
)
def test_where_one_part_cannot_be_told_the_lockfile_counts_whole(job: Job, lock: bytes | None) -> None:
    assert reads(job, lock)["package-lock.json"] == WHOLE


def test_nobody_believes_a_handshake_which_those_who_only_sign_do_not_hear() -> None:
    assert set(reads(using("a"), introduced=True)) == {"./"}


def test_an_unreadable_lockfile_is_told_once_for_all_jobs() -> None:
    assert reads(using("a", "b"), None)["package-lock.json"] == WHOLE
