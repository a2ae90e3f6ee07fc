"""The codes of `lang/node` with their fixed titles; docs/diagnostics.md explains each."""

__all__ = ["TITLES"]

TITLES = {
    "NODE_001": "File cannot be read",
    "NODE_002": "Version not understood",
    "NODE_003": "Versions disagree",
    "NODE_004": "No version declared",
    "NODE_005": "No lockfile",
    "NODE_006": "Wrong input",
    "NODE_007": "Several package managers",
}
