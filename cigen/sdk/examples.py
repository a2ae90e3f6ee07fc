"""How each feature is asked for: a few lines of cig.toml that use every key of its row.

Owns: one example a row of `features.py`, by its id. The guide's tables and the conformance suite are made from them.
Refuses: anything a second feature would be needed for, where that can be avoided.
"""

__all__ = ["EXAMPLES", "HEAD"]

HEAD = 'version = "0.2"\nproject.name = "example"\n'
"""What stands before every example."""

EXAMPLES: dict[str, str] = {
    "push": """\
project.default_branch = "trunk"
on.push = { branches = ["trunk", "release/*"], branches_ignore = ["release/old"] }
jobs.a.steps = ["make"]
""",
    "pull-request": """\
on.pull_request = { branches = ["main"], types = ["opened", "labeled"], labels = ["ci"], skip_drafts = true }
jobs.a.steps = ["make"]
""",
    "tag": """\
on.tag = ["v*"]
jobs.a.steps = ["make"]
""",
    "schedule": """\
on.schedule = [{ cron = "30 3 * * MON-FRI", name = "nightly", reuse = true }]
jobs.a.steps = ["make"]
""",
    "manual": """\
on.manual.inputs.level = { type = "choice", description = "How much", options = ["some", "all"], default = "all" }
on.manual.inputs.dry_run = { type = "boolean", default = true }
on.manual.inputs.count = { type = "number", default = 3 }
on.manual.inputs.note = { required = true }
jobs.a = { when = "input.level == 'all' and not input.dry_run", steps = ["make NOTE=$CIG_INPUT_NOTE"] }
""",
    "merge-queue": """\
on = { pull_request = true, merge_queue = "full" }
jobs.a.steps = ["make"]
""",
    "path-hint": """\
on = { push = true, paths = ["app/**"] }
jobs.a.steps = ["make"]
""",
    "concurrency": """\
concurrency = "serial"
jobs.a = { concurrency = { group = "staging", max = 2 }, steps = ["make"] }
jobs.b = { concurrency = { group = "preview", cancel = true }, steps = ["make"] }
""",
    "jobs": """\
jobs.a = { name = "All of it", description = "Makes it.", steps = ["make"] }
""",
    "workflows": """\
on.push = true
workflows.nightly = { name = "Nightly", on.schedule = "0 3 * * *" }
jobs.a.steps = ["make"]
jobs.b = { workflow = "nightly", steps = ["make soak"] }
outputs = [
  { provider = "github", path = ".github/workflows/ci.yml", description = "What runs." },
  { provider = "github", path = ".github/workflows/nightly.yml", workflow = "nightly" },
]
""",
    "order": """\
jobs.a.steps = ["make"]
jobs.b = { needs = ["a"], steps = ["make test"] }
""",
    "stages": """\
stages = ["build", "test"]
jobs.a = { stage = "build", steps = ["make"] }
jobs.b = { stage = "test", steps = ["make test"] }
""",
    "after-failure": """\
jobs.a.steps = ["make"]
jobs.b = { needs = ["a"], run_on = "always", steps = ["make report"] }
jobs.c = { needs = ["a"], run_on = "failure", steps = ["make alarm"] }
""",
    "matrix": """\
[jobs.a]
matrix.os = ["linux", "macos"]
matrix.ruby = ["3.3", "3.4"]
matrix.fail_fast = false
matrix.max_parallel = 2
matrix.exclude = [{ os = "macos", ruby = "3.3" }]
matrix.include = [{ os = "linux", ruby = "3.4", edge = "yes" }]
runner = "{{ matrix.os }}"
steps = ["make RUBY={{ matrix.ruby }} EDGE={{ matrix.edge }}"]
""",
    "shards": """\
jobs.a = { shards = 3, steps = ["make PART=$CIG_SHARD_INDEX OF=$CIG_SHARD_TOTAL"] }
jobs.b = { shards = { count = 2, files = ["spec/**"], by = "size" }, steps = ["xargs rspec < $CIG_SHARD_FILES"] }
""",
    "job-condition": """\
on = { push = true, pull_request = true }
jobs.a = { when = "event == 'pull_request' or branch matches 'release/*'", steps = ["make"] }
""",
    "values": """\
jobs.a = { outputs.values = ["tag", "size"], steps = ['echo "tag=v1" >> "$CIG_OUTPUT"'] }
jobs.b = { needs = ["a"], when = "needs.a.tag == 'v1'", steps = ["echo $CIG_NEEDS_A_TAG"] }
""",
    "approval": """\
jobs.a.steps = ["make"]
jobs.b = { needs = ["a"], approve = { message = "Release?", by = ["ops"] }, steps = ["make release"] }
""",
    "environment": """\
jobs.a = { environment = { name = "production", url = "https://example.com" }, steps = ["make deploy"] }
""",
    "pipelines": """\
jobs.a.steps = ["make"]
jobs.b = { needs = ["a"], trigger = { pipeline = "deploy", branch = "main", inputs = { level = 1 }, wait = true } }
""",
    "job-timeout": """\
defaults.timeout = 20
jobs.a = { timeout = "1h30m", steps = ["make"] }
""",
    "retry": """\
defaults.retry = { max = 1, on = "agent_lost" }
jobs.a = { retry = { max = 2, delay = 5 }, steps = ["make", { run = "make test", retry = 3 }] }
jobs.b.steps = ["make"]
""",
    "soft-fail": """\
jobs.a = { allow_failure = true, steps = ["make"] }
jobs.b.steps = [{ run = "make", allow_failure = true }]
""",
    "runner": """\
project.default_runner = "big"
jobs.a.steps = ["make"]
jobs.b = { runner = "macos", steps = ["make"] }
jobs.c = { runner = "arm", steps = ["make"] }
[runners.arm]
os = "linux"
arch = "arm64"
[runners.big]
github = { runs-on = ["self-hosted", "big"] }
circleci = { resource_class = "arm.large" }
buildkite = { queue = "big" }
jenkins = { label = "big" }
""",
    "container": """\
[jobs.a]
image = { image = "ruby:3.4", env = { LANG = "C.UTF-8" }, options = "--init", username = "me", password = "REGISTRY" }
steps = ["make"]
""",
    "services": """\
services.cache = { image = "redis", version = 7, ports = [6379] }
[jobs.a]
services.cache = {}
steps = ["make HOST=$CIG_SVC_DB_HOST"]
[jobs.a.services.db]
image = "postgres:16"
env = { POSTGRES_PASSWORD = "x" }
ports = [5432]
command = "postgres"
health = { command = "pg_isready", interval = 2, timeout = 3, retries = 9 }
""",
    "checkout": """\
defaults.checkout.lfs = true
jobs.a = { checkout = { depth = 0, submodules = true, credentials = true, sparse = ["app"] }, steps = ["make"] }
jobs.b = { checkout = false, steps = ["make"] }
""",
    "caches": """\
caches.gems = { paths = ["vendor/bundle"], key_parts = ["ruby:3.4", "Gemfile.lock"], fallback = false, save = "always" }
jobs.a = { caches = ["gems"], steps = ["bundle install"] }
""",
    "packages": """\
jobs.a = { packages = ["ruby"], steps = ["make"] }
""",
    "permissions": """\
permissions = { contents = "read", checks = "write" }
jobs.a = { permissions = { packages = "write" }, steps = ["make"] }
jobs.b.steps = ["make"]
""",
    "oidc": """\
jobs.a = { oidc = true, steps = ["make"] }
""",
    "secrets": """\
jobs.a = { secrets = ["TOKEN"], steps = ["make", { run = "make deploy", secrets = ["KEY"] }] }
[secrets.TOKEN]
version = 2
circleci = { context = "deploy" }
buildkite = { name = "DEPLOY_TOKEN" }
jenkins = { credentials = "deploy-token" }
""",
    "steps": """\
jobs.a.steps = ["make", { id = "test", name = "Test it", run = "make test" }]
""",
    "step-condition": """\
jobs.a.steps = [{ run = "make", when = "branch == 'main'" }]
""",
    "step-run-on": """\
jobs.a.steps = ["make", { run = "cat log", run_on = "failure" }, { run = "make clean", run_on = "always" }]
""",
    "step-timeout": """\
jobs.a.steps = [{ run = "make", timeout = "20m" }]
""",
    "cleanup": """\
jobs.a = { steps = ["make"], finally = ["make clean"] }
""",
    "notify": """\
jobs.a = { steps = ["make"], notify = [{ on = "always", run = "tell", secrets = ["HOOK"] }, { run = "shout" }] }
""",
    "env": """\
env = { A = "1" }
defaults.env = { B = 2 }
jobs.a = { env = { C = true }, steps = [{ run = "make", env = { D = "4" } }] }
""",
    "shell": """\
defaults = { shell = "sh", working_directory = "app" }
[jobs.a]
shell = "bash"
working_directory = "lib"
steps = ["make", { run = "make test", shell = "sh", working_directory = "." }]
[jobs.b]
steps = ["make"]
""",
    "native-steps": """\
[jobs.a]
steps = [
  { github = { uses = "actions/labeler@v6" } },
  { circleci = { run = "true" } },
  { buildkite = { command = "true" } },
  { jenkins = { groovy = "sh 'true'" } },
]
""",
    "artifacts": """\
jobs.a = { outputs = { files = ["dist/**"], logs = ["log/*.log"], retention_days = 3 }, steps = ["make"] }
jobs.b = { needs = ["a"], inputs.artifacts = ["a"], steps = ["make test"] }
""",
    "test-results": """\
jobs.a = { outputs.junit = ["report/*.xml"], steps = ["make test"] }
""",
    "raw": """\
raw.github.run-name = "All of it"
raw.circleci.orbs.node = "circleci/node@7.1.0"
raw.buildkite.agents.queue = "deploy"
raw.jenkins.options = ["timestamps()"]
[jobs.a]
steps = [{ id = "make", run = "make" }]
raw.github = { continue-on-error = true, steps = { make = { shell = "sh" } } }
raw.circleci = { circleci_ip_ranges = true, steps = { make = { no_output_timeout = "5m" } } }
raw.buildkite = { priority = 1 }
raw.jenkins = { before = "echo 'x'", steps = { make = { wrap = ["timestamps"] } } }
""",
    "skipping": """\
[jobs.a]
skip_if = { paths_unmodified = ["app/**"], env = ["SKIP"], branch = ["wip/*"] }
inputs = { files = [{ glob = "lib/**", optional = true }], env = ["MODE"] }
steps = ["make"]
[jobs.b]
needs = ["a"]
effects = true
steps = ["make deploy"]
[skipping]
store = "s3://proofs/app"
max_age = "7d"
""",
    "reuse": """\
variables.RUBY = "3.4"
templates.greet = { description = "Says something", inputs.who.default = "world", steps = ["echo {{ inputs.who }}"] }
jobs.a = { image = "ruby:{{ RUBY }}", steps = [{ use = "greet", with = { who = "you" } }] }
""",
    "project": """\
defaults.timeout = 20
jobs.a.steps = ["make"]
plugins."lang/ruby" = { version = "~0.3", enabled = false, settings = { x = 1 } }
""",
}
