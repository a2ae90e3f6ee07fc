"""An independent reading of docs/caching.md, "Signature components": written from that page, sharing nothing with cig.

It computes the signatures of a small repository from git's own commands and the text of cig.toml.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Git = Callable[..., str]

CONFIG = """
version = "0.2"
[project]
name = "reference"
[env]
LOG = "1"
[jobs.build]
steps = ["make"]
skip_if = { paths_unmodified = ["src/**", "Makefile"] }
[jobs.test]
needs = ["build"]
matrix = { v = ["1", "2"] }
steps = [{ id = "run", name = "A label", run = "make test V={{ matrix.v }}", env = { B = "2", A = "1" } }]
inputs = { files = ["{ glob = '' }"], env = ["SET", "UNSET"] }
""".replace("\"{ glob = '' }\"", '{ glob = "absent.txt", optional = true }, "tests/*.py"')


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def shown(value: Any) -> str:
    text = canonical(value)
    return text if len(text.encode()) <= 200 else "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def signature(rows: list[list[str]]) -> str:
    return "cs1:" + hashlib.sha256(b"cs1\0" + canonical(sorted(rows)).encode()).hexdigest()


def test_the_documented_rules_give_the_signatures_of_cig(tmp_path: Path, git: Git, environment: dict[str, str]) -> None:
    for path, content in {
        "cig.toml": CONFIG, "Makefile": "all:\n", "src/a.c": "a\n", "src/deep/b.c": "b\n", "tests/t.py": "t\n",
        "tests/data/x.py": "not selected\n", ".gitattributes": "* text=auto\n",
    }.items():  # fmt: skip
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "x")

    def id_of(path: str) -> str:
        return git(tmp_path, "rev-parse", f"HEAD:{path}").strip()

    def listing(*paths: str) -> list[str]:
        rows = [f"git:040000:{id_of(p[:-1])} {p}" if p.endswith("/") else f"git:100644:{id_of(p)} {p}" for p in paths]
        return ["files", "", "\0".join(rows)]

    shared = [["scheme", "", "cs1"], ["definition", "env.LOG", shown("1")]]
    shared += [["definition", "permissions", shown([{"name": "contents", "value": "read"}])]]
    machine = ["definition", "machine", shown({"name": "linux"})]
    build = signature(
        [
            *shared, machine,
            ["definition", "skip_if", shown({"paths_unmodified": [{"pattern": "src/**"}, {"pattern": "Makefile"}]})],
            ["definition", "steps", shown([{"id": "make", "run": {"script": "make"}}])],
            listing(".gitattributes", "Makefile", "src/"),
        ]
    )  # fmt: skip
    expected = {"build": build}
    for value in ("1", "2"):
        env = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
        step = {"id": "run", "env": env, "run": {"script": f"make test V={value}"}}
        files = [{"optional": True, "pattern": "absent.txt"}, {"pattern": "tests/*.py"}]
        expected[f"test-v{value}"] = signature(
            [
                *shared, machine,
                ["definition", "inputs", shown({"env": ["SET", "UNSET"], "files": files})],
                ["definition", "steps", shown([step])],
                ["matrix", "v", value],
                listing(".gitattributes", "tests/t.py"),
                ["absent", "absent.txt", ""],
                ["env", "SET", "sha256:" + hashlib.sha256(b"yes").hexdigest()],
                ["env", "UNSET", ""],
                ["upstream", "build", build],
            ]
        )  # fmt: skip
    command = [sys.executable, "-m", "cigen", "compute-signatures"]
    done = subprocess.run(command, cwd=tmp_path, env={**environment, "SET": "yes"}, capture_output=True, check=True)
    jobs = json.loads(done.stdout)["jobs"]
    assert {key: job["signature"] for key, job in jobs.items()} == expected
