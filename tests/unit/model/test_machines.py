"""Which machines are Windows, as far as cig.toml tells."""

import pytest

from cigen.model.machines import is_windows
from cigen.model.resources import Runner
from cigen.model.values import ProviderBlock


def machine(json: str, **given: str) -> Runner:
    return Runner("large", settings=(ProviderBlock("any", json),), **given)


@pytest.mark.parametrize(
    "runner",
    [
        Runner("windows"),
        Runner("large", os="windows"),
        machine('{"runs-on":"windows-2025"}'),
        machine('{"runs-on":["self-hosted","Windows","X64"]}'),
        machine('{"resource_class":"windows.medium"}'),
        machine('{"label":"windows && docker"}'),
        machine('{"image":"x"}', os="windows"),
    ],
)
def test_a_machine_is_windows_by_its_system_its_name_or_its_settings(runner: Runner) -> None:
    assert is_windows(runner)


@pytest.mark.parametrize(
    "runner",
    [
        None,
        Runner("linux"),
        Runner("macos"),
        # Whatever somebody calls a machine that builds for Windows.
        Runner("windows-cross"),
        Runner("windows", os="linux"),
        machine('{"runs-on":"windows-2025"}', os="linux"),
        machine('{"windows":false}'),
        machine('{"label":"no-windows"}'),
    ],
)
def test_other_machines_are_not(runner: Runner | None) -> None:
    assert not is_windows(runner)
