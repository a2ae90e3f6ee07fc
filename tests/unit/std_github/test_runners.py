"""Machines by GitHub's labels."""

from collections.abc import Callable
from typing import Any

import pytest

from cigen.sdk import ProviderBlock, Runner
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.github.problems import new_report
from cigen.std.provider.github.runners import is_linux, runs_on


def _github(json: str) -> tuple[ProviderBlock, ...]:
    return (ProviderBlock("circleci", '{"resource_class":"small"}'), ProviderBlock("github", json))


@pytest.mark.parametrize(
    ("runner", "label"),
    [
        (Runner("linux"), "ubuntu-latest"),
        (Runner("linux-arm64"), "ubuntu-24.04-arm"),
        (Runner("macos"), "macos-latest"),
        (Runner("windows"), "windows-latest"),
        (Runner("linux", settings=_github('{"runs-on":"big"}')), "big"),
        (Runner("own", settings=_github('{"runs-on":["self-hosted","gpu"]}')), ["self-hosted", "gpu"]),
        (Runner("own", settings=_github('{"runs-on":{"group":"g"}}')), {"group": "g"}),
    ],
)
def test_a_machine_has_its_label(runner: Runner, label: Any) -> None:
    report = new_report()
    assert runs_on(runner, report) == label
    assert not report.found


def test_a_machine_for_another_provider_runs_on_what_it_says_it_is() -> None:
    report = new_report()
    runner = Runner("big", "linux", "arm64", (ProviderBlock("circleci", "{}"),))
    assert runs_on(runner, report) == "ubuntu-24.04-arm"
    assert [found.code for found in report.found] == ["GITHUB_004"]


@pytest.mark.parametrize(
    "runner",
    [
        Runner("nobody"),
        Runner("odd", "linux", "riscv"),
        Runner("own", settings=_github("{}")),
        Runner("own", settings=_github('"x"')),
        Runner("own", settings=_github("no")),
    ],
)
def test_a_machine_that_github_cannot_be_told_about_is_refused(runner: Runner) -> None:
    with pytest.raises(CannotExpress, match=runner.name):
        runs_on(runner, new_report())


def test_settings_that_mean_nothing_are_named() -> None:
    report = new_report()
    runs_on(Runner("own", settings=_github('{"runs-on":"x","size":"xl"}')), report)
    assert '"size"' in report.found[0].message


def test_only_linux_runs_containers() -> None:
    systems = [
        is_linux(runner) for runner in (None, Runner("linux"), Runner("macos"), Runner("x", "windows"), Runner("x"))
    ]
    assert systems == [True, True, False, False, True]


def test_a_job_without_a_machine_is_reported_at_its_runner(
    render: Callable[..., Any], make_job: Callable[..., Any]
) -> None:
    rendered = render(make_job(machine=None, runner="nobody"), make_job(id="b", machine=Runner("nobody")))
    assert [(found.code, found.key) for found in rendered.diagnostics] == [
        ("GITHUB_004", ("jobs", "test", "runner")),
        ("GITHUB_004", ("jobs", "b", "runner")),
    ]
