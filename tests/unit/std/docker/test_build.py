"""docker/build: Buildx where it is asked for, and a build in place of a step."""

import re
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cigen.model.resources import Inputs, Job, ModuleUse, Pair, PathGlob, SkipIf, Step
from cigen.std.docker.build.command import shell_word
from cigen.std.docker.build.plugin import PLUGIN

Call = Callable[..., Any]


def job(packages: tuple[str, ...] = ("docker",), said: dict[str, str] | None = None, **fields: Any) -> Job:
    steps = ()
    if said is not None:
        given_inputs = tuple(Pair(name, value) for name, value in said.items())
        steps = (Step(id="image", module=ModuleUse("docker/build", ">=1.1", given_inputs)),)
    return Job(**{"id": "build", "packages": packages, "steps": steps, **fields})


def script(result: Any) -> str:
    return str(result.resources[-1].steps.steps[-1].run.script)


def test_the_example_of_the_specification(plan_with: Call, outline: Call) -> None:
    result = plan_with(PLUGIN, job(said={"target": "release", "push": "false"}))
    assert outline(result) == [
        "build setup",
        "  setup-docker: tool docker-buildx",
        "build replace image",
        "  build-image: docker buildx build --target release .",
    ]
    assert result.resources[0].steps.order == 40
    assert result.resources[1].steps.steps[0].name == "Build image release"
    assert result.diagnostics == ()


def test_a_step_without_the_package_brings_buildx_itself(plan_with: Call, outline: Call) -> None:
    assert outline(plan_with(PLUGIN, job(packages=(), said={}))) == [
        "build replace image",
        "  setup-docker: tool docker-buildx",
        "  build-image: docker buildx build .",
    ]


def test_every_input(plan_with: Call) -> None:
    inputs = {
        "context": "services/api",
        "file": "docker/Dockerfile.ci",
        "target": "release",
        "tags": "ghcr.io/acme/api:latest, ghcr.io/acme/api:$GIT_SHA",
        "build_args": "VERSION=1.2 beta\nQUIET=${QUIET}",
        "platforms": "linux/amd64,linux/arm64",
        "push": "true",
    }
    result = plan_with(PLUGIN, job(said=inputs, effects=True))
    assert script(result).splitlines() == [
        "docker buildx build \\",
        "  --file docker/Dockerfile.ci \\",
        "  --target release \\",
        "  --platform linux/amd64,linux/arm64 \\",
        "  --build-arg 'VERSION=1.2 beta' \\",
        '  --build-arg "QUIET=${QUIET}" \\',
        "  --tag ghcr.io/acme/api:latest \\",
        '  --tag "ghcr.io/acme/api:$GIT_SHA" \\',
        "  --push \\",
        "  services/api",
    ]
    assert result.diagnostics == ()


@pytest.mark.parametrize(
    ("inputs", "loads"),
    [
        ({}, False),
        ({"tags": "a:1"}, True),
        ({"tags": "a:1", "platforms": "linux/arm64"}, True),
        ({"tags": "a:1", "platforms": "linux/arm64,linux/amd64"}, False),
        ({"tags": "a:1", "push": "true"}, False),
    ],
)
def test_a_tagged_image_stays_at_hand(inputs: dict[str, str], loads: bool, plan_with: Call) -> None:
    assert ("--load" in script(plan_with(PLUGIN, job(said=inputs)))) == loads


def test_a_push_needs_a_tag(plan_with: Call) -> None:
    (found,) = plan_with(PLUGIN, job(said={"push": "true"})).diagnostics
    assert (found.code, found.level.value, found.key) == ("DOCKER_002", "error", ("jobs", "build", "steps", 0))


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({}, []),
        ({"skip_if": SkipIf(env=("SKIP",))}, []),
        ({"skip_if": SkipIf(paths_unmodified=(PathGlob("src/**"),))}, ["DOCKER_003"]),
        ({"inputs": Inputs(files=(PathGlob("src/**"),))}, ["DOCKER_003"]),
        ({"inputs": Inputs(files=(PathGlob("src/**"),)), "effects": True}, []),
    ],
)
def test_a_push_must_not_be_skipped(fields: dict[str, Any], codes: list[str], plan_with: Call, codes_of: Call) -> None:
    assert codes_of(plan_with(PLUGIN, job(said={"push": "true", "tags": "a:1"}, **fields))) == codes


@pytest.mark.parametrize(
    ("inputs", "hint"),
    [
        ({"psuh": "true"}, 'accepted inputs: "build_args", "context", "file", "platforms", "push", "tags", "target"'),
        ({"push": "yes"}, "write true or false"),
        ({"target": "a b"}, r"it must match [\w.-]+"),
        ({"build_args": "NAME"}, 'write { NAME = "value" }'),
    ],
)
def test_a_wrong_input(inputs: dict[str, str], hint: str, plan_with: Call) -> None:
    (found,) = plan_with(PLUGIN, job(said=inputs)).diagnostics
    assert (found.code, found.hint) == ("DOCKER_001", hint)


def test_lists_and_tables_in_settings(plan_with: Call) -> None:
    settings = {"tags": '["a:1", "b:2"]', "build_args": '{"N": 1, "ON": true, "S": "x"}'}
    text = script(plan_with(PLUGIN, job(said={}), settings=settings))
    assert "--build-arg N=1" in text
    assert "--build-arg ON=true" in text
    assert "--tag a:1 \\\n  --tag b:2" in text


def test_a_dockerfile_alone_enables_nothing(request_for: Call) -> None:
    assert PLUGIN.detect(request_for({"Dockerfile": "FROM scratch"})).confidence == 0.3
    assert PLUGIN.detect(request_for({})).confidence == 0.0


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("plain", "plain"),
        ("two words", "'two words'"),
        ("$HOME/x", '"$HOME/x"'),
        ("${A}-$(id)`id`", '"${A}-\\$(id)\\`id\\`"'),
        ('$A"b\\', '"$A\\"b\\\\"'),
        ("costs $5", "'costs $5'"),
        ("", "''"),
    ],
)
def test_a_word_for_the_shell(text: str, word: str) -> None:
    assert shell_word(text) == word


@settings(max_examples=60)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(["$V", "${V}", "$", "`", '"', "'", "\\", "!", "$(", ")", " ", "\n"]), st.text("ab{}*~")
        )
    )
)
def test_the_shell_sees_one_word_in_which_only_variables_change(parts: list[str]) -> None:
    text = "".join(parts)
    shown = subprocess.run(
        ["sh", "-c", f"printf %s {shell_word(text)}"], capture_output=True, text=True, check=True, env={"V": '<$`">'}
    ).stdout
    assert shown == re.sub(
        r"\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})", lambda m: '<$`">' if m[0].strip("${}") == "V" else "", text
    )
