"""A configuration without the jobs that a plan skips: what goes, what stays as it was, what is no such text."""

from typing import Any

import pytest
import yaml

from cigen.formats.circleci import LAST_LINE, RESTORED, find_restorable, fit_to_plan, take_apart
from cigen.formats.yaml_values import YamlError

SIGNATURE = "cs1:" + "0" * 64
TEXT = """\
# Written by hand.

version: 2.1

setup: true

commands:
  hello:
    steps:
      - run: echo  # as it stands

jobs:
  # Plans.
  cig-plan:
    docker:
      - image: python

  # The first.
  a:
    parameters:
      cig-signature:
        type: string
        default: ""
    docker:
      - image: cimg/base

  # The second, "quoted": and all.
  b:
    docker:
      - image: cimg/base

  cig-gate:
    docker:
      - image: python

workflows:
  cig-plan:
    when: pipeline.in_setup
    jobs:
      - cig-plan:
          name: cig/plan

  # All of it.
  ci:
    when: not pipeline.in_setup
    jobs:
      - a
      - b:
          name: b.1
          requires: [a]
          context: secrets
      # The one check.
      - cig-gate:
          name: cig/gate
          requires:
            - a
            - b.1: [success, not_run]
          jobs: |
            true a
            << pipeline.git.branch == "main" >> b.1
"""


def plan(**decisions: str) -> dict[str, dict[str, Any]]:
    return {
        name.replace("_", "."): {"job": name, "decision": decision, "reason": "WHY", "signature": SIGNATURE}
        for name, decision in decisions.items()
    }


def gate_of(text: str) -> dict[str, Any]:
    gate: dict[str, Any] = yaml.safe_load(text)["workflows"]["ci"]["jobs"][-1]["cig-gate"]
    return gate


def test_the_setup_its_job_and_its_workflow_are_gone_and_the_rest_is_as_it_was() -> None:
    text = fit_to_plan(take_apart(TEXT), plan(a="run", b_1="run"), [])
    data = yaml.safe_load(text)
    assert (list(data["jobs"]), list(data["workflows"])) == (["a", "b", "cig-gate"], ["ci"])
    assert "setup" not in data
    assert "Plans." not in text
    for kept in ("# Written by hand.", "echo  # as it stands", "jobs:\n  # The first.\n  a:", "# All of it.\n  ci:"):
        assert kept in text, kept
    assert "      # The one check.\n      - cig-gate:" in text
    assert text.endswith(f"\n{LAST_LINE}\n")


def test_the_definition_of_a_job_that_nobody_runs_goes_with_its_remarks() -> None:
    text = fit_to_plan(take_apart(TEXT), plan(a="run", b_1="hit"), ["b.1"])
    assert list(yaml.safe_load(text)["jobs"]) == ["a", "cig-gate"]
    assert "The second" not in text
    assert "\n\n  cig-gate:" in text


def test_a_job_gets_its_signature_where_its_definition_takes_one() -> None:
    data = yaml.safe_load(fit_to_plan(take_apart(TEXT), plan(a="run", b_1="run"), []))
    first, second, _ = data["workflows"]["ci"]["jobs"]
    assert first == {"a": {"cig-signature": SIGNATURE}}
    assert "cig-signature" not in second["b"]


@pytest.mark.parametrize("signature", ["", "cs1:1", "cs2:" + "0" * 64, SIGNATURE + "; rm -rf /", None])
def test_what_is_no_signature_reaches_no_job(signature: str | None) -> None:
    given = plan(a="run")
    given["a"]["signature"] = signature
    assert "a" in yaml.safe_load(fit_to_plan(take_apart(TEXT), given, []))["workflows"]["ci"]["jobs"]


def test_the_gate_hears_of_no_job_that_was_skipped_with_or_without_a_condition() -> None:
    assert gate_of(fit_to_plan(take_apart(TEXT), plan(a="hit", b_1="run"), ["a"]))["jobs"] == (
        '<< pipeline.git.branch == "main" >> b.1\n'
    )
    found = gate_of(fit_to_plan(take_apart(TEXT), plan(a="run", b_1="hit"), ["b.1"]))
    assert (found["jobs"], found["requires"]) == ("true a\n", ["a"])


def test_a_plan_at_the_gate_opens_no_parameter() -> None:
    given = plan(a="hit", b_1="run")
    given["a"]["proved_by"] = {"url": "https://ci.example/<< pipeline.id >>"}
    text = gate_of(fit_to_plan(take_apart(TEXT), given, ["a"]))["plan"]
    assert "<<" not in text
    assert yaml.safe_load(text)["jobs"]["a"]["proved_by"] == {"url": "https://ci.example/<< pipeline.id >>"}


def test_a_plan_that_is_too_long_for_a_command_loses_its_links() -> None:
    given = plan(a="hit", b_1="run")
    given["a"]["proved_by"] = {"url": "x" * 100_000}
    text = gate_of(fit_to_plan(take_apart(TEXT), given, ["a"]))["plan"]
    assert "xxx" not in text
    assert yaml.safe_load(text)["jobs"]["a"]["decision"] == "hit"


def test_names_that_no_workflow_has_change_nothing() -> None:
    assert fit_to_plan(take_apart(TEXT), plan(a="run"), ["gone"]) == fit_to_plan(take_apart(TEXT), plan(a="run"), [])


def test_a_matrix_that_circleci_expands_is_left_alone() -> None:
    text = TEXT.replace(
        "      - a\n", "      - a:\n          matrix:\n            parameters:\n              x: [1]\n", 1
    )
    entries = yaml.safe_load(fit_to_plan(take_apart(text), plan(a="hit"), ["a"]))["workflows"]["ci"]["jobs"]
    assert entries[0]["a"]["matrix"] == {"parameters": {"x": [1]}}


WORKFLOW = TEXT[TEXT.index("workflows:") :]
TAKING = TEXT.replace("      cig-signature:\n", f"      {RESTORED}:\n        type: string\n      cig-signature:\n")
SUM = "f" * 64


def test_s18_who_takes_files_is_found_by_the_name_in_the_workflow() -> None:
    assert find_restorable(take_apart(TEXT)) == frozenset()
    assert find_restorable(take_apart(TAKING)) == {"a"}
    assert find_restorable(take_apart(TAKING.replace("      - a\n", "      - a:\n          name: a.1\n", 1))) == {"a.1"}
    # CircleCI's own matrix has one argument for all legs.
    matrix = "      - a:\n          matrix:\n            parameters:\n              x: [1]\n"
    assert find_restorable(take_apart(TAKING.replace("      - a\n", matrix, 1))) == frozenset()
    with pytest.raises(YamlError):
        take_apart("version: 2.1\n")


def test_s18_a_restored_job_stays_with_its_edges_and_is_told_what_it_finds() -> None:
    given = plan(a="hit", b_1="run")
    text = fit_to_plan(take_apart(TAKING), given, [], {"a": SUM})
    first, second, gate = yaml.safe_load(text)["workflows"]["ci"]["jobs"]
    assert first == {"a": {"cig-signature": SIGNATURE, RESTORED: SUM}}
    assert second["b"]["requires"] == ["a"]
    # It runs, whatever it does, so the gate hears of it as of any other.
    assert gate["cig-gate"]["jobs"].startswith("true a\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "version: 2.1\n",
        "- a\n",
        TEXT.replace("workflows:", "flows:"),
        TEXT[: TEXT.index("workflows:")] + "workflows: 1\n",
        TEXT[: TEXT.index("workflows:")] + "workflows:\n  ci: 1\n",
        TEXT[: TEXT.index("workflows:")] + "workflows:\n  ci:\n    jobs: a\n",
        TEXT[: TEXT.index("workflows:")] + "workflows:\n  ci:\n    jobs: []\n",
        TEXT[: TEXT.index("workflows:")] + "workflows:\n  ci:\n    jobs: [[a]]\n",
        TEXT[: TEXT.index("workflows:")] + "workflows:\n  ci:\n    jobs: [a, a]\n",
        TEXT[: TEXT.index("workflows:")] + "workflows:\n  ci:\n    jobs:\n      - a:\n          requires: [[b]]\n",
        TEXT[: TEXT.index("workflows:")] + "workflows:\n  cig-plan:\n    jobs:\n      - p:\n          name: cig/plan\n",
        TEXT + "jobs:\n  c: {}\n",
        TEXT.replace("requires: [a]", "requires: [a"),
    ],
)
def test_what_cannot_be_taken_apart_is_an_error(text: str) -> None:
    with pytest.raises(YamlError):
        fit_to_plan(take_apart(text), plan(a="run"), [])


def test_one_plan_leaves_no_trace_in_what_another_is_made_from() -> None:
    configuration = take_apart(TAKING)
    fit_to_plan(configuration, plan(a="hit", b_1="run"), ["a"])
    fit_to_plan(configuration, plan(a="run", b_1="run"), [], {"a": SUM})
    assert configuration == take_apart(TAKING)


def test_a_workflow_of_which_nothing_would_be_left_is_an_error() -> None:
    """A pipeline without jobs reports nothing, and a merge would wait for it."""
    text = TEXT[: TEXT.index("workflows:")] + "workflows:\n  ci:\n    jobs: [a]\n"
    with pytest.raises(YamlError, match="nothing is left"):
        fit_to_plan(take_apart(text), plan(a="hit"), ["a"])
