"""What is told of jobs and plans on Windows, where cig does not run."""

from dataclasses import replace

import pytest

from cigen.model.config import Config, Project
from cigen.model.diagnostics import Level
from cigen.model.resources import Job, Leg, Matrix, PathGlob, ProviderBlock, Runner, Shards, SkipIf, Skipping, Workflow
from cigen.pipeline.dag import build_graph
from cigen.pipeline.windows import check_windows

WINDOWS, LINUX = Runner("windows"), Runner("linux")
PLANS = Skipping(machine=LINUX)
JOB = Job("test", machine=WINDOWS, skip_if=SkipIf((PathGlob("src/**"),)))


def on(*machines: Runner) -> Job:
    legs = tuple(Leg(f"test-{number}", runner=machine) for number, machine in enumerate(machines))
    return replace(JOB, machine=None, matrix=Matrix(legs=legs))


def test_a_job_on_windows_is_told_to_be_never_skipped() -> None:
    (found,) = check_windows([JOB, replace(JOB, id="other", machine=LINUX)], PLANS)
    assert (found.code, found.level, found.key) == ("DAG_020", Level.WARNING, ("jobs", "test", "runner"))
    assert ('job "test" runs on Windows' in found.message, found.hint) == (True, "")


def test_where_settings_alone_tell_the_system_the_hint_says_how_to_correct_that() -> None:
    guessed = Runner("large", settings=(ProviderBlock("github", '{"runs-on":"windows-2025"}'),))
    (found,) = check_windows([replace(JOB, machine=guessed)], PLANS)
    assert found.hint == 'if it is another system: [runners.large] os = "linux"'


@pytest.mark.parametrize(
    "job",
    [
        replace(JOB, skip_if=None),
        replace(JOB, skip_if=SkipIf(branch=("wip/*",))),
        replace(JOB, effects=True),
        replace(JOB, run_on="always"),
        replace(JOB, shards=Shards(2)),
        on(LINUX, LINUX),
    ],
)
def test_nothing_is_told_of_what_would_not_be_skipped_elsewhere_either_or_is_not_there(job: Job) -> None:
    assert check_windows([job], PLANS) == []


def test_of_legs_on_several_systems_it_is_a_note_that_names_those_on_windows() -> None:
    (found,) = check_windows([on(LINUX, WINDOWS, WINDOWS)], PLANS)
    assert (found.code, found.level) == ("DAG_020", Level.INFO)
    assert 'leg "test-1" and 1 more of job "test"' in found.message


def test_a_matrix_of_nothing_but_windows_is_a_job_on_windows() -> None:
    (found,) = check_windows([on(WINDOWS, Runner("large", os="windows"))], PLANS)
    assert found.level is Level.WARNING


def test_a_job_that_a_plugin_proposed_stands_nowhere_in_cig_toml() -> None:
    assert [one.key for one in check_windows([replace(JOB, owner="lang/ruby")], PLANS)] == [()]


def test_plans_on_windows_are_an_error_and_there_is_no_graph() -> None:
    config = Config("0.2", Project("p"), workflows=(Workflow("ci"),), skipping=Skipping(runner="windows"))
    graph, found = build_graph(config, (), {}, ())
    assert (graph, [(one.code, one.key) for one in found]) == (None, [("DAG_021", ("skipping", "runner"))])


def test_where_skipping_is_off_windows_is_a_system_like_any_other() -> None:
    config = Config("0.2", Project("p"), workflows=(Workflow("ci"),))
    assert build_graph(config, (JOB,), {}, ())[1] == ()
