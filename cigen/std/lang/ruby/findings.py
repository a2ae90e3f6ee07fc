"""The codes of `lang/ruby` with their fixed titles; docs/diagnostics.md explains each."""

__all__ = ["TITLES"]

TITLES = {
    "RUBY_001": "File cannot be read",
    "RUBY_002": "Version not understood",
    "RUBY_003": "Versions disagree",
    "RUBY_004": "No version declared",
    "RUBY_005": "No lockfile",
    "RUBY_006": "Wrong input",
    "RUBY_007": "Platform missing from the lockfile",
}
