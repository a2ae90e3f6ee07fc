"""Every mistake has its code, its place and its advice, and none is a traceback."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli

from cigen.model.codes import CODES
from cigen.model.diagnostics import Location
from cigen.schema.load import SHOWN_LIMIT
from cigen.schema.source import SIZE_LIMIT

Tell = Callable[..., Any]
MISTAKES = tomli.loads(Path(__file__).with_name("mistakes.toml").read_text())["mistake"]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake["code"])
def test_one_mistake_is_told_once_where_it_is(tell: Tell, mistake: dict[str, str]) -> None:
    told = tell(mistake["text"])
    found = told.only
    assert found.code == mistake["code"]
    assert told.marked() == mistake["marked"]
    assert mistake["message"] in found.message
    assert mistake.get("hint", "") in found.hint
    assert told.config is None


def test_the_sample_of_the_style_guide(tell: Tell) -> None:
    told = tell('[jobs.build]\n[jobs.setup]\n[jobs.test]\nneeds = ["setpu"]\n')
    found = told.only
    assert (found.code, found.title) == ("SCHEMA_011", "Unknown job in needs")
    assert found.message == 'job "test" needs "setpu", which is not defined'
    assert found.hint == 'did you mean "setup"? Defined jobs: "build", "setup"'
    assert told.marked() == '"setpu"'


@pytest.mark.parametrize("text", [b"", b"\n\n", b"# only a comment\n", b"  \t\n"])
def test_an_empty_file_is_told_how_to_begin(tell: Tell, text: bytes) -> None:
    found = tell(text).only
    assert (found.code, found.hint) == ("SCHEMA_001", "remove it, and write one with: cig init")


def test_ten_megabytes_are_refused_at_once(tell: Tell) -> None:
    text = b'a = "' + b"x" * (10 * 1024 * 1024) + b'"'
    start = time.process_time()
    found = tell(text).only
    assert found.code == "SCHEMA_002"
    assert f"{SIZE_LIMIT:,}" in found.message
    assert time.process_time() - start < 1


def test_bytes_that_are_not_utf8_are_pointed_at(tell: Tell) -> None:
    found = tell('version = "0.2"\nname = "ä'.encode() + b'\xff"\n').only
    assert found.code == "SCHEMA_003"
    assert "0xFF" in found.message
    assert found.location == Location("cig.toml", 2, 10)


def test_a_byte_order_mark_is_refused(tell: Tell) -> None:
    assert tell(b'\xef\xbb\xbfversion = "0.2"\n').only.code == "SCHEMA_004"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('version = "0.2"\n[jobs\n', 2, 6),
        ("a = 1\na = 2\n", 2, 6),
        ('a = "x\n', 1, 7),
        ("a = \x00\n", 1, 5),
        ("\u2028 = 1\n", 1, 1),
        ("a = " + "1" * 5000 + "\n", 1, 5),
    ],
)
def test_what_is_no_toml_is_told_where(tell: Tell, text: str, line: int, column: int) -> None:
    found = tell(text.encode()).only
    assert found.code == "SCHEMA_005"
    assert found.location is not None
    assert (found.location.line, found.location.column) == (line, column)
    assert "(at line" not in found.message


@pytest.mark.parametrize("number", ["9223372036854775808", "0x" + "f" * 17, "0x" + "f" * 5000, "-9223372036854775809"])
def test_a_number_of_more_than_64_bits_is_refused(tell: Tell, number: str) -> None:
    told = tell(f"[jobs.a]\ntimeout = {number}\n")
    assert "SCHEMA_005" in told.codes
    assert told.place(told.diagnostics[0]).line == 4


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 5000,
        "a = " + "[" * 100_000 + "]" * 100_000,
        "a = " + "{ b = " * 5000,
        ".".join("a" * 5000) + " = 1",
        "[jobs.a.raw.github]\n" + ".".join("a" * 500) + " = 1",
        "[jobs.a.raw.github]\nx = " + "[" * 300 + "]" * 300,
        "jobs = " + "[" * 300 + "]" * 300,
        ".".join("a" * 900) + " = 1",
        "[plugins.'lang/x'.settings]\nx = " + "[" * 100 + "]" * 100,
    ],
    ids=range(9),
)
def test_nesting_without_end_is_refused_without_a_traceback(tell: Tell, text: str) -> None:
    told = tell(text)
    assert "SCHEMA_006" in told.codes
    place = told.place(next(d for d in told.diagnostics if d.code == "SCHEMA_006"))
    assert place.line >= 3


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ('[jobs.a]\nsteps = ["a\\u0007"]', '"a\\u0007"'),
        ('[jobs.a]\nraw.github.x = "\\u001b[31m"', '"\\u001b[31m"'),
        ('[jobs.a]\nraw.github."\\u0001" = "x"', '"\\u0001"'),
        ('[jobs.a]\nname = "a\\rb"', '"a\\rb"'),
        ('[jobs.a]\nname = "a\\u007f"', '"a\\u007f"'),
        ('[jobs.a]\nname = "a\\e"', '"a\\e"'),
    ],
)
def test_control_characters_are_refused_anywhere(tell: Tell, text: str, marked: str) -> None:
    told = tell(text)
    assert told.codes == ["SCHEMA_013"]
    assert told.marked() == marked


def test_tabs_and_line_breaks_are_no_control_characters(load: Callable[[str], Any]) -> None:
    assert load('[jobs.a]\nsteps = ["a\\tb\\nc\\u00e9"]').jobs[0].steps[0].run.script == "a\tb\nc\u00e9"


def test_an_unknown_version_is_refused(tell: Tell) -> None:
    told = tell('version = "0.3"\nproject.name = "x"\n', whole=True)
    assert (told.only.code, told.marked()) == ("SCHEMA_010", '"0.3"')


def test_version_and_project_are_needed(tell: Tell) -> None:
    told = tell("[jobs.a]\n", whole=True)
    assert told.codes == ["SCHEMA_008", "SCHEMA_008"]
    assert ['"version"' in d.message for d in told.diagnostics].count(True) == 1


@pytest.mark.parametrize(
    "path",
    ["/x", "../x", "a/../b", "./x", "a//b", "x/", "~/x", "C:/x", "a\\b", ".git/config", "a/.GIT/x", ".git", ".", ".."],
)
def test_an_output_cannot_leave_the_repository(tell: Tell, path: str) -> None:
    assert tell(f"[[outputs]]\nprovider = 'github'\npath = '{path}'").only.code == "SCHEMA_022"


@pytest.mark.parametrize("path", ["/x.txt", "../x.txt", "a/../x.txt", "./x.txt", "~/x.txt", ".git/x.txt"])
def test_cig_is_installed_by_a_file_of_the_repository(tell: Tell, path: str) -> None:
    assert tell(f'skipping.install = "{path}"').only.code == "SCHEMA_022"


@pytest.mark.parametrize("path", ["Jenkinsfile", ".github/workflows/ci.yml", "..x", "a/.gitlab/b", ".gitlab-ci.yml"])
def test_an_output_may_be_anywhere_else(load: Callable[[str], Any], path: str) -> None:
    assert load(f"[[outputs]]\nprovider = 'github'\npath = '{path}'").outputs[0].path == path


def test_all_mistakes_are_told_in_one_run_in_the_order_of_the_file(tell: Tell) -> None:
    told = tell(
        """
[variables]
V = 3.10
[on]
schedule = ["never"]
[jobs.a]
timeout = "soon"
needs = ["b"]
runner = "mainframe"
when = "branch ="
steps = [{ run = "{{ matrix.x }}" }, { nmae = "x" }]
"""
    )
    assert told.codes == [
        "SCHEMA_017", "SCHEMA_015", "SCHEMA_014", "SCHEMA_011", "SCHEMA_018", "SCHEMA_016", "SCHEMA_019", "SCHEMA_007",
    ]  # fmt: skip
    lines = [told.place(diagnostic).line for diagnostic in told.diagnostics]
    assert lines == sorted(lines)


def test_a_job_with_a_wrong_table_is_still_defined(tell: Tell) -> None:
    told = tell("[jobs]\na = 3\nb = { needs = ['a'] }\n")
    assert told.codes == ["SCHEMA_009"]


def test_a_mistake_in_a_template_is_told_once_however_often_it_is_used(tell: Tell) -> None:
    text = "[templates.t]\nsteps = [{ run = 'a', uses = 'b' }]\n"
    text += "".join(f"[jobs.j{n}]\nsteps = [{{ use = 't' }}]\n" for n in range(5))
    assert tell(text).codes == ["SCHEMA_023"]


def test_more_mistakes_than_anyone_reads_are_counted(tell: Tell) -> None:
    told = tell("[jobs]\n" + "".join(f"j{n} = {{ needs = ['x{n}'] }}\n" for n in range(500)))
    assert len(told.diagnostics) == SHOWN_LIMIT + 1
    assert told.codes[-1] == "SCHEMA_024"
    assert set(told.codes[:-1]) == {"SCHEMA_011"}


def test_the_first_mistake_that_is_not_shown_is_counted(tell: Tell) -> None:
    told = tell("".join(f"[jobs.j{n}]\nstep = []\n" for n in range(SHOWN_LIMIT + 1)))
    assert told.codes == [*["SCHEMA_007"] * SHOWN_LIMIT, "SCHEMA_024"]


@pytest.mark.parametrize(
    "text",
    [
        "[jobs]\n" + "".join(f"job{n} = {{ needs = ['jbo{n}'] }}\n" for n in range(3000)),
        "x = [" + "1.5," * 300_000 + "]",
        "[jobs.a]\nsteps = [" + "1," * 300_000 + "]",
        "[jobs.a]\nneeds = [" + "'x'," * 300_000 + "]",
        "".join(f"k{n} = 1\n" for n in range(100_000)),
        "[variables]\n" + "".join(f"V{n} = '{{{{ V{n + 1} }}}}'\n" for n in range(20_000)),
        "[variables]\nV0 = 'xxxxxxxxxx'\n" + "".join(f"V{n + 1} = '{f'{{{{ V{n} }}}}' * 9}'\n" for n in range(30)),
        "[variables]\nV = '" + "x" * 60_000 + "'\n[jobs.a]\nsteps = [" + "'{{ V }}'," * 60_000 + "]",
        "[templates.t]\nsteps = [" + "'x'," * 900 + "]\n[jobs.a]\nsteps = [" + "{ use = 't' }," * 20_000 + "]",
    ],
    ids=range(9),
)
def test_a_large_mistake_costs_seconds_at_most(tell: Tell, text: str) -> None:
    start = time.process_time()
    told = tell(text)
    assert time.process_time() - start < 20
    assert len(told.diagnostics) <= SHOWN_LIMIT + 1


def test_variables_that_use_variables_cannot_fill_the_memory(tell: Tell) -> None:
    lines = "".join(f"V{n + 1} = '{f'{{{{ V{n} }}}}' * 9}'\n" for n in range(30))
    assert tell("[variables]\nV0 = 'xxxxxxxxxx'\n" + lines).codes == ["SCHEMA_002"]


def test_placeholders_cannot_fill_the_memory(tell: Tell) -> None:
    lines = "".join(f"[jobs.j{n}]\nsteps = ['{{{{ V }}}}']\n" for n in range(300))
    assert tell("[variables]\nV = '" + "x" * 60_000 + "'\n" + lines).codes == ["SCHEMA_002"]


def test_templates_cannot_make_jobs_without_end(tell: Tell) -> None:
    text = "[templates.t]\nsteps = [" + "'x'," * 900 + "]\n[jobs.a]\nsteps = [" + "{ use = 't' }," * 2000 + "]"
    assert tell(text).codes == ["SCHEMA_002"]


def test_every_code_of_this_room_is_tested() -> None:
    tested = {mistake["code"] for mistake in MISTAKES} | {f"SCHEMA_0{n:02}" for n in (1, 2, 3, 4, 5, 6, 13, 24, 26)}
    assert tested == {code for code in CODES if code.startswith("SCHEMA_")}
