"""What a cache is to a job in a container."""

from collections.abc import Callable
from typing import Any

import pytest

from cigen.sdk import Cache, CachePart, CacheUse, Container, Step

Render = Callable[..., Any]


def cached(*paths: str) -> Step:
    return Step("cache", cache=CacheUse(Cache("it", paths, (CachePart("v1"),))))


@pytest.mark.parametrize(
    ("paths", "unseen"),
    [
        (("~/.m2",), '"~/.m2"'),
        (("/usr/local/bundle", "vendor"), '"/usr/local/bundle"'),
        (("../shared", "$HOME/x"), '"../shared", "$HOME/x"'),
        (("vendor/..", "./target", "..cache", "a~"), ""),
    ],
)
def test_a_container_is_said_not_to_see_what_is_cached_outside_of_the_workspace(
    paths: tuple[str, ...], unseen: str, render_step: Render
) -> None:
    found = render_step(cached(*paths), image=Container("maven:3"))
    told = [one for one in found.diagnostics if one.code == "BUILDKITE_028"]
    assert [one.key for one in told] == [("caches", "it")] * bool(unseen)
    assert all(f'see {unseen}, which cache "it" keeps' in one.message for one in told)
    assert found.step["cache"]["paths"] == [path.replace("$", "$$") for path in paths]


def test_what_the_options_of_the_image_mount_is_seen(render_step: Render) -> None:
    image = Container("maven:3", options="--volume ~/.m2:/root/.m2")
    assert "BUILDKITE_028" not in render_step(cached("~/.m2"), image=image).codes
    assert "BUILDKITE_028" in render_step(cached("~/.m2", "/opt/x"), image=image).codes


def test_without_a_container_everything_is_seen(render_step: Render) -> None:
    assert render_step(cached("~/.m2")).codes == ["BUILDKITE_018"]


def test_several_jobs_with_one_cache_are_told_once(make_job: Callable[..., Any], render: Render) -> None:
    jobs = [make_job(cached("~/.m2"), id=name, image=Container("maven:3")) for name in "ab"]
    assert render(*jobs).codes.count("BUILDKITE_028") == 1
