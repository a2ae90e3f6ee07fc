"""Declared files that are not what their names say: one warning each, and nothing else breaks."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.model.diagnostics import Level
from cigen.model.plans import DetectRequest, File, RepoSnapshot
from cigen.std.db.postgres.plugin import PLUGIN as POSTGRES
from cigen.std.db.redis.plugin import PLUGIN as REDIS
from cigen.std.declared import SIZE_LIMIT, DeclaredFiles
from cigen.std.lang.node.plugin import PLUGIN as NODE
from cigen.std.lang.python.plugin import PLUGIN as PYTHON
from cigen.std.lang.ruby.plugin import PLUGIN as RUBY
from cigen.std.report import Report

Call = Callable[..., Any]
CONFLICT = '{\n<<<<<<< HEAD\n"name": "a"\n=======\n"name": "b"\n>>>>>>> theirs\n}\n'


@pytest.mark.parametrize(
    ("plugin", "path", "content", "code", "says", "place"),
    [
        (NODE, "package.json", "{,}", "NODE_001", "is not JSON", (1, 2)),
        (NODE, "package.json", "[]", "NODE_001", "does not hold a JSON object", (0, 0)),
        (NODE, "package.json", "[" * 100_000, "NODE_001", "is not JSON", (0, 0)),
        (NODE, "package.json", CONFLICT, "NODE_001", "holds the marks of an unresolved merge conflict", (0, 0)),
        (NODE, "package.json", b"\xff\x00\xfe", "NODE_001", "is not text", (0, 0)),
        (NODE, "package.json", b'{"name": "\xe9"}', "NODE_001", "is not text", (0, 0)),
        (NODE, "yarn.lock", CONFLICT, "NODE_001", "holds the marks of an unresolved merge conflict", (0, 0)),
        (PYTHON, "pyproject.toml", "[project\n", "PYTHON_001", "is not TOML", (1, 9)),
        (PYTHON, "setup.cfg", "no section\n", "PYTHON_001", "is not a configuration file", (0, 0)),
        (PYTHON, "requirements.txt", b"\0", "PYTHON_001", "is not text", (0, 0)),
        (RUBY, "Gemfile.lock", CONFLICT, "RUBY_001", "holds the marks of an unresolved merge conflict", (0, 0)),
        (RUBY, "mise.toml", "=", "RUBY_001", "is not TOML", (1, 1)),
        (POSTGRES, "package.json", b"\0", "POSTGRES_001", "is not text", (0, 0)),
        (REDIS, "compose.yaml", b"\xff", "REDIS_001", "is not text", (0, 0)),
    ],
)
def test_a_broken_file_is_named(
    plugin: Any, path: str, content: Any, code: str, says: str, place: tuple[int, int], request_for: Call
) -> None:
    beside = {"Gemfile": "", "package.json": "{}"} | {path: content}
    found = [d for d in plugin.detect(request_for(beside)).diagnostics if d.code == code]
    assert len(found) == 1
    assert found[0].level is Level.WARNING
    assert found[0].message == f'"{path}" {says}; nothing in it is taken into account'
    assert (found[0].location.file, found[0].location.line, found[0].location.column) == (path, *place)


def test_a_huge_manifest_is_not_read_but_a_huge_lockfile_is(request_for: Call, facts_of: Call) -> None:
    padding = " " * SIZE_LIMIT
    result = NODE.detect(
        request_for({"package.json": "{}" + padding, "pnpm-lock.yaml": "lockfileVersion: 5.4\n" + padding})
    )
    (found,) = result.diagnostics
    assert (found.code, found.location.file) == ("NODE_001", "package.json")
    assert "2,097,154 bytes" in found.message
    assert facts_of(result)["pnpm_version"] == ("7", "pnpm-lock.yaml")


def test_a_symbolic_link_is_there_but_says_nothing() -> None:
    link = File("package.json", 0o120000, "", b"../elsewhere/package.json")
    result = NODE.detect(DetectRequest(RepoSnapshot((link,))))
    assert result.confidence == 0.95
    assert result.diagnostics == ()


def test_a_broken_manifest_does_not_hide_the_version_file(request_for: Call, facts_of: Call) -> None:
    result = NODE.detect(request_for({"package.json": "{", ".nvmrc": "20"}))
    assert facts_of(result)["node_version"] == ("20", ".nvmrc")


def test_a_file_is_reported_once_however_often_it_is_asked() -> None:
    report = Report({"X_001": "title"})
    files = DeclaredFiles(RepoSnapshot((File("a.json", content=b"{"),)), report, "X_001")
    assert files.json("a.json") == {} == files.json("a.json")
    assert len(report.found) == 1


PLUGINS = {"node": NODE, "postgres": POSTGRES, "python": PYTHON, "redis": REDIS, "ruby": RUBY}
PATHS = (
    *(".ruby-version", ".tool-versions", "mise.toml", "Gemfile", "Gemfile.lock", "gems.rb", "x.gemspec", "Rakefile"),
    *("config/database.yml", ".nvmrc", ".bun-version", "package.json", "package-lock.json", "pnpm-lock.yaml"),
    *("yarn.lock", ".yarnrc.yml", "bun.lockb", "web/package.json", ".python-version", "runtime.txt", "pyproject.toml"),
    *("setup.py", "setup.cfg", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile", "requirements.txt", "tox.ini"),
    *("requirements/dev.txt", "api/pyproject.toml", "compose.yaml"),
)
WORDS = st.sampled_from(
    [
        *('{"engines": {"node": ', '"scripts": ', "[project]\n", "requires-python = ", "ruby ", "'>=3.9'", '"^20"'),
        *("[tool.uv]\n", "[tool.poetry.dependencies]\n", "python = ", "__metadata:\n", "  version: 8\n", "\n"),
        *("PLATFORMS\n  ruby\n", "RUBY VERSION\n   ruby 3.3.0p0\n", "<<<<<<< HEAD\n", "-r ", "requirements.txt\n"),
        *("lockfileVersion: ", "image: postgres:15\n", "python_requires=", "extras_require = {", "gem 'pg'\n", "}"),
        *("'test': ['pytest']", "[", "|| "),
    ]
)
CONTENTS = st.one_of(
    st.binary(max_size=60),
    st.lists(st.one_of(WORDS, st.text(max_size=5)), max_size=12).map(lambda words: "".join(words).encode()),
)


@given(st.dictionaries(st.sampled_from(PATHS), CONTENTS, max_size=8), st.sampled_from(sorted(PLUGINS)))
def test_no_content_breaks_a_plugin_and_the_order_of_files_does_not_matter(files: dict[str, bytes], name: str) -> None:
    snapshot = tuple(File(path, 0o100644, "", content) for path, content in files.items())
    first = PLUGINS[name].detect(DetectRequest(RepoSnapshot(snapshot)))
    assert first == PLUGINS[name].detect(DetectRequest(RepoSnapshot(snapshot[::-1])))
    assert 0 <= first.confidence <= 1
    assert "\n" not in first.summary
    assert [fact.name for fact in first.facts] == sorted({fact.name for fact in first.facts})
    assert all(fact.value and fact.source for fact in first.facts)
