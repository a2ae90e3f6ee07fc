"""What plugins have against hits: an answer can add a run and nothing else, and its words harm nobody."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.model.diagnostics import Level
from cigen.model.plans import PreflightResult
from cigen.pipeline.preflight import MOST_CHARACTERS, Heard, objections

FINE, OBJECTS = PreflightResult(), PreflightResult(should_run=True, reason="frozen until monday")


def heard(plugin: str = "acme/freeze", failures: dict[str, str] | None = None, **answers: PreflightResult) -> Heard:
    return Heard(plugin, answers, failures or {}, f"{plugin} did not answer")


def test_a_plugin_that_lets_every_hit_pass_changes_nothing() -> None:
    assert objections(["a", "b"], [heard(a=FINE, b=FINE)]) == ({}, ())


def test_a_plugin_objects_to_one_job_in_its_own_words_and_under_its_name() -> None:
    assert objections(["a", "b"], [heard(a=FINE, b=OBJECTS)]) == ({"b": "acme/freeze: frozen until monday"}, ())


def test_a_reason_without_should_run_changes_nothing() -> None:
    assert objections(["a"], [heard(a=PreflightResult(reason="frozen"))]) == ({}, ())


@pytest.mark.parametrize("reason", ["", " \n", "\x00\x1b\u202e"])
def test_a_plugin_that_gives_no_reason_objects_all_the_same(reason: str) -> None:
    assert objections(["a"], [heard(a=PreflightResult(should_run=True, reason=reason))]) == (
        {"a": "acme/freeze: no reason given"},
        (),
    )


def test_one_plugin_that_lets_a_job_pass_does_not_silence_another() -> None:
    found, _ = objections(["a"], [heard("acme/a", a=FINE), heard("acme/b", a=OBJECTS), heard("acme/c", a=OBJECTS)])
    assert found == {"a": "acme/b: frozen until monday; acme/c: frozen until monday"}


def test_s1_what_a_plugin_did_not_answer_runs_and_is_told_once() -> None:
    hits = ["a", "b", "c"]
    found, (told,) = objections(hits, [heard(failures={"b": "acme/freeze stopped:\nexit 4."}, a=FINE)])
    assert found == {"b": "acme/freeze stopped: exit 4.", "c": "acme/freeze did not answer"}
    assert (told.level, told.code) == (Level.WARNING, "PLUGIN_016")
    assert told.message == "acme/freeze was not heard, so 2 proven jobs run: acme/freeze stopped: exit 4."
    assert told.hint == 'to do without it: `enabled = false` in [plugins."acme/freeze"] of cig.toml'


def test_s1_a_failure_without_a_word_is_an_objection_too() -> None:
    found, (told,) = objections(["a"], [heard(failures={"a": "\x1b"})])
    assert found == {"a": ""}
    assert told.message.startswith("acme/freeze was not heard, so 1 proven job runs")


def test_what_nobody_asked_about_is_nobodys_business() -> None:
    assert objections(["a"], [heard(failures={"d": "broken"}, a=FINE, b=OBJECTS)]) == ({}, ())
    assert objections([], [heard(failures={"a": "broken"}, b=OBJECTS)]) == ({}, ())


WORDS = st.text(max_size=3 * MOST_CHARACTERS) | st.text(st.sampled_from("\x00\t\r\n\x1b\x85\u2028\u202e\ud800 a"))


@given(WORDS, WORDS, st.booleans())
def test_no_words_of_a_plugin_break_a_line_act_on_a_terminal_or_run_on(reason: str, trouble: str, spoke: bool) -> None:
    answers = {"a": PreflightResult(should_run=True, reason=reason)} if spoke else {}
    found, told = objections(["a", "b"], [Heard("x/y", answers, {"a": trouble}, reason)])
    for text in (*found.values(), *(one.message for one in told)):
        assert text.isprintable()
    assert all(len(text) <= MOST_CHARACTERS for text in found.values())
    assert all(len(one.message) <= MOST_CHARACTERS + 100 for one in told)


def test_a_long_reason_ends_where_the_room_does() -> None:
    reason = string.ascii_letters * 10
    found, _ = objections(["a"], [heard(a=PreflightResult(should_run=True, reason=reason))])
    assert found["a"] == f"acme/freeze: {reason}"[: MOST_CHARACTERS - 1] + "…"


KEYS = st.sampled_from(["a", "b", "c", "d"])
ANSWERS = st.dictionaries(KEYS, st.builds(PreflightResult, st.booleans(), st.text(max_size=3)))


@given(st.lists(KEYS, unique=True), st.lists(st.tuples(ANSWERS, st.dictionaries(KEYS, st.text(max_size=3)))))
def test_only_a_plain_no_of_every_plugin_lets_a_hit_stay(
    hits: list[str], said: list[tuple[dict[str, PreflightResult], dict[str, str]]]
) -> None:
    found, _ = objections(hits, [Heard(f"x/{n}", *one, "silent") for n, one in enumerate(said)])
    assert {key for key in hits if all(key in one and not one[key].should_run for one, _ in said)} == set(hits) - set(
        found
    )
    assert set(found) <= set(hits)
