"""Plugins are found where they may lie, and the nearest one wins."""

import os
from pathlib import Path

import pytest

from cigen.host.discovery import InstalledPlugin, discover_plugins
from cigen.host.scan import PluginFiles
from cigen.model.config import PluginRef
from cigen.model.diagnostics import Diagnostic, Level

Found = tuple[dict[str, InstalledPlugin], list[Diagnostic]]


class Place:
    """A project, and a folder on PATH."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.bin = folder / "bin"
        self.root.mkdir()
        self.bin.mkdir()
        self.environ = {"PATH": f"{self.bin}{os.pathsep}/no/such/folder{os.pathsep}relative"}

    def plugin(self, folder: str, name: str, version: str = "1.0.0", more: str = "") -> Path:
        """A plugin in a folder of the project."""
        place = self.root / folder
        place.mkdir(parents=True)
        (place / "module.toml").write_text(f'[module]\nname = "{name}"\nversion = "{version}"\n{more}')
        (place / "plugin.py").write_text("PLUGIN = None\n")
        return place

    def executable(self, name: str, mode: int = 0o755) -> Path:
        file = self.bin / name
        file.write_text("#!/bin/sh\n")
        file.chmod(mode)
        return file

    def find(self, *refs: PluginRef) -> Found:
        done = discover_plugins(self.root, refs, self.environ)
        assert [plugin.id for plugin in done.plugins] == sorted({plugin.id for plugin in done.plugins})
        return {plugin.id: plugin for plugin in done.plugins}, list(done.diagnostics)

    def print(self) -> str:
        plugins = discover_plugins(self.root, (), self.environ).plugins
        return "\n".join(f"{plugin.id} {plugin.digest}" for plugin in plugins)

    def unread(self, *refs: PluginRef) -> tuple[str, ...]:
        return discover_plugins(self.root, refs, self.environ).unread


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_bundled_plugins_are_found_without_any_project_of_their_own(place: Place) -> None:
    plugins, found = place.find()
    assert found == []
    assert {"lang/ruby", "provider/github"} <= set(plugins)
    for plugin in plugins.values():
        assert plugin.origin == "bundled"
        assert plugin.entry.is_file()
        assert plugin.info
        assert (plugin.info.name, plugin.info.version) == (plugin.id, plugin.version)
        assert plugin.digest.startswith("sha256:")


def test_a_projects_own_plugins_are_found_at_both_depths(place: Place) -> None:
    place.plugin(".cigen/plugins/deploy", "acme/deploy")
    place.plugin(".cigen/plugins/acme/lint", "acme/lint")
    plugins, found = place.find()
    assert found == []
    assert plugins["acme/deploy"].origin == plugins["acme/lint"].origin == "project"
    assert plugins["acme/deploy"].entry == place.root / ".cigen/plugins/deploy/plugin.py"


def test_a_path_in_cig_toml_is_relative_to_it(place: Place) -> None:
    place.plugin("tools/mine", "acme/mine", more='entry = "run.sh"\n')
    plugins, found = place.find(PluginRef("acme/mine", path="tools/mine"))
    assert found == []
    assert (plugins["acme/mine"].origin, plugins["acme/mine"].entry) == ("config", place.root / "tools/mine/run.sh")


def test_a_single_file_in_cig_toml_needs_no_manifest(place: Place) -> None:
    file = place.executable("x")
    plugins, found = place.find(PluginRef("acme/x", path=str(file)))
    assert found == []
    assert plugins["acme/x"].info is None


def test_executables_on_path_are_found_by_their_name(place: Place) -> None:
    place.executable("cigen-plugin-acme-deploy-fast")
    place.executable("cigen-plugin-acme-off", mode=0o644)
    place.executable("other")
    plugins, found = place.find()
    assert found == []
    assert plugins["acme/deploy-fast"].info is None
    assert plugins["acme/deploy-fast"].origin == "path"
    assert "acme/off" not in plugins


def test_an_executable_may_have_its_manifest_beside_it(place: Place) -> None:
    file = place.executable("cigen-plugin-acme-deploy")
    (place.bin / "cigen-plugin-acme-deploy.toml").write_text('[module]\nname = "acme/deploy"\nversion = "2.0.0"\n')
    plugins, found = place.find()
    assert found == []
    assert (plugins["acme/deploy"].version, plugins["acme/deploy"].entry) == ("2.0.0", file)


def test_an_executable_may_be_a_link_into_a_plugins_folder(place: Place) -> None:
    folder = place.plugin("elsewhere", "acme/deploy", "3.0.0")
    (folder / "plugin.py").chmod(0o755)
    (place.bin / "cigen-plugin-acme-deploy").symlink_to(folder / "plugin.py")
    plugins, _ = place.find()
    assert plugins["acme/deploy"].version == "3.0.0"


def test_an_executable_whose_name_has_no_kind_is_a_warning(place: Place) -> None:
    place.executable("cigen-plugin-deploy")
    _, (found,) = place.find()
    assert (found.code, found.level) == ("PLUGIN_001", Level.WARNING)
    assert "cigen-plugin-KIND-NAME" in found.hint
    assert place.unread() == ()


def test_the_nearest_of_two_wins_and_the_other_is_mentioned(place: Place) -> None:
    place.plugin(".cigen/plugins/ruby", "lang/ruby", "9.0.0")
    place.executable("cigen-plugin-lang-ruby")
    plugins, found = place.find()
    assert (plugins["lang/ruby"].origin, plugins["lang/ruby"].version) == ("project", "9.0.0")
    assert {(d.code, d.level) for d in found} == {("PLUGIN_003", Level.INFO)}
    assert found[0].message == "lang/ruby 9.0.0 (project) is used instead of lang/ruby (path)."
    place.plugin("mine", "lang/ruby", "10.0.0")
    plugins, _ = place.find(PluginRef("lang/ruby", path="mine"))
    assert (plugins["lang/ruby"].origin, plugins["lang/ruby"].version) == ("config", "10.0.0")


def test_a_constraint_passes_over_what_does_not_meet_it(place: Place) -> None:
    bundled = place.find()[0]["lang/ruby"].version
    place.plugin(".cigen/plugins/ruby", "lang/ruby", "9.0.0")
    plugins, found = place.find(PluginRef("lang/ruby", constraint=f"~{bundled}"))
    assert (plugins["lang/ruby"].origin, found) == ("bundled", [])


def test_a_constraint_that_nothing_meets_is_told_with_what_there_is(place: Place) -> None:
    place.plugin(".cigen/plugins/ruby", "lang/ruby", "9.0.0")
    plugins, (found,) = place.find(PluginRef("lang/ruby", constraint="^20.0"))
    assert "lang/ruby" not in plugins
    assert (found.code, found.key) == ("PLUGIN_004", ("plugins", "lang/ruby", "version"))
    assert found.message.startswith("cig.toml asks for lang/ruby ^20.0; installed: 9.0.0 (project), ")


def test_a_constraint_that_means_nothing_is_told(place: Place) -> None:
    _, (found,) = place.find(PluginRef("lang/ruby", constraint="newest"))
    assert (found.code, found.key) == ("PLUGIN_004", ("plugins", "lang/ruby", "version"))
    assert '"newest" is no version constraint' in found.message


def test_a_plugin_that_is_switched_off_is_not_there(place: Place) -> None:
    place.plugin(".cigen/plugins/broken", "no name at all")
    plugins, found = place.find(PluginRef("lang/ruby", enabled=False), PluginRef("a/b", path="none", enabled=False))
    assert "lang/ruby" not in plugins
    assert [d.code for d in found] == ["PLUGIN_001"]


def test_a_plugin_that_is_nowhere_is_told_with_those_that_are(place: Place) -> None:
    _, (found,) = place.find(PluginRef("lang/rubby"))
    assert (found.code, found.level, found.key, found.on_key) == (
        "PLUGIN_002", Level.ERROR, ("plugins", "lang/rubby"), True,
    )  # fmt: skip
    assert found.hint.startswith('did you mean "lang/ruby"? installed: ')


def test_a_path_that_leads_nowhere_is_told_at_its_key(place: Place) -> None:
    _, (found,) = place.find(PluginRef("acme/x", path="tools/x"))
    assert (found.code, found.key) == ("PLUGIN_002", ("plugins", "acme/x", "path"))
    assert found.message == 'There is no plugin at "tools/x" for acme/x.'


def test_a_folder_without_a_manifest_is_no_plugin(place: Place) -> None:
    (place.root / "tools").mkdir()
    _, (found,) = place.find(PluginRef("acme/x", path="tools"))
    assert (found.code, found.message) == ("PLUGIN_002", '"tools" has no module.toml.')


def test_of_a_path_to_a_broken_plugin_nothing_is_told_but_what_is_broken(place: Place) -> None:
    (place.plugin("mine", "acme/mine") / "module.toml").write_text("[module\n")
    _, found = place.find(PluginRef("acme/mine", path="mine"))
    assert [d.code for d in found] == ["PLUGIN_001"]


def test_a_plugin_must_have_the_name_that_cig_toml_gives_it(place: Place) -> None:
    place.plugin("mine", "acme/mine")
    _, (found,) = place.find(PluginRef("acme/yours", path="mine"))
    assert (found.code, found.message) == ("PLUGIN_011", '"mine" is acme/mine, not acme/yours.')


def test_a_broken_manifest_is_told_with_its_place_and_does_not_hide_the_others(place: Place) -> None:
    folder = place.plugin(".cigen/plugins/deploy", "acme/deploy", more='hooks = ["dteect"]\n')
    plugins, (found,) = place.find()
    assert "lang/ruby" in plugins
    assert (found.code, found.level) == ("PLUGIN_001", Level.ERROR)
    assert found.location
    assert (found.location.file, found.location.line) == (".cigen/plugins/deploy/module.toml", 4)
    (folder / "module.toml").write_bytes(b"\xff")
    assert place.find()[1][0].message == ".cigen/plugins/deploy/module.toml is not UTF-8."


def test_a_broken_manifest_on_path_is_only_a_warning(place: Place) -> None:
    place.executable("cigen-plugin-acme-deploy")
    (place.bin / "cigen-plugin-acme-deploy.toml").write_text("[module]\n")
    _, found = place.find()
    assert {d.level for d in found} == {Level.WARNING}
    assert place.unread() == ("acme/deploy",)
    assert place.unread(PluginRef("acme/deploy", enabled=False)) == ()


@pytest.mark.parametrize("manifest", ["[module]\n", '[module]\nname = "acme/other"\nversion = "1.0.0"\n'])
def test_a_broken_manifest_on_path_is_an_error_where_cig_toml_names_the_plugin(place: Place, manifest: str) -> None:
    """And the one that there is: that it is not installed would be wrong."""
    place.executable("cigen-plugin-acme-deploy")
    (place.bin / "cigen-plugin-acme-deploy.toml").write_text(manifest)
    plugins, found = place.find(PluginRef("acme/deploy"))
    assert "acme/deploy" not in plugins
    assert {d.level for d in found} == {Level.ERROR}
    assert {d.code for d in found} == {"PLUGIN_011" if "acme" in manifest else "PLUGIN_001"}
    assert place.find(PluginRef("acme/deploy", enabled=False))[1] == []


def test_a_broken_manifest_on_path_stops_nothing_where_a_nearer_plugin_is_used(place: Place) -> None:
    place.executable("cigen-plugin-acme-deploy")
    (place.bin / "cigen-plugin-acme-deploy.toml").write_text("[module]\n")
    place.plugin(".cigen/plugins/deploy", "acme/deploy")
    plugins, found = place.find(PluginRef("acme/deploy"))
    assert (plugins["acme/deploy"].origin, {d.level for d in found}) == ("project", {Level.WARNING})
    assert place.unread(PluginRef("acme/deploy")) == ()


def test_a_broken_plugin_on_path_is_not_replaced_by_the_bundled_one_where_cig_toml_names_it(place: Place) -> None:
    place.executable("cigen-plugin-lang-ruby")
    (place.bin / "cigen-plugin-lang-ruby.toml").write_text("[module]\n")
    assert {d.level for d in place.find(PluginRef("lang/ruby"))[1]} == {Level.ERROR}
    plugins, found = place.find()
    assert (plugins["lang/ruby"].origin, {d.level for d in found}) == ("bundled", {Level.WARNING})


def test_the_digest_changes_with_any_file_of_a_plugin_and_with_nothing_else(place: Place) -> None:
    folder = place.plugin(".cigen/plugins/deploy", "acme/deploy")

    def digest() -> str:
        return place.find()[0]["acme/deploy"].digest

    seen = [digest(), place.print()]
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__/plugin.pyc").write_bytes(b"x")
    os.utime(folder / "plugin.py", (1, 1))
    assert [digest(), place.print()] == seen
    changes = [
        lambda: (folder / "plugin.py").write_text("PLUGIN = 1\n"),
        lambda: (folder / "plugin.py").chmod(0o755),
        lambda: (folder / "data").mkdir(),
        lambda: (folder / "data/table.json").write_text("{}"),
        lambda: (folder / "data/table.json").rename(folder / "data/other.json"),
        lambda: (folder / "link").symlink_to("data"),
    ]
    history = [digest()]
    for number, change in enumerate(changes):
        before = place.print()
        change()
        assert (digest() not in history) == (number != 2), number
        assert (place.print() != before) == (number != 2), number
        history.append(digest())


def test_shared_code_is_part_of_a_standard_plugins_digest() -> None:
    ruby = next(p for p in discover_plugins(Path("/"), (), {}).plugins if p.id == "lang/ruby")
    assert ruby.digest == PluginFiles(str(ruby.entry.parent), "bundled").digest
    assert ruby.digest != PluginFiles(str(ruby.entry.parent)).digest


def test_a_new_executable_on_path_is_found_by_its_name(place: Place) -> None:
    before = place.print()
    place.executable("other")
    assert place.print() == before
    place.executable("cigen-plugin-acme-new")
    assert place.print() != before
