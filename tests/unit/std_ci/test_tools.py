"""The installer, run by a real shell with a mise and a download of the test's own."""

import os
import subprocess
from pathlib import Path

import pytest

from cigen.sdk import Pair, Tool
from cigen.std.ci.tools import INSTALLER, MISE, UnknownTool, known_tools, tool_call

FAKE_MISE = """#!/bin/sh
echo "$*" >> "$LOG"
case "$1" in
  bin-paths) echo "/opt/$2/bin" ;;
  where) echo "/opt/$2" ;;
esac
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A machine: programs that only it has, and a folder for what is installed."""
    for name in ("bin", "tools", "work"):
        (tmp_path / name).mkdir()
    return tmp_path


def run(home: Path, text: str) -> "subprocess.CompletedProcess[str]":
    env = {
        "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "CIG_ENV": str(home / "env"),
        "CIG_TOOLS": str(home / "tools"),
        "LOG": str(home / "log"),
    }
    return subprocess.run(["sh", "-eu", "-c", text], capture_output=True, text=True, cwd=home / "work", env=env)


def program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def installed(home: Path, *tools: Tool) -> str:
    program(home / "tools" / f"mise-{MISE}", FAKE_MISE)
    done = run(home, INSTALLER + "\n".join(tool_call(tool)[0] for tool in tools))
    assert done.returncode == 0, done.stderr
    return (home / "env").read_text()


def test_a_tool_is_on_the_path_of_every_later_bash(home: Path) -> None:
    installed(home, Tool("node", "20"), Tool("java", "21"))
    command = "bash -c 'echo \"$PATH\"'; bash -c 'echo \"$JAVA_HOME\"'"
    env = {"PATH": "/usr/bin:/bin", "BASH_ENV": str(home / "env")}
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=env)
    path, java = done.stdout.splitlines()
    assert path == "/opt/java@temurin-21/bin:/opt/node@20/bin:/usr/bin:/bin"
    assert java == "/opt/java@temurin-21"


def test_reading_the_file_twice_changes_path_once(home: Path) -> None:
    installed(home, Tool("node", "20"))
    done = run(home, 'PATH=/usr/bin:/bin; . "$CIG_ENV"; . "$CIG_ENV"; echo "$PATH"')
    assert done.stdout == "/opt/node@20/bin:/usr/bin:/bin\n"


@pytest.mark.parametrize(
    ("tool", "asked"),
    [
        (Tool("node", "lts/*"), "node@lts"),
        (Tool("node", "v20.1"), "node@20.1"),
        (Tool("ruby", "3.3"), "ruby@3.3"),
        (Tool("go"), "go@latest"),
        (Tool("rust"), "rust@stable"),
        (Tool("java", "17", (Pair("distribution", "zulu"),)), "java@zulu-17"),
    ],
)
def test_versions_are_spelled_as_mise_spells_them(tool: Tool, asked: str) -> None:
    assert tool_call(tool)[0] == f"cig_tool {asked}" or tool_call(tool)[0] == f"cig_tool '{asked}'"


def test_parts_of_rust_come_through_rustup() -> None:
    options = (Pair("components", "clippy, rustfmt"), Pair("targets", "wasm32-unknown-unknown"))
    script, unknown = tool_call(Tool("rust", "1.80", options))
    assert script.splitlines()[1:] == [
        "rustup component add clippy rustfmt",
        "rustup target add wasm32-unknown-unknown",
    ]
    assert unknown == ()


def test_an_option_without_meaning_is_named() -> None:
    assert tool_call(Tool("node", "20", (Pair("registry-url", "x"), Pair("version-file", "y"))))[1] == ("registry-url",)


def test_an_unknown_tool_is_refused() -> None:
    with pytest.raises(UnknownTool):
        tool_call(Tool("cobol"))
    assert "cobol" not in known_tools()


def test_a_version_is_one_word_whatever_it_holds(home: Path) -> None:
    installed(home, Tool("node", "20; touch gone"))
    assert not (home / "work" / "gone").exists()


def test_a_download_with_another_checksum_is_not_run(home: Path) -> None:
    program(home / "bin" / "curl", '#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\necho tampered > "$2"\n')
    done = run(home, INSTALLER + "cig_tool node@20")
    assert done.returncode == 1
    assert "has SHA-256" in done.stderr
    assert list((home / "tools").iterdir()) == []


def test_a_download_with_the_checksum_of_the_release_is_unpacked_and_kept(home: Path) -> None:
    source = home / "release"
    (source / "mise" / "bin").mkdir(parents=True)
    program(source / "mise" / "bin" / "mise", FAKE_MISE)
    copy = f'#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\ntar -czf "$2" -C {source} mise\n'
    program(home / "bin" / "curl", copy)
    program(home / "bin" / "uname", '#!/bin/sh\n[ "$1" = -m ] && echo arm64 || echo Darwin\n')
    checksum = next(line.split("=")[1].split()[0] for line in INSTALLER.splitlines() if "macos-arm64)" in line)
    program(home / "bin" / "sha256sum", f"#!/bin/sh\ncat > /dev/null\necho '{checksum}  -'\n")
    done = run(home, INSTALLER + "cig_tool node@20")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (home / "tools").iterdir()] == [f"mise-{MISE}"]


def test_a_machine_without_a_mise_is_told_so(home: Path) -> None:
    program(home / "bin" / "uname", '#!/bin/sh\n[ "$1" = -m ] && echo riscv64 || echo Linux\n')
    done = run(home, INSTALLER + "cig_tool node@20")
    assert done.returncode == 1
    assert "no mise for linux-riscv64" in done.stderr
