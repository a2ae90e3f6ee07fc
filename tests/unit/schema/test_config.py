"""What the keys of cig.toml become."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from cigen.model.codes import CODES
from cigen.model.config import Config, PluginRef, Project
from cigen.model.diagnostics import has_errors
from cigen.model.expressions import Expr, Op
from cigen.model.resources import (
    Cache,
    CachePart,
    Checkout,
    Concurrency,
    Container,
    Environment,
    Health,
    Inputs,
    JobOutputs,
    ManualInput,
    Matrix,
    MatrixAxis,
    MatrixRow,
    ModuleUse,
    Native,
    Notify,
    Output,
    Pair,
    PathGlob,
    ProviderBlock,
    PullRequestTrigger,
    PushTrigger,
    Retry,
    Run,
    Schedule,
    Service,
    SkipIf,
    Skipping,
    Step,
    TagTrigger,
    Triggers,
)
from cigen.schema.document import deref, load_schema
from cigen.schema.load import load_config

Load = Callable[[str], Config]
EVERYTHING = tomli.loads(Path(__file__).with_name("everything.toml").read_text())

SPECIFICATION = """
version = "0.2"

[project]
name = "docspring"
default_runner = "linux-xlarge"

[variables]
RUBY_VERSION = "3.3"
NODE_VERSION = "20"

# Job definitions
[jobs.test]
needs = ["setup"]
matrix = { os = ["ubuntu-22.04"], ruby = ["3.2", "3.3"] }
packages = ["ruby", "node"]  # Auto-installs and caches
steps = [
  { run = "bundle exec rspec" }
]
skip_if = { paths_unmodified = ["app/**", "spec/**"], env = ["SKIP_TESTS"] }

[jobs.build]
needs = ["test"]
packages = ["docker"]
steps = [
  { uses = "docker/build@>=1.1", with = { target = "release", push = false } }
]

# Cache definitions (optional overrides)
[caches.bundler]
paths = ["vendor/bundle"]
key_parts = ["Gemfile.lock", "ruby:{{ ruby_version }}"]

[caches.node_modules]
paths = ["node_modules"]
key_parts = ["package-lock.json", "node:{{ node_version }}"]

# Runner definitions
[runners.linux-small]
github = { runs-on = "ubuntu-latest" }
circleci = { resource_class = "small" }

[runners.linux-xlarge]
github = { runs-on = "ubuntu-latest-8-cores" }
circleci = { resource_class = "xlarge" }

# Provider-specific outputs
[[outputs]]
provider = "github"
path = ".github/workflows/ci.yml"
description = "Main CI workflow"

[[outputs]]
provider = "circleci"
path = ".circleci/config.yml"
description = "CircleCI configuration"
"""


def test_the_example_of_the_specification_loads_as_it_is() -> None:
    config, diagnostics = load_config(SPECIFICATION.encode())
    assert diagnostics == ()
    assert config is not None
    assert config.project == Project("docspring", "linux-xlarge", "main")
    setup, test, build = config.jobs
    assert (setup.id, setup.owner, setup.packages) == ("setup", "core", ("node", "ruby"))
    assert setup.runner == "linux-xlarge"
    assert setup.inputs == Inputs()
    assert test.matrix == Matrix((MatrixAxis("os", ("ubuntu-22.04",)), MatrixAxis("ruby", ("3.2", "3.3"))))
    assert test.skip_if == SkipIf((PathGlob("app/**"), PathGlob("spec/**")), ("SKIP_TESTS",))
    assert build.steps == (
        Step(
            id="docker-build",
            module=ModuleUse("docker/build", ">=1.1", (Pair("push", "false"), Pair("target", "release"))),
        ),
    )
    assert config.caches[0] == Cache(
        "bundler", ("vendor/bundle",), (CachePart(files="Gemfile.lock"), CachePart(literal="ruby:{{ ruby_version }}"))
    )
    assert config.runners[0].settings == (
        ProviderBlock("circleci", '{"resource_class":"small"}'),
        ProviderBlock("github", '{"runs-on":"ubuntu-latest"}'),
    )
    assert [output.path for output in config.outputs] == [".github/workflows/ci.yml", ".circleci/config.yml"]


def test_the_other_snippets_of_the_specification_load(load: Load) -> None:
    config = load(
        """
[jobs.a]
matrix = { ruby = ["3.2", "3.3"], arch = ["amd64", "arm64"] }
skip_if = {
  paths_unmodified = ["app/**", "spec/**"],
  env = ["SKIP_TESTS"],
  branch = ["dependabot/*"]
}
steps = [
  { uses = "lang/ruby@~1.2", with = { version = "3.3" } },
  { uses = "db/postgres@^2.0", with = { version = "15" } },
  { uses = "registry.cigen.dev/acme/custom-deploy@^2.0" },
  { uses = "github.com/user/repo//modules/my-module@v1.0.0" },
  { run = "bundle exec rspec" }
]
"""
    )
    assert [(s.module.module, s.module.constraint) for s in config.jobs[0].steps if s.module] == [
        ("lang/ruby", "~1.2"),
        ("db/postgres", "^2.0"),
        ("registry.cigen.dev/acme/custom-deploy", "^2.0"),
        ("github.com/user/repo//modules/my-module", "v1.0.0"),
    ]


def test_a_file_with_nothing_but_a_name_has_careful_defaults(load: Load) -> None:
    config = load("")
    (workflow,) = config.workflows
    assert workflow.id == "ci"
    assert workflow.triggers == Triggers(push=PushTrigger(("main",)), pull_request=PullRequestTrigger())
    assert workflow.concurrency == Concurrency(preset="pr-latest")
    assert workflow.permissions == (Pair("contents", "read"),)
    assert config.outputs == (Output("github", ".github/workflows/ci.yml", workflow="ci"),)
    assert config.project.default_runner == "linux"


def test_a_job_takes_what_defaults_and_project_say(load: Load) -> None:
    text = """
project.default_runner = "macos"
[defaults]
timeout = "1h30m"
retry = 2
working_directory = "app"
shell = "bash"
[jobs.a]
[jobs.b]
timeout = 5
retry = 0
working_directory = "b"
shell = "sh"
runner = "linux"
"""
    a, b = load(text).jobs
    assert (a.timeout, a.retry, a.working_directory, a.shell, a.runner) == (90, Retry(2), "app", "bash", "macos")
    assert (b.timeout, b.retry, b.working_directory, b.shell, b.runner) == (5, None, "b", "sh", "linux")


def test_the_triggers(load: Load) -> None:
    workflow = load(
        """
[on]
push = { branches = ["main", "release/*"], branches_ignore = "wip/*" }
pull_request = { branches = ["main"], types = ["labeled"], labels = ["ci"] }
tag = "v*"
schedule = ["30 3 * * *", { cron = "0 0 1 * *" }]
merge_queue = true
[on.manual.inputs]
level = { type = "choice", options = ["a", "b"], default = "b", description = "How" }
dry = { type = "boolean", default = true, required = true }
count = { type = "number", default = 3 }
"""
    ).workflows[0]
    triggers = workflow.triggers
    assert triggers is not None
    assert triggers.push == PushTrigger(("main", "release/*"), ("wip/*",))
    assert triggers.pull_request == PullRequestTrigger(("main",), ("labeled",), ("ci",))
    assert triggers.tag == TagTrigger(("v*",))
    assert triggers.schedule == (Schedule("30 3 * * *"), Schedule("0 0 1 * *"))
    assert triggers.merge_queue == "full"
    assert triggers.manual is not None
    assert triggers.manual.inputs == (
        ManualInput("count", "number", default="3"),
        ManualInput("dry", "boolean", default="true", required=True),
        ManualInput("level", "choice", "How", "b", options=("a", "b")),
    )


def test_true_is_a_trigger_without_conditions_and_false_is_none(load: Load) -> None:
    triggers = load("on = { push = true, pull_request = false, manual = true }").workflows[0].triggers
    assert triggers is not None
    assert (triggers.push, triggers.pull_request) == (PushTrigger(), None)
    assert triggers.manual is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Concurrency(preset="pr-latest")),
        ("concurrency = 'serial'", Concurrency(preset="serial")),
        ("concurrency = 'none'", None),
        ("concurrency = { group = 'x', cancel = true }", Concurrency(group="x", cancel=True)),
    ],
)
def test_concurrency(load: Load, text: str, expected: Concurrency | None) -> None:
    assert load(text).workflows[0].concurrency == expected


def test_reading_the_repository_is_kept_unless_it_is_taken_away(load: Load) -> None:
    config = load(
        """
[permissions]
issues = "write"
[jobs.a]
permissions = { packages = "write" }
[jobs.b]
permissions = { contents = "none" }
[jobs.c]
checkout = false
permissions = { issues = "write" }
[jobs.d]
"""
    )
    assert config.workflows[0].permissions == (Pair("contents", "read"), Pair("issues", "write"))
    a, b, c, d = config.jobs
    assert a.permissions == (Pair("contents", "read"), Pair("packages", "write"))
    assert b.permissions == (Pair("contents", "none"),)
    assert c.permissions == (Pair("issues", "write"),)
    assert d.permissions == ()


def test_a_job_with_everything(load: Load, everything: str) -> None:
    config, diagnostics = load_config(everything.encode())
    assert diagnostics == ()
    assert config is not None
    lint, build, test, publish = config.jobs
    assert build.image == Container("ruby:3.3", (Pair("A", "1"),), "--init", "me", "REGISTRY")
    assert build.checkout == Checkout(0, submodules=True, lfs=True, credentials=True, sparse=("app",))
    assert build.environment == Environment("production", "https://example.com")
    assert build.retry == Retry(1, 5, ("failure", "agent_lost"))
    assert build.inputs == Inputs((PathGlob("lib/**", optional=True),), ("RAILS_ENV",))
    assert build.outputs == JobOutputs(("dist/**",), ("report.xml",), 3, ("tag", "image-id"), ("log/**",))
    assert build.concurrency == Concurrency(group="build", max=2)
    assert build.notify == (Notify("always", "tell", ("HOOK",)),)
    assert build.when == Expr(Op.EQ, args=(Expr(Op.NAME, "branch"), Expr(Op.LITERAL, "trunk")))
    assert (build.oidc, build.effects, build.allow_failure) == (True, True, True)
    assert build.caches == ("gems",)
    assert [block.provider for block in build.raw] == ["buildkite", "circleci", "github", "jenkins"]
    assert test.services == (
        Service("postgres", "postgres", "16", (5432,), (Pair("P", "p"),), Health("pg_isready", 3, 4, 6), "postgres"),
    )
    assert test.matrix == Matrix(
        (MatrixAxis("ruby", ("3.3", "3.4")),),
        (MatrixRow((Pair("edge", "true"), Pair("ruby", "3.5"))),),
        (MatrixRow((Pair("ruby", "3.4"),)),),
        fail_fast=False,
        max_parallel=2,
    )
    (step,) = test.steps
    assert (step.id, step.run_on, step.timeout, step.retry, step.env) == (
        "rspec",
        "always",
        20,
        Retry(1),
        (Pair("C", "3"),),
    )
    assert test.cleanup == (Step(id="rm-rf-tmp", run=Run("rm -rf tmp"), run_on="always"),)
    assert publish.workflow == "release"
    assert lint.checkout == Checkout(2)
    assert config.caches[0].save == "always"
    assert [(pair.name, pair.value) for pair in config.workflows[1].env] == [("CI", "true"), ("RELEASE", "1")]
    assert config.workflows[1].raw == (ProviderBlock("github", '{"run-name":"y"}'),)
    assert [block.provider for block in config.secrets[0].settings] == ["buildkite", "circleci", "github", "jenkins"]
    assert (config.secrets[0].name, config.secrets[0].version) == ("TOKEN", "2")
    assert config.workflows[1].concurrency == Concurrency(group="release", cancel=True)
    assert config.plugins == (
        PluginRef("lang/ruby", "~1.2", "plugins/ruby", enabled=False, settings=(Pair("bundler", '"2.5"'),)),
    )


def test_a_module_may_be_given_lists_and_tables(load: Load) -> None:
    given = "{ t = ['{{ V }}', 2], u = { b = true, a = 1 } }"
    text = f"variables.V = 'x'\n[jobs.a]\nsteps = [{{ uses = 'docker/build', with = {given} }}]"
    module = load(text).jobs[0].steps[0].module
    assert module == ModuleUse("docker/build", "", (Pair("t", '["x",2]'), Pair("u", '{"a":1,"b":true}')))


def test_variables_of_a_container_may_have_dots(load: Load) -> None:
    service = load("services.search = { image = 'x', env = { 'discovery.type' = 'single-node' } }").services[0]
    assert service.env == (Pair("discovery.type", "single-node"),)


def test_native_steps_keep_their_table_for_their_provider(load: Load) -> None:
    config = load(
        """
[jobs.a]
steps = [
  { github = { uses = "actions/cache", with = { path = "x", n = 1 } } },
  { acme = { plugin = "{{ matrix.v }}" } },
]
matrix.v = [1, 2]
raw.acme.x = true
[[outputs]]
provider = "acme"
path = "acme.yml"
"""
    )
    first, second = config.jobs[0].steps
    assert first.native == Native("github", '{"uses":"actions/cache","with":{"n":1,"path":"x"}}')
    assert first.id == "github-actions-cache"
    assert second.native == Native("acme", '{"plugin":"{{ matrix.v }}"}')
    assert config.jobs[0].raw == (ProviderBlock("acme", '{"x":true}'),)


def test_services_are_names_or_tables_and_share_what_the_project_says(load: Load) -> None:
    config = load(
        """
services.postgres = { image = "postgres", version = "{{ matrix.pg }}", ports = [5432] }
[jobs.a]
matrix.pg = ["15", "16"]
services = ["postgres", "redis"]
[jobs.b]
services = { postgres = { version = "14" }, other = { image = "x" } }
"""
    )
    a, b = config.jobs
    assert a.services == (Service("postgres", "postgres", "{{ matrix.pg }}", (5432,)), Service("redis"))
    assert b.services == (Service("other", "x"), Service("postgres", "postgres", "14", (5432,)))


def test_a_shared_cache_may_use_the_axes_of_the_jobs_that_use_it(load: Load, tell: Callable[..., Any]) -> None:
    cache = "[caches.c]\npaths = ['x']\nkey_parts = ['v:{{ matrix.v }}']\n"
    assert load(cache + "[jobs.a]\nmatrix.v = ['1']\ncaches = ['c']").jobs[0].caches == ("c",)
    told = tell(cache + "[jobs.a]\ncaches = 'c'")
    assert told.codes == ["SCHEMA_019"]


def test_workflows_have_their_own_files(load: Load) -> None:
    config = load("[workflows.release]\non.tag = 'v*'\n[jobs.a]\nworkflow = 'release'\n[jobs.b]")
    assert [workflow.id for workflow in config.workflows] == ["ci", "release"]
    assert config.workflows[1].name == "release"
    assert [(o.workflow, o.path) for o in config.outputs] == [
        ("ci", ".github/workflows/ci.yml"),
        ("release", ".github/workflows/release.yml"),
    ]
    assert [job.workflow for job in config.jobs] == ["release", "ci"]


# -- the reserved job --------------------------------------------------------------------------------------------------


def test_a_defined_setup_is_left_alone(load: Load) -> None:
    config = load("[jobs.a]\nneeds = ['setup']\n[jobs.setup]\nsteps = ['x']")
    assert [(job.id, job.owner) for job in config.jobs] == [("a", ""), ("setup", "")]


def test_nobody_needs_setup_so_there_is_none(load: Load) -> None:
    assert [job.id for job in load("[jobs.a]\npackages = ['ruby']").jobs] == ["a"]


def test_setup_installs_what_those_who_need_it_need(load: Load) -> None:
    config = load(
        """
[jobs.a]
needs = "setup"
packages = ["x", "b"]
[jobs.c]
packages = ["c"]
[jobs.d]
needs = ["setup", "a"]
packages = ["a", "b"]
"""
    )
    assert config.jobs[0].packages == ("a", "b", "x")
    assert "caches" in config.jobs[0].description


# -- interpolation -----------------------------------------------------------------------------------------------------


def test_variables_are_replaced_and_the_rest_waits_for_later_stages(load: Load) -> None:
    config = load(
        """
[variables]
RUBY = "3.3"
IMAGE = "ruby:{{ RUBY }}-{{ node_version }}"
N = 3
[jobs.a]
matrix.ruby = ["{{ RUBY }}"]
image = "{{ IMAGE }}"
steps = ["{{ N }} {{ matrix.ruby }} {{ fact }} ${{ github.sha }} {{ '{{' }} RUBY }} {{ .X }}"]
"""
    )
    job = config.jobs[0]
    assert job.image == Container("ruby:3.3-{{ node_version }}")
    assert job.matrix is not None
    assert job.matrix.axes[0].values == ("3.3",)
    assert job.steps[0].run == Run("3 {{ matrix.ruby }} {{ fact }} ${{ github.sha }} {{ '{{' }} RUBY }} {{ .X }}")
    assert config.variables == (
        Pair("IMAGE", "ruby:3.3-{{ node_version }}"),
        Pair("N", "3"),
        Pair("RUBY", "3.3"),
    )


def test_settings_of_plugins_are_their_own_affair(load: Load) -> None:
    config = load("variables.V = 'x'\n[plugins.'lang/x'.settings]\nt = '{{ V }} {{ matrix.y }}'\nl = [1, true]")
    assert config.plugins[0].settings == (Pair("l", "[1,true]"), Pair("t", '"{{ V }} {{ matrix.y }}"'))


def test_a_long_chain_of_variables_is_followed(load: Load) -> None:
    lines = "".join(f"V{n} = '{{{{ V{n + 1} }}}}'\n" for n in range(3000))
    config = load(f"[variables]\n{lines}V3000 = 'end'")
    assert {pair.value for pair in config.variables} == {"end"}


# -- templates and step ids --------------------------------------------------------------------------------------------


def test_a_template_is_replaced_by_its_steps(load: Load) -> None:
    config = load(
        """
[templates.greet]
inputs = { who = { default = "world" }, how = {} }
steps = [
  "{{ inputs.how }} {{ inputs.who }} {{ matrix.v }}",
  { run = "bye", id = "bye", when = "branch == '{{ inputs.who }}'" },
]
[jobs.a]
matrix.v = ["1"]
steps = [
  "first",
  { use = "greet", with = { how = "{{ matrix.v }}" } },
  { use = "greet", with = { how = true, who = "you" } },
]
"""
    )
    steps = config.jobs[0].steps
    assert [step.run.script for step in steps if step.run] == [
        "first", "{{ matrix.v }} world {{ matrix.v }}", "bye", "true you {{ matrix.v }}", "bye",
    ]  # fmt: skip
    assert [step.id for step in steps] == ["first", "matrix-v-world-matrix-v", "bye", "true-you-matrix-v", "bye-2"]
    assert steps[4].when == Expr(Op.EQ, args=(Expr(Op.NAME, "branch"), Expr(Op.LITERAL, "you")))


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("bundle exec rspec", "bundle-exec-rspec"),
        ("\n# a comment\n  make test \nmore", "make-test"),
        ("3 blind mice", "step-3-blind-mice"),
        ("∅", "step"),
        ("# only", "step"),
        ("x" * 100, "step"),
        ("x" * 40, "step"),
        ("x" * 39, "x" * 39),
        ("x" * 20 + " " + "y" * 20, "x" * 20),
        ("x" * 20 + " " + "y" * 19, "x" * 20 + "-" + "y" * 19),
        ("a-very long command with a great many words in it", "a-very-long-command-with-a-great-many"),
    ],
)
def test_an_id_is_made_from_what_a_step_does(load: Load, script: str, expected: str) -> None:
    assert load(f"[jobs.a]\nsteps = ['''{script}''']").jobs[0].steps[0].id == expected


def test_ids_are_unique_and_given_ones_stay(load: Load) -> None:
    job = load(
        "[jobs.a]\nsteps = ['x', 'x', { run = 'y', id = 'x-2' }]\nfinally = ['x', { run = 'z', id = 'x' }]"
    ).jobs[0]
    assert [step.id for step in (*job.steps, *job.cleanup)] == ["x-3", "x-4", "x-2", "x-5", "x"]


def test_a_label_does_not_change_an_id(load: Load) -> None:
    plain, labelled = (
        load(f"[jobs.a]\nsteps = [{{ run = 'make'{name} }}]").jobs[0].steps[0].id for name in ("", ", name = 'Make it'")
    )
    assert plain == labelled


def test_raw_may_name_steps_that_cig_or_a_module_adds(load: Load) -> None:
    load("[jobs.a]\nsteps = ['make']\nraw.github.steps = { checkout = { x = 1 }, make = { y = 1 } }")
    load("[jobs.a]\npackages = ['ruby']\nraw.github.steps.setup-ruby.x = 1")


# -- what does not matter, and what must -------------------------------------------------------------------------------


def shuffled(value: Any, choose: Callable[[int], int]) -> Any:
    """The tree with the keys of all its tables in another order."""
    if isinstance(value, list):
        return [shuffled(item, choose) for item in value]
    if not isinstance(value, dict):
        return value
    names = list(value)
    mixed = [names.pop(choose(len(names))) for _ in value]
    return {name: shuffled(value[name], choose) for name in mixed}


def by_name(config: Config | None) -> Config:
    """The configuration with its jobs sorted: their order has a meaning, and the test below changes it."""
    assert config is not None
    return replace(config, jobs=tuple(sorted(config.jobs, key=lambda job: job.id)))


@given(st.integers(0, 2**32))
def test_spelling_comments_and_the_order_of_keys_mean_nothing(write_toml: Callable[..., str], seed: int) -> None:
    expected, _ = load_config(Path(__file__).with_name("everything.toml").read_bytes())
    choose = Random(seed).randrange
    config, diagnostics = load_config(write_toml(shuffled(EVERYTHING, choose), choose).encode())
    assert diagnostics == ()
    assert by_name(config) == by_name(expected)


def test_the_order_of_jobs_and_axes_is_kept(load: Load) -> None:
    config = load("[jobs.b.matrix]\nz = ['1']\na = ['2']\n[jobs.a]")
    assert [job.id for job in config.jobs] == ["b", "a"]
    assert config.jobs[0].matrix is not None
    assert [axis.name for axis in config.jobs[0].matrix.axes] == ["z", "a"]


def keys(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*at, key)
        yield from keys(item, (*at, key))


NO_EFFECT = (
    ("templates", "greet", "description"),
    ("templates", "greet", "inputs", "who", "description"),
    ("skipping", "enabled"),
)
"""Keys for the readers of cig.toml alone, and one that can only say what holds anyway, or switch all the others off."""


@pytest.mark.parametrize("path", list(keys(EVERYTHING)), ids=lambda path: ".".join(str(part) for part in path))
def test_no_key_is_silently_lost(write_toml: Callable[..., str], path: tuple[str | int, ...]) -> None:
    """Without the key there is another configuration, or an error: what is read has an effect."""
    whole, _ = load_config(write_toml(EVERYTHING).encode())
    tree = copy.deepcopy(EVERYTHING)
    parent = tree
    for part in path[:-1]:
        parent = parent[part]
    del parent[path[-1]]
    config, _ = load_config(write_toml(tree).encode())
    assert (config == whole) == (path in NO_EFFECT)


def described(node: dict[str, Any], found: dict[int, dict[str, Any]]) -> None:
    """All nodes of the schema that describe values, by identity."""
    node = deref(node)
    if id(node) in found:
        return
    found[id(node)] = node
    for own in (*node.get("properties", {}).values(), node.get("additionalProperties"), node.get("items")):
        if isinstance(own, dict):
            described(own, found)


def shown(node: dict[str, Any], value: Any) -> Iterator[tuple[int, str]]:
    """Each key of the value, with the identity of the node that describes its table."""
    node = deref(node)
    other = node.get("additionalProperties")
    for item in value if isinstance(value, list) else ():
        yield from shown(node.get("items", {}), item)
    for name, item in value.items() if isinstance(value, dict) else ():
        yield id(node), name
        own = node.get("properties", {}).get(name, other if isinstance(other, dict) else {})
        yield from shown(own, item)


def test_the_file_with_every_key_has_every_key() -> None:
    nodes: dict[int, dict[str, Any]] = {}
    described(load_schema(), nodes)
    wanted = {(known, name) for known, node in nodes.items() for name in node.get("properties", {})}
    missing = wanted - set(shown(load_schema(), EVERYTHING))
    assert {(nodes[known].get("description"), name) for known, name in missing} == set()


# -- skipping ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("", Skipping(runner="linux")),
        ('max_age = "36h"', Skipping(runner="linux", max_age=36 * 3600)),
        ('max_age = "1d1h"', Skipping(runner="linux", max_age=25 * 3600)),
        ('max_age = "365d"', Skipping(runner="linux", max_age=365 * 86400)),
        ("audit = true", Skipping(runner="linux", audit=200)),
        ("audit = false", Skipping(runner="linux")),
        ('audit = "0.5%"', Skipping(runner="linux", audit=50)),
        ('audit = "0.05%"', Skipping(runner="linux", audit=5)),
        ('audit = "100%"', Skipping(runner="linux", audit=10_000)),
        ("enabled = false", None),
        ("restore = true", Skipping(runner="linux", restore=True)),
        ('protected = "main"', Skipping(runner="linux", protected=("main",))),
        (
            'protected = ["!release/old", "release/*"]',
            Skipping(runner="linux", protected=("!release/old", "release/*")),
        ),
        ('install = "make cig"', Skipping(runner="linux", install="make cig")),
        ('install = "./install cig.txt"', Skipping(runner="linux", install="./install cig.txt")),
        ('install = ".ci/cig.txt"', Skipping(runner="linux", install=".ci/cig.txt", files=(".ci/cig.txt",))),
    ],
)
def test_skipping_is_read(written: str, meant: Skipping | None) -> None:
    config, found = load_config(f'version = "0.2"\n[project]\nname = "x"\n[skipping]\n{written}\n'.encode())
    assert found == ()
    assert config is not None
    assert config.skipping == meant


def test_without_the_table_jobs_are_skipped_by_the_defaults() -> None:
    config, _ = load_config(b'version = "0.2"\n[project]\nname = "x"\n')
    assert config is not None
    assert config.skipping == Skipping(runner="linux")


# -- whatever comes ----------------------------------------------------------------------------------------------------


SCALARS = st.one_of(
    st.sampled_from(
        ["", "x", "{{ matrix.x }}", "{{ V }}", "branch == 'x'", "a\nb", "linux", "setup", "github", "\x01"]
    ),
    st.integers(-2, 2**64),
    st.booleans(),
    st.floats(),
)
VALUES = st.recursive(
    SCALARS,
    lambda i: st.one_of(st.lists(i, max_size=2), st.dictionaries(st.text(max_size=3), i, max_size=2)),
    max_leaves=4,
)
PATHS = list(keys(EVERYTHING))


@given(st.data())
def test_any_change_gives_a_configuration_or_errors_that_can_be_shown(
    write_toml: Callable[..., str], data: st.DataObject
) -> None:
    tree = copy.deepcopy(EVERYTHING)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(PATHS))
        parent: Any = tree
        if path in list(keys(tree)):
            for part in path[:-1]:
                parent = parent[part]
            parent[path[-1]] = data.draw(VALUES)
    text = write_toml(tree).encode()
    config, diagnostics = load_config(text)
    assert (config is None) == has_errors(diagnostics)
    for diagnostic in diagnostics:
        assert diagnostic.code in CODES
        assert diagnostic.title == CODES[diagnostic.code].title
        assert diagnostic.message
        assert "\n" not in diagnostic.message + diagnostic.hint
        assert diagnostic.key or diagnostic.location
