"""Caches, as `actions/cache` steps.

Owns: the key. It names the cache, the machine's system and architecture, the image the job runs in if any, and the
parts. An entry with another last files part is good enough to begin with, so that part stands last and the rest is the
key to fall back on. Nothing that a tag's run builds may come from a cache that other runs could write: there the step
does nothing.
"""

import re

from cigen.sdk import Cache, Job, Step
from cigen.sdk.yaml import Value
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.github.globs import file_patterns
from cigen.std.provider.github.pins import uses
from cigen.std.provider.github.texts import as_operand, render_text
from cigen.std.report import Report

__all__ = ["KEY_LIMIT", "longest", "render_cache", "save_step"]

KEY_LIMIT = 512
_LONGEST = {"runner.os": 7, "runner.arch": 5}
_HASH = 64


def render_cache(cache: Cache, job: Job, report: Report) -> dict[str, Value]:
    """`uses` and `with` of the step. Raises CannotExpress for a cache of nothing, or of too many globs.

    One that is not saved after a success, as `actions/cache` does by itself, is restored only.
    """
    if not cache.paths:
        raise CannotExpress(f'cache "{cache.id}" has no paths', f"[caches.{cache.id}] paths = […]")
    prefix, last = _key(cache, job)
    key = prefix + last
    if longest(key, job) > KEY_LIMIT:
        message = f'the key of cache "{cache.id}" in job "{job.id}" can have {longest(key, job)} characters'
        hint = f"GitHub allows {KEY_LIMIT}: use fewer or shorter key_parts"
        report.error("GITHUB_020", message, hint=hint, key=("caches", cache.id, "key_parts"))
    given: dict[str, Value] = {"path": _paths(cache), "key": key}
    if cache.fallback and last:
        given["restore-keys"] = prefix
    return {"uses": uses("actions/cache", "" if cache.save == "success" else "/restore"), "with": given}


def save_step(step: Step) -> dict[str, Value] | None:
    """The step that saves a cache whatever happened, if it is to be. Where nothing was restored, nothing is saved."""
    cache = step.cache.cache if step.cache else None
    if cache is None or cache.save != "always" or not cache.paths:
        return None
    restored = f"steps.{step.id}"
    return {
        "name": f"Save cache {cache.id}",
        "if": f"always() && {restored}.outcome == 'success' && {restored}.outputs.cache-hit != 'true'",
        "uses": uses("actions/cache", "/save"),
        "with": {"path": _paths(cache), "key": f"${{{{ {restored}.outputs.cache-primary-key }}}}"},
    }


def _paths(cache: Cache) -> str:
    paths = [render_text(path) for path in cache.paths]
    return paths[0] if len(paths) == 1 else "".join(f"{path}\n" for path in paths)


def longest(key: str, job: Job) -> int:
    """The most characters the key can have once GitHub has evaluated it."""
    values = [pair for leg in (job.matrix.legs if job.matrix else ()) for pair in leg.values]

    def width(found: re.Match[str]) -> str:
        inner = found[1].strip()
        if inner.startswith("matrix."):
            return "x" * max((len(pair.value) for pair in values if f"matrix.{pair.name}" == inner), default=0)
        return "x" * _LONGEST.get(inner, _HASH)

    return len(re.sub(r"\$\{\{(.*?)\}\}", width, key))


def _key(cache: Cache, job: Job) -> tuple[str, str]:
    """The key in two: what any acceptable entry begins with, and the last files part, which may be empty."""
    parts = [cache.id, "${{ runner.os }}", "${{ runner.arch }}"]
    if job.image is not None:
        parts.append(re.sub(r"[^A-Za-z0-9.{}$_ -]+", "-", render_text(job.image.image)))
    files = [part for part in cache.parts if part.files]
    last = files[-1] if files else None
    for part in cache.parts:
        # GitHub refuses a key with a comma.
        text = _hash(part.files) if part.files else render_text(part.literal).replace(",", "_")
        parts += [] if part is last else [text]
    if last is None:
        return "-".join(parts), ""
    return "-".join([*parts, ""]), _hash(last.files)


def _hash(pattern: str) -> str:
    patterns = ", ".join(as_operand(one) for one in file_patterns(pattern))
    return f"${{{{ hashFiles({patterns}) }}}}"
