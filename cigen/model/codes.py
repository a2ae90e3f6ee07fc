"""Every diagnostic code, its fixed title and the exit code an error with it leads to.

A number is never reused and never changes its meaning. `docs/diagnostics.md` explains each one; a test keeps the two
lists equal. Exit codes: 1 a mistake in the project, 3 a plugin, store or internal failure, 64 wrong usage.
Plugins report their own codes; those are not listed here.
"""

from cigen.model.dataclass import dataclass

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
    "CLI_004": Code("No cig.toml"),
    "CLI_005": Code("No worktree"),
    "CLI_006": Code("Interrupted", 130),
    "CLI_007": Code("cig.toml exists"),
    "CLI_008": Code("Pipeline cannot be read"),
    "CLI_009": Code("System not supported", 3),
    # -- cig.toml: schema/ -----------------------------------------------------------------------------------------
    "SCHEMA_001": Code("Empty cig.toml"),
    "SCHEMA_002": Code("Too much"),
    "SCHEMA_003": Code("Not UTF-8"),
    "SCHEMA_004": Code("Byte order mark"),
    "SCHEMA_005": Code("Invalid TOML"),
    "SCHEMA_006": Code("Nested too deeply"),
    "SCHEMA_007": Code("Unknown key"),
    "SCHEMA_008": Code("Missing key"),
    "SCHEMA_009": Code("Wrong type"),
    "SCHEMA_010": Code("Value not accepted"),
    "SCHEMA_011": Code("Unknown job in needs"),
    "SCHEMA_012": Code("Empty value"),
    "SCHEMA_013": Code("Control character"),
    "SCHEMA_014": Code("Invalid timeout"),
    "SCHEMA_015": Code("Invalid cron expression"),
    "SCHEMA_016": Code("Invalid condition"),
    "SCHEMA_017": Code("Number without quotes"),
    "SCHEMA_018": Code("Unknown name"),
    "SCHEMA_019": Code("Placeholder without a value"),
    "SCHEMA_020": Code("Variables in a circle"),
    "SCHEMA_021": Code("Defined twice"),
    "SCHEMA_022": Code("Path not allowed"),
    "SCHEMA_023": Code("Step with no or several actions"),
    "SCHEMA_024": Code("More mistakes than shown"),
    "SCHEMA_025": Code("Keys that do not fit together"),
    "SCHEMA_026": Code("Workflow left out of a CI system"),
    # -- git repository: repo/ -------------------------------------------------------------------------------------
    "REPO_001": Code("No git repository here"),
    "REPO_002": Code("Git could not be run", 3),
    "REPO_003": Code("Unknown revision"),
    "REPO_004": Code("No commit yet"),
    "REPO_005": Code("Repository format is not supported"),
    "REPO_006": Code("Repository belongs to someone else"),
    "REPO_007": Code("Git object is missing"),
    "REPO_008": Code("Repository could not be read"),
    "REPO_009": Code("Worktree could not be read"),
    "REPO_010": Code("File content is not available"),
    "REPO_011": Code("Repository has no worktree"),
    # -- globs and filesets: hashing/ ------------------------------------------------------------------------------
    "HASH_001": Code("Glob syntax is not supported"),
    "HASH_002": Code("Glob selects nothing"),
    "HASH_003": Code("Glob names ignored files"),
    "HASH_004": Code("Lockfile is not in this clone"),
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
    "PLUGIN_016": Code("Plugin not heard before a skip"),
    "PLUGIN_017": Code("Plugins cannot be asked", 3),
    # -- the job graph: pipeline/ ----------------------------------------------------------------------------------
    "DAG_001": Code("Jobs wait for each other"),
    "DAG_002": Code("Unknown job in a proposal"),
    "DAG_003": Code("Job defined twice"),
    "DAG_004": Code("Matrix too large"),
    "DAG_005": Code("Matrix without legs"),
    "DAG_006": Code("Name of a leg is taken"),
    "DAG_007": Code("Unknown plugin"),
    "DAG_008": Code("Unknown provider"),
    "DAG_009": Code("Unknown package"),
    "DAG_010": Code("Unknown service"),
    "DAG_011": Code("Plugins disagree on a fact"),
    "DAG_012": Code("Plugins disagree on a variable"),
    "DAG_013": Code("Unknown name in a text"),
    "DAG_014": Code("Module without steps"),
    "DAG_015": Code("Unknown cache"),
    "DAG_016": Code("Service without image"),
    "DAG_017": Code("Version not installed"),
    "DAG_018": Code("Bad version constraint"),
    "DAG_019": Code("File to install cig by is missing"),
    "DAG_020": Code("Job on Windows is never skipped"),
    "DAG_021": Code("Plans are not made on Windows"),
    "DAG_022": Code("Legs or shards leave the same file"),
    "MERGE_001": Code("Two owners of one file"),
    "MERGE_002": Code("File without owner"),
    "MERGE_003": Code("Plugins disagree on a value"),
    "MERGE_004": Code("Plugin wrote to another file", 3),
    "MERGE_005": Code("Fragment is not YAML", 3),
    # -- the store: engine/ ----------------------------------------------------------------------------------------
    "STORE_001": Code("Damaged store", 3),
    "STORE_002": Code("Store of another version", 3),
    "STORE_003": Code("Large store", 3),
    "STORE_004": Code("Store out of reach", 3),
    # -- records of what was proven: proof/ ------------------------------------------------------------------------
    "STORE_005": Code("Record store out of reach", 3),
    "STORE_006": Code("Record not believed", 3),
    "STORE_007": Code("Records are not verified", 3),
    "STORE_008": Code("No usable key", 3),
    "STORE_009": Code("Not recorded", 3),
    "STORE_010": Code("Key of a higher tier", 3),
    "STORE_011": Code("Record store forbids", 3),
    "STORE_012": Code("Files not kept or restored", 3),
    # -- the gate: pipeline/gate.py --------------------------------------------------------------------------------
    "GATE_001": Code("Job neither succeeded nor was planned to be skipped"),
    "GATE_002": Code("Plan cannot be read"),
    "GATE_003": Code("Results cannot be read"),
    "GATE_004": Code("Proof was wrong"),
    # -- writing files: output/ ------------------------------------------------------------------------------------
    "OUTPUT_001": Code("Output path not allowed"),
    "OUTPUT_002": Code("File not written by cigen"),
    "OUTPUT_003": Code("Output path cannot hold a file"),
    "OUTPUT_004": Code("Symbolic link in an output path"),
    "OUTPUT_005": Code("File cannot be written", 3),
    "OUTPUT_006": Code("Edited output replaced"),
    "OUTPUT_007": Code("Another cig is writing", 3),
}
