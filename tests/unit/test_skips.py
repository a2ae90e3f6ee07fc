"""Where every tool is required, a test that skips fails the run; one for another platform does not."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = {
    "by_call": "def test_it():\n    pytest.skip('zsh is not installed')\n",
    "by_mark": "@pytest.mark.skip(reason='zsh is not installed')\ndef test_it():\n    pass\n",
    "by_fixture": "@pytest.fixture\ndef a():\n    pytest.skip('zsh is not installed')\ndef test_it(a):\n    pass\n",
    "by_module": "pytest.importorskip('cig_has_no_such_module')\n",
    "elsewhere": "def test_it():\n    pytest.skip('platform: only root can give files away')\n",
    "expected": "@pytest.mark.xfail(reason='known')\ndef test_it():\n    raise AssertionError\n",
    "unexpected": "@pytest.mark.xfail(reason='no longer so')\ndef test_it():\n    pass\n",
    "for_nothing": "@pytest.mark.parametrize('one', [])\ndef test_it(one):\n    pass\n",
}


@pytest.fixture(scope="module", params=["0", "1"])
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[bool, dict[str, str]]:
    """Whether all is required, and what then becomes of each test under this project's own settings."""
    folder = tmp_path_factory.mktemp("skips")
    (folder / "conftest.py").write_text((ROOT / "tests/conftest.py").read_text())
    for name, text in TESTS.items():
        (folder / f"test_{name}.py").write_text(f"import pytest\n\n{text}")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CIG_", "PYTEST_"))}
    environment |= {"CIG_REQUIRE_TOOLS": "1"} if request.param == "1" else {}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-c",
        ROOT / "pyproject.toml",
        "--no-fold-skipped",
    ]
    command += ["-rA", "--continue-on-collection-errors", f"--rootdir={folder}", folder]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    found = re.findall(r"^([A-Z]+) (?:\[1\] )?test_(\w+)\.py", done.stdout, re.MULTILINE)
    assert {name for _, name in found} == set(TESTS), done.stdout + done.stderr
    return request.param == "1", {name: outcome for outcome, name in found}


@pytest.mark.parametrize(
    ("name", "failure"), [("by_call", "FAILED"), ("by_mark", "ERROR"), ("by_fixture", "ERROR"), ("by_module", "ERROR")]
)
def test_a_skip_is_a_failure_where_everything_must_run(
    outcomes: tuple[bool, dict[str, str]], name: str, failure: str
) -> None:
    required, found = outcomes
    assert found[name] == (failure if required else "SKIPPED")


def test_a_skip_for_another_platform_and_an_expected_failure_are_none(outcomes: tuple[bool, dict[str, str]]) -> None:
    _, found = outcomes
    assert (found["elsewhere"], found["expected"]) == ("SKIPPED", "XFAIL")


def test_what_no_longer_fails_or_runs_for_nothing_is_a_failure(outcomes: tuple[bool, dict[str, str]]) -> None:
    _, found = outcomes
    assert (found["unexpected"], found["for_nothing"]) == ("FAILED", "ERROR")
