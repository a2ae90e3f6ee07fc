"""Actions: one stage applied to one subject, with a key over everything that can change its result.

An action cannot write anything but its result, so that a cached one and an executed one differ in nothing but time.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from cigen.hashing.canonical import spell
from cigen.hashing.digest import xxh3
from cigen.hashing.manifest import KeyManifest
from cigen.model.codec import from_json, to_json
from cigen.model.dataclass import dataclass, field
from cigen.model.diagnostics import Diagnostic
from cigen.model.paths import Digest

__all__ = ["Action", "Done", "Outputs", "Result", "Rule"]


@dataclass(frozen=True, slots=True)
class Result:
    """What an action computed. `value` is a frozen value of the model; None only beside an error."""

    value: Any
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """`id` is `stage:subject`. `manifest` is called when every earlier stage is complete; `run` only if it is stale."""

    id: str
    produces: type[Any]
    manifest: Callable[[], KeyManifest]
    run: Callable[[], Result]

    @property
    def stage(self) -> str:
        """The part of the id before the colon."""
        return self.id.partition(":")[0]


class Rule(Protocol):
    """A stage: the actions it consists of, once the stages before it are complete."""

    name: str

    def actions(self, outputs: "Outputs") -> Iterator[Action]:
        """Yield them in a fixed order; nothing, where a stage before it failed and left no output."""
        ...

    def prepare(self, stale: "Sequence[str]") -> None:
        """Told which of its actions are about to run, all at once, so that their plugins can start side by side."""
        ...


@dataclass(slots=True)
class Done:
    """An action's result as stored: canonical JSON of the value, decoded once, when somebody asks."""

    action: Action
    encoded: bytes
    digest: Digest
    diagnostics: tuple[Diagnostic, ...]
    executed: bool
    _value: Any = None

    @classmethod
    def of(cls, action: Action, result: Result) -> "Done":
        """Encode a fresh result. Equal values give equal bytes: that is what stops a wave early."""
        encoded = spell(to_json(result.value))
        return cls(action, encoded, xxh3(encoded), result.diagnostics, True, result.value)

    @property
    def value(self) -> Any:
        """The value. Raises ValueError if the bytes are not of the type that the action produces."""
        if self._value is None:
            import json

            self._value = from_json(self.action.produces, json.loads(self.encoded))
        return self._value


@dataclass(slots=True)
class Outputs:
    """The results so far, by action id. A failed action has none."""

    done: dict[str, Done] = field(default_factory=dict)

    def __contains__(self, action: str) -> bool:
        return action in self.done

    def value(self, action: str) -> Any:
        """The value an action produced."""
        return self.done[action].value

    def encoded(self, action: str) -> bytes:
        """Its canonical bytes."""
        return self.done[action].encoded

    def digest(self, action: str) -> Digest:
        """The digest of its canonical bytes: what later keys hold."""
        return self.done[action].digest

    def of_stage(self, stage: str) -> dict[str, Done]:
        """Subject → result, for every action of a stage, in the order they were done."""
        prefix = stage + ":"
        return {id[len(prefix) :]: done for id, done in self.done.items() if id.startswith(prefix)}
