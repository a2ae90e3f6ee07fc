"""A signature changes with everything that can change a job's work, and with nothing else."""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from cigen.hashing.manifest import Component, KeyManifest
from cigen.model.config import Config, Project
from cigen.model.expressions import Expr, Op
from cigen.model.paths import Digest
from cigen.model.resources import (
    Approval,
    Cache,
    Checkout,
    Concurrency,
    Container,
    Environment,
    Inputs,
    Job,
    JobOutputs,
    Matrix,
    MatrixAxis,
    Notify,
    Pair,
    PathGlob,
    ProviderBlock,
    Retry,
    Run,
    Runner,
    Secret,
    Service,
    Shards,
    SkipIf,
    Step,
    Trigger,
    Workflow,
)
from cigen.pipeline.expand import expand_jobs
from cigen.pipeline.globs import declared_globs
from cigen.pipeline.signature import COSMETIC, PlannedJob, ShapingPlugin, job_manifest, planned_jobs

CONFIG = Config("0.2", Project("p"), workflows=(Workflow("ci"),))
JOB = Job("test", steps=(Step(id="s", run=Run("make")),), machine=Runner("linux"))


def manifest(job: Job = JOB, config: Config = CONFIG, **more: Any) -> KeyManifest:
    given: dict[str, Any] = {"files": [], "plugins": [], "environ": {}, "upstream": {}, **more}
    needs = tuple(sorted(given["upstream"]))
    return job_manifest(PlannedJob(job.id, job, given.pop("leg", None), needs, job.id), config=config, **given)


def signature(job: Job = JOB, config: Config = CONFIG, **more: Any) -> Digest:
    return manifest(job, config, **more).signature()


CHANGED: dict[str, Any] = {
    "machine": Runner("macos"),
    "image": Container("debian"),
    "packages": ("ruby",),
    "services": (Service("redis", "redis:7"),),
    "caches": ("c",),
    "checkout": Checkout(depth=0),
    "steps": (Step(id="s", run=Run("make all")),),
    "cleanup": (Step(id="t", run=Run("tidy")),),
    "env": (Pair("A", "1"),),
    "secrets": ("TOKEN",),
    "permissions": (Pair("contents", "write"),),
    "oidc": True,
    "environment": Environment("prod"),
    "timeout": 5,
    "retry": Retry(2),
    "allow_failure": True,
    "when": Expr(Op.EQ, "", (Expr(Op.NAME, "branch"), Expr(Op.LITERAL, "main"))),
    "concurrency": Concurrency("serial"),
    "skip_if": SkipIf((PathGlob("a/**"),)),
    "inputs": Inputs(env=("X",)),
    "outputs": JobOutputs(("dist",)),
    "effects": True,
    "working_directory": "sub",
    "shell": "bash",
    "shards": Shards(4),
    "trigger": Trigger("deploy"),
    "run_on": "always",
}
IGNORED: dict[str, Any] = {
    "id": "other",
    "name": "Another name",
    "description": "why",
    "workflow": "",
    "runner": "spelt otherwise",
    "notify": (Notify(script="tell"),),
    "owner": "x/y",
    "stage": "test",
    "approve": Approval("Go?"),
}
ELSEWHERE = {"needs", "matrix", "raw"}


@pytest.mark.parametrize("name", sorted(CHANGED))
def test_every_field_that_shapes_the_work_changes_the_signature(name: str) -> None:
    assert signature(replace(JOB, **{name: CHANGED[name]})) != signature()


@pytest.mark.parametrize("name", sorted(IGNORED))
def test_labels_change_nothing(name: str) -> None:
    assert signature(replace(JOB, **{name: IGNORED[name]})) == signature()


def test_every_field_of_a_job_is_accounted_for() -> None:
    """A new field must be thought about: it is part of the work, or it is listed as cosmetic."""
    assert {field.name for field in fields(Job)} == set(CHANGED) | set(IGNORED) | ELSEWHERE
    assert set(IGNORED) | ELSEWHERE == COSMETIC


def test_a_raw_block_is_part_of_the_work() -> None:
    job = replace(JOB, raw=(ProviderBlock("github", '{"if":"false"}'),))
    assert signature(job) != signature()


def test_the_order_of_names_changes_nothing() -> None:
    one = replace(JOB, env=(Pair("A", "1"), Pair("B", "2")), packages=("node", "ruby"), secrets=("X", "Y"))
    two = replace(JOB, env=(Pair("B", "2"), Pair("A", "1")), packages=("ruby", "node"), secrets=("Y", "X"))
    assert signature(one) == signature(two)


def test_the_order_of_steps_does_matter() -> None:
    a, b = Step(id="a", run=Run("a")), Step(id="b", run=Run("b"))
    assert signature(replace(JOB, steps=(a, b))) != signature(replace(JOB, steps=(b, a)))


def test_the_label_of_a_step_does_not_matter() -> None:
    named = replace(JOB, steps=(replace(JOB.steps[0], name="Build it"),))
    assert signature(named) == signature()


def test_files_are_part_of_it() -> None:
    one = [Component("file", "a.py", "git:100644:aa")]
    two = [Component("file", "a.py", "git:100755:aa")]
    assert len({signature(), signature(files=one), signature(files=two)}) == 3


def test_unset_empty_and_set_variables_differ() -> None:
    job = replace(JOB, inputs=Inputs(env=("X",)))
    assert len({signature(job, environ=e) for e in ({}, {"X": ""}, {"X": "1"})}) == 3


def test_undeclared_variables_are_not_looked_at() -> None:
    assert signature(environ={"HOME": "/a"}) == signature(environ={"HOME": "/b"})


def test_the_value_of_a_variable_stands_nowhere_in_the_clear() -> None:
    job = replace(JOB, skip_if=SkipIf(env=("TOKEN",)))
    assert b"hunter2" not in manifest(job, environ={"TOKEN": "hunter2"}).to_json()


def test_a_plugin_and_what_it_reads_are_part_of_it() -> None:
    plugin = ShapingPlugin("lang/x", "1.0.0", Digest("sha256:aa"), (("Gemfile.lock", "file git:100644:bb"),))
    others = [
        replace(plugin, version="1.0.1"),
        replace(plugin, digest=Digest("sha256:cc")),
        replace(plugin, reads=(("Gemfile.lock", "file git:100644:dd"),)),
        replace(plugin, reads=()),
        replace(plugin, settings=(Pair("a", "1"),)),
    ]
    assert len({signature(plugins=[one]) for one in [plugin, *others]}) == 6


def test_upstream_signatures_flow_down() -> None:
    assert signature(upstream={"build": Digest("cs1:aa")}) != signature(upstream={"build": Digest("cs1:bb")})


def test_what_other_jobs_use_changes_nothing() -> None:
    config = replace(
        CONFIG,
        variables=(Pair("UNUSED", "1"),),
        caches=(Cache("other", ("x",)),),
        runners=(Runner("big", "linux"),),
    )
    assert signature(config=config) == signature()


def test_a_cache_the_job_uses_is_part_of_it() -> None:
    job = replace(JOB, caches=("c",))
    configs = [replace(CONFIG, caches=(Cache("c", (path,)),)) for path in ("x", "y")]
    assert signature(job, configs[0]) != signature(job, configs[1])


def test_where_a_secret_of_the_job_comes_from_is_part_of_it() -> None:
    secrets = [(Secret("KEY", (ProviderBlock("jenkins", '{"credentials":"a"}'),)),), (Secret("KEY", version="2"),), ()]
    configs = [replace(CONFIG, secrets=own) for own in secrets]
    users = [
        replace(JOB, secrets=("KEY",)),
        replace(JOB, steps=(replace(JOB.steps[0], secrets=("KEY",)),)),
        replace(JOB, image=Container("x", username="me", password="KEY")),
    ]
    for job in users:
        assert len({signature(job, config) for config in configs}) == 3
    assert len({signature(replace(JOB, secrets=("OTHER",)), config) for config in configs}) == 1


def test_the_files_of_shards_are_declared_if_others_are() -> None:
    def declared(job: Job) -> list[str]:
        return [glob.pattern for _, globs in declared_globs(job) for glob in globs]

    sharded = replace(JOB, shards=Shards(2, ("spec/**",)))
    assert declared(sharded) == []
    assert declared(replace(sharded, inputs=Inputs((PathGlob("app/**"),)))) == ["app/**", "spec/**"]


def test_the_workflows_variables_are_part_of_it_and_its_triggers_are_not() -> None:
    env = replace(CONFIG, workflows=(Workflow("ci", env=(Pair("A", "1"),)),))
    named = replace(CONFIG, workflows=(Workflow("ci", name="CI", concurrency=Concurrency("serial")),))
    assert signature(config=env) != signature()
    assert signature(config=named) == signature()


def legs(values: tuple[str, ...]) -> dict[str, Digest]:
    matrix = Matrix((MatrixAxis("v", values),))
    job = replace(JOB, matrix=matrix, machine=None, steps=(Step(id="s", run=Run("make V={{ matrix.v }}")),))
    jobs, _ = expand_jobs(replace(CONFIG, jobs=(job,)))
    return {
        one.key: job_manifest(one, config=CONFIG, files=[], plugins=[], environ={}, upstream={}).signature()
        for one in planned_jobs(jobs)
    }


def test_each_leg_has_its_own_and_other_legs_do_not_change_it() -> None:
    two, three = legs(("1", "2")), legs(("1", "2", "3"))
    assert len(set(three.values())) == 3
    assert {key: three[key] for key in two} == two


def test_a_leg_needs_all_legs_of_a_matrix_upstream() -> None:
    upstream = Job("build", matrix=Matrix((MatrixAxis("v", ("1", "2")),)))
    jobs, _ = expand_jobs(replace(CONFIG, jobs=(Job("test", needs=("build",)), upstream)))
    needs = {one.key: one.needs for one in planned_jobs(jobs)}
    assert needs == {"build-v1": (), "build-v2": (), "test": ("build-v1", "build-v2")}


def test_jobs_in_a_cycle_are_not_planned() -> None:
    jobs = (Job("a", needs=("b",)), Job("b", needs=("a",)), Job("c"))
    assert [one.key for one in planned_jobs(jobs)] == ["c"]


GOLDEN = json.loads(Path(__file__).with_name("signatures.json").read_text())


@pytest.mark.parametrize("case", GOLDEN, ids=[case["name"] for case in GOLDEN])
def test_golden_vectors(case: dict[str, Any]) -> None:
    """`signatures.json` is recomputed here from nothing but docs/caching.md: canonical JSON and SHA-256."""
    import hashlib

    components = sorted(tuple(row) for row in case["components"])
    encoded = json.dumps(components, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    assert case["signature"] == "cs1:" + hashlib.sha256(b"cs1\0" + encoded).hexdigest()
    assert KeyManifest(tuple(Component(*row) for row in case["components"])).signature() == case["signature"]


def test_the_manifest_of_the_plain_job_is_the_golden_one() -> None:
    """The job above, component by component: what stands in a manifest is a promise, not an accident."""
    plain = next(case for case in GOLDEN if case["name"] == "a job that declares nothing")
    assert [[c.kind, c.name, c.value] for c in manifest().components] == plain["components"]


def test_the_manifest_of_a_job_in_shards_is_the_golden_one() -> None:
    job = replace(
        JOB,
        shards=Shards(3, ("spec/**",), "size"),
        outputs=JobOutputs(values=("tag",), logs=("log/**",)),
        retry=Retry(1, on=("failure",)),
        run_on="always",
        secrets=("KEY",),
        stage="test",
        approve=Approval("Go?"),
    )
    secret = Secret("KEY", (ProviderBlock("circleci", '{"context":"deploy"}'),), "2")
    golden = next(case for case in GOLDEN if case["name"].startswith("shards"))
    found = manifest(job, replace(CONFIG, secrets=(secret,)))
    assert [[c.kind, c.name, c.value] for c in found.components] == golden["components"]
