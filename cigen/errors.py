"""Errors that are raised rather than collected: the environment's fault, not the project's.

    CigError                carries one or more diagnostics; the command line prints them and exits
    ├── ProjectError        the project's own mistake that nothing can go on from (no cig.toml, no repository)
    ├── PluginError         a plugin failed: crashed, hung, lied, flooded
    ├── StoreError          the store under .cigen/ or an output could not be read or written
    └── UsageError          the command line itself is wrong

A mistake in cigen itself is an assertion, traceback and all, caught once at the command line's edge.
"""

from collections.abc import Iterable

from cigen.model.diagnostics import Diagnostic

__all__ = ["CigError", "PluginError", "ProjectError", "StoreError", "UsageError"]


class CigError(Exception):
    """Something the user must be told. `diagnostics` says what, in order.

    config_text: the cig.toml that they are about, where it is another than the worktree's.
    """

    def __init__(self, diagnostics: Diagnostic | Iterable[Diagnostic], config_text: bytes | None = None) -> None:
        found = (diagnostics,) if isinstance(diagnostics, Diagnostic) else tuple(diagnostics)
        assert found, "an error without a diagnostic tells the user nothing"
        self.diagnostics = found
        self.config_text = config_text
        super().__init__("; ".join(f"{d.code}: {d.message}" for d in found))


class ProjectError(CigError):
    """The project's own mistake."""


class PluginError(CigError):
    """A plugin failed."""


class StoreError(CigError):
    """The store or an output could not be read or written."""


class UsageError(CigError):
    """The command line is wrong."""
