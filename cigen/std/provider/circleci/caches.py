"""Caches: restored where cig.toml has them, saved when the job's own steps are done.

Owns: the key. It names the cache, the machine's system and processor, the job's image if it names one, and the parts. A
file's checksum is CircleCI's own template; where a part is a glob, a step works out one checksum for all of its files.
An entry with another last files part is good enough to begin with, so that part stands last. Nothing that a tag's run
builds may come from a cache that other runs could write: there neither step does anything.
"""

import re
import shlex
from dataclasses import dataclass

from cigen.sdk import Cache, Job
from cigen.sdk.yaml import Value
from cigen.std.ci.caches import HASH_FILES, glob_expression
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.circleci.texts import key_text, render_text, slug
from cigen.std.report import Report

__all__ = ["KEY_LIMIT", "CacheSteps", "render_cache"]

KEY_LIMIT = 900
_WILD = re.compile(r"[*?\[{!]")
_ARCH, _CHECKSUM = 30, 44
_HASH = "/tmp/cig-cache"  # noqa: S108  one job, one machine


@dataclass(frozen=True, slots=True)
class CacheSteps:
    """What restores a cache, and what saves it: empty for one that is never saved."""

    restore: list[Value]
    save: list[Value]


def render_cache(cache: Cache, job: Job, name: str, report: Report) -> CacheSteps:
    """The steps of a cache. Raises CannotExpress for a cache of nothing."""
    if not cache.paths:
        raise CannotExpress(f'cache "{cache.id}" has no paths', f"[caches.{cache.id}] paths = […]")
    if any(re.search(r"[*?\[]", path) for path in cache.paths):
        raise CannotExpress(f'cache "{cache.id}" has paths with wildcards, which CircleCI takes by the letter')
    prefix, last, hashing = _key(cache, job)
    key = prefix + last
    longest = len(re.sub(r"\{\{ checksum [^}]*\}\}", "x" * _CHECKSUM, key.replace("{{ arch }}", "x" * _ARCH)))
    if longest > KEY_LIMIT:
        message = f'the key of cache "{cache.id}" in job "{job.id}" can have {longest} characters'
        hint = f"CircleCI allows {KEY_LIMIT}: use fewer or shorter key_parts"
        report.error("CIRCLECI_009", message, hint=hint, key=("caches", cache.id, "key_parts"))
    named: dict[str, Value] = {"name": render_text(name)} if name else {}
    keys: list[Value] = [key, prefix] if cache.fallback and last else [key]
    restore: list[Value] = []
    if hashing:
        restore.append({"run": {"name": f"Work out the key of {cache.id}", "command": render_text(hashing)}})
    restore.append({"restore_cache": {**named, "keys": keys}})
    if cache.save == "never":
        return CacheSteps(restore, [])
    saved: dict[str, Value] = {"key": key, "paths": [render_text(path) for path in cache.paths]}
    if cache.save == "always":
        saved["when"] = "always"
    return CacheSteps(restore, [{"save_cache": saved}])


def _key(cache: Cache, job: Job) -> tuple[str, str, str]:
    """What any acceptable entry's key begins with, the rest of the exact one, and shell that hashes globs."""
    parts = [key_text(cache.id), "{{ arch }}"]
    if job.image is not None:
        parts.append(key_text(slug(job.image.image).replace("/", "-")))
    files = [part for part in cache.parts if part.files]
    last = files[-1] if files else None
    lines: list[str] = []
    tail = ""
    for number, part in enumerate(cache.parts):
        text = _checksum(part.files, f"{_HASH}-{cache.id}-{number}", lines) if part.files else key_text(part.literal)
        if part is last:
            tail = text
        else:
            parts.append(text)
    hashing = HASH_FILES + "\n".join(lines) + "\n" if lines else ""
    if last is None:
        return "-".join(parts), "", hashing
    return "-".join([*parts, ""]), tail, hashing


def _checksum(pattern: str, into: str, lines: list[str]) -> str:
    plain = pattern.removeprefix("./")
    if not _WILD.search(plain.replace("{{", "")):
        return f'{{{{ checksum "{key_text(plain)}" }}}}'
    wild = _WILD.search(plain)
    root = (plain[: wild.start()].rpartition("/")[0] if wild else "") or "."
    lines.append(f"cig_hash_files {shlex.quote(root)} {shlex.quote(glob_expression(plain))} > {into}")
    return f'{{{{ checksum "{into}" }}}}'
