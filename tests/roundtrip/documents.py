"""Random cig.toml documents that are right, with every key of the schema in reach.

`documents()` draws a tree, `to_toml` writes it, `with_outputs` makes it one provider's. What a document says of itself
holds: every name that it uses is defined, needs never go in a circle, conditions ask for what is there. With
`modules=False` nothing in it needs a plugin beside the provider, so the rest of the pipeline accepts it too.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from document_jobs import Known, job_tables
from document_tables import (
    ENV,
    GLOBS,
    LINE,
    PROVIDERS,
    RETRY,
    SCALAR,
    SCRIPT,
    caches,
    checkout,
    concurrency,
    permissions,
    raw_of_workflow,
    runners,
    secrets,
    services,
    some,
    timeout,
    triggers,
)
from hypothesis import strategies as st

__all__ = ["documents", "to_toml", "with_outputs"]

Tree = dict[str, Any]


@st.composite
def documents(draw: st.DrawFn, *, modules: bool = True, most_jobs: int = 4) -> Tree:
    """A tree that `load_config` accepts without a word."""
    tree: Tree = {"version": "0.2", "project": draw(_project())}
    workflows = {"ci": draw(_workflow(named=False))}
    if draw(st.booleans()):
        workflows["nightly"] = draw(_workflow(named=True))
        tree["workflows"] = {"nightly": workflows["nightly"]}
    tree.update(workflows["ci"])
    tree.update(draw(_shared()))
    runner = draw(st.sampled_from(["", *tree.get("runners", {})]))
    if runner:
        tree["project"]["default_runner"] = runner
    if modules:
        tree.update(draw(some({"plugins": _plugins()})))
    known = Known(
        workflows=workflows,
        caches=tuple(tree.get("caches", ())),
        services=tuple(tree.get("services", ())),
        runners=("linux", "macos", *tree.get("runners", ())),
        templates=tree.get("templates", {}),
        variables=tuple(tree.get("variables", ())),
        modules=modules,
    )
    tree["jobs"] = draw(job_tables(known, most_jobs))
    if draw(st.booleans()):
        tree = with_outputs(tree, draw(st.sampled_from(PROVIDERS)), draw(st.sampled_from(["", "All of it."])))
    return tree


def with_outputs(tree: Mapping[str, Any], provider: str, description: str = "") -> Tree:
    """The same tree with the files that one provider needs for all its workflows."""
    names = ["ci", *tree.get("workflows", ())]
    paths = {
        "github": ".github/workflows/{}.yml",
        "buildkite": ".buildkite/{}.yml",
        "jenkins": "{}.Jenkinsfile",
        "circleci": ".circleci/config.yml",
    }
    if provider == "circleci":
        names = ["*"] if len(names) > 1 else names
    outputs = [{"provider": provider, "path": paths[provider].format(name), "workflow": name} for name in names]
    if description:
        outputs = [{**output, "description": description} for output in outputs]
    return {**tree, "outputs": outputs}


def to_toml(tree: Mapping[str, Any]) -> str:
    """The tree as TOML, one line a key."""
    return "".join(f"{_text(key)} = {_value(value)}\n" for key, value in tree.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(key)} = {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_value, value)) + "]"
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(text: str) -> str:
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text) + '"'


@cache
def _project() -> st.SearchStrategy[Tree]:
    return some({"default_branch": st.sampled_from(["trunk", "release/next"])}, name=LINE)


@st.composite
def _workflow(draw: st.DrawFn, *, named: bool) -> Tree:
    stages = st.lists(st.sampled_from(["build", "test", "ship"]), min_size=1, max_size=3, unique=True)
    optional: dict[str, Any] = {
        "concurrency": concurrency(),
        "permissions": permissions(),
        "env": ENV,
        "stages": stages,
        "raw": raw_of_workflow(),
    }
    if not named:
        return draw(some({**optional, "on": triggers()}))
    return draw(some({**optional, "name": LINE}, on=triggers()))


@cache
def _shared() -> st.SearchStrategy[Tree]:
    """What jobs refer to."""
    defaults = {
        "timeout": timeout(),
        "retry": RETRY,
        "working_directory": st.just("app"),
        "shell": st.sampled_from(["bash", "sh"]),
        "env": ENV,
        "checkout": checkout(),
    }
    return some(
        {
            "variables": st.dictionaries(st.sampled_from(["RUBY", "NAME"]), SCALAR, min_size=1),
            "defaults": some(defaults),
            "templates": _templates(),
            "caches": caches(),
            "services": services(),
            "secrets": secrets(),
            "runners": runners(),
            "skipping": _skipping(),
        },
    )


@cache
def _skipping() -> st.SearchStrategy[Tree]:
    return some(
        {
            "enabled": st.booleans(),
            "store": st.sampled_from(["https://proofs.example/x", "s3://proofs/x"]),
            "max_age": st.sampled_from(["14d", "36h", "1d12h"]),
            "audit": st.sampled_from(["2%", "0.5%", True, False]),
            "protected": st.sampled_from(["main", ["main", "release/*", "!release/old"]]),
            "trust": st.just(["protected:" + "0" * 64, "branch:" + "1" * 64]),
            "secrets": st.sampled_from(["STORE_TOKEN", ["A", "B"]]),
            "install": SCRIPT,
            "restore": st.booleans(),
            "runner": st.just("linux"),
        }
    )


@cache
def _templates() -> st.SearchStrategy[Tree]:
    inputs = st.fixed_dictionaries(
        {"who": st.fixed_dictionaries({"default": SCALAR}, optional={"description": LINE})},
        optional={"what": st.just({})},
    )
    step = st.one_of(
        st.just("echo {{ inputs.who }}"),
        SCRIPT,
        st.fixed_dictionaries({"run": SCRIPT}, optional={"id": st.just("greeting"), "name": LINE, "env": ENV}),
    )
    template = some({"description": LINE, "inputs": inputs}, steps=st.just(["echo hello"]))
    greeting = some({"description": LINE}, inputs=inputs, steps=st.lists(step, min_size=1, max_size=2))
    return some({"plain": template, "greet": greeting})


@cache
def _plugins() -> st.SearchStrategy[Tree]:
    settings = st.dictionaries(st.sampled_from(["bundler", "x"]), st.one_of(SCALAR, GLOBS), max_size=2)
    own = {
        "version": st.sampled_from(["~1.2", "^2", ">=0.1, <3"]),
        "enabled": st.booleans(),
        "settings": settings,
        "path": st.just("plugins/mine"),
    }
    return st.dictionaries(st.sampled_from(["lang/ruby", "acme/deploy"]), some(own), min_size=1, max_size=2)
