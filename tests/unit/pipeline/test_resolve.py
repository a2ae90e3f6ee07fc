"""Which plugins take part, and what is told where one is missing."""

import pytest

from cigen.model.config import Config, PluginRef, Project
from cigen.model.plans import DetectResult, Fact, PluginInfo
from cigen.model.resources import Job, ModuleUse, Output, Step
from cigen.modules.versions import satisfies
from cigen.pipeline.resolve import resolve_plugins

RUBY = PluginInfo("lang/ruby", "1.3.0", capabilities=("package:ruby",))
GITHUB = PluginInfo("provider/github", "1.2.3", capabilities=("provider:github",))
POLICY = PluginInfo("policy/conventions", "1.0.0", capabilities=("policy:conventions",))
PLUGINS = (RUBY, GITHUB, POLICY)


def config(*jobs: Job, plugins: tuple[PluginRef, ...] = ()) -> Config:
    return Config("0.2", Project("shop"), jobs=jobs, plugins=plugins, outputs=(Output("github", "ci.yml"),))


def resolve(given: Config, **detected: DetectResult):
    found = {name.replace("_", "/"): result for name, result in detected.items()}
    resolution, diagnostics = resolve_plugins(given, ["github"], PLUGINS, found, satisfies)
    return (resolution.plugins if resolution else None), [(d.code, d.key) for d in diagnostics]


def using(address: str, constraint: str = "") -> Job:
    return Job("test", steps=(Step("s", module=ModuleUse(address, constraint)),))


def test_the_provider_of_an_output_and_every_policy_take_part() -> None:
    assert resolve(config()) == (("policy/conventions", "provider/github"), [])


@pytest.mark.parametrize(("confidence", "takes_part"), [(0.5, True), (0.49, False)])
def test_a_detection_that_is_sure_enough_enables_its_plugin(confidence: float, takes_part: bool) -> None:
    plugins, _ = resolve(config(), lang_ruby=DetectResult(confidence=confidence))
    assert plugins is not None
    assert ("lang/ruby" in plugins) is takes_part


def test_a_plugin_that_is_switched_off_takes_no_part_however_sure_it_is() -> None:
    off = config(plugins=(PluginRef("lang/ruby", enabled=False),))
    plugins, _ = resolve(off, lang_ruby=DetectResult(confidence=1.0))
    assert plugins == ("policy/conventions", "provider/github")


def test_a_step_that_uses_an_unknown_plugin_is_an_error_at_the_step() -> None:
    assert resolve(config(using("lang/rubby"))) == (None, [("DAG_007", ("jobs", "test", "steps", 0, "uses"))])


def test_a_plugin_that_cig_toml_names_and_discovery_missed_is_not_told_a_second_time() -> None:
    missing = (PluginRef("acme/notes"),)
    assert resolve(config(plugins=missing)) == (None, [])
    assert resolve(config(using("acme/notes"), plugins=missing)) == (None, [])


@pytest.mark.parametrize(
    ("constraint", "code"), [("^1.0", []), ("~1.2", []), ("^2.0", ["DAG_017"]), ("newest", ["DAG_018"])]
)
def test_a_version_that_is_asked_for_must_be_the_one_installed(constraint: str, code: list[str]) -> None:
    _, found = resolve(config(using("lang/ruby", constraint)))
    assert [known for known, _ in found] == code


def test_facts_of_plugins_that_take_no_part_do_not_count() -> None:
    unsure = DetectResult(confidence=0.1, facts=(Fact("ruby_version", "3.3"),))
    resolution, _ = resolve_plugins(config(), ["github"], PLUGINS, {"lang/ruby": unsure}, satisfies)
    assert resolution is not None
    assert resolution.facts == ()
