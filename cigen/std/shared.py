"""What several standard plugins are made of, for the process that forks them: what it loads, none of them loads itself.

Owns: the names, those that most plugins need first.
"""

__all__ = ["SHARED"]

SHARED = (
    "json",
    "shlex",
    "cigen.std.report",
    "cigen.std.wishes",
    "cigen.std.declared",
    "cigen.std.proposals",
    "cigen.std.lang.language",
    "cigen.std.lang.projects",
    "cigen.std.lang.steps",
    "cigen.std.lang.toolfiles",
    "cigen.sdk.yaml",
    "cigen.sdk.legs",
    "cigen.std.ci.provider",
    "cigen.std.ci.plans",
    "cigen.std.ci.outputs",
    "cigen.std.ci.workflows",
)
