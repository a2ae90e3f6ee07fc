"""Signatures as docs/caching.md defines them, written from that page alone and sharing no code with cig.

For the part of cig.toml that needs no other page: scripts, variables, needs, a matrix, timeouts, machines without a
definition, and globs made of names, `*` within one, and `**`.
"""

import hashlib
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Files = Mapping[str, tuple[str, bytes]]
"""Path → git's mode (100644, 100755, 120000) and content."""

COSMETIC = {"id", "name", "description", "needs", "matrix", "runner"}


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def shown(value: Any) -> str:
    text = canonical(value)
    return text if len(text.encode()) <= 200 else digest(text.encode())


def git_id(kind: str, data: bytes) -> str:
    return hashlib.sha1(b"%s %d\0" % (kind.encode(), len(data)) + data, usedforsecurity=False).hexdigest()


def tree_id(files: Files, folder: str) -> str:
    """Git's id of a directory; `folder` ends with `/`, and is empty for the root."""
    rows: dict[str, tuple[str, str]] = {}
    for path, (mode, content) in files.items():
        if path.startswith(folder):
            name, slash, _ = path[len(folder) :].partition("/")
            below = tree_id(files, f"{folder}{name}/") if slash and name + "/" not in rows else ""
            if not slash:
                rows[name] = (mode, git_id("blob", content))
            elif below:
                rows[name + "/"] = ("40000", below)
    ordered = sorted((name.encode(), *row) for name, row in rows.items())
    return git_id(
        "tree", b"".join(m.encode() + b" " + n.rstrip(b"/") + b"\0" + bytes.fromhex(i) for n, m, i in ordered)
    )


def matches(pattern: str, path: str) -> bool:
    made = re.escape(pattern).replace(r"\*\*/", "(?:[^/]+/)*").replace(r"/\*\*", "(?:/.+)?").replace(r"\*\*", ".+")
    return re.fullmatch(made.replace(r"\*", "[^/]*"), path) is not None


def selected(files: Files, globs: list[str]) -> Iterator[tuple[str, str, str]]:
    """Path, mode and id of everything that is an input; a directory that a glob covers wholly is one entry."""
    wanted, unwanted = [g for g in globs if g[0] != "!"], [g[1:] for g in globs if g[0] == "!"]
    whole = tuple(g.removesuffix("**") for g in wanted if re.fullmatch(r"(?:[^*]*/)?\*\*", g))
    folders = {path[: at + 1] for path in files for at, letter in enumerate(path) if letter == "/"} | {""}
    covered = (
        {f for f in folders if f.startswith(whole) and not any(may_exclude(u, f) for u in unwanted)} if whole else set()
    )
    found = {
        path for path in files if any(matches(g, path) for g in wanted) and not any(matches(u, path) for u in unwanted)
    }
    attributes = set()
    for path in found | covered:
        parents = path.rstrip("/").split("/")[:-1] if path else []
        attributes |= {
            "/".join([*parents[:depth], ".gitattributes"]) for depth in range(len(parents) + 1)
        } & files.keys()
    for folder in covered:
        if not any(folder != other and folder.startswith(other) for other in covered):
            yield folder or "./", "040000", tree_id(files, folder)
    for path in found | attributes:
        if not any(path.startswith(folder) for folder in covered):
            yield path, files[path][0], git_id("blob", files[path][1])


def may_exclude(glob: str, folder: str) -> bool:
    """Whether there could be a file in the folder that the glob selects."""

    def below(segments: list[str], parents: list[str]) -> bool:
        if not parents or not segments:
            return bool(segments)
        if segments[0] == "**":
            return below(segments[1:], parents) or below(segments, parents[1:])
        return matches(segments[0], parents[0]) and below(segments[1:], parents[1:])

    return below(glob.split("/"), folder.split("/")[:-1])


def given(job: dict[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """The fields of the definition: what cig.toml says, without defaults and labels, names and values as lists."""
    filled = re.sub(r"\{\{ matrix\.(\w+) \}\}", lambda found: values[found[1]], json.dumps(job))
    job = {name: value for name, value in json.loads(filled).items() if name not in COSMETIC and value != []}
    if "env" in job:
        job["env"] = pairs(job["env"])
    job["steps"] = [
        {"id": s["id"], "run": {"script": s["run"]}} | ({"env": pairs(s["env"])} if s.get("env") else {})
        for s in job["steps"]
    ]
    for table, key in (("inputs", "files"), ("skip_if", "paths_unmodified")):
        globs = job.get(table, {}).get(key)
        if globs is not None:
            job[table][key] = [
                {"pattern": g["glob"], "optional": True} if isinstance(g, dict) else {"pattern": g} for g in globs
            ]
    return job


def pairs(table: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in sorted(table.items())]


def legs(name: str, job: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """Plan keys: a value that begins with a letter stands for itself, any other follows its axis."""
    axes = job.get("matrix", {})
    for values in itertools.product(*axes.values()):
        named = dict(zip(axes, values, strict=True))
        yield "-".join([name, *(v if v[0].isalpha() else a + v for a, v in named.items())]), named


def signatures(files: Files, config: dict[str, Any], environ: Mapping[str, str]) -> dict[str, str]:
    """Plan key → signature. Jobs stand in `config` after those that they need."""
    found: dict[str, str] = {}
    keys = {name: [key for key, _ in legs(name, job)] for name, job in config["jobs"].items()}
    shared = [["scheme", "", "cs1"], ["definition", "permissions", shown([{"name": "contents", "value": "read"}])]]
    shared += [["definition", f"env.{name}", shown(value)] for name, value in config.get("env", {}).items()]
    for name, job in config["jobs"].items():
        declared = [*job.get("skip_if", {}).get("paths_unmodified", ()), *job.get("inputs", {}).get("files", ())]
        globs = [g["glob"] if isinstance(g, dict) else g for g in declared]
        inputs = [["file", "", f"git:{tree_id(files, '')}"]]
        if globs:
            unwanted = [g[1:] for g in globs if g[0] == "!"]
            listed = sorted((path.encode(), f"git:{mode}:{id} {path}") for path, mode, id in selected(files, globs))
            inputs = [["files", "", "\0".join(row for _, row in listed)]] if listed else []
            literal = {g for g in globs if g[0] != "!" and "*" not in g and g not in files}
            inputs += [["absent", path, ""] for path in literal if not any(matches(u, path) for u in unwanted)]
        inputs += [
            ["env", n, digest(environ[n].encode()) if n in environ else ""]
            for n in job.get("inputs", {}).get("env", ())
        ]
        inputs += [["upstream", key, found[key]] for need in job.get("needs", ()) for key in keys[need]]
        for key, values in legs(name, job):
            rows = [["definition", field, shown(value)] for field, value in given(job, values).items()]
            rows += [["definition", "machine", shown({"name": job.get("runner", "linux")})], *shared, *inputs]
            rows += [["matrix", axis, value] for axis, value in values.items()]
            found[key] = "cs1:" + hashlib.sha256(b"cs1\0" + canonical(sorted(rows)).encode()).hexdigest()
    return found
