"""What `cig plan` and `cig render` print."""

import json
import re

import pytest

from cigen.cli.present.plan import (
    Budget,
    Count,
    Detection,
    FilePlan,
    JobPlan,
    Mark,
    PlanView,
    PluginPlan,
    colored_diff,
    plan_json,
    plan_text,
)
from cigen.cli.present.render import RenderView, render_json, render_text
from cigen.cli.terminal import ASCII, PLAIN, UNICODE, Paint

COLOR = Paint(enabled=True)
SPECIFIED = PlanView(
    detected=(Detection("Ruby 3.3.0", "lang/ruby"), Detection("Node 20.11.0", "lang/node")),
    declared=(Detection("PostgreSQL 15", "db/postgres"),),
    plugins=(PluginPlan("provider/github", "1.2.3"), PluginPlan("lang/ruby", "1.3.0")),
    jobs=(
        JobPlan("setup", Mark.ADDED, "linux-small"),
        JobPlan("test", Mark.ADDED, "linux", 4),
        JobPlan("build", Mark.ADDED, "linux-xlarge"),
    ),
    files=(
        FilePlan(
            ".github/workflows/ci.yml",
            Mark.ADDED,
            432,
            (Budget("bytes", 30_001, 500_000), Budget("matrix jobs", 9, 256)),
            "--- /dev/null\n+++ b/ci.yml\n@@ -0,0 +1 @@\n+a\n",
        ),
    ),
    counts=(Count("workflow", 1), Count("job", 6), Count("cache", 0, 2)),
)
PARTLY = PlanView(
    jobs=(JobPlan("a", Mark.SAME), JobPlan("b", Mark.CHANGED, "linux"), JobPlan("c", Mark.REMOVED, "linux", 3)),
    files=(FilePlan("x.yml", Mark.CHANGED, 1), FilePlan("y.yml", Mark.SAME, 2), FilePlan("z.yml", Mark.REMOVED)),
)


def test_a_plan_reads_as_the_specification_has_it() -> None:
    assert plan_text(SPECIFIED, UNICODE, PLAIN) == (
        "Detecting project...\n"
        "  ✓ Ruby 3.3.0 detected (lang/ruby)\n"
        "  ✓ Node 20.11.0 detected (lang/node)\n"
        "  ✓ PostgreSQL 15 declared (db/postgres)\n"
        "\n"
        "Resolving dependencies...\n"
        "  ✓ provider/github@1.2.3\n"
        "  ✓ lang/ruby@1.3.0\n"
        "\n"
        "Planning resources...\n"
        "  + job.setup (runs on linux-small)\n"
        "  + job.test (matrix: 4 variants)\n"
        "  + job.build (runs on linux-xlarge)\n"
        "\n"
        "Generating...\n"
        "  + .github/workflows/ci.yml (432 lines; 31 KB of 500 KB; 9 of 256 matrix jobs)\n"
        "\n"
        "Changes:\n"
        "  + 1 workflow\n"
        "  + 6 jobs\n"
        "  ~ 2 caches updated\n"
        "\n"
        "Run `cig render` to apply these changes.\n"
    )


def test_short_keeps_what_changes() -> None:
    assert plan_text(PARTLY, UNICODE, PLAIN, short=True) == (
        "Planning resources...\n  ~ job.b (runs on linux)\n  − job.c\n\n"
        "Generating...\n  ~ x.yml (1 line)\n  − z.yml\n\n"
        "Run `cig render` to apply these changes.\n"
    )


def test_unchanged_jobs_are_counted_and_in_full_listed() -> None:
    assert "  ✓ 1 job unchanged\n" in plan_text(PARTLY, UNICODE, PLAIN)
    full = plan_text(PARTLY, UNICODE, PLAIN, full=True)
    assert "unchanged" not in full
    assert "  ✓ job.a\n" in full


def test_full_shows_the_diffs() -> None:
    assert "\n\n--- /dev/null\n+++ b/ci.yml\n@@ -0,0 +1 @@\n+a\n\nRun `" in plan_text(
        SPECIFIED, UNICODE, PLAIN, full=True
    )
    assert "+++" not in plan_text(SPECIFIED, UNICODE, PLAIN)


def test_nothing_to_do_says_so() -> None:
    view = PlanView(files=(FilePlan("x", Mark.SAME, 1),))
    assert plan_text(view, UNICODE, PLAIN, short=True) == "No changes: every file is up to date.\n"
    assert "Run `" not in plan_text(view, UNICODE, PLAIN)


def test_a_terminal_without_unicode_gets_letters() -> None:
    for full in (True, False):
        plan_text(PARTLY, ASCII, PLAIN, full=full).encode("ascii")


def test_colour_adds_nothing_but_colour() -> None:
    for view in (SPECIFIED, PARTLY):
        colored = plan_text(view, UNICODE, COLOR, full=True)
        assert "\x1b[" in colored
        assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plan_text(view, UNICODE, PLAIN, full=True)


def test_what_plugins_say_is_harmless() -> None:
    view = PlanView(detected=(Detection("\x1b[2J", "\x07"),), jobs=(JobPlan("\r", Mark.ADDED),))
    assert not set(plan_text(view, UNICODE, PLAIN)) & set("\x1b\x07\r")


def test_a_diff_is_left_alone_for_a_pipe_and_harmless_on_a_terminal() -> None:
    diff = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n \x1b[2J\n-a\r\n+b\n"
    assert colored_diff(diff, PLAIN) == diff
    shown = colored_diff(diff, COLOR)
    assert "\x1b[2J" not in shown
    assert "\x1b[31m-a\\x0d\x1b[0m\n\x1b[32m+b\x1b[0m\n" in shown


@pytest.mark.parametrize(
    ("used", "limit", "text"),
    [
        (999, 500_000, "999 bytes of 500 KB"),
        (500_001, 500_000, "501 KB of 500 KB"),
        (1_000_001, 8_000_000, "1.1 MB of 8 MB"),
    ],
)
def test_sizes_round_up(used: int, limit: int, text: str) -> None:
    view = PlanView(files=(FilePlan("x", Mark.ADDED, 1, (Budget("bytes", used, limit),)),))
    assert f"x (1 line; {text})" in plan_text(view, UNICODE, PLAIN)


def test_a_plan_as_json_holds_everything() -> None:
    document = json.loads(plan_json(SPECIFIED, [{"level": "warning"}]))
    assert document["schema"] == "cig.changes/1"
    assert document["pending"] is True
    assert document["diagnostics"] == [{"level": "warning"}]
    assert document["detected"][2] == {"summary": "PostgreSQL 15", "plugin": "db/postgres", "how": "declared"}
    assert document["plugins"][0] == {"id": "provider/github", "version": "1.2.3"}
    assert document["jobs"][1] == {"key": "test", "change": "added", "runner": "linux", "legs": 4}
    assert document["files"] == [
        {
            "path": ".github/workflows/ci.yml",
            "change": "added",
            "lines": 432,
            "budgets": [
                {"unit": "bytes", "used": 30_001, "limit": 500_000},
                {"unit": "matrix jobs", "used": 9, "limit": 256},
            ],
            "diff": SPECIFIED.files[0].diff,
        }
    ]
    assert document["summary"][2] == {"noun": "cache", "added": 0, "changed": 2, "removed": 0}


# -- render ------------------------------------------------------------------------------------------------------------


def test_a_render_that_did_nothing_is_one_line() -> None:
    view = RenderView((), tuple("abcdefghijklmn"), (), ("x", "y", "z"))
    assert render_text(view) == "Up to date: 14 actions, 3 files.\n"
    assert render_text(RenderView(("a",), (), (), ("x",))) == "Up to date: 1 action, 1 file.\n"


def test_a_render_names_what_it_wrote() -> None:
    assert render_text(RenderView(("a",), ("b", "c"), ("y", "x"), ("z",))) == (
        "Wrote x\nWrote y\n2 files written, 1 up to date: 1 action run, 2 cached.\n"
    )


def test_a_check_names_what_a_render_would_write() -> None:
    assert render_text(RenderView((), ("b",), (), (), ("x",))) == (
        "Would write x\n1 file to be written: 0 actions run, 1 cached.\n"
    )


def test_a_render_as_json_is_the_documented_form() -> None:
    assert json.loads(render_json(RenderView(("plan:b", "plan:a"), ("c",), ("y", "x"), ("z",)))) == {
        "schema": "cig.render/1",
        "actions": {"executed": 2, "cached": 1},
        "executed": ["plan:a", "plan:b"],
        "files": {"written": ["x", "y"], "unchanged": ["z"], "pending": []},
    }
