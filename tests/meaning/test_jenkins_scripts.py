"""shellcheck has nothing to say to any script that a project's Jenkinsfile ever runs."""

import re

import pytest
from events import Events
from foreign import shellcheck
from jenkins import scripts_of

pytestmark = pytest.mark.xdist_group("jenkins")

SHELLS = {"#!/usr/bin/env bash": "bash", "#!/bin/bash": "bash", "#!/bin/sh": "sh", "#!/usr/bin/env python3": ""}
"""What a script may begin with; one that does not say is for sh."""
OWN = {("polyglot-services", "SC3040"), ("scripts", "SC2296")}
"""Findings in what cig.toml itself says there: an option that not every sh has, and templates of other tools."""


def test_shellcheck_has_nothing_to_say(jenkinsfiles: list[tuple[str, str, Events]]) -> None:
    scripts: dict[str, dict[str, str]] = {}
    for number, (project, text, events) in enumerate(jenkinsfiles):
        for name, script in scripts_of(text, events).items():
            first = script.partition("\n")[0]
            shell = SHELLS[first] if first.startswith("#!") else "sh"
            scripts.setdefault(shell, {})[f"{project} {number} {name}"] = script
    assert len(scripts["bash"]) > 100
    found = [one for shell in ("bash", "sh") for one in shellcheck(scripts[shell], shell)]
    codes = {(one.partition(" ")[0], "".join(re.findall(r"\[(SC\d+)\]$", one))): one for one in found}
    assert {key: one for key, one in codes.items() if key not in OWN} == {}
    assert set(codes) == OWN
