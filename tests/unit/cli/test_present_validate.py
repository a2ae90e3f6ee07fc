"""What `cig validate` prints."""

import json

from cigen.cli.present.validate import ValidateView, validate_json, validate_text
from cigen.model.diagnostics import Diagnostic, Level

WARNING = Diagnostic(Level.WARNING, "X_001", "Odd", "it is odd")
ERROR = Diagnostic(Level.ERROR, "X_002", "Wrong", "it is wrong")


def test_a_valid_project_is_one_line() -> None:
    assert validate_text(ValidateView(("a", "b"), ("ci.yml",))) == "Valid: 2 jobs, 1 file.\n"


def test_warnings_are_counted() -> None:
    assert validate_text(ValidateView(("a",), (), (WARNING,))) == "Valid: 1 job, 0 files; 1 warning.\n"


def test_the_json_says_whether_it_is_valid_and_what_was_found() -> None:
    document = json.loads(validate_json(ValidateView(("b", "a"), ("ci.yml",), (WARNING, ERROR)), None))
    assert document["schema"] == "cig.validate/1"
    assert document["valid"] is False
    assert document["jobs"] == ["a", "b"]
    assert document["files"] == ["ci.yml"]
    assert [found["code"] for found in document["diagnostics"]] == ["X_001", "X_002"]
    assert json.loads(validate_json(ValidateView((), (), (WARNING,)), None))["valid"] is True
