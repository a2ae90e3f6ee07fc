"""The codes of `lang/python` with their fixed titles; docs/diagnostics.md explains each."""

__all__ = ["TITLES"]

TITLES = {
    "PYTHON_001": "File cannot be read",
    "PYTHON_002": "Version not understood",
    "PYTHON_003": "Versions disagree",
    "PYTHON_004": "No version declared",
    "PYTHON_005": "No lockfile",
    "PYTHON_006": "Wrong input",
    "PYTHON_007": "Several installers",
}
