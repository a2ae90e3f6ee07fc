"""Random tables of cig.toml that refer to nothing else: texts, triggers, machines, services, caches."""

from functools import cache
from typing import Any

from hypothesis import strategies as st

__all__ = [
    "ENV", "GLOBS", "LINE", "LINES", "PROVIDERS", "RETRY", "SCALAR", "SCRIPT", "STEP_RETRY", "VARIABLE", "caches",
    "checkout", "concurrency", "image", "permissions", "raw_of_workflow", "runners", "secrets", "service", "services",
    "some", "timeout", "triggers",
]  # fmt: skip

Tree = dict[str, Any]
Strategy = st.SearchStrategy[Any]

PROVIDERS = ("buildkite", "circleci", "github", "jenkins")

_AWKWARD = (
    "$HOME", "${HOME}", "$$", "$(date)", "`date`", "${{ github.sha }}", "<< x >>", "#{x}", "{{ '{{' }} .Names }}", "\\",
    "\\n", "'", '"', "'''", '"""', "%", "!", "#", ": ", " #", "- ", "&a", "*a", "|", ">", "@", "\t", "é", "\u2028",
    "😀", "&&", ";",
)  # fmt: skip
"""Pieces that mean something to some CI system, to a shell, or to YAML and Groovy."""

_LINES = (
    "make", "bin/run -v x=1", "npm ci && npm test", "xargs rspec < $CIG_SHARD_FILES",
    *(f"echo {piece} end" for piece in _AWKWARD), *(piece for piece in _AWKWARD if piece.strip()),
)  # fmt: skip
_HEREDOC = "cat <<'EOF'\n  $x ${{ y }} \\\n\nEOF"


def _calm(text: str) -> bool:
    """No placeholder may arise by accident."""
    return "{{" not in text and bool(text.strip())


LINE = st.sampled_from(_LINES)
SCRIPT = st.one_of(
    LINE,
    st.lists(LINE, min_size=2, max_size=3).map("\n".join),
    st.sampled_from((_HEREDOC, f"{_HEREDOC}\n", "# a remark\nmake\n\n")),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6).filter(_calm),
)
LINES = st.one_of(LINE, st.lists(LINE, min_size=1, max_size=2))
VARIABLE = st.sampled_from(("A", "_b", "C_1", "LANG", "MODE"))
SCALAR = st.one_of(LINE, st.integers(-5, 5), st.booleans())
ENV = st.dictionaries(VARIABLE, SCALAR, max_size=2)
GLOBS = st.lists(
    st.sampled_from(("app/**", "*.md", "!app/x", "src/{a,b}/*.c", "lib")), min_size=1, max_size=2, unique=True
)
_BRANCHES = st.lists(st.sampled_from(("main", "release/*", "wip/**")), min_size=1, max_size=2, unique=True)


_DENSITY = st.shared(st.sampled_from((2, 4, 99)), key="keys of one table")
"""Most optional keys of a table: nearly empty documents and very full ones find different mistakes."""


@st.composite
def some(draw: st.DrawFn, optional: dict[str, Strategy], **required: Strategy) -> Tree:
    """A table with these keys and some of the optional ones, at least one key in all."""
    table = {name: draw(strategy) for name, strategy in required.items()}
    if optional:
        most = draw(_DENSITY)
        # Drawing all of them is left to one draw, not to the luck of many.
        full = most > len(optional) and draw(st.booleans())
        for name in optional if full else draw(_names(tuple(optional), 0 if required else 1, most)):
            table[name] = draw(optional[name])
    return table


@cache
def _names(names: tuple[str, ...], least: int, most: int) -> Strategy:
    return st.lists(st.sampled_from(names), min_size=least, max_size=most, unique=True)


def _retry(on: Strategy) -> Strategy:
    table = some({"delay": st.integers(0, 9), "on": on}, max=st.integers(0, 10))
    return st.one_of(st.integers(0, 10), table)


RETRY = _retry(st.sampled_from(["failure", "agent_lost", ["failure"], ["failure", "agent_lost"]]))
STEP_RETRY = _retry(st.sampled_from(["failure", ["failure"]]))


@cache
def timeout() -> Strategy:
    """A time."""
    return st.one_of(st.integers(1, 600), st.sampled_from(["90m", "2h", "1h30m"]))


@cache
def concurrency() -> Strategy:
    """The key `concurrency`."""
    table = st.one_of(some({"cancel": st.booleans()}, group=LINE), some({}, group=LINE, max=st.integers(1, 9)))
    return st.one_of(st.sampled_from(["pr-latest", "serial", "none"]), table)


@cache
def permissions() -> Strategy:
    """The key `permissions`."""
    scopes = st.sampled_from(["contents", "checks", "packages", "pull-requests", "actions"])
    return st.dictionaries(scopes, st.sampled_from(["read", "write", "none"]), max_size=2)


@cache
def raw_of_workflow() -> Strategy:
    """Keys that each system knows at the root of its file."""
    return some(
        {
            "github": st.just({"run-name": "x"}),
            "circleci": st.just({"parameters": {"extra": {"type": "boolean", "default": False}}}),
            "buildkite": st.just({"agents": {"queue": "default"}}),
            "jenkins": st.just({"options": ["timestamps()"]}),
        }
    )


@cache
def triggers() -> Strategy:
    """The table `on`, with something that starts a run."""
    schedule = st.one_of(
        st.sampled_from(["0 3 * * *", "30 3 * * MON-FRI"]),
        some({"name": LINE, "reuse": st.booleans()}, cron=st.sampled_from(["0 1 * * *", "*/5 0 1 * *"])),
    )
    types = st.lists(
        st.sampled_from(["opened", "synchronize", "labeled", "closed"]), min_size=1, max_size=2, unique=True
    )
    pull_request = {"branches": _BRANCHES, "types": types, "labels": LINES, "skip_drafts": st.booleans()}
    optional = {
        "pull_request": st.one_of(st.booleans(), some(pull_request)),
        "tag": st.one_of(st.just("v*"), st.just(["v*", "release-*"])),
        "schedule": st.one_of(st.just("0 3 * * *"), st.lists(schedule, min_size=1, max_size=2)),
        "manual": st.one_of(st.booleans(), some({"inputs": _inputs()})),
        "merge_queue": st.sampled_from([True, False, "full", "reuse"]),
        "paths": GLOBS,
    }
    push = st.one_of(
        st.just(True), some({"branches": _BRANCHES}), some({"branches": _BRANCHES, "branches_ignore": _BRANCHES})
    )
    return some(optional, push=push)


@cache
def _inputs() -> Strategy:
    rest: dict[str, Strategy] = {"description": LINE, "required": st.booleans()}
    options = ["some", "all"]
    return some(
        {
            "text": st.one_of(some({**rest, "type": st.just("string"), "default": LINE}), st.just({})),
            "flag": some({**rest, "default": st.booleans()}, type=st.just("boolean")),
            "count": some({**rest, "default": st.integers(0, 9)}, type=st.just("number")),
            "level": some(
                {**rest, "default": st.sampled_from(options)}, type=st.just("choice"), options=st.just(options)
            ),
        }
    )


@cache
def checkout() -> Strategy:
    """The key `checkout`."""
    table = {
        "depth": st.integers(0, 9),
        "submodules": st.booleans(),
        "lfs": st.booleans(),
        "credentials": st.booleans(),
        "sparse": st.sampled_from(["app", ["app", "lib"]]),
    }
    return st.one_of(st.booleans(), some(table))


@cache
def image() -> Strategy:
    """The key `image` of a job."""
    names = st.sampled_from(["ruby:3.4", "debian:13-slim", "registry.example.com/x/y@sha256:" + "a" * 64])
    optional = {"env": ENV, "options": st.sampled_from(["--init", "--cpus 2"])}
    return st.one_of(names, some(optional, image=names), some(optional, image=names, username=LINE, password=VARIABLE))


@cache
def service() -> Strategy:
    """One service that needs no module."""
    health = some(
        {"interval": st.integers(1, 9), "timeout": st.integers(1, 9), "retries": st.integers(1, 9)},
        command=st.sampled_from(["pg_isready", "redis-cli ping | grep -q PONG", "test -e '/tmp/a b'"]),
    )
    optional = {
        "version": st.sampled_from(["16", 7]),
        "ports": st.lists(st.integers(1024, 65535), min_size=1, max_size=2, unique=True),
        "env": st.dictionaries(st.sampled_from(["POSTGRES_PASSWORD", "discovery.type"]), SCALAR, max_size=2),
        "health": health,
        "command": st.sampled_from(["postgres -c fsync=off", "redis-server"]),
    }
    return some(optional, image=st.sampled_from(["postgres", "redis", "example.com/x/db"]))


@cache
def services() -> Strategy:
    """The table `services`."""
    return st.dictionaries(st.sampled_from(["db", "cache"]), service(), min_size=1, max_size=2)


@cache
def caches() -> Strategy:
    """The table `caches`."""
    parts = st.lists(
        st.sampled_from(["Gemfile.lock", "ruby:3.4", "**/*.lock", "v: 1"]), min_size=1, max_size=3, unique=True
    )
    optional = {"key_parts": parts, "fallback": st.booleans(), "save": st.sampled_from(["success", "always", "never"])}
    cache = some(optional, paths=st.sampled_from(["vendor", ["~/.cache/x", "node_modules"]]))
    return st.dictionaries(st.sampled_from(["gems", "tools"]), cache, min_size=1, max_size=2)


@cache
def secrets() -> Strategy:
    """The table `secrets`."""
    secret = some(
        {
            "version": st.sampled_from([2, "b"]),
            "github": st.just({"name": "OTHER"}),
            "circleci": st.just({"context": "deploy"}),
            "buildkite": st.just({"name": "other"}),
            "jenkins": st.just({"credentials": "other"}),
        }
    )
    return st.dictionaries(VARIABLE, secret, min_size=1, max_size=2)


@cache
def runners() -> Strategy:
    """The table `runners`."""
    runner = some(
        {
            "os": st.sampled_from(["linux", "macos", "windows"]),
            "arch": st.sampled_from(["amd64", "arm64"]),
            "github": st.just({"runs-on": "big"}),
            "circleci": st.just({"resource_class": "large"}),
            "buildkite": st.just({"queue": "big"}),
            "jenkins": st.just({"label": "big"}),
        }
    )
    return st.dictionaries(st.sampled_from(["big", "small"]), runner, min_size=1, max_size=2)
