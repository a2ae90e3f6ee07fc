"""A cache's key names everything that must agree, and falls back on the rest."""

from collections.abc import Callable
from typing import Any

import pytest

from cigen.sdk import (
    Cache,
    CachePart,
    CacheUse,
    Container,
    Leg,
    Matrix,
    MatrixAxis,
    Pair,
    PushTrigger,
    Step,
    TagTrigger,
    Triggers,
)
from cigen.std.provider.github.caches import longest

RUBY, LOCK, GEMS = CachePart("ruby:3.4"), CachePart(files="Gemfile.lock"), CachePart(files="*.gemspec")
START = "gems-${{ runner.os }}-${{ runner.arch }}"


def _step(*parts: CachePart, fallback: bool = True, paths: tuple[str, ...] = ("vendor",)) -> Step:
    return Step("cache-gems", "Cache gems", cache=CacheUse(Cache("gems", paths, parts, fallback)))


@pytest.mark.parametrize(
    ("parts", "key", "restore"),
    [
        ((), START, None),
        ((RUBY,), f"{START}-ruby:3.4", None),
        ((RUBY, LOCK), f"{START}-ruby:3.4-${{{{ hashFiles('Gemfile.lock') }}}}", f"{START}-ruby:3.4-"),
        # The part that may differ stands last, wherever it was written.
        ((LOCK, RUBY), f"{START}-ruby:3.4-${{{{ hashFiles('Gemfile.lock') }}}}", f"{START}-ruby:3.4-"),
        (
            (GEMS, LOCK),
            f"{START}-${{{{ hashFiles('*.gemspec') }}}}-${{{{ hashFiles('Gemfile.lock') }}}}",
            f"{START}-${{{{ hashFiles('*.gemspec') }}}}-",
        ),
        ((CachePart(files="{a,b}/'x'"),), f"{START}-${{{{ hashFiles('a/''x''', 'b/''x''') }}}}", f"{START}-"),
        (
            (CachePart(files="{{ matrix.x }}/*.lock"),),
            f"{START}-${{{{ hashFiles(format('{{0}}/*.lock', matrix.x)) }}}}",
            f"{START}-",
        ),
        ((CachePart("a,b {{ matrix.x }}"),), f"{START}-a_b ${{{{ matrix.x }}}}", None),
    ],
)
def test_the_key_has_all_parts_and_the_fallback_all_but_the_last_files(
    parts: tuple[CachePart, ...], key: str, restore: str | None, render_step: Callable[..., Any]
) -> None:
    given = render_step(_step(*parts)).step["with"]
    assert (given["key"], given.get("restore-keys")) == (key, restore)


def test_without_a_fallback_only_the_exact_key_counts(render_step: Callable[..., Any]) -> None:
    assert "restore-keys" not in render_step(_step(LOCK, fallback=False)).step["with"]


def test_several_paths_stand_on_lines_of_their_own(render_step: Callable[..., Any]) -> None:
    assert render_step(_step(paths=("a", "~/b"))).step["with"]["path"] == "a\n~/b\n"


def test_the_image_a_job_runs_in_is_part_of_the_key(render_step: Callable[..., Any]) -> None:
    key = render_step(_step(RUBY), image=Container("ghcr.io/me/ruby:3.4")).step["with"]["key"]
    assert key == f"{START}-ghcr.io-me-ruby-3.4-ruby:3.4"


def test_a_key_that_can_grow_too_long_is_an_error_with_its_length(render_step: Callable[..., Any]) -> None:
    legs = (Leg("test-x", (Pair("x", "v" * 500),)), Leg("test-y", (Pair("x", "v"),)))
    matrix = Matrix((MatrixAxis("x", ("v" * 500, "v")),), legs=legs)
    rendered = render_step(_step(CachePart("{{ matrix.x }}")), matrix=matrix)
    assert rendered.codes == ["GITHUB_020"]
    assert f"{len('gems-Windows-ARM64-') + 500} characters" in rendered.diagnostics[0].message
    room = 512 - len("gems-Windows-ARM64-")
    assert [render_step(_step(CachePart("v" * size))).codes for size in (room, room + 1)] == [[], ["GITHUB_020"]]


def test_a_hash_counts_with_the_digits_it_will_have(make_job: Callable[..., Any]) -> None:
    assert longest("a-${{ hashFiles('x') }}-${{ runner.os }}", make_job()) == 2 + 64 + 1 + 7


def test_no_cache_is_restored_for_a_tag(render: Callable[..., Any], make_job: Callable[..., Any]) -> None:
    job = make_job(_step(LOCK))
    both = render(job, triggers=Triggers(push=PushTrigger(), tag=TagTrigger(("v*",))))
    assert both.step["if"] == "github.ref_type != 'tag'"
    assert 'tags: ["v*"] # zizmor: ignore[cache-poisoning]' in both.text
    tags = render(job, triggers=Triggers(tag=TagTrigger(("v*",))))
    assert [step["name"] for step in tags.job["steps"]] == ["Check out"]
    assert "zizmor" not in tags.text
    assert "if" not in render(job).step


def _saved(save: str, render_step: Callable[..., Any]) -> list[dict[str, Any]]:
    cache = Cache("gems", ("vendor",), (CachePart(files="Gemfile.lock"),), save=save)
    found: list[dict[str, Any]] = render_step(Step("cache-gems", cache=CacheUse(cache))).job["steps"][1:]
    return found


def test_a_cache_is_saved_when_it_says_so(render_step: Callable[..., Any]) -> None:
    (plain,) = _saved("success", render_step)
    assert plain["uses"].startswith("actions/cache@")
    (never,) = _saved("never", render_step)
    assert never["uses"].startswith("actions/cache/restore@")
    restored, saved = _saved("always", render_step)
    assert restored["uses"].startswith("actions/cache/restore@")
    assert restored["id"] == "cache-gems"
    assert saved["uses"].startswith("actions/cache/save@")
    assert saved["if"].startswith("always() && steps.cache-gems.outcome == 'success' && ")
    assert saved["with"] == {"path": "vendor", "key": "${{ steps.cache-gems.outputs.cache-primary-key }}"}


def test_a_run_for_tags_alone_saves_none(render: Callable[..., Any], make_job: Callable[..., Any]) -> None:
    cache = Step("c", cache=CacheUse(Cache("gems", ("vendor",), save="always")))
    steps = render(make_job(cache), triggers=Triggers(tag=TagTrigger(("v*",)))).job["steps"]
    assert [step["name"] for step in steps] == ["Check out"]
