"""What is said of a plugin that failed."""

import pytest

from cigen.host.failures import Circumstances, explain_failure
from cigen.wire.client import CallFailed


def circumstances(details: str, last_words: str) -> Circumstances:
    failed = CallFailed("INTERNAL", details)
    return Circumstances("acme/notes", "generate", failed, 30.0, False, None, last_words)


@pytest.mark.parametrize("heard", ["", "Traceback (most recent call last):", "ValueError: no notes today"])
def test_what_a_hook_says_of_its_failure_does_not_depend_on_how_much_of_its_log_has_arrived(heard: str) -> None:
    found = explain_failure(circumstances("ValueError: no notes today", heard))
    assert (found.code, found.hint) == ("PLUGIN_012", "")
    assert found.message == "acme/notes failed in generate: ValueError: no notes today."


def test_one_that_says_nothing_is_quoted_from_its_log() -> None:
    found = explain_failure(circumstances("", "out of notes"))
    assert (found.code, found.hint) == ("PLUGIN_012", "its last words: out of notes")
