"""`[skipping] install` names a file of hashes: what is rendered installs just that, or nothing, on all four systems.

What is installed is a stand-in of the same name, from a folder: it starts the `cig` of the tests.
"""

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml
from acted_project import ALL, new_acted_project

Git = Callable[..., str]

LISTED = ".ci/cig.txt"
INSTALL = f'[skipping]\ninstall = "{LISTED}"\n'
PATHS = {
    "github": ".github/workflows/ci.yml",
    "circleci": ".circleci/config.yml",
    "buildkite": ".buildkite/pipeline.yml",
    "jenkins": "Jenkinsfile",
}
OUTPUTS = "".join(f'[[outputs]]\nprovider = "{name}"\npath = "{path}"\n' for name, path in PATHS.items())
STAND_IN = f"""\
import os, sys

def main():
    with open(os.environ.get("CIG_CALLS", os.devnull), "a") as calls:
        calls.write(sys.argv[1] + "\\n")
    os.execv({sys.executable!r}, [{sys.executable!r}, "-m", "cigen", *sys.argv[1:]])
"""


@dataclass(frozen=True)
class Machine:
    """What a CI system's machine has: Python and git, an index of one package, and no cig."""

    folder: Path
    environment: Mapping[str, str]
    digest: str

    def listed(self, digest: str) -> str:
        """The file of hashes."""
        return f"# Written by pip-compile.\ncigen==9.9.9 \\\n    --hash=sha256:{digest}\n"

    @property
    def wrong(self) -> str:
        """Another hash."""
        return f"{int(self.digest[0], 16) ^ 1:x}{self.digest[1:]}"

    def run(self, script: str, root: Path) -> int:
        """How a script of bash ends, in a checkout that has nothing but the file of hashes."""
        source = self.folder / "source"
        shutil.rmtree(source, ignore_errors=True)
        shutil.copytree(root / ".ci", source / ".ci")
        command = ["bash", "-eo", "pipefail", "-c", script]
        environment = {**self.environment, "CIG_CALLS": str(self.folder / "calls"), "GITHUB_PATH": os.devnull}
        return subprocess.run(command, cwd=source, env=environment, capture_output=True, check=False).returncode

    @property
    def calls(self) -> int:
        """How often the cig that was to be installed was started."""
        path = self.folder / "calls"
        return path.read_text().count("\n") if path.exists() else 0


@pytest.fixture
def machine(tmp_path: Path, environment: dict[str, str]) -> Machine:
    folder = tmp_path / "machine"
    index, bin_ = folder / "index", folder / "bin"
    bin_.mkdir(parents=True)
    # It makes virtual environments, and nothing is ever installed into itself.
    python = f'#!/bin/sh\n[ "$1 $2" = "-m venv" ] || exit 9\nexec {sys.executable} "$@"\n'
    for name, text in (("python3", python), ("buildkite-agent", "#!/bin/sh\necho passed\n")):
        (bin_ / name).write_text(text)
        (bin_ / name).chmod(0o755)
    given = {name: value for name, value in environment.items() if not name.startswith("PIP_")}
    home = folder / "home"
    home.mkdir()
    path = os.pathsep.join([str(bin_), "/usr/bin", "/bin"])
    assert shutil.which("cig", path=path) is None
    index_only = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return Machine(folder, {**given, **index_only, "PATH": path, "HOME": str(home)}, wheel(index))


def wheel(folder: Path) -> str:
    """Write the stand-in, always the same; its SHA-256."""
    folder.mkdir(parents=True, exist_ok=True)
    path, info = folder / "cigen-9.9.9-py3-none-any.whl", "cigen-9.9.9.dist-info"
    texts = {
        "cig_stand_in.py": STAND_IN,
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: cigen\nVersion: 9.9.9\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\ncig = cig_stand_in:main\n",
    }
    texts[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in (*texts, f"{info}/RECORD"))
    with zipfile.ZipFile(path, "w") as file:
        for name, text in texts.items():
            file.writestr(zipfile.ZipInfo(name), text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def source(folder: Path, mark: Path) -> str:
    """Write the same version as a source, which leaves a mark where it is built; its SHA-256."""
    folder.mkdir()
    path = folder / "cigen-9.9.9.tar.gz"
    texts = {
        "PKG-INFO": "Metadata-Version: 2.1\nName: cigen\nVersion: 9.9.9\n",
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "build"\nbackend-path = ["."]\n',
        "build.py": f"open({str(mark)!r}, 'w')\n",
    }
    with tarfile.open(path, "w:gz") as file:
        for name, text in texts.items():
            info = tarfile.TarInfo(f"cigen-9.9.9/{name}")
            info.size = len(text)
            file.addfile(info, io.BytesIO(text.encode()))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def gate_script(provider: str, root: Path) -> str:
    """The script of the gate that installs cig and starts it."""
    if provider == "github":
        steps = yaml.safe_load((root / PATHS[provider]).read_text())["jobs"]["cig-gate"]["steps"]
        assert steps[0]["with"]["sparse-checkout"] == f"/{LISTED}\n"
        return next(step["run"] for step in steps[1:]) + "cig --version\n"
    if provider == "circleci":
        steps = yaml.safe_load((root / PATHS[provider]).read_text())["jobs"]["cig-gate"]["steps"]
        assert "checkout" in steps[0]
        return next(step["run"]["command"] for step in steps[1:]) + "\ncig --version\n"
    if provider == "buildkite":
        steps = yaml.safe_load((root / ".buildkite/pipeline.full.yml").read_text())["steps"]
        gate = next(step for step in steps if step["key"] == "cig-gate")
        assert "skip" not in gate.get("checkout", {})
        command: str = gate["command"]
        return command.replace("$$", "$")
    gate = (root / PATHS[provider]).read_text().partition("def passGate")[2]
    assert f"[path: '/{LISTED}']" in gate
    judged = re.search(r"bash\('Judge what ran .*?', '''\\\n(.*?)'''\)", gate, re.DOTALL)
    assert judged
    return judged[1].replace("\\\\", "\\")


@pytest.mark.parametrize("provider", ["github", "buildkite", "jenkins"])
def test_cig_is_installed_by_its_hash_or_not_at_all(
    provider: str, tmp_path: Path, git: Git, environment: dict[str, str], machine: Machine
) -> None:
    right, wrong = machine.listed(machine.digest), machine.listed(machine.wrong)
    project = new_acted_project(tmp_path, git, environment, INSTALL + OUTPUTS, **{".ci__cig_txt": right})
    script = gate_script(provider, project.root)
    machine.run(script, project.root)
    assert machine.calls == 1
    shutil.rmtree(machine.folder / "index")
    machine.run(script, project.root)
    assert machine.calls == 2, "what was installed is not kept"
    wheel(machine.folder / "index")
    (project.root / LISTED).write_text(wrong)
    assert machine.run(script, project.root) != 0
    assert machine.calls == 2


def test_on_circleci_cig_is_installed_by_its_hash_into_the_image_or_not_at_all(
    tmp_path: Path, git: Git, environment: dict[str, str], machine: Machine
) -> None:
    image = tmp_path / "image"
    subprocess.run([sys.executable, "-m", "venv", str(image)], check=True)
    path = os.pathsep.join([str(image / "bin"), machine.environment["PATH"]])
    machine = replace(machine, environment={**machine.environment, "PATH": path})
    project = new_acted_project(tmp_path, git, environment, INSTALL + OUTPUTS, **{".ci__cig_txt": ""})
    script = gate_script("circleci", project.root)
    index, built = machine.folder / "index", tmp_path / "built"
    for listed in (machine.listed(machine.wrong), "cigen==9.9.9\n"):
        (project.root / LISTED).write_text(listed)
        assert machine.run(script, project.root) != 0, listed
    shutil.rmtree(index)
    (project.root / LISTED).write_text(machine.listed(source(index, built)))
    assert machine.run(script, project.root) != 0
    assert not built.exists()
    wheel(index)
    (project.root / LISTED).write_text(machine.listed(machine.digest))
    assert machine.run(script, project.root) == 0
    assert machine.calls == 1


def test_github_plans_with_what_the_hash_allows_and_without_it_runs_everything(
    tmp_path: Path, git: Git, environment: dict[str, str], machine: Machine
) -> None:
    """S1, S2: a package that is not the one that was reviewed is no planner, no recorder, and no gate."""
    right, wrong = machine.listed(machine.digest), machine.listed(machine.wrong)
    project = new_acted_project(tmp_path, git, environment, INSTALL, **{".ci__cig_txt": right})
    variables = {**machine.environment, "CIG_CALLS": str(machine.folder / "calls")}
    first = project.act(variables=variables)
    assert (first.ran, first.failed, first.gate) == (ALL, [], "green"), first.output
    second = project.act(variables=variables)
    assert (second.ran, second.failed, second.gate) == (["report"], [], "green"), second.output
    calls = (machine.folder / "calls").read_text().split()
    assert {"compute-signatures", "record", "gate"} == set(calls)
    known = project.records()

    project.write(**{".ci__cig_txt": wrong}, src__a_txt="2\n")
    project.commit()
    refused = project.act(variables=variables)
    assert (refused.ran, refused.failed, refused.gate) == (ALL, ["cig/gate", "cig/plan"], "red"), refused.output
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in refused.output
    assert (machine.folder / "calls").read_text().split() == calls
    assert project.records() == known


def test_who_names_no_file_of_hashes_is_told_on_each_system(
    tmp_path: Path, git: Git, environment: dict[str, str], cig: Callable[..., "subprocess.CompletedProcess[str]"]
) -> None:
    project = new_acted_project(tmp_path, git, environment, INSTALL + OUTPUTS, **{".ci__cig_txt": ""})
    assert cig(project.root, "settings").stdout.count("Have cig installed by its hash") == 0
    text = (project.root / "cig.toml").read_text()
    (project.root / "cig.toml").write_text(text.replace(INSTALL, ""))
    assert cig(project.root, "settings").stdout.count("Have cig installed by its hash") == len(PATHS)
