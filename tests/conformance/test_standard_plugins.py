"""The standard plugins pass the suite that strangers' plugins are held to, started as a stranger's is."""

from pathlib import Path

import pytest
from subjects import failures

import cigen.std
from cigen.cli.feature_cases import feature_cases
from cigen.cli.trying import PATIENT, Trial
from cigen.host.discovery import plugin_at
from cigen.model.events import ignore
from cigen.sdk.conformance import check_plugin
from cigen.sdk.conformance.ordinary import target_of

STD = Path(cigen.std.__file__).parent
PLUGINS = sorted(manifest.parent.relative_to(STD).as_posix() for manifest in STD.rglob("module.toml"))


@pytest.mark.parametrize("name", PLUGINS)
def test_it_passes(name: str) -> None:
    trial = Trial(plugin_at(str(STD / name)), ignore, PATIENT)
    assert failures(check_plugin(trial, lambda info: feature_cases(target_of(info)))) == {}


def test_there_are_plugins_of_every_kind() -> None:
    assert {name.partition("/")[0] for name in PLUGINS} >= {"provider", "lang", "db", "policy"}
    assert sum(name.startswith("provider/") for name in PLUGINS) == 4
