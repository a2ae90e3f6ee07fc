"""Whether a rendered file is one that its CI system could read, in this process: fast enough for thousands of files.

YAML is read by PyYAML and held against the JSON Schema that check-jsonschema vendors; a Jenkinsfile is read as Groovy
as far as its strings, comments and brackets. What the vendors' own parsers say of chosen files: tests/validators.
"""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import check_jsonschema
import yaml
from jsonschema import Draft7Validator

__all__ = ["VALID", "groovy_problem"]

_SCHEMAS = Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor"
_NAMES = {"github": "github-workflows", "circleci": "circle-ci", "buildkite": "buildkite"}
_PAIRS = {")": "(", "]": "[", "}": "{"}
_TOKEN = re.compile(
    r"""
    (?P<comment> //[^\n]* | /\*.*?\*/ )
  | (?P<long> '''(?:[^\\']|\\.|'(?!''))*''' | \"\"\"(?:[^\\"]|\\.|"(?!""))*\"\"\" )
  | (?P<short> '(?:[^\\'\n]|\\.)*' | "(?:[^\\"\n]|\\.)*" )
  | (?P<open> [(\[{] )
  | (?P<close> [)\]}] )
  | (?P<quote> ['"] | /\* )
  | (?P<other> [^'"/()\[\]{}]+ | / )
    """,
    re.DOTALL | re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(?:[bfnrst\\'\"$\n]|u[0-9a-fA-F]{4}|[0-7]{1,3})?")
_DOLLAR = re.compile(r"\$(?![A-Za-z_{])")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Words such as `on` stay words, as in YAML 1.2, and no key may stand twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if len(set(keys)) < len(keys):
            raise yaml.YAMLError(f"a key stands twice: {keys}")
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def yaml_problem(provider: str, text: str) -> str:
    """Why it is no configuration of this system; empty if it is."""
    try:
        tree = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as why:
        return str(why)
    found = next(_schema(provider).iter_errors(tree), None)
    return "" if found is None else f"{list(found.absolute_path)}: {found.message[:500]}"


def groovy_problem(text: str) -> str:
    """Why it cannot be Groovy; empty if nothing speaks against it."""
    opened: list[tuple[str, int]] = []
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        line = text.count("\n", 0, at) + 1
        if token is None or token.lastgroup == "quote":
            return f"line {line}: what begins here does not end: {text[at : at + 80]!r}"
        if token.lastgroup in ("long", "short") and (problem := _string_problem(token[0])):
            return f"line {line}: {problem} in {token[0][:200]!r}"
        if token.lastgroup == "open":
            opened.append((token[0], line))
        if token.lastgroup == "close" and (not opened or opened.pop()[0] != _PAIRS[token[0]]):
            return f"line {line}: {token[0]} closes nothing"
        at = token.end()
    return f"line {opened[-1][1]}: {opened[-1][0]} is never closed" if opened else ""


def _string_problem(literal: str) -> str:
    bad = next((found[0] for found in _ESCAPE.finditer(literal) if found[0] == "\\"), None)
    if bad is not None:
        return "an unknown escape"
    plain = re.sub(r"\\.", "", literal, flags=re.DOTALL)
    return "a lonely dollar" if literal.startswith('"') and _DOLLAR.search(plain) else ""


@cache
def _schema(provider: str) -> Draft7Validator:
    schema = json.loads((_SCHEMAS / f"{_NAMES[provider]}.json").read_text("utf-8"))
    return Draft7Validator(schema)


VALID: dict[str, Callable[[str], str]] = {
    "github": lambda text: yaml_problem("github", text),
    "circleci": lambda text: yaml_problem("circleci", text),
    "buildkite": lambda text: yaml_problem("buildkite", text),
    "jenkins": groovy_problem,
}
"""What is wrong with a file, by provider; empty if nothing is."""
