"""The plugin under test, as the checks see it: something that can be started, asked, and ended.

Owns: the protocol between the suite and whoever starts processes. Requests and answers are bytes, as they travel.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from cigen.model.dataclass import dataclass
from cigen.model.plans import Hook, PluginInfo

__all__ = ["Ending", "Process", "Reply", "Subject"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one call: `content`, or else a gRPC `status` and `words` for it. `late`: the deadline passed."""

    content: bytes | None = None
    status: str = ""
    words: str = ""
    late: bool = False
    lost: bool = False
    """The connection broke or the process ended: no further call can succeed."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How the process ended after the connection was closed. `status` as `os.waitpid` gives it; None: it was killed."""

    status: int | None


class Process(Protocol):
    """One running plugin."""

    def greet(self) -> tuple[PluginInfo | None, Reply, float]:
        """What it says it is; the reply if it says nothing that can be accepted; the seconds until then."""

    def ask(self, hook: Hook, content: bytes) -> Reply:
        """Send a request, within the hook's deadline."""

    def end(self) -> Ending:
        """Close the connection and wait."""


class Subject(Protocol):
    """A plugin that can be started again and again."""

    @property
    def info(self) -> PluginInfo | None:
        """What its manifest says; None if it has none."""

    def start(self, env: Mapping[str, str]) -> AbstractContextManager[Process]:
        """A new process, with these variables beside the usual ones."""
