"""What `cig explain` prints."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.cli.present.explain import (
    ActionExplanation,
    FileExplanation,
    FileUse,
    JobExplanation,
    action_json,
    action_text,
    advice_text,
    file_json,
    file_text,
    job_json,
    job_text,
)
from cigen.cli.terminal import ASCII, UNICODE
from cigen.hashing.manifest import Difference

A, B = "3b18e512dba79e4c8300dd08aeb37f8e728b8dad", "9daeafb9864cf43055ae93beb0afd6c7d144bfa4"
EDITED = Difference("file", "app/user.rb", f"git:100644:{A}", f"git:100644:{B}")


def line_for(difference: Difference) -> str:
    """The one line that the difference becomes."""
    view = ActionExplanation("a", "stale", (difference,))
    [_, line] = action_text(view, UNICODE).splitlines()
    return line


@pytest.mark.parametrize(
    ("difference", "line"),
    [
        (EDITED, "  ~ file  app/user.rb  3b18e51 to 9daeafb"),
        (Difference("file", "a", None, f"git:100644:{A}"), "  + file  a"),
        (Difference("file", "a", f"git:100644:{A}", None), "  − file  a"),
        (Difference("file", "a", f"git:100644:{A}", f"git:100755:{A}"), "  ~ file  a  mode 100644 to 100755"),
        (Difference("file", "", f"git:{A}", f"git:{B}"), "  ~ file    3b18e51 to 9daeafb"),
        (Difference("absent", "x", None, ""), "  + absent  x"),
        (Difference("env", "CI", "", "sha256:" + "a" * 64), "  ~ env  CI  was not set"),
        (Difference("env", "CI", "sha256:" + "a" * 64, ""), "  ~ env  CI  is not set any more"),
        (Difference("env", "CI", "sha256:" + "a" * 64, "sha256:" + "b" * 64), "  ~ env  CI  another value"),
        (
            Difference("plugin", "lang/ruby", "1.2.0 sha256:aa", "1.3.0 sha256:bb"),
            "  ~ plugin  lang/ruby  1.2.0 to 1.3.0",
        ),
        (Difference("plugin", "p", "1.0 sha256:aa", "1.0 sha256:bb"), "  ~ plugin  p  the plugin itself changed"),
        (Difference("upstream", "build", "cs1:aa", "cs1:bb"), "  ~ upstream  build  its signature changed"),
        (Difference("output", "plan:x", "xxh3:aa", "xxh3:bb"), "  ~ output  plan:x  its result changed"),
        (Difference("tool", "cig", "xxh3:" + "a" * 32, "xxh3:" + "b" * 32), "  ~ tool  cig"),
        (Difference("matrix", "ruby", "3.2", "3.3"), "  ~ matrix  ruby  3.2 to 3.3"),
        (Difference("definition", "runner", '"linux"', '"mac\\u001b"'), "  ~ definition  runner  linux to mac\\x1b"),
        (
            Difference("definition", "steps", '["bundle exec rspec"]', '["bundle exec rspec -f d"]'),
            '  ~ definition  steps  …e exec rspec"] to …e exec rspec -f d"]',
        ),
    ],
)
def test_a_difference_is_told_in_the_words_of_its_kind(difference: Difference, line: str) -> None:
    assert line_for(difference) == line


def test_a_file_that_appeared_is_told_once() -> None:
    came = (
        Difference("absent", ".ruby-version", "", None),
        Difference("file", ".ruby-version", None, f"git:100644:{A}"),
    )
    assert action_text(ActionExplanation("a", "stale", came), UNICODE).count(".ruby-version") == 1


def test_many_differences_are_cut_and_counted_and_whole_as_json() -> None:
    many = tuple(Difference("file", f"f{n:02}", None, f"git:100644:{A}") for n in range(25))
    view = JobExplanation("test", "run", "STORE_OFF", "cs1:x", "main", many)
    assert "  + file  f19\n  and 5 more; --json lists them all\n" in job_text(view, UNICODE)
    assert len(json.loads(job_json(view))["differs"]) == 25


def test_a_job_is_told_with_its_reason_and_what_changed() -> None:
    upstream = Difference("upstream", "build", "cs1:a", "cs1:b")
    view = JobExplanation("test-ruby3.3", "run", "STORE_OFF", "cs1:ab", "the last render", (upstream, EDITED))
    assert job_text(view, UNICODE) == (
        "test-ruby3.3 must run: no store is configured, so nothing is proven (STORE_OFF)\n"
        "  signature cs1:ab\n"
        "\n"
        "What changed in it since the last render:\n"
        "  ~ file      app/user.rb  3b18e51 to 9daeafb\n"
        "  ~ upstream  build        its signature changed\n"
        "\n"
        "`cig explain job build` tells why that one changed.\n"
    )


def test_a_job_that_did_not_change_says_so() -> None:
    same = JobExplanation("test", "run", "STORE_OFF", "cs1:ab", "main")
    assert "Nothing in it changed since main.\n" in job_text(same, UNICODE)
    assert "no earlier signature" in job_text(JobExplanation("test", "run", "STORE_OFF", "cs1:ab"), UNICODE)


@pytest.mark.parametrize(
    ("state", "differs", "text"),
    [
        ("up-to-date", (), "a is up to date: nothing in its key changed.\n"),
        ("up-to-date", None, "a is up to date; no run before its last is stored.\n"),
        ("stale", None, "a must run: it never ran before.\n"),
        ("stale", (), "a must run: nothing in its key changed, but its last result is not stored any more.\n"),
    ],
)
def test_an_action_is_told_with_its_reason(state: str, differs: tuple[Difference, ...] | None, text: str) -> None:
    assert action_text(ActionExplanation("a", state, differs), UNICODE) == text


def test_an_up_to_date_action_tells_why_it_last_ran() -> None:
    text = action_text(ActionExplanation("detect:lang/ruby", "up-to-date", (EDITED,)), UNICODE)
    assert text.startswith(
        "detect:lang/ruby is up to date; between its last run and the one before these parts of its key changed:\n"
    )


def test_a_files_uses_are_listed_jobs_first() -> None:
    uses = (FileUse("action", "detect:lang/ruby", "reads"), FileUse("job", "test", 'inputs.files "*.lock"'))
    assert file_text(FileExplanation("Gemfile.lock", uses)) == (
        "Gemfile.lock is an input of\n"
        '  job     test              inputs.files "*.lock"\n'
        "  action  detect:lang/ruby  reads\n"
    )


def test_a_file_that_nothing_uses_is_told_so() -> None:
    assert file_text(FileExplanation("README.md", ())) == (
        "Nothing depends on README.md: changing it runs no job and no action.\n"
    )


def test_the_json_forms_are_as_documented() -> None:
    differs = [{"component": "file", "name": "app/user.rb", "was": EDITED.was, "now": EDITED.now}]
    job = JobExplanation("test", "run", "STORE_OFF", "cs1:ab", "main", (EDITED,))
    assert json.loads(job_json(job)) == {
        "schema": "cig.explain/1", "subject": "job", "name": "test", "decision": "run", "reason": "STORE_OFF",
        "signature": "cs1:ab", "compared_with": "main", "differs": differs,
    }  # fmt: skip
    assert json.loads(file_json(FileExplanation("x", (FileUse("job", "test", "v"),)))) == {
        "schema": "cig.explain/1", "subject": "file", "name": "x",
        "uses": [{"kind": "job", "name": "test", "via": "v"}],
    }  # fmt: skip
    action = {"schema": "cig.explain/1", "subject": "action", "name": "a", "state": "stale"}
    assert json.loads(action_json(ActionExplanation("a", "stale", (EDITED,)))) == action | {"differs": differs}
    assert json.loads(action_json(ActionExplanation("a", "stale", None))) == action | {"differs": None}


@given(st.builds(Difference, st.text(), st.text(), st.text(), st.text()))
def test_any_difference_is_one_harmless_line(difference: Difference) -> None:
    line = line_for(
        Difference(difference.kind.replace("\n", ""), difference.name.replace("\n", ""), difference.was, difference.now)
    )
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in line)


def test_a_terminal_without_unicode_gets_letters() -> None:
    gone = Difference("file", "a", f"git:100644:{A}", None)
    action_text(ActionExplanation("a", "stale", (gone,)), ASCII).encode("ascii")


def test_advice_is_given_once_and_only_where_a_job_runs_for_want_of_it() -> None:
    def view(decision: str, reason: str) -> JobExplanation:
        return JobExplanation("a", decision, reason, "cs1:0")

    assert advice_text([view("run", "FILES"), view("hit", "PROVEN"), view("forced", "NO_INPUTS")]) == ""
    stores = advice_text([view("run", "STORE_OFF"), view("run", "STORE_OFF")])
    assert stores == "\n`store` under [skipping] in cig.toml, or CIG_STORE, says where proofs are kept.\n"
    assert advice_text([view("run", "NO_INPUTS"), view("run", "STORE_OFF")]).startswith(stores)


@pytest.mark.parametrize(
    ("kind", "used", "unused"),
    [
        ("file", "a is an input of\n", "depends on a: "),
        ("folder", "a is a folder, with inputs of\n", "depends on a: "),
        ("nothing", "a is not in the repository; it would be", "depends on a, which is not in the repository: "),
    ],
)
def test_what_stands_at_a_path_is_told(kind: str, used: str, unused: str) -> None:
    assert file_text(FileExplanation("a", (FileUse("job", "test"),), kind)).startswith(used)
    assert unused in file_text(FileExplanation("a", (), kind))
