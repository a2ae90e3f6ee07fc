"""A plan document as a CircleCI configuration: what is skipped, and what of it is restored. S18."""

from typing import Any

import pytest
import yaml

from cigen.cli.present.circleci_config import circleci_text, take_apart

TEXT = """\
version: 2.1

jobs:
  a:
    parameters:
      cig-restored:
        type: string
        default: ""
    docker:
      - image: cimg/base

  b:
    docker:
      - image: cimg/base

workflows:
  ci:
    jobs:
      - a
      - b:
          requires: [a]
"""
SUM = "a" * 64


def document(*, restored: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"restored": True} if restored else {}
    hit = {"job": "a", "decision": "hit", "reason": "PROVEN", "signature": "", **told}
    return {"jobs": {"a": hit, "b": {"job": "b", "decision": "run", "reason": "FILES", "signature": ""}}}


def test_a_restored_job_stays_and_is_told_what_its_files_are() -> None:
    data = yaml.safe_load(circleci_text(document(restored=True), take_apart(TEXT), {"a": SUM}))
    assert data["workflows"]["ci"]["jobs"] == [{"a": {"cig-restored": SUM}}, {"b": {"requires": ["a"]}}]


def test_a_proven_job_that_is_not_restored_goes() -> None:
    data = yaml.safe_load(circleci_text(document(restored=False), take_apart(TEXT), {}))
    assert data["workflows"]["ci"]["jobs"] == ["b"]


def test_a_plan_that_restores_what_is_not_here_is_none() -> None:
    with pytest.raises(LookupError, match='files of "a", which are not here'):
        circleci_text(document(restored=True), take_apart(TEXT), {})
