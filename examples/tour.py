"""The main job, told step by step: render the example and this repository, do it again, edit a file, ask why.

    python examples/tour.py

The example is copied to a temporary folder with a repository of its own; this repository is only checked for drift.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
CIG = [sys.executable, "-m", "cigen"]
IDENTITY = {"GIT_AUTHOR_NAME": "tour", "GIT_AUTHOR_EMAIL": "tour@example", "GIT_CONFIG_NOSYSTEM": "1"}
ENVIRONMENT = {**os.environ, **IDENTITY, "GIT_COMMITTER_NAME": "tour", "GIT_COMMITTER_EMAIL": "tour@example"}


def step(title: str, command: list[str], folder: Path, shown: str = "") -> str:
    """Run one command, show it and what it prints, and stop the tour if it fails."""
    print(
        f"\n\033[1m{title}\033[0m\n$ {shown or ' '.join(command)}" if sys.stdout.isatty() else f"\n{title}\n$ {shown}"
    )
    result = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    sys.stdout.write(result.stderr + result.stdout)
    sys.stdout.flush()
    if result.returncode:
        sys.exit(f"the tour stops here: exit code {result.returncode}")
    return result.stdout


def cig(title: str, folder: Path, *arguments: str) -> str:
    """One cig command of the tour."""
    return step(title, [*CIG, *arguments], folder, f"cig {' '.join(arguments)}")


def main() -> None:
    """The whole tour."""
    with tempfile.TemporaryDirectory() as scratch:
        shop = Path(scratch, "shop")
        shutil.copytree(HERE / "shop", shop)
        for command in (["git", "init", "-q", "-b", "main"], ["git", "add", "-A"], ["git", "commit", "-qm", "A shop"]):
            subprocess.run(command, cwd=shop, env=ENVIRONMENT, check=True)
        cig("What cig makes of the example", shop, "plan")
        cig("Write the workflow", shop, "render")
        print("\n" + (shop / ".github/workflows/ci.yml").read_text())
        cig("Once more: nothing to do, at the price of a git status", shop, "render")
        (shop / "app/models/order.rb").write_text("class Order\n  def total = 0\nend\n")
        cig("A file was edited: what does that mean for a job?", shop, "explain", "job", "test-ruby3.4")
        cig("And for the file's dependants?", shop, "explain", "file", "app/models/order.rb")
    cig("This repository's own workflow is up to date", HERE.parent, "render", "--check")


if __name__ == "__main__":
    main()
