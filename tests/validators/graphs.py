"""Graphs as the core would hand them to a provider: the broad set that foreign parsers have to accept.

Each is what a real project's cig.toml comes to after planning: complete steps, resolved runners, expanded matrices.
"""

from dataclasses import replace
from itertools import product

from cigen.sdk import (
    Approval,
    Artifact,
    Cache,
    CachePart,
    CacheUse,
    Checkout,
    Concurrency,
    Container,
    Download,
    Environment,
    Expr,
    Fact,
    Graph,
    Health,
    Job,
    JobOutputs,
    Leg,
    ManualInput,
    ManualTrigger,
    Matrix,
    MatrixAxis,
    MatrixRow,
    Native,
    Op,
    Output,
    Pair,
    PathGlob,
    ProviderBlock,
    PullRequestTrigger,
    PushTrigger,
    Retry,
    Run,
    Runner,
    Schedule,
    Service,
    Shards,
    SkipIf,
    Skipping,
    Step,
    TagTrigger,
    Tool,
    Trigger,
    Triggers,
    Workflow,
)
from cigen.std.provider.github.tools import known_tools

__all__ = ["GRAPHS", "LINUX", "WIDER", "job", "script", "workflow"]

LINUX = Runner("linux")
CHECKOUT = Step("checkout", checkout=Checkout())
DEFAULT = Triggers(push=PushTrigger(("main",)), pull_request=PullRequestTrigger())


def workflow(name: str = "ci", **given: object) -> Workflow:
    base = Workflow(name, name.upper(), DEFAULT, Concurrency("pr-latest"), (Pair("contents", "read"),))
    return replace(base, **given)  # type: ignore[arg-type]


def job(name: str, *steps: Step, **given: object) -> Job:
    base = Job(name, workflow="ci", runner="linux", machine=LINUX, steps=(CHECKOUT, *steps))
    return replace(base, **given)  # type: ignore[arg-type]


def script(text: str, step_id: str = "", **given: object) -> Step:
    words = "-".join("".join(c if c.isalnum() else " " for c in text).split()[:3]).lower()
    return replace(Step(step_id or words or "step", run=Run(text)), **given)  # type: ignore[arg-type]


def name(text: str) -> Expr:
    return Expr(Op.NAME, text)


def equal(left: str, right: str) -> Expr:
    return Expr(Op.EQ, args=(name(left), Expr(Op.LITERAL, right)))


def matches(left: str, right: str) -> Expr:
    return Expr(Op.MATCHES, args=(name(left), Expr(Op.LITERAL, right)))


def cache(cache_id: str, path: str, literal: str, files: str) -> Step:
    parts = (CachePart(literal=literal), CachePart(files=files))
    return Step(f"cache-{cache_id}", f"Cache {cache_id}", cache=CacheUse(Cache(cache_id, (path,), parts)))


def legs(job_id: str, machines: dict[str, Runner], **axes: tuple[str, ...]) -> tuple[Leg, ...]:
    made = []
    for values in product(*axes.values()):
        parts = [v if v[:1].isalpha() else a + v for a, v in zip(axes, values, strict=True)]
        machine = machines.get(values[-1], LINUX)
        pairs = tuple(Pair(a, v) for a, v in zip(axes, values, strict=True))
        made.append(Leg("-".join([job_id, *parts]), pairs, machine))
    return tuple(made)


def rails() -> Graph:
    ruby = Step("setup-ruby", "Set up Ruby", tool=Tool("ruby", "{{ matrix.ruby }}"))
    gems = cache("bundler", "vendor/bundle", "ruby:{{ matrix.ruby }}", "Gemfile.lock")
    postgres = Service(
        *("postgres", "postgres", "16", (5432,), (Pair("POSTGRES_PASSWORD", "postgres"),)),
        Health("pg_isready -U postgres"),
    )
    redis = Service("redis", "redis:7", ports=(6379,), health=Health("redis-cli ping", 5, 3, 10))
    install = script("bundle install --jobs 4", "install-gems", name="Install gems")
    report = Artifact("test-test-results", ("tmp/rspec*.xml",), "always", 7, "junit")
    test = job(
        "test",
        *(ruby, gems, install),
        script(
            "bin/rails db:schema:load\nbundle exec rspec --format progress\n", "rspec", retry=Retry(2, 1), timeout=20
        ),
        Step("test-results", "Keep test results", upload=report, run_on="always"),
        Step("artifacts", "Keep test", upload=Artifact("test", ("coverage/**", "!coverage/tmp/**"))),
        script("bin/cleanup", run_on="always"),
        description="The whole suite,\nagainst real servers.",
        matrix=Matrix(
            (MatrixAxis("ruby", ("3.3", "3.4")),), legs=legs("test", {}, ruby=("3.3", "3.4")), fail_fast=False
        ),
        services=(postgres, redis),
        env=(Pair("RAILS_ENV", "test"), Pair("DATABASE_URL", "postgres://postgres:postgres@localhost/test")),
    )
    one = replace(ruby, tool=Tool("ruby", "3.4"))
    lint = job("lint", one, cache("bundler", "vendor/bundle", "ruby:3.4", "Gemfile.lock"), script("bin/rubocop"))
    deploy = job(
        "deploy",
        Step("download-test", "Download test", download=Download("test")),
        script('bin/deploy --message "it\'s out"', secrets=("DEPLOY_TOKEN",)),
        script("bin/notify failure", secrets=("SLACK_URL",), run_on="failure", allow_failure=True),
        needs=("test", "lint"),
        when=Expr(Op.AND, args=(equal("branch", "main"), Expr(Op.NOT, args=(equal("event", "schedule"),)))),
        environment=Environment("production", "https://example.com"),
        concurrency=Concurrency("serial"),
        oidc=True,
        permissions=(Pair("contents", "read"), Pair("deployments", "write"), Pair("packages", "none")),
        effects=True,
    )
    return Graph("rails", (workflow(env=(Pair("BUNDLE_PATH", "vendor/bundle"),)),), (test, lint, deploy))


def pnpm_monorepo() -> Graph:
    setup = (
        Step("setup-pnpm", "Set up pnpm", tool=Tool("pnpm", "", (Pair("version-file", "package.json"),))),
        Step(
            "setup-node",
            "Set up Node",
            tool=Tool("node", "24", (Pair("registry-url", "https://packages.example.com"),)),
        ),
        cache("pnpm", "~/.local/share/pnpm/store", "node:24", "{pnpm-lock.yaml,packages/*/package.json}"),
        script("pnpm install --frozen-lockfile", name="Install packages"),
    )
    build = job(
        *("build", *setup, script("pnpm -r build")),
        Step("artifacts", "Keep build", upload=Artifact("build", ("packages/*/dist/**", "bin/cli"), retention_days=3)),
    )
    test = job(
        "test", *setup, Step("download-build", download=Download("build")), script("pnpm -r test"), needs=("build",)
    )
    drafts = PullRequestTrigger(labels=("run ci", "it's urgent"), skip_drafts=True)
    given = replace(DEFAULT, pull_request=drafts, merge_queue="full")
    return Graph("mono", (workflow(triggers=given),), (build, test))


def python_matrix() -> Graph:
    machines = {"linux": LINUX, "macos": Runner("macos"), "windows": Runner("windows")}
    python, system = ("3.10", "3.13", "3.14"), ("linux", "macos", "windows")
    test = job(
        "test",
        Step("setup-python", "Set up Python", tool=Tool("python", "{{ matrix.python }}")),
        Step("setup-uv", "Set up uv", tool=Tool("uv")),
        cache("uv", "~/.cache/uv", "python:{{ matrix.python }}", "uv.lock"),
        script("uv sync --locked"),
        script("uv run pytest -k 'not slow' --cov=lib", when=equal("matrix.system", "linux")),
        script("uv run pytest", when=Expr(Op.NE, args=(name("matrix.system"), Expr(Op.LITERAL, "linux")))),
        runner="{{ matrix.system }}",
        machine=None,
        matrix=Matrix(
            (MatrixAxis("python", python), MatrixAxis("system", system)),
            exclude=(MatrixRow((Pair("python", "3.10"), Pair("system", "windows"))),),
            max_parallel=4,
            legs=tuple(
                leg
                for leg in legs("test", machines, python=python, system=system)
                if [pair.value for pair in leg.values] != ["3.10", "windows"]
            ),
        ),
    )
    nightly = job("mutation", script("uv run mutmut run"), when=equal("event", "schedule"), timeout=350)
    given = replace(DEFAULT, schedule=(Schedule("30 3 * * 1-5"), Schedule("0 6 1 * *")))
    return Graph("lib", (workflow(triggers=given),), (test, nightly))


def polyglot() -> Graph:
    tools = [Tool("go", "1.27"), Tool("java", "21"), Tool("bun", "1.4.2"), Tool("rust", "1.90"), Tool("docker-buildx")]
    setup = [Step(f"setup-{tool.name}", f"Set up {tool.name}", tool=tool) for tool in tools]
    build = job("build", *setup, script("make all"), allow_failure=True, shell="bash", working_directory="services")
    arm = Runner("linux-arm64")
    big = Runner("big", settings=(ProviderBlock("github", '{"runs-on":["self-hosted","linux","x64"]}'),))
    images = job(
        "image",
        script("docker build --tag app:{{ matrix.arch }} ."),
        runner="{{ matrix.arch }}",
        machine=None,
        matrix=Matrix(
            (MatrixAxis("arch", ("amd64", "arm64")),),
            legs=legs("image", {"amd64": big, "arm64": arm}, arch=("amd64", "arm64")),
        ),
    )
    inside = job(
        "inside",
        script("apk add bash", shell="sh"),
        script("go test ./...", env=(Pair("GOFLAGS", "-count=1"),), working_directory="services/{{ matrix.x }}"),
        image=Container("golang:1.27-alpine", (Pair("CGO_ENABLED", "0"),), "--cpus 2"),
        services=(Service("db", "postgres:17", health=Health("pg_isready")),),
        matrix=Matrix((MatrixAxis("x", ("a", "b")),), legs=legs("inside", {}, x=("a", "b"))),
        concurrency=Concurrency("pr-latest"),
    )
    return Graph("poly", (workflow(),), (build, images, inside))


def releases() -> Graph:
    given = Triggers(push=PushTrigger(branches_ignore=("wip/**",)), tag=TagTrigger(("v[0-9]*", "!v*-rc*")))
    build = job(
        *("build", cache("cargo", "~/.cargo", "rust", "Cargo.lock"), script("cargo build --release")),
        Step("artifacts", "Keep build", upload=Artifact("build", ("target/release/app",))),
    )
    publish = job(
        "publish",
        Step("download-build", "Download build", download=Download("build")),
        script("./publish", secrets=("REGISTRY_TOKEN",)),
        Step(
            "attest",
            "Attest",
            native=Native("github", '{"run":"gh attestation verify app","env":{"GH_TOKEN":"${{ github.token }}"}}'),
        ),
        needs=("build",),
        when=matches("tag", "v*"),
        environment=Environment("release"),
        oidc=True,
        permissions=(Pair("contents", "write"), Pair("id-token", "write")),
    )
    return Graph("app", (workflow(triggers=given),), (build, publish))


def tagged_tools() -> Graph:
    """Every tool where a tag publishes: no action may bring a cache of its own."""
    steps = [Step(f"setup-{name}", f"Set up {name}", tool=Tool(name, "1.2.3")) for name in known_tools()]
    given = Triggers(tag=TagTrigger(("v*",)))
    publish = job("publish", *steps, cache("x", "x", "x", "x"), script("make publish"), effects=True)
    return Graph("tools", (workflow(triggers=given),), (publish,))


def by_hand() -> Graph:
    inputs = (
        ManualInput("dry-run", "boolean", "Only say what would happen", "true"),
        ManualInput("count", "number", default="3"),
        ManualInput("target", "choice", "Where to", "staging", True, ("staging", "production")),
        ManualInput("note", "string"),
    )
    given = Triggers(manual=ManualTrigger(inputs), schedule=(Schedule("*/15 * * * *"),))
    run = job(
        "run",
        script("bin/run", when=Expr(Op.EQ, args=(name("input.dry-run"), Expr(Op.BOOL, "false")))),
        script("bin/run --dry", when=name("input.dry-run")),
        when=Expr(Op.IN, args=(name("input.target"), Expr(Op.LITERAL, "staging"), Expr(Op.LITERAL, "production"))),
        concurrency=Concurrency(group="run-{{ '{{' }}", cancel=True),
        env=(Pair("EDITION", "2"),),
    )
    return Graph("tasks", (workflow(triggers=given, concurrency=None),), (run,))


def nasty_texts() -> Graph:
    text = "cat <<'EOF'\n\tkey: '${{ user }}' # $HOME `date` {{ x }} }} \\\\\n  text \nEOF\necho \"é — 😀: <<\""
    env = (
        Pair("YES", "yes"),
        Pair("VERSION", "3.10"),
        Pair("TIME", "1:30"),
        Pair("HASH", "a #b: c"),
        Pair("EMPTY", ""),
    )
    steps = (
        script(text, "nasty"),
        script(": 'x: y'"),
        script("  leading: space\n"),
        script("! true || echo '{{ x }}'"),
    )
    raw = '{"outputs":{"sum":"${{ steps.nasty.outputs.sum }}"},"steps":{"nasty":{"env":{"RAW":"${{ github.sha }}"}}}}'
    odd = job("odd", *steps, env=env, raw=(ProviderBlock("github", raw), ProviderBlock("circleci", "{}")))
    return Graph("odd", (workflow(default_branch="it's"),), (odd,), (Fact("x", "y"),))


GRAPHS = {
    make.__name__: (make(), Output("github", f".github/workflows/{make.__name__}.yml", "", "ci"))
    for make in (rails, pnpm_monorepo, python_matrix, polyglot, releases, tagged_tools, by_hand, nasty_texts)
}
"""By name: the graph and the output to render it to."""


def sharded() -> Graph:
    """Shards of every kind, values, approvals, jobs after failures, a pipeline that another starts."""
    spec = script('xargs bin/rspec < "$CIG_SHARD_FILES"', "spec")
    jobs = [
        job("by-name", spec, shards=Shards(4, ("spec/**/*_spec.rb", "!spec/slow/**"))),
        job("by-size", spec, shards=Shards(2, ("spec/*.rb",), "size")),
        job("by-timings", spec, shards=Shards(12, ("spec/*.rb",), "timings"), outputs=JobOutputs(junit=("tmp/*.xml",))),
        job("numbered", script('bin/part "$CIG_SHARD_INDEX" "$CIG_SHARD_TOTAL"', "part"), shards=Shards(3)),
        job("ask", script('echo "kind=big" >> "$CIG_OUTPUT"', "ask"), outputs=JobOutputs(values=("kind", "size"))),
        job("told", script('bin/told "$CIG_NEEDS_ASK_KIND"', "told"), needs=("ask",)),
        job("big", script("bin/big", "big"), needs=("ask",), when=equal("needs.ask.kind", "big")),
        job("wait", script("bin/deploy", "deploy"), needs=("told",), approve=Approval("Deploy it?", ("admins",))),
        job("alarm", script("bin/alarm", "alarm"), needs=("told", "wait"), run_on="failure"),
        job("sweep", script("bin/sweep", "sweep"), needs=("told", "big"), run_on="always"),
        replace(
            job("start", needs=("told",), trigger=Trigger("other", "main", (Pair("VERSION", "$1 << x"),), wait=True)),
            steps=(),
        ),
    ]
    return Graph("sharded", (workflow(),), tuple(jobs))


def three_hundred_legs() -> Graph:
    versions = tuple(f"3.{minor}" for minor in range(20))
    systems = tuple(f"s{index}" for index in range(15))
    matrix = Matrix(
        (MatrixAxis("python", versions), MatrixAxis("system", systems)),
        legs=legs("test", {}, python=versions, system=systems),
        max_parallel=50,
    )
    test = job("test", script("make test PYTHON={{ matrix.python }} SYSTEM={{ matrix.system }}"), matrix=matrix)
    return Graph("wide", (workflow(),), (test, job("done", script("make finish"), needs=("test",))))


def forty_jobs() -> Graph:
    layers = [[f"job-{layer}-{index}" for index in range(10)] for layer in range(4)]
    jobs = []
    for above, layer in zip([[], *layers], layers, strict=False):
        for index, name in enumerate(layer):
            given = {"when": equal("branch", "main")} if index == 7 else {}
            jobs.append(job(name, script(f"make {name}"), needs=tuple(above[index : index + 3]), **given))
    given = Triggers(
        push=PushTrigger(("main", "release/*")),
        pull_request=PullRequestTrigger(("main",), skip_drafts=True),
        tag=TagTrigger(("v*",)),
        schedule=(Schedule("0 3 * * *", "nightly"), Schedule("0 6 * * 1", "weekly")),
        merge_queue="full",
    )
    return Graph("forty", (workflow(triggers=given),), tuple(jobs))


def proven_legs() -> Graph:
    """Matrices of every kind whose legs a plan takes away one by one."""
    files = SkipIf(paths_unmodified=(PathGlob("src/**"),))
    pythons, systems = ("3.13", "3.14"), ("linux", "mac")
    axes = Matrix(
        (MatrixAxis("python", pythons), MatrixAxis("system", systems)),
        legs=legs("axes", {"mac": Runner("macos")}, python=pythons, system=systems),
        fail_fast=False,
    )
    rows = [{"target": "x86", "said": "it's"}, {"target": "arm", "said": "größer ${{ x }}"}]
    listed = Matrix(
        include=tuple(MatrixRow(tuple(Pair(*one) for one in row.items())) for row in rows),
        legs=tuple(Leg(f"rows-{row['target']}", tuple(Pair(*one) for one in row.items()), LINUX) for row in rows),
        max_parallel=1,
    )
    wide = three_hundred_legs().jobs[0].matrix
    assert wide is not None
    wide = replace(wide, max_parallel=0, legs=tuple(replace(leg, key=f"wide{leg.key[4:]}") for leg in wide.legs))
    check = Step("checkout", checkout=Checkout())
    steps = (check, script("make PYTHON={{ matrix.python }}"))
    jobs = (
        job("axes", *steps, matrix=axes, machine=None, skip_if=files),
        job("rows", check, script("make {{ matrix.target }}"), matrix=listed, skip_if=files, needs=("axes",)),
        job("wide", *steps, matrix=wide, skip_if=files),
        job("last", script("make last"), needs=("rows", "wide")),
    )
    skipping = Skipping(machine=LINUX, files=("cig.toml",), version="1.2.3", store="s3://proofs")
    return Graph("proven", (workflow(),), jobs, skipping=skipping)


WIDER = {make.__name__: make() for make in (sharded, three_hundred_legs, forty_jobs, proven_legs)}
"""What GitHub's limits and its provider do not know yet, or refuse."""
