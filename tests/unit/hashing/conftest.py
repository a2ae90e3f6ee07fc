"""A second implementation of the glob language, to test the first against."""

import re
from collections.abc import Callable
from itertools import product

import pytest


@pytest.fixture(scope="session")
def as_regex() -> Callable[[str], re.Pattern[str]]:
    """From a pattern, with at most one level of braces and only `[ab]` classes, to an expression over whole paths."""
    return _as_regex


def _as_regex(pattern: str) -> re.Pattern[str]:
    """The documented rules, straight to a regular expression over whole paths."""
    alternatives = [""]
    for part in re.split(r"(\{[^{}]*\})", pattern):
        choices = part[1:-1].split(",") if part.startswith("{") else [part]
        alternatives = [head + choice for head, choice in product(alternatives, choices)]
    return re.compile("|".join(_whole(alternative) for alternative in alternatives))


def _whole(pattern: str) -> str:
    translated = re.sub(r"\*\*|\*|\?|\[!?[ab]+\]|.", _one, pattern)
    translated = re.sub(r"(^|/)§(/§)+", r"\1§", translated)
    if translated == "§":
        return "(?:.+)"
    translated = re.sub(r"^§/", "(?:.*/)?", translated)
    translated = re.sub(r"/§$", "(?:/.*)?", translated)
    return f"(?:{translated.replace('/§/', '/(?:.*/)?')})"


def _one(found: re.Match[str]) -> str:
    token = found[0]
    simple = {"**": "§", "*": "[^/]*", "?": "[^/]", "/": "/"}
    return simple.get(token) or (token.replace("!", "^/") if token.startswith("[") else re.escape(token))
