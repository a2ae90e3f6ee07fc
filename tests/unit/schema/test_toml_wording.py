"""Complaints of the TOML parser, as they are told."""

import pytest
import tomli

from cigen.schema.toml_wording import reword

NO_TOML = {
    "[jobs.test]\n[jobs.test]": "[jobs.test] stands here a second time",
    '[jobs."a b"]\n[jobs."a b"]': '[jobs."a b"] stands here a second time',
    "a = 1\na = 2": "this has a value already",
    "needs = [setup]": "this is no value",
    'steps = [\n "a"\n "b"\n]': '"," or "]" should stand here',
    "with = { a = 1": '"," or "}" should stand here',
    'a = "x\n': "the text does not end on its line",
    'a: "x"': '"=" should stand here',
    "a = 'it's'": "the line should end here",
    "= 1": "a line begins with a key, a [table] or a #comment",
    'a = "\\d"': "this backslash means nothing in a text",
}


@pytest.mark.parametrize("text", NO_TOML)
def test_a_mistake_is_told_in_words_of_its_own(text: str) -> None:
    with pytest.raises(tomli.TOMLDecodeError) as caught:
        tomli.loads(text)
    assert reword(caught.value.msg)[0] == NO_TOML[text]


def test_a_complaint_that_is_not_known_is_passed_on() -> None:
    assert reword("Never heard of") == ("never heard of", "")
