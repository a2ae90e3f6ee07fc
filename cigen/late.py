"""Modules that a library imports at its own import, and that cig never uses: imported when somebody looks into them.

Owns: the stand-ins in `sys.modules`, each of which becomes its module at the first look, from any thread and for good.
grpcio imports asyncio, doit a debugger, protobuf a whole implementation of itself: a third of what they cost.
"""

import sys
from importlib import import_module
from threading import Lock
from types import ModuleType
from typing import Any

__all__ = ["forget_late", "import_late"]

_becoming = Lock()


def import_late(*names: str) -> None:
    """Whoever imports one of these from now on gets a module that is loaded when it is first looked into."""
    for name in names:
        sys.modules.setdefault(name, _Late(name))


def forget_late(*names: str) -> None:
    """Whoever imports one of these from now on gets the module itself; who has a stand-in keeps it.

    For packages, once the library is there: a submodule whose package is loaded by the search for it is loaded twice.
    """
    with _becoming:
        for name in names:
            if type(sys.modules.get(name)) is _Late:
                del sys.modules[name]


class _Late(ModuleType):
    """Holds nothing of its own, so that every look and every assignment goes to the module itself."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_module(self), name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(_module(self), name, value)


def _module(late: ModuleType) -> ModuleType:
    # Python's own locks see to it that a second thread waits until the first has loaded it.
    with _becoming:
        if sys.modules.get(late.__name__) is late:
            del sys.modules[late.__name__]
    return import_module(late.__name__)
