"""module.toml says what a plugin is, or every mistake in it is told with its place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.formats.manifest import Manifest, parse_manifest
from cigen.model.plans import PluginInfo
from cigen.model.resources import Pair

SPECIFIED = """\
# lang/ruby/module.toml
[module]
name = "lang/ruby"
version = "1.3.0"
capabilities = ["step:setup", "cache:bundler", "detect:ruby"]

[inputs]
version = { type = "string", default = "3.3" }
bundler_version = { type = "string", optional = true }
install_path = { type = "string", default = "vendor/bundle" }

[provides]
caches = ["bundler"]
commands = ["bundle", "gem", "rake"]
"""


def problems(text: str) -> list[tuple[int, int, str]]:
    manifest, found = parse_manifest(text, "module.toml")
    assert manifest is None
    assert {diagnostic.code for diagnostic in found} == {"PLUGIN_001"}
    return [(d.location.line, d.location.column, d.message) for d in found if d.location]


def module(line: str) -> str:
    """A good manifest but for one more line, the fourth."""
    return f'[module]\nname = "lang/ruby"\nversion = "1.3.0"\n{line}\n'


def test_the_manifest_of_the_specification_is_read() -> None:
    manifest, found = parse_manifest(SPECIFIED, "module.toml")
    assert found == ()
    assert manifest == Manifest(
        PluginInfo(
            name="lang/ruby",
            version="1.3.0",
            protocol=1,
            capabilities=("step:setup", "cache:bundler", "detect:ruby"),
            metadata=(
                Pair("input:bundler_version", '{"optional":true,"type":"string"}'),
                Pair("input:install_path", '{"default":"vendor/bundle","type":"string"}'),
                Pair("input:version", '{"default":"3.3","type":"string"}'),
                Pair("provides:caches", '["bundler"]'),
                Pair("provides:commands", '["bundle","gem","rake"]'),
            ),
        ),
        "plugin.py",
    )


def test_everything_else_a_module_may_say_is_read() -> None:
    manifest, found = parse_manifest(
        module(
            'protocol = 2\nentry = "bin/run"\nhooks = ["plan"]\nreads = ["*.rb"]\nrequires = ["cache:*"]\n'
            'conflicts_with = ["lang:jruby"]\ndescription = "Ruby"\ncapabilities_required = ["network:https"]'
        ),
        "module.toml",
    )
    assert found == ()
    assert manifest
    assert manifest.entry == "bin/run"
    assert manifest.info == PluginInfo(
        "lang/ruby",
        "1.3.0",
        2,
        requires=("cache:*",),
        conflicts_with=("lang:jruby",),
        metadata=(Pair("description", "Ruby"), Pair("capabilities_required", '["network:https"]')),
        reads=("*.rb",),
        hooks=("plan",),
    )


@pytest.mark.parametrize(
    ("line", "place", "words"),
    [
        ('reeds = ["Gemfile"]', (4, 1), '"reeds" is no key of module'),
        ('  hooks = ["detct"]', (4, 3), '"detct" is no hook'),
        ('hooks = "detect"', (4, 1), '"hooks" must be a list of strings'),
        ('capabilities = ["ruby"]', (4, 1), '"ruby" is no capability: write kind:name'),
        ("entry = 3", (4, 1), '"entry" must be a string'),
        ('entry = "../x"', (4, 1), '"entry" must be a file inside the plugin\'s own folder'),
        ('entry = "/bin/sh"', (4, 1), '"entry" must be a file inside'),
        ("protocol = 0", (4, 1), '"protocol" must be a positive number'),
        ("protocol = true", (4, 1), '"protocol" must be a positive number'),
        ('[inputs]\na = { type = "strin" }', (5, 1), 'input "a" has an unknown type'),
        ("[inputs]\na = 3", (5, 1), 'input "a" must be a table'),
        ('[inputs]\na = { type = "string", default = 3 }', (5, 1), 'the default of input "a" is not of its type'),
        ("[inputs]\na = { typ = 3 }", (5, 1), '"typ" is no key of inputs.a'),
        ("[provides]\ncaches = 1", (5, 1), '"caches" must be a list of strings'),
        ("lockfiles = 3", (4, 1), '"lockfiles" is no key of module'),
        ("[[lockfiles]]\na = 1", (1, 1), "[lockfiles] must be a table"),
        ("[extras]\na = 1", (4, 2), '"extras" is no key of a manifest'),
    ],
)
def test_a_mistake_is_told_with_its_place(line: str, place: tuple[int, int], words: str) -> None:
    ((row, column, message),) = problems(module(line))
    assert (row, column) == place
    assert message.startswith(f"module.toml: {words}")


LOCKED = 'reads = ["a.lock", "*.lock", "x/a.lock"]\n[inputs]\npackage = {}\nonly_groups = {}\nname = {}\n[lockfiles]\n'


def test_lockfiles_are_read_with_the_inputs_that_select_a_part_of_them() -> None:
    manifest, found = parse_manifest(module(LOCKED + '"a.lock" = ["package", "only_groups"]'), "module.toml")
    assert found == ()
    assert manifest
    assert Pair("lockfile:a.lock", '["only_groups","package"]') in manifest.info.metadata


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('"a.lock" = ["name"]', '"a.lock" of [lockfiles] must list inputs that select'),
        ('"a.lock" = []', '"a.lock" of [lockfiles] must list inputs that select'),
        ('"b.lock" = ["package"]', '"b.lock" of [lockfiles] is no file that "reads" names'),
        ('"*.lock" = ["package"]', '"*.lock" of [lockfiles] is no file that "reads" names'),
        ('"x/a.lock" = ["package"]', '"x/a.lock" of [lockfiles] is no file that "reads" names'),
    ],
)
def test_a_lockfile_that_could_not_count_in_part_is_a_mistake(line: str, words: str) -> None:
    ((row, _, message),) = problems(module(LOCKED + line))
    assert row == 10
    assert message.startswith(f"module.toml: {words}")


def test_an_input_that_selects_a_part_of_a_lockfile_must_be_one_of_the_module() -> None:
    ((_, _, message),) = problems(module('reads = ["a.lock"]\n[lockfiles]\n"a.lock" = ["package"]'))
    assert message == 'module.toml: [inputs] has no "package", by which "a.lock" is selected.'


def test_all_mistakes_are_told_at_once() -> None:
    assert len(problems('[module]\nname = "ruby"\nversion = "1.3"\nhooks = ["x", "y"]\n')) == 4


def test_a_manifest_without_a_module_says_so() -> None:
    assert problems("")[0][2] == "module.toml: there is no [module] table."


def test_text_that_is_no_toml_is_told_with_its_place() -> None:
    assert problems('[module]\nname = "lang/ruby\n')[0][:2] == (2, 18)


@given(st.text())
def test_no_text_is_too_odd_for_a_diagnostic(text: str) -> None:
    manifest, found = parse_manifest(text, "module.toml")
    assert manifest is None
    assert found


@pytest.mark.parametrize(
    "file", sorted((Path(__file__).parents[3] / "cigen/std").rglob("module.toml")), ids=lambda f: f.parent.name
)
def test_every_standard_plugin_has_a_good_manifest(file: Path) -> None:
    assert parse_manifest(file.read_text(), file.name)[1] == ()
