"""Five-field cron expressions: minute, hour, day of the month, month, day of the week.

Accepts what every CI system reads alike: numbers, `*`, ranges, steps, lists, and English names of months and days.
Refuses what only some know: `@daily`, `H`, `L`, `#`, seconds.
"""

__all__ = ["cron_mistake"]

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

_FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _DAYS),
)


def cron_mistake(text: str) -> str:
    """What is wrong with a cron expression, or an empty text."""
    fields = text.split(" ")
    if len(fields) != len(_FIELDS) or not all(fields):
        return f"it needs five fields with one space between them, and has {len(text.split())}"
    for field, (name, low, high, names) in zip(fields, _FIELDS, strict=True):
        for item in field.split(","):
            if not _fits(item, low, high, names):
                also = f" or {names[0]} to {names[-1]}" if names else ""
                return f'"{item}" is no {name}: {low} to {high}{also}, "*", ranges and steps are'
    return ""


def _fits(item: str, low: int, high: int, names: tuple[str, ...]) -> bool:
    span, slash, step = item.partition("/")
    if slash and not (_is_number(step) and 1 <= int(step) <= high):
        return False
    if span == "*":
        return True
    first, dash, last = span.partition("-")
    start, end = _number(first, low, names), _number(last, low, names) if dash else high
    if start is None or end is None or (slash and not dash):
        # A step over one number (`5/15`) means different things on different systems.
        return False
    return low <= start <= end <= high


def _number(text: str, low: int, names: tuple[str, ...]) -> int | None:
    if _is_number(text):
        return int(text)
    # SUN is 0 and JAN is 1: the names begin where the numbers do.
    return names.index(text.upper()) + low if text.upper() in names else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 2
