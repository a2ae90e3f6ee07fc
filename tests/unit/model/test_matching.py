"""Lists of globs, as `skip_if.branch` and `[skipping] protected` have them."""

import pytest

from cigen.model.matching import selects


@pytest.mark.parametrize(
    ("globs", "text", "holds"),
    [
        (("main",), "main", True),
        (("main",), "mainline", False),
        (("release/*",), "release/1/2", True),
        (("x", "main"), "main", True),
        (("*", "!main"), "main", False),
        (("!main", "*"), "main", False),
        (("*", "!main"), "other", True),
        (("!main",), "other", False),
        ((), "main", False),
        (("*",), "", False),
    ],
)
def test_a_text_is_selected_by_a_glob_unless_another_drops_it(globs: tuple[str, ...], text: str, holds: bool) -> None:
    assert selects(globs, text) is holds
    assert selects(iter(globs), text) is holds
