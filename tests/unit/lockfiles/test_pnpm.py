"""The part of a pnpm-lock.yaml that a package of the workspace installs."""

import re
from pathlib import Path

import pytest

from cigen.lockfiles.parts import locked_part

LOCK = (Path(__file__).parent / "samples/pnpm-lock.yaml").read_text()
IMPORTERS = [".", "apps/api", "apps/web", "libs/inj", "libs/ui"]
ROOT = {"importers .", "packages deep@1.0.0", "packages tool@1.0.0", "snapshots deep@1.0.0", "snapshots tool@1.0.0"}
INJECTED = {"importers libs/inj", "packages only-inj@1.0.0", "snapshots only-inj@1.0.0"}
REACHED = {
    ".": ROOT,
    "apps/web": ROOT | INJECTED | {"importers apps/web", "importers libs/ui"}
    | {"packages inj@file:libs/inj", "packages left@1.0.0", "packages peery@1.0.0", "packages '@other/native@1.0.1'"}
    | {"snapshots inj@file:libs/inj(left@1.0.0)", "snapshots left@1.0.0", "snapshots peery@1.0.0(left@1.0.0)"}
    | {"snapshots '@other/native@1.0.1'"},
    "apps/api": ROOT | INJECTED | {"importers apps/api", "packages '@s/scoped@1.0.0'", "packages dup@1.0.0"}
    | {"packages fd@file:fdir", "packages left@2.0.0", "packages peery@1.0.0", "snapshots '@s/scoped@1.0.0'"}
    | {"snapshots dup@1.0.0(patch_hash=1f2e3d)", "snapshots fd@file:fdir", "snapshots left@2.0.0"}
    | {"snapshots peery@1.0.0(left@2.0.0)"},
}  # fmt: skip


def part(lock: str, package: str = "apps/web") -> str | None:
    return locked_part("pnpm-lock.yaml", lock.encode(), package=package)


def entries() -> dict[str, tuple[int, int]]:
    """Where each entry of a table stands."""
    found, table = {}, ""
    for match in re.finditer(r"^(?:(\w+):|  (\S+):(?: \{\})?)\n(?:(?: {4}.*)?\n)*", LOCK, re.MULTILINE):
        table = match[1] or table
        if match[2] and table in ("importers", "packages", "snapshots"):
            found[f"{table} {match[2]}"] = match.span()
    return found


def altered(entry: str) -> str:
    """The lockfile with one more package for the importer or snapshot, or another resolution for the package."""
    start, end = entries()[entry]
    text = LOCK[start:end]
    table = entry.partition(" ")[0]
    if table == "packages":
        text = text.replace("resolution: {", "resolution: {more: x, ")
    elif table == "importers":
        text = text.replace(":\n", ":\n    publishDirectory: dist\n", 1)
    else:
        text = text.replace(": {}", ":").rstrip("\n") + "\n    patched: true\n\n"
    return LOCK[:start] + text + LOCK[end:]


@pytest.mark.parametrize("package", REACHED)
def test_a_change_of_whatever_is_reached_changes_the_part_and_no_other_does(package: str) -> None:
    before = part(LOCK, package)
    assert before is not None
    found = {entry: part(altered(entry), package) for entry in entries()}
    assert None not in found.values()
    assert {entry for entry, digest in found.items() if digest != before} == REACHED[package]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("autoInstallPeers: true", "autoInstallPeers: false"),
        ("^1.0.0", "^1.0.1"),
        ("  deep: 1.0.0", "  deep: 1.0.1"),
        ("hash: 1f2e3d", "hash: 1f2e3e"),
        ("\nimporters:", "\nunknown: 1\n\nimporters:"),
    ],
)
def test_every_section_beside_the_tables_counts_for_all(old: str, new: str) -> None:
    changed = LOCK.replace(old, new, 1)
    assert changed != LOCK
    for package in REACHED:
        assert part(changed, package) not in (None, part(LOCK, package))


def test_the_document_about_pnpm_itself_counts_and_is_not_taken_for_the_lockfile() -> None:
    before = "---\nlockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    configDependencies: {}\n\n---\n"
    digests = [part(text) for text in (LOCK, before + LOCK, before.replace("9.0", "9.1") + LOCK)]
    assert None not in digests
    assert len(set(digests)) == 3
    assert part(before) is None
    assert part("---\n" + LOCK) is None
    assert part(f"{before}{LOCK}---\n{LOCK}") is None
    assert part(before.replace("{}", "[") + LOCK) is None
    assert part(before.replace("\n\n---", "\n---") + LOCK) is None


@pytest.mark.parametrize("package", ["apps", "apps/none", "apps/web/", "./apps/web", "", "*", "web", "apps/{web}"])
def test_a_package_that_the_lockfile_does_not_name_has_no_part(package: str) -> None:
    assert part(LOCK, package) is None


@pytest.mark.parametrize("package", ["apps/*", "{apps}", "a,b"])
def test_a_package_that_a_filter_takes_for_more_than_one_has_no_part(package: str) -> None:
    assert part(LOCK.replace("  apps/api:", f"  '{package}':"), package) is None


STRANGE = {
    "another version": ("'9.0'", "'9.1'"),
    "a version that is a number": ("'9.0'", "9.0"),
    "a version in other quotes": ("'9.0'", '"9.0"'),
    "a comment": ("settings:", "# settings\nsettings:"),
    "a comment behind a value": ("autoInstallPeers: true", "autoInstallPeers: true # yes"),
    "an anchor": ("  left@1.0.0: {}", "  left@1.0.0: &a {}"),
    "an alias": ("  left@1.0.0: {}", "  left@1.0.0: *a"),
    "a merge": ("    optional: true", "    <<: {optional: true}"),
    "a tag": ("  left@1.0.0: {}", "  left@1.0.0: !!map {}"),
    "a tab": ("settings:\n  ", "settings:\n\t"),
    "a directive": ("lockfileVersion", "%YAML 1.2\n---\nlockfileVersion"),
    "an end of the document": ("\nsnapshots:", "\n...\nsnapshots:"),
    "the same section twice": ("\nsnapshots:", "\nsnapshots:\n\n  left@1.0.0: {}\n\nsnapshots:"),
    "the same entry twice": ("  left@1.0.0: {}", "  left@1.0.0: {}\n\n  left@1.0.0: {}"),
    "the same entry in quotes": ("  left@1.0.0: {}", "  left@1.0.0: {}\n\n  'left@1.0.0': {}"),
    "a key in double quotes": ("  left@1.0.0: {}", '  "left@1.0.0": {}'),
    "a complex key": ("  left@1.0.0: {}", "  ? left@1.0.0\n  : {}"),
    "a table in braces": ("  left@1.0.0: {}", "  left@1.0.0: {dependencies: {dup: 1.0.0}}"),
    "a table on the line of its name": ("\nsnapshots:", "\nsnapshots: x"),
    "an entry on the line of its name": ("  left@1.0.0: {}", "  left@1.0.0: x"),
    "quotes over lines": ("specifier: workspace:*", "specifier: 'workspace:\n          *'"),
    "double quotes over lines": ("specifier: workspace:*", 'specifier: "workspace:\n          *"'),
    "a plain text over lines": ("specifier: workspace:*", "specifier: workspace\n          more"),
    "braces over lines": ("{integrity: sha512-irB6WqXt==}", "{integrity:\n      sha512-irB6WqXt==}"),
    "braces that do not close": ("{integrity: sha512-irB6WqXt==}", "{integrity: sha512-irB6WqXt=="),
    "braces in braces": ("{integrity: sha512-irB6WqXt==}", "{integrity: {a: b}}"),
    "a block in a snapshot": ("    optional: true", "    optional: |-\n      true"),
    "a block indented deeper": ("      Gone: see", "        Gone: see"),
    "a block without a line": ("    deprecated: |-\n      Gone: see\n\n", "    deprecated: |-\n\n"),
    "indentation of three": ("    hasBin: true", "   hasBin: true"),
    "an unknown field of a snapshot": ("    optional: true", "    alternatives:\n      dup: 1.0.0"),
    "an unknown field of an importer": ("    dependenciesMeta:", "    runtimeDependencies:"),
    "a dependency without a version": ("        version: link:../../dir\n", ""),
    "a dependency that is a number": ("version: left@1.0.0", "version: 1.0"),
    "a dependency that is nowhere": ("version: left@1.0.0", "version: left@3.0.0"),
    "an alias as a value": ("hasBin: true", "hasBin: *a"),
    "an anchor as a value": ("hasBin: true", "hasBin: &a true"),
    "a tag as a value": ("hasBin: true", "hasBin: !t true"),
    "a merge in a package": ("hasBin: true", "<<: {hasBin: true}"),
    "an alias in brackets": ("[arm64]", "[*a]"),
    "an anchor in braces": ("{integrity: sha512-irB6WqXt==}", "{integrity: &a sha512-irB6WqXt==}"),
    "double quotes that do not close": ("hasBin: true", 'hasBin: "true'),
    "quotes that do not close": ("hasBin: true", "hasBin: 'true"),
    "brackets that do not close": ("[arm64]", "[arm64"),
    "an item as a value": ("hasBin: true", "hasBin: - x"),
    "a question as a value": ("hasBin: true", "hasBin: ? x"),
    "a block that tells its indentation": ("hasBin: true", "hasBin: |2\n      x: y"),
    "a block further inside": ("      left: '*'\n", "      left: |-\n      x y\n"),
    "a section in quotes": ("\nsettings:", "\n'settings':"),
    "an item among the sections": ("\nsettings:", "\n- x\nsettings:"),
    "an item among the entries": ("  left@1.0.0: {}", "  - left@1.0.0"),
    "a line before the first section": ("lockfileVersion", "  x: y\nlockfileVersion"),
    "a control character in quotes": ("it''s", "it''s\x7f"),
    "a line end of Unicode in quotes": ("it''s", "it''s\x85"),
    "a tab in a block": ("      # and", "      #\tand"),
    "a dependency in double quotes": ("version: left@1.0.0", 'version: "left@1.0.0"'),
    "a snapshot's dependency in double quotes": ("      deep: 1.0.0", '      deep: "1.0.0"'),
    "another package's dependency that is nowhere": ("        version: 2.0.0", "        version: 3.0.0"),
    "a snapshot without a package": ("packages:\n\n  '@other/native@1.0.1':", "packages:\n\n  '@other/native@1.0.2':"),
    "a name that is null": ("      al:", "      null:"),
    "a conflict": ("\nsnapshots:", "\n<<<<<<< ours\nsnapshots:"),
    "line ends of Windows": ("\n", "\r\n"),
    "a carriage return": ("hasBin: true", "hasBin: true\r"),
    "a line end of Unicode": ("hasBin: true", "hasBin: true\u2028"),
    "a mark at the beginning": ("lockfileVersion", "\ufefflockfileVersion"),
    "no line end at the end": ("      deep: 1.0.0\n", "      deep: 1.0.0"),
}


@pytest.mark.parametrize("name", STRANGE)
def test_whatever_pnpm_does_not_write_has_no_part(name: str) -> None:
    old, new = STRANGE[name]
    changed = LOCK.replace(old, new) if name == "line ends of Windows" else new.join(LOCK.rsplit(old, 1))
    assert changed != LOCK
    assert part(changed) is None
