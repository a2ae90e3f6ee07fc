"""Each tool through its pinned action."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from cigen.sdk import Pair, Step, Tool
from cigen.std.provider.github.pins import PINS, uses
from cigen.std.provider.github.tools import TOOLS, known_tools


def _tool(name: str, version: str = "", **options: str) -> Step:
    return Step(
        f"setup-{name}", tool=Tool(name, version, tuple(Pair(k.replace("_", "-"), v) for k, v in options.items()))
    )


@pytest.mark.parametrize("name", known_tools())
def test_every_tool_can_be_set_up_in_a_version(name: str, render_step: Callable[..., Any]) -> None:
    rendered = render_step(_tool(name, "1.2.3"))
    assert not rendered.codes
    assert "1.2.3" in str(rendered.step)


@pytest.mark.parametrize(
    ("step", "given"),
    [
        (_tool("ruby", "{{ matrix.x }}"), {"ruby-version": "${{ matrix.x }}"}),
        (_tool("node", "24"), {"node-version": "24", "package-manager-cache": False}),
        (_tool("java", "21", distribution="zulu"), {"java-version": "21", "distribution": "zulu"}),
        (_tool("pnpm", "10"), {"version": "10"}),
        (_tool("pnpm", "10.1.0", version_file="package.json"), {}),
        (_tool("pnpm", "10.1.0", version_file="web/package.json"), {"package_json_file": "web/package.json"}),
        (_tool("uv", ""), {"enable-cache": False}),
        (_tool("go", version_file="go.mod"), {"cache": False, "go-version-file": "go.mod"}),
    ],
)
def test_versions_and_options_become_the_inputs_of_the_action(
    step: Step, given: dict[str, object], render_step: Callable[..., Any]
) -> None:
    assert render_step(step).step.get("with", {}) == given


def test_rust_needs_no_third_party(render_step: Callable[..., Any]) -> None:
    step = render_step(_tool("rust", "{{ matrix.rust }}", components="clippy, rustfmt", targets="wasm32")).step
    assert step["run"] == (
        'rustup toolchain install "${{ matrix.rust }}" --profile minimal --no-self-update '
        "--component clippy --component rustfmt --target wasm32\n"
        'rustup default "${{ matrix.rust }}"\n'
    )


def test_a_tool_nobody_knows_is_an_error_with_those_there_are(render_step: Callable[..., Any]) -> None:
    rendered = render_step(_tool("cobol"))
    assert rendered.codes == ["GITHUB_005"]
    assert "python" in rendered.diagnostics[0].hint


def test_an_option_without_a_meaning_is_named(render_step: Callable[..., Any]) -> None:
    rendered = render_step(_tool("node", "24", color="red"), _tool("rust", color="red"))
    assert rendered.codes == ["GITHUB_006", "GITHUB_006"]
    assert '"color"' in rendered.diagnostics[0].message


def test_every_action_is_pinned_to_a_commit() -> None:
    assert {setup.action for setup in TOOLS.values()} <= set(PINS)
    for action, pin in PINS.items():
        assert re.fullmatch(r"[0-9a-f]{40}", pin.commit)
        assert re.fullmatch(r"v\d+\.\d+\.\d+", pin.version)
        assert (uses(action).value, uses(action).comment) == (f"{action}@{pin.commit}", pin.version)


NODE_24 = {
    "actions/cache": 5,
    "actions/checkout": 5,
    "actions/download-artifact": 7,
    "actions/setup-go": 6,
    "actions/setup-java": 5,
    "actions/setup-node": 5,
    "actions/setup-python": 6,
    "actions/upload-artifact": 6,
}


def test_no_action_runs_on_the_removed_node_20() -> None:
    majors = {action: int(PINS[action].version[1:].partition(".")[0]) for action in NODE_24}
    assert all(majors[action] >= minimum for action, minimum in NODE_24.items())
