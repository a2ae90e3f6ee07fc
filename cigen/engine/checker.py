"""How doit compares files when it is asked to: by content, as git names it.

doit's stock checker trusts an equal modification time and never looks at a target's content, so an edit that keeps the
time and a hand-edited output both pass. This one reads the file, always.
"""

from pathlib import Path
from typing import Any, ClassVar

from doit.dependency import FileChangedChecker

from cigen.hashing.digest import git_blob

__all__ = ["BlobChecker", "MemoryDB"]


class BlobChecker(FileChangedChecker):  # type: ignore[misc]
    """A file is unchanged if its content has the same blob id."""

    CheckerError = OSError

    def check_modified(self, file_path: str, file_stat: Any, state: str) -> bool:  # noqa: ARG002
        """Whether the content differs from the recorded id. `file_stat` plays no part."""
        return str(git_blob(Path(file_path).read_bytes())) != state

    def get_state(self, dep: str, current_state: Any) -> str:  # noqa: ARG002
        """The id to record."""
        return str(git_blob(Path(dep).read_bytes()))


class MemoryDB:
    """doit's database for the length of one run: the results that outlive it are in the store."""

    DBName: ClassVar[str] = "memory"

    def __init__(self, name: str, **_: Any) -> None:
        self.name = name
        self._tasks: dict[str, dict[str, Any]] = {}

    def dump(self) -> None:
        """Nothing is written."""

    def set(self, task_id: str, dependency: str, value: Any) -> None:
        """Keep one value of a task."""
        self._tasks.setdefault(task_id, {})[dependency] = value

    def get(self, task_id: str, dependency: str) -> Any:
        """One value of a task, or None."""
        return self._tasks.get(task_id, {}).get(dependency)

    def in_(self, task_id: str) -> bool:
        """Whether anything is known of a task."""
        return task_id in self._tasks

    def remove(self, task_id: str) -> None:
        """Forget a task."""
        self._tasks.pop(task_id, None)

    def remove_all(self) -> None:
        """Forget everything."""
        self._tasks.clear()
