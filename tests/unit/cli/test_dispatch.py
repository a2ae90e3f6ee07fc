"""What becomes of a failure that nobody foresaw."""

from pathlib import Path

import pytest

from cigen.cli.commands import schema
from cigen.cli.dispatch import dispatch


@pytest.fixture
def mistaken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake of our own."""

    def run(*_: object) -> int:
        raise ZeroDivisionError("of a kind")

    monkeypatch.setattr(schema, "run", run)


def test_a_mistake_of_cigs_own_is_one_message(mistaken: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["schema"]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error[CLI_002]: Internal error\n   = ZeroDivisionError: of a kind\n")
    assert "Traceback" not in err


def test_its_traceback_is_for_those_who_ask(mistaken: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["-v", "schema"]) == 3
    err = capsys.readouterr().err
    assert err.index("Traceback") < err.index("error[CLI_002]")


def test_a_trace_is_written_even_then(mistaken: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["--trace", str(tmp_path / "trace"), "schema"]) == 3
    assert (tmp_path / "trace").read_text().startswith("{")
    assert "CLI_002" in capsys.readouterr().err
