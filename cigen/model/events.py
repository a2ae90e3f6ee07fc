"""Events: what the engine and the host tell whoever watches. The observer sees everything and influences nothing."""

from collections.abc import Callable

from cigen.model.dataclass import dataclass

__all__ = ["Event", "Log", "Observer", "Span", "Started", "ignore"]


@dataclass(frozen=True, slots=True)
class Started:
    """Work began: drives the progress line of a terminal."""

    category: str
    name: str


@dataclass(frozen=True, slots=True)
class Span:
    """Work ended. `category`: stage, action, plugin, git or output. Nanoseconds of `time.perf_counter_ns`."""

    category: str
    name: str
    start: int
    end: int
    outcome: str = ""
    """`executed`, `cached`, `failed`, or empty where that makes no sense."""
    detail: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Log:
    """One line for `-v`. `level`: debug, info or warning. `source`: a room of cigen or a plugin's name."""

    level: str
    source: str
    message: str


Event = Started | Span | Log
Observer = Callable[[Event], None]


def ignore(event: Event) -> None:
    """The observer that does nothing."""
