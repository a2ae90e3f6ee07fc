"""Caches: their keys, and when they are restored and saved."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cigen.sdk import Cache, CachePart, CacheUse, Container, Job, PushTrigger, Run, Step, TagTrigger, Triggers

Render = Callable[..., Any]
LOCK, RUBY = CachePart(files="Gemfile.lock"), CachePart("ruby:3")


def use(*parts: CachePart, **given: Any) -> Step:
    return Step("gems", name="Gems", cache=CacheUse(Cache("gems", ("vendor",), parts, **given)))


RUN = Step("r", run=Run("x"))


def steps(found: Any) -> list[Any]:
    return list(found.job["steps"][1:])


def test_the_last_files_part_is_what_an_older_entry_may_lack(render_step: Render) -> None:
    restore, run, save = steps(render_step(use(LOCK, RUBY), Step("r", run=Run("x"))))
    key = 'gems-{{ arch }}-ruby:3-{{ checksum "Gemfile.lock" }}'
    assert restore == {"restore_cache": {"name": "Gems", "keys": [key, "gems-{{ arch }}-ruby:3-"]}}
    assert run == {"run": "x"}
    assert save == {"save_cache": {"key": key, "paths": ["vendor"]}}


def test_without_a_fallback_there_is_one_key(render_step: Render) -> None:
    restore, save = steps(render_step(use(LOCK, fallback=False, save="always")))
    assert len(restore["restore_cache"]["keys"]) == 1
    assert save["save_cache"]["when"] == "always"


def test_a_cache_that_is_never_saved_is_restored_only(render_step: Render) -> None:
    assert [list(step) for step in steps(render_step(use(save="never")))] == [["restore_cache"]]


def test_it_is_saved_after_what_always_runs_and_may_have_tidied_it_up(render_step: Render) -> None:
    found = render_step(use(), Step("r", run=Run("x")), Step("c", run=Run("prune"), run_on="always"))
    assert [next(iter(step)) for step in steps(found)] == ["restore_cache", "run", "run", "save_cache"]


def test_the_image_of_the_job_is_part_of_the_key(render_step: Render) -> None:
    restore, _ = steps(render_step(use(), image=Container("ghcr.io/acme/ruby:3.4")))
    assert restore["restore_cache"]["keys"] == ["gems-{{ arch }}-ghcr.io-acme-ruby-3.4"]


def test_globs_are_hashed_by_a_step(render_step: Render, tmp_path: Path) -> None:
    hashing, restore, _ = steps(render_step(use(CachePart(files="app/**/*.lock"))))
    assert '{{ checksum "/tmp/cig-cache-gems-0" }}' in restore["restore_cache"]["keys"][0]
    command = hashing["run"]["command"].replace("/tmp/cig-cache-gems-0", str(tmp_path / "out"))

    def digest() -> str:
        subprocess.run(["bash", "-eo", "pipefail", "-c", command], cwd=tmp_path, check=True)
        return (tmp_path / "out").read_text()

    (tmp_path / "app/a").mkdir(parents=True)
    empty = digest()
    (tmp_path / "app/a/x.lock").write_text("1")
    one = digest()
    (tmp_path / "app/a/y.txt").write_text("1")
    assert digest() == one != empty


def test_no_cache_reaches_what_a_tag_releases(
    render_step: Render, render: Render, make_job: Callable[..., Job]
) -> None:
    both = Triggers(PushTrigger(), tag=TagTrigger(("v*",)))
    restore, _, save = steps(render(make_job(use(LOCK), RUN), triggers=both))
    for step in (restore, save):
        assert step["when"]["condition"] == {"equal": ["", "<< pipeline.git.tag >>"]}
    assert steps(render(make_job(use(LOCK)), triggers=Triggers(tag=TagTrigger(("v*",))))) == []


def test_steps_under_one_condition_share_it(render: Render, make_job: Callable[..., Job]) -> None:
    both = Triggers(PushTrigger(), tag=TagTrigger(("v*",)))
    restore, _, save = steps(render(make_job(use(LOCK), use(RUBY), RUN), triggers=both))
    assert [len(step["when"]["steps"]) for step in (restore, save)] == [2, 2]


def test_a_key_that_is_too_long_is_an_error(render_step: Render) -> None:
    found = render_step(use(CachePart("x" * 900)))
    assert found.codes == ["CIRCLECI_009"]
    assert "936 characters" in found.message("CIRCLECI_009")


def test_a_cache_of_nothing_or_of_wildcards_is_an_error(render_step: Render) -> None:
    for paths in ((), ("**/node_modules",)):
        assert render_step(Step("c", cache=CacheUse(Cache("c", paths)))).codes == ["CIRCLECI_006"]


def test_braces_in_a_key_are_braces(render_step: Render) -> None:
    restore, _ = steps(render_step(use(CachePart("{{ x }}<<"))))
    assert restore["restore_cache"]["keys"] == ['gems-{{ arch }}-{{ "{{" }} x }}\\<<']
