"""Every action that rendered workflows use, pinned to a commit: the one table of third-party code.

A tag can be moved, a commit cannot. Each commit was found beside its version in at least two public workflows or
tests of unrelated owners; how often is in the comment. To check one against its source:

    git ls-remote https://github.com/actions/checkout 'refs/tags/v7.0.1*'

An annotated tag prints two lines; the one ending in `^{}` is the commit. All of these run on Node 24: GitHub removed
the Node 20 runtime on 2026-09-23. `docs/providers-github.md` tells how to update the table.
"""

from dataclasses import dataclass

from cigen.sdk.yaml import Commented

__all__ = ["PINS", "Pin", "uses"]


@dataclass(frozen=True, slots=True)
class Pin:
    """A released version of an action and the commit it was made from."""

    version: str
    commit: str


PINS: dict[str, Pin] = {
    # Ten independent sightings of the pair each, unless noted; looked up in November 2026.
    "actions/cache": Pin("v6.1.0", "55cc8345863c7cc4c66a329aec7e433d2d1c52a9"),
    "actions/checkout": Pin("v7.0.1", "3d3c42e5aac5ba805825da76410c181273ba90b1"),
    "actions/download-artifact": Pin("v8.0.1", "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c"),
    "actions/setup-go": Pin("v7.0.0", "b7ad1dad31e06c5925ef5d2fc7ad053ef454303e"),
    "actions/setup-java": Pin("v5.6.0", "03ad4de0992f5dab5e18fcb136590ce7c4a0ac95"),
    "actions/setup-node": Pin("v7.0.0", "820762786026740c76f36085b0efc47a31fe5020"),
    "actions/setup-python": Pin("v7.0.0", "5fda3b95a4ea91299a34e894583c3862153e4b97"),
    "actions/upload-artifact": Pin("v7.0.1", "043fb46d1a93c77aae656e7c1c64a875d1fc6a0a"),
    "astral-sh/setup-uv": Pin("v10.2.0", "c18668ad3cf93ea998bef934396af7bb5c839dc7"),
    # Seven of them with this version, three more with `v4`.
    "docker/setup-buildx-action": Pin("v4.0.0", "4d04d5d9486b7bd6fa91e7baf45bbb4f8b9deedd"),
    # Its v2.2.0 is the first on Node 24: https://github.com/oven-sh/setup-bun/pull/176.
    "oven-sh/setup-bun": Pin("v2.2.0", "0c5077e51419868618aeaa5fe8019c62421857d6"),
    "pnpm/action-setup": Pin("v6.0.9", "0ebf47130e4866e96fce0953f49152a61190b271"),
    # Two with this version, eight more with the commit alone or with `v1`.
    "ruby/setup-ruby": Pin("v1.319.0", "003a5c4d8d6321bd302e38f6f0ec593f77f06600"),
}


def uses(action: str, part: str = "") -> Commented:
    """The value of a step's `uses`, with the version where update bots look for it: on the same line.

    part: the folder of an action beside the action, with its slash.
    """
    pin = PINS[action]
    return Commented(f"{action}{part}@{pin.commit}", pin.version)
