"""docs/providers.md is what the providers say today."""

import subprocess
import sys
from pathlib import Path

from cigen.sdk.conformance.behaviour import BEHAVIOUR
from cigen.sdk.conformance.providing import PROVIDING
from cigen.sdk.features import FEATURES

ROOT = Path(__file__).parents[2]


def test_the_page_is_up_to_date() -> None:
    command = [sys.executable, ROOT / "docs/generate_providers.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}run: python docs/generate_providers.py"


def test_every_feature_is_a_row_with_every_provider() -> None:
    page = (ROOT / "docs/providers.md").read_text("utf-8")
    sections = page.split("\n## ")[1:]
    assert [section.partition('id="')[2].partition('"')[0] for section in sections] == [
        feature.id for feature in FEATURES if not feature.core
    ]
    for section in sections:
        rows = [line.split(" | ") for line in section.splitlines() if line.startswith("| ")][1:]
        assert [row[0] for row in rows] == ["| GitHub Actions", "| CircleCI", "| Buildkite", "| Jenkins"]
        assert all("<pre>" in row[1] or "`" in row[2] for row in rows), f"neither rendered nor told: {section[:60]}"


def test_every_check_is_described() -> None:
    page = (ROOT / "docs/protocol.md").read_text("utf-8")
    assert [id for id, _, _ in (*BEHAVIOUR, *PROVIDING) if f"`{id}`" not in page] == []
