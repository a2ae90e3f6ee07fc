"""Random repositories with a random cig.toml, random changes of them, and what a job of theirs really depends on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st
from reference import Files, git_id, given, legs, matches

from cigen.hashing.digest import EXECUTABLE, FILE, SYMLINK, git_blob
from cigen.hashing.memory_tree import MemoryTree
from cigen.model.paths import GitId
from cigen.rules.context import Context
from cigen.rules.signature import Signatures
from cigen.schema.load import load_config

MODES = {"100644": FILE, "100755": EXECUTABLE, "120000": SYMLINK}
PATHS = (
    "a",
    "b.c",
    "src/a",
    "src/b.c",
    "src/deep/a",
    "src/deep/c.md",
    "lib/x.c",
    "src/.gitattributes",
    ".gitattributes",
    "ñ/é.c",
    "src/*",
    "src/[x]/b.c",
    "src/!a",
    "{a,b}",
)
GLOBS = (
    "**",
    "*",
    "src/**",
    "src/*",
    "src/deep/**",
    "**/*.c",
    "lib/x.c",
    "gone",
    "src/gone",
    "a",
    "ñ/*",
    "!src/deep/**",
    "!**/*.md",
    "!a",
)
GLOBS_OF_LEGS = (
    "{{ matrix.v }}",
    "src/{{ matrix.v }}",
    "src/{{ matrix.v }}/**",
    "src/*{{ matrix.v }}",
    "**/{{ matrix.v }}",
    "!src/{{ matrix.v }}",
    "!src/{{ matrix.v }}/**",
)
VALUES = ("1", "deep", "src/deep", "b.c", "*", "!a", "[x]", "{a,b}", "a")
"""Of the axis `v`: numbers, paths, and texts that would be wildcards if they were not values."""
VARIABLES = ("FLAVOUR", "OTHER")


@dataclass(frozen=True)
class World:
    """Everything that could be in a signature, and with `remark` and `order` what must not be."""

    files: dict[str, tuple[str, bytes]]
    config: dict[str, Any]
    environ: dict[str, str] = field(default_factory=dict)
    remark: str = ""
    order: int = 1

    def toml(self) -> str:
        """cig.toml. Tables and their keys forwards or backwards."""
        lines = [f"# {self.remark}", 'version = "0.2"', "[project]", 'name = "world"']
        tables = [("env", self.config.get("env", {}))]
        tables += [(f"jobs.{name}", job) for name, job in self.config["jobs"].items()]
        for name, table in tables[:: self.order]:
            rows = [f"{key} = {toml(value, self.order)}" for key, value in table.items()]
            lines += [f"[{name}]", *rows[:: self.order]]
        return "\n".join(lines) + "\n"

    def every(self) -> Files:
        """All files, cig.toml among them."""
        return {**self.files, "cig.toml": ("100644", self.toml().encode())}


def toml(value: Any, order: int) -> str:
    if isinstance(value, dict):
        rows = [f"{json.dumps(key)} = {toml(item, order)}" for key, item in value.items()]
        return "{ " + ", ".join(rows[::order]) + " }"
    if isinstance(value, list):
        return "[" + ", ".join([toml(item, order) for item in value]) + "]"
    return json.dumps(value)


def pruned(value: Any) -> Any:
    """Without what is empty: cig.toml leaves that out."""
    if isinstance(value, dict):
        kept = {key: pruned(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in ({}, [])}
    return [pruned(item) for item in value] if isinstance(value, list) else value


def signed(world: World) -> dict[str, str]:
    """What cig says."""
    text = world.toml().encode()
    config, found = load_config(text)
    assert config is not None, found
    every = {path.encode(): (MODES[mode], git_blob(content)) for path, (mode, content) in world.every().items()}
    context = Context("", MemoryTree(every), lambda _: b"", text, GitId(git_id("blob", text)), (), None, world.environ)
    signatures = Signatures.of(context, config)
    assert signatures.diagnostics == ()
    return {key: str(digest) for key, digest in signatures.digests.items()}


def dependencies(world: World) -> dict[str, Any]:
    """Plan key → all that the job depends on, in the clear: no digest, no collapsed directory."""
    files, found = world.every(), {}
    keys = {name: [key for key, _ in legs(name, job)] for name, job in world.config["jobs"].items()}
    for name, job in world.config["jobs"].items():
        globs = declared(job)
        env = {variable: world.environ.get(variable) for variable in job.get("inputs", {}).get("env", ())}
        upstream = {key: found[key] for need in job.get("needs", ()) for key in keys[need]}
        for key, values in legs(name, job):
            own = {path: files[path] for path in files if not globs or is_input(files, globs, path, values)}
            said = given(job, values) | {
                "runner": job.get("runner"),
                "values": values,
                "shared": world.config.get("env"),
            }
            found[key] = (own, env, upstream, json.dumps(said, sort_keys=True))
    return found


def declared(job: Mapping[str, Any]) -> list[str]:
    """The globs of a job."""
    every = [*job.get("skip_if", {}).get("paths_unmodified", ()), *job.get("inputs", {}).get("files", ())]
    return [glob["glob"] for glob in every]


def is_input(files: Files, globs: list[str], path: str, values: Mapping[str, str]) -> bool:
    def selects(one: str) -> bool:
        wanted = any(matches(glob, one, values) for glob in globs if glob[0] != "!")
        return wanted and not any(matches(glob[1:], one, values) for glob in globs if glob[0] == "!")

    if path.endswith(".gitattributes"):
        beside = path.removesuffix(".gitattributes")
        return selects(path) or any(one.startswith(beside) and selects(one) for one in files)
    return selects(path)


contents = st.tuples(st.sampled_from(sorted(MODES)), st.sampled_from([b"", b"one\n", b"two\n"]))
texts = st.sampled_from(["make", "make test", "ü"])
tables = st.dictionaries(st.sampled_from(["A", "B", "C"]), texts, max_size=2)


def globs(known: tuple[str, ...]) -> st.SearchStrategy[list[dict[str, Any]]]:
    chosen = st.lists(st.sampled_from(known), max_size=3, unique=True)
    # Exclusions alone select nothing, which cig takes for no declaration at all, or for a mistake.
    usable = chosen.filter(lambda every: not every or any(glob[0] != "!" for glob in every))
    return usable.map(lambda every: [{"glob": glob, "optional": True} for glob in every])


matrices = st.none() | st.lists(st.sampled_from(VALUES), min_size=1, max_size=4, unique=True).map(lambda v: {"v": v})


@st.composite
def jobs(draw: st.DrawFn, before: list[str], matrix: dict[str, list[str]] | None) -> dict[str, Any]:
    known = (*GLOBS[:-3], *GLOBS_OF_LEGS * 4) if matrix and draw(st.booleans()) else GLOBS
    job: dict[str, Any] = {
        "steps": [
            {
                "id": "run",
                "run": draw(texts) + (draw(st.sampled_from(["", " {{ matrix.v }}"])) if matrix else ""),
                "env": draw(tables),
            }
        ],
        "needs": draw(st.lists(st.sampled_from(before), max_size=2, unique=True)) if before else [],
        "inputs": {
            "files": draw(globs(known)),
            "env": draw(st.lists(st.sampled_from(VARIABLES), max_size=2, unique=True)),
        },
        "skip_if": {"paths_unmodified": draw(globs(known))},
    }
    if matrix:
        job["matrix"] = matrix
    return pruned(job)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    named: dict[str, Any] = {}
    for name in "pqrs"[: draw(st.integers(1, 4))]:
        named[name] = draw(jobs([*named], draw(matrices)))
    files = draw(st.dictionaries(st.sampled_from(PATHS), contents, min_size=draw(st.sampled_from([0, 6, 12]))))
    return World(
        files, pruned({"env": draw(tables), "jobs": named}), draw(st.dictionaries(st.sampled_from(VARIABLES), texts))
    )


@st.composite
def edited(draw: st.DrawFn, world: World) -> World:
    """The world after one change, which may be none, or of nothing that matters. Plan keys stay."""
    kind = draw(
        st.sampled_from(["write", "delete", "environ", "undeclared", "remark", "order", "shared", "job", "label"])
    )
    if kind == "write":
        return replace(world, files={**world.files, draw(st.sampled_from(PATHS)): draw(contents)})
    if kind == "delete":
        gone = draw(st.sampled_from(PATHS))
        return replace(world, files={path: file for path, file in world.files.items() if path != gone})
    if kind == "environ":
        return replace(world, environ=draw(st.dictionaries(st.sampled_from(VARIABLES), texts)))
    if kind == "undeclared":
        return replace(world, environ={**world.environ, "LANG": "tr_TR", "HOME": "/x", "FLAVOUR_": "x"})
    if kind == "remark":
        return replace(world, remark="another")
    if kind == "order":
        return replace(world, order=-world.order)
    config: dict[str, Any] = json.loads(json.dumps(world.config))
    job = config["jobs"][draw(st.sampled_from(sorted(config["jobs"])))]
    if kind == "shared":
        config["env"] = draw(tables)
    elif kind == "label":
        job["name"], job["description"], job["steps"][0]["name"] = "Name", "What it does", "Step"
    else:
        before = sorted(
            name for name in config["jobs"] if config["jobs"][name] is not job and name < _name(config, job)
        )
        # The plan keys stay as they are.
        matrix = job.get("matrix")
        job.clear()
        job |= draw(jobs(before, matrix))
    return replace(world, config=pruned(config))


def _name(config: Mapping[str, Any], job: dict[str, Any]) -> str:
    return next(name for name, one in config["jobs"].items() if one is job)
