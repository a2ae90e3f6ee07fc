"""mypy --strict over the package as it is installed.

mypy does not know that `rules/` is installed as `cigen.rules`, so it is shown a folder of links in which it is.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Run mypy; its exit code."""
    with tempfile.TemporaryDirectory() as staged:
        package = Path(staged, "cigen")
        package.mkdir()
        for entry in (ROOT / "cigen").iterdir():
            if entry.name != "__pycache__":
                (package / entry.name).symlink_to(entry)
        (package / "rules").symlink_to(ROOT / "rules")
        command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml")]
        command += ["--cache-dir", str(ROOT / ".mypy_cache"), "-p", "cigen", *sys.argv[1:]]
        return subprocess.run(command, cwd=staged, env={**os.environ, "MYPYPATH": staged}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
