"""Tools on PATH: which action sets up which, and what it calls a version.

Every action's own cache is switched off: caches are steps of their own, whose keys cig.toml decides.
"""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

from cigen.sdk import Tool
from cigen.sdk.yaml import Value
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.github.pins import uses
from cigen.std.provider.github.texts import render_text

__all__ = ["TOOLS", "known_tools", "render_tool"]


@dataclass(frozen=True, slots=True)
class ToolAction:
    """An action that sets up a tool.

    `version`: its input for a version. `options`: our name of an option → its input. `file_instead`: it refuses to hear
    the version when it is told the file that says it.
    """

    action: str
    version: str
    given: Mapping[str, Value] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    file_instead: bool = False


TOOLS: dict[str, ToolAction] = {
    "bun": ToolAction("oven-sh/setup-bun", "bun-version", {"no-cache": True}, {"version-file": "bun-version-file"}),
    "docker-buildx": ToolAction("docker/setup-buildx-action", "version", {"cache-binary": False}, {"driver": "driver"}),
    "go": ToolAction("actions/setup-go", "go-version", {"cache": False}, {"version-file": "go-version-file"}),
    "java": ToolAction(
        "actions/setup-java",
        "java-version",
        {"distribution": "temurin"},
        {"distribution": "distribution", "version-file": "java-version-file"},
    ),
    "node": ToolAction(
        "actions/setup-node",
        "node-version",
        {"package-manager-cache": False},
        {"registry-url": "registry-url", "scope": "scope", "version-file": "node-version-file"},
    ),
    "pnpm": ToolAction("pnpm/action-setup", "version", {}, {"version-file": "package_json_file"}, file_instead=True),
    "python": ToolAction("actions/setup-python", "python-version", {}, {"version-file": "python-version-file"}),
    "ruby": ToolAction("ruby/setup-ruby", "ruby-version", {}, {"bundler": "bundler", "rubygems": "rubygems"}),
    "uv": ToolAction("astral-sh/setup-uv", "version", {"enable-cache": False}, {"version-file": "version-file"}),
}


def known_tools() -> tuple[str, ...]:
    """The names of all tools, sorted."""
    return tuple(sorted([*TOOLS, "rust"]))


def render_tool(tool: Tool) -> tuple[dict[str, Value], tuple[str, ...]]:
    """`uses` and `with` of the step, or its `run`; and the options that found no place. Raises CannotExpress."""
    if tool.name == "rust":
        return _rust(tool)
    setup = TOOLS.get(tool.name)
    if setup is None:
        raise CannotExpress(
            f'provider/github does not know how to set up "{tool.name}"',
            f"tools: {', '.join(known_tools())}; others need a step of their own",
        )
    options = {pair.name: render_text(pair.value) for pair in tool.options}
    given: dict[str, Value] = {}
    if tool.version and not (setup.file_instead and "version-file" in options):
        given[setup.version] = render_text(tool.version)
    elif tool.name == "pnpm" and options.get("version-file") == "package.json":
        del options["version-file"]
    own = {input_: options[name] for name, input_ in setup.options.items() if name in options}
    given |= {**setup.given, **own}
    step: dict[str, Value] = {"uses": uses(setup.action)}
    if given:
        step["with"] = given
    return step, tuple(sorted(set(options) - set(setup.options)))


def _rust(tool: Tool) -> tuple[dict[str, Value], tuple[str, ...]]:
    """rustup is part of GitHub's images: no third party's action is needed."""
    toolchain = _word(render_text(tool.version or "stable"))
    words = ["rustup", "toolchain", "install", toolchain, "--profile", "minimal", "--no-self-update"]
    unknown = []
    for pair in tool.options:
        if pair.name not in ("components", "targets"):
            unknown.append(pair.name)
            continue
        flag = f"--{pair.name.removesuffix('s')}"
        words += [word for value in pair.value.replace(",", " ").split() for word in (flag, _word(render_text(value)))]
    return {"run": f"{' '.join(words)}\nrustup default {toolchain}\n"}, tuple(sorted(unknown))


def _word(text: str) -> str:
    return f'"{text}"' if text.startswith("${{") else shlex.quote(text)
