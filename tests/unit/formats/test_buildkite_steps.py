"""A pipeline as a plan has it: what is skipped, who waits for whom, what each step is told."""

import pytest
import yaml

from cigen.formats.buildkite_steps import COMPLETE, planned_pipeline
from cigen.formats.yaml_values import YamlError

CHAIN = """\
# Generated.

env:
  A: $${HOME}

steps:
  - label: first
    key: first
    env:
      CIG_JOB: first
    command: make first > $$OUT/'\\$${CIG_UNSET:-\\}$$x'

  - label: second
    key: second
    depends_on: first
    env:
      CIG_JOB: second
    command: "true"

  - group: late
    steps:
      - label: third
        key: third
        depends_on: [second]
        env:
          CIG_JOB: third
        command: "true"

      - label: fourth
        key: fourth
        depends_on: third
        command: "true"

  - label: cig/gate
    key: cig-gate
    depends_on: [first, second, third, fourth]
    allow_dependency_failure: true
    env:
      CIG_PLANNED: "false"
    command: "true"
"""


def steps(text: str) -> dict[str, dict]:
    listed = yaml.safe_load(text)["steps"]
    flat = [inner for step in listed for inner in step.get("steps", [step])]
    return {step.get("key", ""): step for step in flat}


def needs(text: str) -> dict[str, object]:
    return {key: step.get("depends_on") for key, step in steps(text).items()}


def planned(*skipped: str, text: str = CHAIN, **signatures: str) -> str:
    return planned_pipeline(text, dict.fromkeys(skipped, "proven"), signatures)


def test_where_nothing_is_proven_the_text_is_the_rendered_one() -> None:
    assert planned() == CHAIN.replace('CIG_PLANNED: "false"', 'CIG_PLANNED: "true"') + f"{COMPLETE}\n"


def test_no_text_of_a_step_that_runs_is_spelled_otherwise() -> None:
    """The agent interpolates dollars: a script that lost one of its escapes would be another."""
    before, after = steps(CHAIN), steps(planned("second", first="cs1:0a"))
    assert [step["command"] for step in after.values()] == [step["command"] for step in before.values()]
    assert "A: $${HOME}" in planned("second")
    assert "command: make first > $$OUT/'\\$${CIG_UNSET:-\\}$$x'\n" in planned("second")


def test_a_skipped_step_stays_where_it_is_and_says_why() -> None:
    found = planned_pipeline(CHAIN, {"second": "proven by https://ci/7 (main)"}, {})
    assert list(steps(found)) == list(steps(CHAIN))
    assert {key: step.get("skip") for key, step in steps(found).items() if "skip" in step} == {
        "second": "proven by https://ci/7 (main)"
    }
    assert list(steps(found)["second"])[:3] == ["label", "key", "skip"]


@pytest.mark.parametrize(
    ("skipped", "third", "fourth", "gate"),
    [
        ((), ["second"], "third", ["first", "second", "third", "fourth"]),
        (("second",), "first", "third", ["first", "third", "fourth"]),
        (("third",), ["second"], "second", ["first", "second", "fourth"]),
        (("second", "third"), ["second"], "first", ["first", "fourth"]),
        (("first", "second", "third"), ["second"], None, "fourth"),
    ],
)
def test_whoever_waited_for_a_skipped_step_waits_for_what_that_waited_for(
    skipped: tuple[str, ...], third: object, fourth: object, gate: object
) -> None:
    """S19: on a chain of four. Otherwise a job would start before, and after a failure of, what stands further up."""
    found = needs(planned(*skipped))
    assert (found["third"], found["fourth"], found["cig-gate"]) == (third, fourth, gate)


def test_a_step_is_told_which_files_it_fetches_were_brought_by_the_plan() -> None:
    """S18: by the keys of the steps that would have left them, and nothing of files that others fetch."""
    fetching = CHAIN.replace("      CIG_JOB: second\n", "      CIG_FETCHES: first lib-3_3=lib-3.3 lib-3_4=lib-3.4\n")

    def told(*restored: str) -> dict[str, str]:
        found = steps(planned_pipeline(fetching, dict.fromkeys(restored, "proven"), {}, restored))
        return {
            key: step["env"]["CIG_RESTORED"] for key, step in found.items() if "CIG_RESTORED" in step.get("env", {})
        }

    assert told() == {}
    assert told("first") == {"second": "first"}
    assert told("lib-3.4", "first", "third") == {"second": "first lib-3_4"}
    assert told("third", "lib-3_3") == {}


def test_a_plan_of_other_jobs_skips_nothing() -> None:
    """S1: neither a step that has no plan key, nor one that the plan does not know."""
    assert planned("fourth", "late", "fifth", "cig-gate", "") == planned()


def test_a_step_that_runs_is_told_its_signature_and_no_other() -> None:
    found = steps(planned("second", first="cs1:0a", second="cs1:0b", fourth="cs1:0c"))
    assert found["first"]["env"] == {"CIG_JOB": "first", "CIG_SIGNATURE": "cs1:0a"}
    assert "CIG_SIGNATURE" not in {**found["second"]["env"], **found["fourth"].get("env", {})}


@pytest.mark.parametrize("signature", ["", "none", "cs1:$HOME", "cs1:0a; rm", "cs1:\n0a"])
def test_what_is_no_signature_is_told_to_nobody(signature: str) -> None:
    assert "CIG_SIGNATURE" not in planned(first=signature)


@pytest.mark.parametrize(
    ("why", "shown"),
    [
        ("proven by $HOME ${A:-b} `x`", "proven by ?HOME ??A:-b? ?x?"),
        ('a\\"b\nc', "a??b c"),
        ("x" * 71, "x" * 69 + "…"),
        ("x" * 70, "x" * 70),
        ("", "planned"),
    ],
)
def test_a_reason_is_short_and_nothing_in_it_is_replaced(why: str, shown: str) -> None:
    """An empty reason would mean that the step is not skipped."""
    assert steps(planned_pipeline(CHAIN, {"first": why}, {}))["first"]["skip"] == shown


ASKED = """\
steps:
  - command: make
    key: build
  - block: Now?
    key: approve-slow
    depends_on: build
  - command: slow
    key: slow
    depends_on: [build, approve-slow]
    env:
      CIG_JOB: slow
  - command: tell
    key: tell
    depends_on: slow
    allow_dependency_failure: true
"""
DEPLOYED = f"""\
{ASKED}  - command: deploy
    key: deploy
    depends_on: slow
"""


def test_a_question_that_only_a_skipped_step_waited_for_is_not_asked() -> None:
    assert needs(planned("slow", text=ASKED)) == {"build": None, "slow": ["build", "approve-slow"], "tell": "build"}
    assert "block" in planned(text=ASKED)


def test_a_question_is_asked_before_what_came_after_a_skipped_step() -> None:
    found = needs(planned("slow", text=DEPLOYED))
    assert found["deploy"] == ["build", "approve-slow"]
    assert found["approve-slow"] == "build"


def test_a_failure_that_does_not_matter_still_does_not_further_up() -> None:
    text = CHAIN.replace("depends_on: third", "depends_on:\n          - step: third\n            allow_failure: true")
    assert needs(planned("third", text=text))["fourth"] == [{"step": "second", "allow_failure": True}]


def test_a_started_pipeline_waits_for_what_stood_before_a_skipped_step() -> None:
    text = CHAIN.replace('depends_on: third\n        command: "true"', "depends_on: third\n        trigger: other")
    assert "trigger: other" in text
    assert needs(planned("third", text=text))["fourth"] == "second"


@pytest.mark.parametrize("text", ["", "a: 1\n", "steps: x\n", "steps: []\n", "- steps\n", "steps: [\n", "a: &b 1\n"])
def test_what_is_no_pipeline_is_refused(text: str) -> None:
    with pytest.raises(YamlError):
        planned_pipeline(text, {}, {})
