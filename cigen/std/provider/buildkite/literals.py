"""Texts and regular expressions inside Buildkite's conditions."""

from cigen.std.ci.problems import CannotExpress

__all__ = ["literal", "regex"]


def literal(text: str) -> str:
    """A text in quotes. Raises CannotExpress for one that no quotes can hold: nothing is said of escapes in them."""
    if not set('"$\\').intersection(text):
        return f'"{text}"'
    if set("'\\").intersection(text):
        raise CannotExpress(f'Buildkite has no way to write the text "{text}" in a condition', "compare it in a step")
    # Within single quotes a dollar is a dollar.
    return f"'{text}'"


def regex(expression: str) -> str:
    """A regular expression as a literal."""
    return "/" + expression.replace("/", "\\/") + "/"
