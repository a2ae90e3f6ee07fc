"""Completion, asked of the real shells: what they offer for a line that is not finished.

`.ci/run` installs zsh and fish; elsewhere a missing one is a reported skip.
"""

import os
import pty
import select
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import pytest

from cigen.cli.completion import completion_script
from cigen.cli.grammar import COMMANDS
from cigen.cli.present.graph import GraphNode, GraphView, graph_json
from cigen.cli.shells.template import all_flags

JOBS = GraphView(
    "jobs", (GraphNode("build"), GraphNode("test", "", ("test-ruby3.3",)), GraphNode("$(touch PWNED)")), ()
)
ACTIONS = GraphView("actions", (GraphNode("detect:lang/node"), GraphNode("detect:lang/ruby")), ())

# What is typed, and all that may come next.
CASES = [
    ("cig rend", {"render"}),
    ("cig -C sub rend", {"render"}),
    ("cig --color ne", {"never"}),
    ("cig plan --exit", {"--exit-code"}),
    ("cig render --provider github --st", {"--stdout"}),
    ("cig completion fi", {"fish"}),
    ("cig plugin ", {"test"}),
    ("cig plugin test Gem", {"Gemfile.lock"}),
    ("cig sett", {"settings"}),
    ("cig settings --pro", {"--provider"}),
    ("cig completion ", {"bash", "zsh", "fish"}),
    ("cig explain j", {"job"}),
    ("cig explain --json job test-r", {"test-ruby3.3"}),
    ("cig explain job ", {"build", "test", "test-ruby3.3", "$(touch PWNED)"}),
    ("cig explain file Gem", {"Gemfile.lock"}),
    ("cig explain action detect:lang/r", {"detect:lang/ruby"}),
    ("cig explain action det", {"detect:lang/ruby", "detect:lang/node"}),
    ("cig explain job --against fea", {"feature"}),
    ("cig compute-signatures --format bu", {"buildkite"}),
    ("cig help comp", {"compute-signatures", "completion"}),
    ("cig compute-signatures --rev ma", {"main"}),
]


Offered = Callable[[str], set[str]]


def need(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with two branches, one of them malicious, a lock file, and a `cig` that knows its graph."""
    tmp_path = tmp_path_factory.mktemp("project")
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    git = ["git", "-C", str(tmp_path), "-c", "user.name=t", "-c", "user.email=t@example.invalid"]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True, env=env)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True, env=env)
    for branch in ("feature", "$(touch${IFS}PWNED)"):
        subprocess.run([*git, "branch", branch], check=True, env=env)
    (tmp_path / "Gemfile.lock").write_text("")
    (tmp_path / "sub").mkdir()
    (tmp_path / "bin").mkdir()
    (tmp_path / "jobs.json").write_text(graph_json(JOBS))
    (tmp_path / "actions.json").write_text(graph_json(ACTIONS))
    cig = tmp_path / "bin/cig"
    cig.write_text(
        f'#!/bin/sh\ncase "$*" in\n"graph --json") cat {tmp_path}/jobs.json ;;\n'
        f'"graph --actions --json") cat {tmp_path}/actions.json ;;\n*) exit 64 ;;\nesac\n'
    )
    cig.chmod(0o755)
    for shell in ("bash", "zsh", "fish"):
        (tmp_path / f"cig.{shell}").write_text(completion_script(shell))
    return tmp_path


def environment(project: Path) -> dict[str, str]:
    path = f"{project / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(project), "TERM": "xterm", "LC_ALL": "C.UTF-8"}


BASH = r"""
source ./cig.bash
COMP_LINE="$1"; COMP_POINT=${#1}
_cig
typed="${1##* }"
for found in "${COMPREPLY[@]}"; do
    # Where a colon ends a word, only what follows it is offered.
    [[ $typed == *:* ]] && found="${typed%"${typed##*:}"}$found"
    eval "printf '%s\n' $found"
done
"""

FISH = "source ./cig.fish; complete --escape -C $argv[1] | string split -f1 \\t | string unescape"


def offered_by_bash(project: Path, line: str) -> set[str]:
    command = ["bash", "--norc", "-c", BASH, "bash", line]
    told = subprocess.run(command, cwd=project, env=environment(project), capture_output=True, text=True, check=True)
    assert told.stderr == ""
    return set(told.stdout.splitlines())


def offered_by_fish(project: Path, line: str) -> set[str]:
    command = ["fish", "--no-config", "-c", FISH, line]
    told = subprocess.run(command, cwd=project, env=environment(project), capture_output=True, text=True, check=True)
    assert told.stderr == ""
    return set(told.stdout.splitlines())


ZSH = r"""
autoload -Uz compinit; compinit -u -d ./zcompdump
source ./cig.zsh
compadd() {
    local -a offered
    # -O and -A fill an array for the completion system itself: those calls add nothing yet.
    [[ ${@[1,(i)(-|--)]} == *-(O|A|D)* ]] && { builtin compadd "$@"; return }
    builtin compadd -O offered "$@"
    print -rl -- "OFFER:"${^offered} >> ./offers
    builtin compadd "$@"
}
bindkey '^I' complete-word
finish() { BUFFER=; print -n "<DONE>" }
zle -N finish; bindkey '^X' finish
PROMPT='READY>'
"""


class Zsh:
    """A zsh on a terminal of its own, that types lines and a tab; `compadd` tells us what it offers."""

    def __init__(self, project: Path) -> None:
        need("zsh")
        (project / ".zshrc").write_text(ZSH)
        self._offers = project / "offers"
        self._terminal, theirs = pty.openpty()
        command = ["zsh", "-d", "-i"]
        self._shell = subprocess.Popen(
            command,
            cwd=project,
            env=environment(project),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        read_until(self._terminal, b"READY>")

    def offered(self, line: str) -> set[str]:
        self._offers.write_text("")
        os.write(self._terminal, line.encode() + b"\t\x18")
        read_until(self._terminal, b"<DONE>")
        lines = self._offers.read_text().splitlines()
        return {found.removeprefix("OFFER:").rstrip() for found in lines if found.startswith("OFFER:")} - {""}

    def close(self) -> None:
        os.close(self._terminal)
        self._shell.kill()
        self._shell.wait()


def read_until(terminal: int, mark: bytes) -> None:
    seen = b""
    while mark not in seen:
        ready, _, _ = select.select([terminal], [], [], 60)
        assert ready, seen
        seen += os.read(terminal, 4096)


@pytest.fixture(scope="module")
def shells(project: Path) -> Iterator[Callable[[str], Offered]]:
    """By a shell's name, what it offers for a line."""
    with ExitStack() as open_shells:
        started: dict[str, Zsh] = {}

        def offered(shell: str) -> Offered:
            need(shell)
            if shell != "zsh":
                return partial({"bash": offered_by_bash, "fish": offered_by_fish}[shell], project)
            if not started:
                started["zsh"] = open_shells.enter_context(closing(Zsh(project)))
            return started["zsh"].offered

        yield offered


SHELLS = ["bash", "zsh", "fish"]
Shells = Callable[[str], Offered]


@pytest.mark.parametrize(("line", "expected"), CASES, ids=[line for line, _ in CASES])
@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_offers_what_can_come_next(
    shells: Shells, project: Path, shell: str, line: str, expected: set[str]
) -> None:
    assert shells(shell)(line) == expected
    assert not (project / "PWNED").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_nothing_in_a_branchs_name_is_run(shells: Shells, project: Path, shell: str) -> None:
    assert "$(touch${IFS}PWNED)" in shells(shell)("cig explain job x --against ")
    assert not (project / "PWNED").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_is_offered(shells: Shells, project: Path, shell: str) -> None:
    offered = shells(shell)("cig ")
    assert {word.partition(":")[0] for word in offered} >= {*COMMANDS, "help"}


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_every_option_of_a_command_is_offered(shells: Shells, project: Path, shell: str, name: str) -> None:
    wanted = {spelled for flag in COMMANDS[name].flags for spelled in flag.names if spelled.startswith("--")}
    assert shells(shell)(f"cig {name} --") >= wanted


def test_an_option_means_the_same_everywhere() -> None:
    """The scripts complete a value by the option's name alone."""
    names = [name for flag in all_flags() if flag.metavar for name in flag.names]
    assert len(names) == len(set(names))
