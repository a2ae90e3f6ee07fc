"""Signatures as docs/caching.md defines them, written from that page alone and sharing no code with cig.

For the part of cig.toml that needs no other page: scripts, variables, needs, a matrix, timeouts, machines without a
definition, globs made of names, `*` within one, and `**`; and steps of modules that read files by their names.
"""

import hashlib
import itertools
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
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


TOKEN = re.compile(
    r"(?P<above>\*\*/)|(?P<below>/\*\*$)|(?P<all>\*\*)|(?P<star>\*)|\[(?P<one>.)\]|\{(?P<mark>!?)\}|(?P<text>.)"
)
WILD = {"above": "(?:[^/]+/)*", "below": "(?:/.+)?", "all": ".+", "star": "[^/]*"}


def matches(pattern: str, path: str, values: Mapping[str, str] = MappingProxyType({})) -> bool:
    """Whether a glob, with the values of a leg as they are, matches a path."""
    parts = re.split(r"\{\{ matrix\.(\w+) \}\}", pattern)
    parts[1::2] = [re.escape(values[name]) for name in parts[1::2]]
    parts[::2] = ["".join(WILD.get(t.lastgroup, re.escape(t[t.lastgroup])) for t in tokens(p)) for p in parts[::2]]
    return re.fullmatch("".join(parts), path) is not None


def tokens(pattern: str) -> Iterator[Any]:
    return TOKEN.finditer(pattern)


def plain(pattern: str) -> str | None:
    """The text that a glob stands for; None for one with wildcards."""
    found = list(tokens(pattern))
    return None if any(t.lastgroup in WILD for t in found) else "".join(t[t.lastgroup] for t in found)


def in_leg(glob: str, values: Mapping[str, str]) -> str:
    """A glob with the values of a leg in it, spelled so that each stands for its text."""

    def literal(found: re.Match[str]) -> str:
        return re.sub(r"[*?\[{},]", r"[\g<0>]", values[found[1]]).replace("!", "{!}") or "{}"

    filled = re.sub(r"\{\{ matrix\.(\w+) \}\}", literal, glob)
    mark, path = filled[: filled.startswith("!")], filled[filled.startswith("!") :]
    *folders, name = path.split("/")
    return mark + "/".join([folder for folder in folders if folder != "."] + [name])


def selected(files: Files, globs: list[str]) -> Iterator[tuple[str, str, str]]:
    """Path, mode and id of everything that is an input; a directory that a glob covers wholly is one entry."""
    wanted, unwanted = [g for g in globs if g[0] != "!"], [g[1:] for g in globs if g[0] == "!"]
    whole = tuple(folder for g in wanted if re.search(r"(?:^|/)\*\*$", g) and (folder := plain(g[:-2])) is not None)
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
    job = json.loads(json.dumps(job))
    for table, key in (("inputs", "files"), ("skip_if", "paths_unmodified")):
        globs = job.get(table, {}).get(key)
        if globs is not None:
            job[table][key] = [
                {"pattern": in_leg(g["glob"], values), "optional": True}
                if isinstance(g, dict)
                else {"pattern": in_leg(g, values)}
                for g in globs
            ]
    filled = re.sub(r"\{\{ matrix\.(\w+) \}\}", lambda found: values[found[1]], json.dumps(job))
    job = {name: value for name, value in json.loads(filled).items() if name not in COSMETIC and value != []}
    if "env" in job:
        job["env"] = pairs(job["env"])
    job["steps"] = [
        {"id": s["id"]} | does(s) | ({"env": pairs(s["env"])} if s.get("env") else {}) for s in job["steps"]
    ]
    return job


def does(step: dict[str, Any]) -> dict[str, Any]:
    if "run" in step:
        return {"run": {"script": step["run"]}}
    inputs = {"inputs": [{"name": n, "value": v} for n, v in step["with"].items()]} if "with" in step else {}
    return {"module": {"module": step["uses"], **inputs}}


def pairs(table: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in sorted(table.items())]


def legs(name: str, job: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """Plan keys: a value that begins with a letter stands for itself, any other follows its axis."""
    axes = job.get("matrix", {})
    for values in itertools.product(*axes.values()):
        named = dict(zip(axes, values, strict=True))
        parts = [v if v[0].isalpha() else a + v for a, v in named.items()]
        yield "-".join([name, *(re.sub(r"[^A-Za-z0-9._+-]+", "-", part) for part in parts)]), named


def inputs(files: Files, job: dict[str, Any], values: Mapping[str, str]) -> list[list[str]]:
    """The components of the files that a job, or a leg of it, declares."""
    declared = [*job.get("skip_if", {}).get("paths_unmodified", ()), *job.get("inputs", {}).get("files", ())]
    globs = [in_leg(g["glob"] if isinstance(g, dict) else g, values) for g in declared]
    if not globs:
        return [["file", "", f"git:{tree_id(files, '')}"]]
    unwanted = [g[1:] for g in globs if g[0] == "!"]
    listed = sorted((path.encode(), f"git:{mode}:{id} {path}") for path, mode, id in selected(files, globs))
    found = [["files", "", "\0".join(row for _, row in listed)]] if listed else []
    named = {plain(g) for g in globs if g[0] != "!" and "[" not in g} - {None} - files.keys()
    return found + [["absent", path, ""] for path in named if path and not any(matches(u, path) for u in unwanted)]


def shaping(files: Files, job: dict[str, Any], values: Mapping[str, str], plugin: dict[str, Any]) -> list[list[str]]:
    """The components of a module that has a say. `reads`: names of files. `digest`: as cig tells it of the folder."""
    job = json.loads(re.sub(r"\{\{ matrix\.(\w+) \}\}", lambda found: values[found[1]], json.dumps(job)))
    uses = [step.get("with", {}) for step in job["steps"] if step.get("uses") == plugin["name"]]
    asked = [name for name in job.get("packages", ()) if f"package:{name}" in plugin["serves"]]
    if not uses and not asked:
        return []
    rows = [["plugin", plugin["name"], f"{plugin['version']} {plugin['digest']}"]]
    for path in plugin["reads"]:
        value = f"file git:{files[path][0]}:{git_id('blob', files[path][1])}" if path in files else "absent "
        if path in files and files[path][0].startswith("100") and path in plugin["lockfiles"] and not asked:
            value = in_part(path, files[path][1].decode(), uses, plugin["lockfiles"][path]) or value
        rows.append(["reads", f"{plugin['name']} {path}", value])
    return rows


def in_part(path: str, lock: str, uses: list[dict[str, str]], names: list[str]) -> str:
    """What stands for a lockfile of which a job installs parts; empty where it may install more."""
    found = set()
    for given in uses:
        package, listed = (given.get(name, "") if name in names else "" for name in ("package", "only_groups"))
        groups = sorted({name.strip() for name in listed.split(",")}) if listed else []
        good = re.fullmatch(r"(?:[\w@][\w@./-]*)?", package) and all(re.fullmatch(r"[\w.-]+", g) for g in groups)
        if not (package or groups) or not good:
            return ""
        try:
            part = {"package-lock.json": npm_part, "uv.lock": uv_part}[path](lock, package, groups)
        except KeyError:
            return ""
        told = digest(canonical({**part, "only_groups": groups, "package": package}).encode())
        found.add(f"part {told} {package}{':' + ','.join(groups) if groups else ''}")
    return " ".join(sorted(found))


def npm_part(text: str, package: str, _: list[str]) -> dict[str, Any]:
    lock = json.loads(text)
    entries: dict[str, dict[str, Any]] = lock.pop("packages")

    def edges(path: str) -> Iterator[str]:
        entry = entries[path]
        if entry.get("link"):
            yield entry["resolved"]
        kinds = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
        names = [name for kind in kinds for name in entry.get(kind, ())]
        for name in names:
            folder = path
            while f"{folder}/node_modules/{name}".lstrip("/") not in entries and folder:
                folder = folder.rpartition("/")[0]
            yield from {f"{folder}/node_modules/{name}".lstrip("/")} & entries.keys()

    found = reached(["", package], edges)
    found |= {path for path, entry in entries.items() if entry.get("link") and entry["resolved"] in found}
    return {"rest": lock, "entries": {path: entries[path] for path in found}}


def uv_part(text: str, package: str, groups: list[str]) -> dict[str, Any]:
    lock = tomllib.loads(text)
    listed: list[dict[str, Any]] = lock.pop("package")
    entries = {entry["name"]: [one for one in listed if one["name"] == entry["name"]] for entry in listed}

    def edges(name: str) -> Iterator[str]:
        for entry in entries[name]:
            lists = [entry.get("dependencies", []), *entry.get("optional-dependencies", {}).values()]
            yield from (
                edge["name"] for edges in (*lists, *entry.get("dev-dependencies", {}).values()) for edge in edges
            )

    owners = {package} - {""}
    starts = owners
    if groups:
        owners |= {entry["name"] for entry in listed if "." in entry["source"].values()}
        places = [entry.get("dev-dependencies", {}) for name in owners for entry in entries[name]]
        named = {group: [place[group] for place in places if group in place] for group in groups}
        if not all(named.values()):
            raise KeyError(groups)
        starts = {edge["name"] for lists in named.values() for edges in lists for edge in edges}
    return {"rest": lock, "entries": {name: entries[name] for name in reached(starts, edges) | owners}}


def reached(starts: Iterable[str], edges: Callable[[str], Iterable[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += edges(name)
    return found


def signatures(
    files: Files, config: dict[str, Any], environ: Mapping[str, str], plugins: Iterable[dict[str, Any]] = ()
) -> dict[str, str]:
    """Plan key → signature. Jobs stand in `config` after those that they need."""
    found: dict[str, str] = {}
    keys = {name: [key for key, _ in legs(name, job)] for name, job in config["jobs"].items()}
    shared = [["scheme", "", "cs1"], ["definition", "permissions", shown([{"name": "contents", "value": "read"}])]]
    shared += [["definition", f"env.{name}", shown(value)] for name, value in config.get("env", {}).items()]
    for name, job in config["jobs"].items():
        variables = job.get("inputs", {}).get("env", ())
        common = [["env", n, digest(environ[n].encode()) if n in environ else ""] for n in variables]
        common += [["upstream", key, found[key]] for need in job.get("needs", ()) for key in keys[need]]
        for key, values in legs(name, job):
            rows = [["definition", field, shown(value)] for field, value in given(job, values).items()]
            rows += [["definition", "machine", shown({"name": job.get("runner", "linux")})], *shared, *common]
            rows += [["matrix", axis, value] for axis, value in values.items()]
            rows += inputs(files, job, values)
            rows += [row for plugin in plugins for row in shaping(files, job, values, plugin)]
            found[key] = "cs1:" + hashlib.sha256(b"cs1\0" + canonical(sorted(rows)).encode()).hexdigest()
    return found
