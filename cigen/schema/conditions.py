"""The condition language of `when`: text to `Expr` and back.

    condition  = and ("or" and)*
    and        = not ("and" not)*
    not        = "not" not | comparison
    comparison = operand [("==" | "!=") operand | "in" "[" string ("," string)* [","] "]" | "matches" string]
    operand    = name | string | "true" | "false" | "(" condition ")"
    name       = branch | tag | event | default_branch | draft | ("label" | "input" | "matrix" | "env") "." word
               | "needs" "." word "." word

A word is letters, digits, `_` and `-`; a label may also be a quoted string (`label."needs review"`). Strings stand in
single or double quotes and know no escapes. docs/schema.md tells what each name means.

Each operand has a type, so that a condition that could never be meant is an error here and not a surprise on one of
the CI systems: `branch` alone is no condition, and `event == "pul_request"` can never hold. Chains of one operator are
one node, whatever their parentheses.
"""

import re

from cigen.model.dataclass import dataclass
from cigen.model.expressions import Expr, Op

__all__ = ["EVENTS", "ConditionError", "parse_condition", "print_condition"]

EVENTS = ("manual", "merge_queue", "pull_request", "push", "schedule", "tag")
"""What `event` may be."""

_TEXT_NAMES = ("branch", "tag", "event")
_FLAG_NAMES = ("default_branch", "draft")
_GROUPS = ("label", "input", "matrix", "env")
_KNOWN = (*_TEXT_NAMES, *_FLAG_NAMES, *(f"{group}.NAME" for group in _GROUPS), "needs.JOB.NAME")
# Compiled where they are used: most commands meet no condition.
_VALUE = r"needs(?:\.[A-Za-z_][A-Za-z0-9_-]*){2}"
_DEPTH = 50

_PIECE = (
    r"""\s*(?:(?P<string>"[^"\n]*"|'[^'\n]*')|(?P<mark>==|!=|[()\[\],])"""
    r"""|(?P<word>[A-Za-z_][A-Za-z0-9_-]*(?:\.(?:[A-Za-z0-9_][A-Za-z0-9_-]*|"[^"\n]*"|'[^'\n]*'))*)|(?P<end>\Z)|(?P<bad>\S))"""
)


class ConditionError(Exception):
    """What is wrong with a condition, and which characters of it: `offset` from 0, `width` at least 1."""

    def __init__(self, message: str, offset: int, width: int, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.offset, self.width, self.hint = message, offset, max(width, 1), hint


@dataclass(frozen=True, slots=True)
class _Token:
    """One word of a condition."""

    kind: str
    text: str
    at: int


def parse_condition(text: str) -> Expr:
    """The condition as a tree. Raises ConditionError."""
    return _Parser(_tokens(text)).whole()


def print_condition(expr: Expr) -> str:
    """The text that parses to `expr`, with no parentheses that it does not need."""
    match expr.op:
        case Op.OR:
            return " or ".join(print_condition(arg) for arg in expr.args)
        case Op.AND:
            return " and ".join(_inside(arg, Op.OR) for arg in expr.args)
        case Op.NOT:
            return "not " + _inside(expr.args[0], Op.OR, Op.AND)
        case Op.EQ | Op.NE:
            sign = "==" if expr.op is Op.EQ else "!="
            return f"{print_condition(expr.args[0])} {sign} {print_condition(expr.args[1])}"
        case Op.IN:
            return f"{print_condition(expr.args[0])} in [{', '.join(print_condition(arg) for arg in expr.args[1:])}]"
        case Op.MATCHES:
            return f"{print_condition(expr.args[0])} matches {print_condition(expr.args[1])}"
        case Op.LITERAL:
            return _quoted(expr.value)
        case Op.NAME:
            group, dot, word = expr.value.partition(".")
            plain = not dot or group == "needs" or re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]*", word)
            return expr.value if plain else f"{group}.{_quoted(word)}"
        case Op.BOOL:
            return expr.value


def _inside(expr: Expr, *weaker: Op) -> str:
    text = print_condition(expr)
    return f"({text})" if expr.op in weaker else text


def _quoted(text: str) -> str:
    assert not ('"' in text and "'" in text), "no condition can hold such a string"
    return f"'{text}'" if '"' in text else f'"{text}"'


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while not found or found[-1].kind != "end":
        match = re.compile(_PIECE).match(text, at)
        assert match is not None, "the pattern matches anything"
        assert match.lastgroup is not None, "all of the pattern stands in groups"
        token = _Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup))
        if token.kind == "bad":
            if token.text in "\"'":
                raise ConditionError("the string is not closed", token.at, len(text) - token.at)
            raise ConditionError(f"{token.text} means nothing here", token.at, 1, _advice(token.text))
        found.append(token)
        at = match.end()
    return found


def _advice(char: str) -> str:
    instead = {"=": "==", "!": "not", "&": "and", "|": "or", "~": "matches"}.get(char)
    return f"write {instead}" if instead else ""


class _Parser:
    """Recursive descent over the tokens; each method leaves `_next` on the first token it did not take."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def whole(self) -> Expr:
        if self._peek().kind == "end":
            raise ConditionError("the condition is empty", 0, 1)
        expr = self._or()
        token = self._peek()
        if token.kind != "end":
            raise _error(f"expected and, or, or the end, not {token.text}", token)
        return expr

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self, *texts: str) -> str:
        """The text of the next token if it is one of these words or marks, else empty."""
        token = self._peek()
        if token.kind == "string" or token.text not in texts:
            return ""
        self._next += 1
        return token.text

    def _expect(self, text: str) -> None:
        if not self._take(text):
            token = self._peek()
            raise _error(f"expected {text}, not {token.text or 'the end'}", token)

    def _or(self) -> Expr:
        parts = [self._and()]
        while self._take("or"):
            parts.append(self._and())
        return _chain(Op.OR, parts)

    def _and(self) -> Expr:
        parts = [self._not()]
        while self._take("and"):
            parts.append(self._not())
        return _chain(Op.AND, parts)

    def _not(self) -> Expr:
        self._depth += 1
        if self._depth > _DEPTH:
            raise _error(f"the condition is nested more than {_DEPTH} levels deep", self._peek())
        expr = Expr(Op.NOT, args=(self._not(),)) if self._take("not") else self._comparison()
        self._depth -= 1
        return expr

    def _comparison(self) -> Expr:
        first = self._peek()
        left = self._operand()
        sign = self._peek()
        operator = self._take("==", "!=", "in", "matches")
        if not operator:
            if _type(left) == "text":
                what = "a string" if left.op is Op.LITERAL else "text"
                hint = "" if left.op is Op.LITERAL else f'{left.value} == "…"'
                raise _error(f"{first.text} is {what}, not a condition", first, hint)
            return left
        if left.op is not Op.NAME:
            raise _error(f"only a name can stand before {operator}", first)
        if operator in ("==", "!="):
            return Expr(Op.EQ if operator == "==" else Op.NE, args=(left, self._value(left)))
        if _type(left) == "flag":
            raise _error(f"{left.value} is true or false, and {operator} needs text before it", sign)
        if operator == "matches":
            return Expr(Op.MATCHES, args=(left, self._string(None)))
        self._expect("[")
        values = [self._string(left)]
        while self._take(",") and self._peek().text != "]":
            values.append(self._string(left))
        self._expect("]")
        return Expr(Op.IN, args=(left, *values))

    def _operand(self) -> Expr:
        token = self._peek()
        if self._take("("):
            expr = self._or()
            self._expect(")")
            return expr
        if token.kind == "string":
            return self._string(None)
        if token.text in ("true", "false"):
            self._next += 1
            return Expr(Op.BOOL, token.text)
        if token.kind != "word" or token.text in ("and", "or", "not", "in", "matches"):
            raise _error(f"expected a name or a string, not {token.text or 'the end'}", token)
        self._next += 1
        return _name(token)

    def _value(self, left: Expr) -> Expr:
        """What `left` is compared with."""
        token = self._peek()
        if token.text in ("true", "false") and token.kind == "word":
            if _type(left) == "text":
                raise _error(f"{left.value} is text, and {token.text} is not", token, f'write "{token.text}"')
            self._next += 1
            return Expr(Op.BOOL, token.text)
        if _type(left) == "flag":
            raise _error(f"{left.value} is true or false, not {token.text or 'the end'}", token)
        return self._string(left)

    def _string(self, left: Expr | None) -> Expr:
        token = self._peek()
        if token.kind != "string":
            hint = f'write "{token.text}"' if token.kind == "word" else ""
            raise _error(f"expected a string, not {token.text or 'the end'}", token, hint)
        value = token.text[1:-1]
        if left is not None and left.value == "event" and value not in EVENTS:
            raise _error(f'"{value}" is no event', token, _nearest(value, EVENTS, "Events"))
        self._next += 1
        return Expr(Op.LITERAL, value)


def _error(message: str, token: _Token, hint: str = "") -> ConditionError:
    return ConditionError(message, token.at, len(token.text), hint)


def _chain(op: Op, parts: list[Expr]) -> Expr:
    if len(parts) == 1:
        return parts[0]
    flat = [arg for part in parts for arg in (part.args if part.op is op else (part,))]
    return Expr(op, args=tuple(flat))


def _type(expr: Expr) -> str:
    """`text`, `flag`, or `any` for an answer whose type its question decides."""
    if expr.op is Op.NAME:
        if expr.value in _TEXT_NAMES or expr.value.startswith(("matrix.", "env.", "needs.")):
            return "text"
        return "any" if expr.value.startswith("input.") else "flag"
    return "text" if expr.op is Op.LITERAL else "flag"


def _name(token: _Token) -> Expr:
    group, dot, word = token.text.partition(".")
    quoted = word[:1] in ("'", '"')
    if (not dot and group in (*_TEXT_NAMES, *_FLAG_NAMES)) or re.fullmatch(_VALUE, token.text):
        return Expr(Op.NAME, token.text)
    if dot and group in _GROUPS and ("." not in word or quoted) and (group == "label" or not quoted):
        value = word[1:-1] if quoted else word
        if value:
            return Expr(Op.NAME, f"{group}.{value}")
    raise _error(f"{token.text} is no name that a condition can use", token, _nearest(token.text, _KNOWN, "Names"))


def _nearest(name: str, known: tuple[str, ...], label: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, 1)
    return (f"did you mean {near[0]}? " if near else "") + f"{label}: {', '.join(known)}"
