"""How the program ends."""

import subprocess
import sys
from pathlib import Path

import cigen


def run(command: str, before: str = "") -> subprocess.CompletedProcess[str]:
    code = (
        f"import atexit, sys; atexit.register(print, 'taken down')\n{before}\nfrom cigen.cli.main import main; main()"
    )
    return subprocess.run([sys.executable, "-c", code, *command.split()], capture_output=True, text=True, check=False)


def test_the_program_ends_without_taking_python_down() -> None:
    ended = run("--version")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"cig {cigen.__version__}\n", "")


def test_what_stands_in_a_stream_is_written_first() -> None:
    ended = run("--version", "sys.stdout.write('begun ')\nsys.stderr.write('told')")
    assert (ended.stdout, ended.stderr) == (f"begun cig {cigen.__version__}\n", "told")


def test_its_exit_code_is_that_of_the_command() -> None:
    assert run("no-such-command").returncode == 64


def test_a_caller_of_main_goes_on() -> None:
    code = "from cigen.cli.main import main\nprint(main(['--version']), 'on')"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.stdout == f"cig {cigen.__version__}\n0 on\n"


def test_on_windows_it_says_where_it_runs_and_does_nothing(tmp_path: Path) -> None:
    # Python's own modules look at the name as well, when they are imported.
    code = "import os, cigen.cli.report; os.name = 'nt'; from cigen.cli.main import main; print(main(['render']))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "3\n"
    code = "CLI_009"
    assert done.stderr.startswith(f"error[{code}]: System not supported\n   = cig runs on Linux and macOS.\n")
