"""Every diagnostic code, its fixed title and the exit code an error with it leads to.

A number is never reused and never changes its meaning. `docs/diagnostics.md` explains each one; a test keeps the two
lists equal. Exit codes: 1 a mistake in the project, 3 a plugin, store or internal failure, 64 wrong usage.
Plugins report their own codes; those are not listed here.
"""

from dataclasses import dataclass

__all__ = ["CODES", "Code"]


@dataclass(frozen=True, slots=True)
class Code:
    """What a diagnostic code means. `title` holds no user data."""

    title: str
    exit: int = 1


CODES: dict[str, Code] = {
    # -- the command line ------------------------------------------------------------------------------------------
    "CLI_001": Code("Wrong usage", 64),
    "CLI_002": Code("Internal error", 3),
    "CLI_003": Code("Unknown subject"),
    # -- cig.toml: schema/ -----------------------------------------------------------------------------------------
    # -- git repository: repo/ -------------------------------------------------------------------------------------
    # -- globs and filesets: hashing/ ------------------------------------------------------------------------------
    # -- plugins: host/, wire/, modules/ ---------------------------------------------------------------------------
    # -- the job graph: pipeline/ ----------------------------------------------------------------------------------
    # -- the store: engine/ ----------------------------------------------------------------------------------------
    # -- writing files: output/ ------------------------------------------------------------------------------------
}
