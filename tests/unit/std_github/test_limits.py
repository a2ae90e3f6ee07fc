"""The limits that `cig plan` shows are those that the provider enforces."""

import tomllib
from pathlib import Path

import cigen.std.provider.github
from cigen.std.provider.github.limits import FILE_BYTES


def test_the_manifest_names_the_limits_that_are_enforced() -> None:
    (folder,) = cigen.std.provider.github.__path__
    manifest = tomllib.loads(Path(folder, "module.toml").read_text())
    assert manifest["limits"] == {"file_bytes": FILE_BYTES}
