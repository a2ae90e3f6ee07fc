"""What holds for all lockfiles: no bytes break a reader, and no broken file has the part of a whole one."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from cigen.lockfiles import pnpm_lines
from cigen.lockfiles.parts import locked_part
from cigen.lockfiles.reading import Untold

SAMPLES = Path(__file__).parent / "samples"
SELECTED: dict[str, dict[str, Any]] = {
    "package-lock.json": {"package": "apps/web"},
    "pnpm-lock.yaml": {"package": "apps/web"},
    "uv.lock": {"package": "api-thing", "only_groups": ("lint", "docs")},
    "poetry.lock": {"only_groups": ("lint-it",)},
}
CONTENTS = {name: (SAMPLES / name).read_bytes() for name in SELECTED}
SIGNS = ["'", '"', "#", " #", ": ", ":", "- ", "-", "{", "}", "[", "]", "&a ", "*a", "|", ">-", "|-", "\n", "  ", " "]
SIGNS += [
    "? ",
    "!",
    "%",
    "@",
    "`",
    ",",
    "<<",
    "~",
    "0x1",
    "null",
    "1.0",
    "...",
    "---",
    "''",
    "\t",
    "\r",
    "\\",
    "\0",
    "\u2028",
]


def part(name: str, content: bytes) -> str | None:
    return locked_part(name, content, **SELECTED[name])


@pytest.mark.parametrize("name", SELECTED)
def test_a_part_is_a_sha256_and_not_that_of_another_selection(name: str) -> None:
    content = CONTENTS[name]
    told = part(name, content)
    assert told is not None
    assert told.startswith("sha256:")
    assert told == locked_part(f"some/where/{name}", content, **SELECTED[name])
    assert told != locked_part(name, content, package=".", only_groups=())
    assert locked_part(name, content) is None


def test_the_digest_is_the_documented_one() -> None:
    """docs/caching.md, "Parts of lockfiles"."""
    lock = {"lockfileVersion": 3, "packages": {"": {"name": "é"}, "a": {}, "b": {"dependencies": {"c": "1"}}}}
    lock["packages"]["node_modules/c"] = {"version": "1.0.0"}  # type: ignore[index]
    spelled = '{"entries":{"":{"name":"é"},"a":{}},"only_groups":[],"package":"a","rest":{"lockfileVersion":3}}'
    expected = f"sha256:{hashlib.sha256(spelled.encode()).hexdigest()}"
    assert locked_part("package-lock.json", f"{json.dumps(lock)}\n".encode(), package="a") == expected
    lines = ["version = 1", 'requires-python = ">=3"', "[manifest.dependency-groups]", "b = []", "a = []"]
    lines += ["[[package]]", 'name = "p"']
    spelled = (
        '{"entries":{"p":[{"name":"p"}]},"only_groups":["a","b"],"package":"P","rest":'
        '{"manifest":{"dependency-groups":{"a":[],"b":[]}},"requires-python":">=3","version":1}}'
    )
    content = "\n".join([*lines, 'source = { virtual = "x" }', ""]).encode()
    spelled = spelled.replace('{"name":"p"}', '{"name":"p","source":{"virtual":"x"}}')
    expected = f"sha256:{hashlib.sha256(spelled.encode()).hexdigest()}"
    assert locked_part("uv.lock", content, package="P", only_groups=("b", "a", "b")) == expected


@pytest.mark.parametrize("path", ["yarn.lock", "bun.lockb", "Cargo.lock", "uv.lock/x", "xuv.lock", "", "npm"])
def test_a_lockfile_of_another_tool_has_no_part(path: str) -> None:
    assert all(locked_part(path, content, package="apps/web") is None for content in CONTENTS.values())


def test_npms_two_names_are_of_one_format() -> None:
    content = CONTENTS["package-lock.json"]
    assert locked_part("npm-shrinkwrap.json", content, package="apps/web") == part("package-lock.json", content)


def test_groups_are_a_set() -> None:
    def told(*groups: str) -> str | None:
        return locked_part("uv.lock", CONTENTS["uv.lock"], package="api-thing", only_groups=groups)

    assert told("lint", "docs") == told("docs", "lint", "docs")
    assert told("lint") != told("docs")


def test_node_has_no_groups() -> None:
    for name in ("package-lock.json", "pnpm-lock.yaml"):
        assert locked_part(name, CONTENTS[name], package="apps/web", only_groups=("dev",)) is None
        assert locked_part(name, CONTENTS[name], only_groups=("dev",)) is None


@pytest.mark.parametrize("name", SELECTED)
def test_a_file_that_was_cut_short_has_no_part_or_another_one(name: str) -> None:
    """Of uv.lock the last entry is one that is reached: half an entry of another package may be all that it has."""
    content = CONTENTS[name]
    selected = {"package": "api-thing"} if name == "uv.lock" else SELECTED[name]
    whole = locked_part(name, content, **selected)
    assert [at for at in range(len(content)) if locked_part(name, content[:at], **selected) == whole] == []


@pytest.mark.parametrize("name", SELECTED)
@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\n",
        b"\xff\xfe\n",
        b"\xef\xbb\xbf%s",
        b"<<<<<<< ours\n%s=======\n%s>>>>>>> theirs\n",
        b"[" * 200_000 + b"\n",
    ],
    ids=["empty", "blank", "not UTF-8", "a mark", "a conflict", "deep"],
)
def test_what_is_no_lockfile_has_no_part(name: str, broken: bytes) -> None:
    assert part(name, broken.replace(b"%s", CONTENTS[name])) is None


@pytest.mark.parametrize("name", SELECTED)
def test_nesting_without_end_has_no_part(name: str) -> None:
    deep = {"package-lock.json": '{"a":' * 100_000 + "1" + "}" * 100_000, "pnpm-lock.yaml": "a: " * 100_000}
    content = deep.get(name, "a = " + "[" * 100_000 + "]" * 100_000) + "\n"
    assert part(name, content.encode()) is None


@pytest.mark.parametrize("name", SELECTED)
@given(data=st.data())
def test_no_bytes_break_a_reader(name: str, data: st.DataObject) -> None:
    content = CONTENTS[name]
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 40)))
    pieces = st.one_of(st.binary(max_size=8), st.sampled_from(SIGNS).map(str.encode), st.just(content[start:end]))
    told = part(name, content[:start] + data.draw(pieces) + data.draw(pieces) + content[end:])
    assert told is None or told.startswith("sha256:")


@given(content=st.one_of(st.binary(), st.text().map(str.encode)), package=st.text(), groups=st.lists(st.text()))
def test_neither_content_nor_names_break_a_reader(content: bytes, package: str, groups: list[str]) -> None:
    for name, sample in CONTENTS.items():
        for text in (content, content + b"\n", sample):
            locked_part(name, text, package=package, only_groups=tuple(groups))


class Loader(yaml.CSafeLoader):
    """Takes no key twice, as pnpm's own reader does not."""


def _unique(loader: Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    pairs = [
        (loader.construct_object(key, deep=True), loader.construct_object(value, deep=True))
        for key, value in node.value
    ]
    if len({key for key, _ in pairs}) < len(pairs):
        raise yaml.YAMLError
    return dict(pairs)


Loader.add_constructor("tag:yaml.org,2002:map", _unique)


def as_yaml_has_it(text: str) -> Any:
    """Keys of the top, and of each table its entries' dependencies. None: no YAML reader takes it."""
    try:
        lock = yaml.load(text, Loader)
    except (yaml.YAMLError, ValueError, TypeError):
        return None
    found: dict[str, Any] = {"": set(lock)}
    for table in ("importers", "packages", "snapshots"):
        found[table] = {key: set() for key in lock.get(table) or {}}
        for key, entry in (lock.get(table) or {}).items():
            for field in ("dependencies", "devDependencies", "optionalDependencies") if table != "packages" else ():
                for name, value in (entry or {}).get(field, {}).items():
                    found[table][key].add((name, value["version"] if table == "importers" else value))
    return found


def as_cig_has_it(text: str) -> Any:
    rest = pnpm_lines.sections(pnpm_lines.documents(text)[1])
    if "lockfileVersion" not in rest:
        raise Untold
    found: dict[str, Any] = {"": set(rest)}
    for table in ("importers", "packages", "snapshots"):
        listed = pnpm_lines.entries(rest.get(table, ""))
        found[table] = {
            key: set(pnpm_lines.dependencies(table, entry)) if table != "packages" else set()
            for key, entry in listed.items()
        }
    return found


@st.composite
def altered(draw: st.DrawFn) -> str:
    """A lockfile with a few signs of YAML where there were none, and lines that are moved, doubled or gone."""
    lines = CONTENTS["pnpm-lock.yaml"].decode().splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        column = draw(st.integers(0, len(line)))
        change = draw(st.sampled_from(["insert", "insert", "insert", "delete", "repeat", "shift", "drop"]))
        if change == "insert":
            lines[at] = line[:column] + draw(st.sampled_from(SIGNS)) + line[column:]
        elif change == "delete":
            lines[at] = line[:column] + line[column + draw(st.integers(1, 4)) :]
        elif change == "shift":
            lines[at] = draw(st.sampled_from(["  ", "    ", " "])) + line if column % 2 else line.removeprefix("  ")
        else:
            lines[at] = line * 2 if change == "repeat" else ""
    return "".join(lines)


@example(text=CONTENTS["pnpm-lock.yaml"].decode().replace("  .:", "  . :"))
@example(text=CONTENTS["pnpm-lock.yaml"].decode().replace("s/scoped", "s/it''s"))
@example(text=CONTENTS["pnpm-lock.yaml"].decode().replace("version: left@1.0.0", 'version: "left@1.0.0"'))
@given(text=altered())
def test_a_reader_of_yaml_sees_the_same_in_a_pnpm_lockfile(text: str) -> None:
    try:
        ours = as_cig_has_it(text)
    except Untold:
        return
    theirs = as_yaml_has_it(text)
    assert theirs is None or ours == theirs
