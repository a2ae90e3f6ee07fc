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
    "PLUGIN_001": Code("Broken plugin manifest", 3),
    "PLUGIN_002": Code("Plugin not found"),
    "PLUGIN_003": Code("Plugin shadowed by another"),
    "PLUGIN_004": Code("Unmet plugin requirement"),
    "PLUGIN_005": Code("Plugins exclude each other"),
    "PLUGIN_006": Code("Plugin cannot be started", 3),
    "PLUGIN_007": Code("Plugin stopped", 3),
    "PLUGIN_008": Code("Plugin did not answer in time", 3),
    "PLUGIN_009": Code("Plugin does not speak the protocol", 3),
    "PLUGIN_010": Code("Plugin speaks another protocol version", 3),
    "PLUGIN_011": Code("Plugin is not what it was installed as", 3),
    "PLUGIN_012": Code("Plugin failed", 3),
    "PLUGIN_013": Code("Plugin answered too much", 3),
    "PLUGIN_014": Code("Plugin gave an invalid answer", 3),
    "PLUGIN_015": Code("Plugin launcher failed", 3),
    # -- the job graph: pipeline/ ----------------------------------------------------------------------------------
    # -- the store: engine/ ----------------------------------------------------------------------------------------
    # -- writing files: output/ ------------------------------------------------------------------------------------
    "OUTPUT_001": Code("Output path not allowed"),
    "OUTPUT_002": Code("File not written by cigen"),
    "OUTPUT_003": Code("Output path cannot hold a file"),
    "OUTPUT_004": Code("Symbolic link in an output path"),
    "OUTPUT_005": Code("File cannot be written", 3),
    "OUTPUT_006": Code("Edited output replaced"),
    "OUTPUT_007": Code("Another cig is writing", 3),
}
