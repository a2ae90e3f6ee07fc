"""The conditions of GitHub, CircleCI and Buildkite, parsed by one small parser and evaluated by each vendor's rules.

Written from the vendors' documentation, for tests alone: nothing here knows how cigen writes a condition. What is not
a condition in the given dialect raises ExpressionError.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

__all__ = ["BUILDKITE", "CIRCLECI", "GITHUB", "Dialect", "ExpressionError", "Node", "evaluate", "names", "parse"]


class ExpressionError(ValueError):
    """The text is no expression of the dialect, or asks for what is not there."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How operators are spelt, which functions there are, and what two texts must be to count as equal."""

    words: Mapping[str, str]
    quotes: str = "'\""
    folds_case: bool = False
    regex: bool = False
    functions: Mapping[str, Callable[..., object]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Node:
    """`op` is an operator's name, `name`, `value`, `regex` or `call`."""

    op: str
    value: object = None
    args: tuple["Node", ...] = ()


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _contains(where: object, what: object) -> bool:
    if isinstance(where, (list, tuple)):
        return any(_text(one).lower() == _text(what).lower() for one in where)
    return _text(what).lower() in _text(where).lower()


GITHUB = Dialect(
    {"&&": "and", "||": "or", "!": "not", "==": "eq", "!=": "ne"},
    quotes="'",
    folds_case=True,
    functions={
        "contains": _contains,
        "startsWith": lambda where, what: _text(where).lower().startswith(_text(what).lower()),
        "endsWith": lambda where, what: _text(where).lower().endswith(_text(what).lower()),
    },
)
CIRCLECI = Dialect(
    {"and": "and", "or": "or", "not": "not", "==": "eq", "!=": "ne", "=~": "matches", "starts-with": "starts"},
    regex=True,
)
BUILDKITE = Dialect(
    {"&&": "and", "||": "or", "!": "not", "==": "eq", "!=": "ne", "=~": "matches", "!~": "misses", "includes": "has"},
    regex=True,
)

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<op>\|\||&&|==|!=|=~|!~|<=|>=|[!<>()\[\],])
      | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
      | (?P<regex>/(?:[^/\\]|\\.)+/[a-z]*)
      | (?P<word>[A-Za-z_][\w-]*(?:\.(?:[A-Za-z_*0-9][\w-]*|\*))*)
    )""",
    re.VERBOSE,
)


def parse(text: str, dialect: Dialect) -> Node:
    """The tree of an expression. Raises ExpressionError."""
    tokens, at = [], 0
    stripped = text.rstrip()
    while at < len(stripped):
        found = _TOKEN.match(stripped, at)
        if found is None:
            raise ExpressionError(f"{text!r}: {stripped[at:]!r} is no part of an expression")
        tokens.append((found.lastgroup or "", found.group(found.lastgroup or 0)))
        at = found.end()
    parser = _Parser(tokens, dialect, text)
    tree = parser.binary(0)
    if parser.tokens:
        raise ExpressionError(f"{text!r}: {parser.tokens[0][1]!r} is not expected")
    return tree


_LEVELS = (("or",), ("and",), ("eq", "ne", "matches", "misses", "starts", "has"))


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], dialect: Dialect, text: str) -> None:
        self.tokens, self.dialect, self.text = tokens, dialect, text

    def operator(self) -> str:
        kind, text = self.tokens[0] if self.tokens else ("", "")
        return self.dialect.words.get(text, "") if kind in ("op", "word") else ""

    def binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while self.operator() in _LEVELS[level]:
            op = self.operator()
            self.tokens.pop(0)
            left = Node(op, None, (left, self.binary(level + 1)))
        return left

    def unary(self) -> Node:
        if self.operator() == "not":
            self.tokens.pop(0)
            # A word stands before a comparison, a sign before one operand.
            return Node("not", None, (self.binary(2) if "not" in self.dialect.words else self.unary(),))
        return self.primary()

    def primary(self) -> Node:
        if not self.tokens:
            raise ExpressionError(f"{self.text!r} ends too early")
        kind, text = self.tokens.pop(0)
        if text == "(":
            inner = self.binary(0)
            self.expect(")")
            return inner
        if kind == "string":
            if text[0] not in self.dialect.quotes:
                raise ExpressionError(f"{self.text!r}: {text} is quoted otherwise")
            return Node("value", _unquoted(text, self.dialect))
        if kind == "number":
            return Node("value", float(text))
        if kind == "regex" and self.dialect.regex:
            return Node("regex", text)
        if kind == "word" and text in ("true", "false", "null"):
            return Node("value", {"true": True, "false": False, "null": None}[text])
        if kind == "word" and text not in self.dialect.words:
            return self.call(text) if self.tokens and self.tokens[0][1] == "(" else self.index(Node("name", text))
        raise ExpressionError(f"{self.text!r}: {text!r} is not expected")

    def call(self, name: str) -> Node:
        self.tokens.pop(0)
        args = []
        while self.tokens and self.tokens[0][1] != ")":
            args.append(self.binary(0))
            if self.tokens and self.tokens[0][1] == ",":
                self.tokens.pop(0)
        self.expect(")")
        return Node("call", name, tuple(args))

    def index(self, node: Node) -> Node:
        if self.tokens and self.tokens[0][1] == "[":
            self.tokens.pop(0)
            key = self.binary(0)
            self.expect("]")
            return self.index(Node("name", f"{node.value}.{key.value}"))
        return node

    def expect(self, text: str) -> None:
        if not self.tokens or self.tokens.pop(0)[1] != text:
            raise ExpressionError(f"{self.text!r}: {text!r} is missing")


def _unquoted(text: str, dialect: Dialect) -> str:
    inner = text[1:-1]
    return inner.replace("''", "'") if dialect is GITHUB else re.sub(r"\\(.)", r"\1", inner)


def evaluate(node: Node, dialect: Dialect, look_up: Callable[[str], object]) -> object:
    """What the expression comes to. `look_up` gives names their values, and raises ExpressionError for unknown ones."""

    def value(one: Node) -> object:
        return evaluate(one, dialect, look_up)

    match node.op:
        case "value":
            return node.value
        case "name":
            return look_up(str(node.value))
        case "and":
            left = value(node.args[0])
            return value(node.args[1]) if left else left
        case "or":
            left = value(node.args[0])
            return left if left else value(node.args[1])
        case "not":
            return not value(node.args[0])
        case "eq" | "ne":
            same = _same(value(node.args[0]), value(node.args[1]), dialect)
            return same == (node.op == "eq")
        case "matches" | "misses":
            found = _searches(node.args[1], value(node.args[0]), dialect, look_up)
            return found == (node.op == "matches")
        case "starts":
            return _text(value(node.args[0])).startswith(_text(value(node.args[1])))
        case "has":
            where = value(node.args[0])
            return isinstance(where, (list, tuple)) and value(node.args[1]) in where
        case "call":
            return _called(node, dialect, look_up, value)
    raise ExpressionError(f"{node.op} has no value by itself")


def _called(node: Node, dialect: Dialect, look_up: Callable[[str], object], value: Callable[[Node], object]) -> object:
    args = [value(one) for one in node.args]
    if node.value in dialect.functions:
        return dialect.functions[str(node.value)](*args)
    return look_up(f"{node.value}({', '.join(_text(one) for one in args)})")


def _same(left: object, right: object, dialect: Dialect) -> bool:
    if dialect.folds_case:
        if left is None or right is None or isinstance(left, bool) != isinstance(right, bool):
            return _text(left).lower() == _text(right).lower()
        return str(left).lower() == str(right).lower()
    return left == right


def _searches(pattern: Node, text: object, dialect: Dialect, look_up: Callable[[str], object]) -> bool:
    source = str(pattern.value) if pattern.op == "regex" else _text(evaluate(pattern, dialect, look_up))
    if text is None:
        return False
    if pattern.op == "regex":
        body, _, flags = source[1:].rpartition("/")
        return (
            re.search(
                body.replace(r"\/", "/").replace(r"\A", r"\A").replace(r"\z", r"\Z"),
                _text(text),
                re.IGNORECASE if "i" in flags else 0,
            )
            is not None
        )
    return re.search(source, _text(text)) is not None


def names(node: Node) -> set[str]:
    """Every name the expression asks for."""
    own = {str(node.value)} if node.op == "name" else set()
    return own.union(*(names(one) for one in node.args)) if node.args else own
