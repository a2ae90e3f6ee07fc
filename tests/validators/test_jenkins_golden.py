"""Golden cases' Jenkinsfiles: Groovy compiles them, and shellcheck has nothing to say to their scripts."""

import re
from pathlib import Path

import pytest
from foreign import run, shellcheck, tool
from jenkins_stub import Runs
from rendering import GOLDEN, golden_files

FILES = golden_files("jenkins")
BUILDS = {
    "nightly": {"env": {"BRANCH_NAME": "main"}, "causes": ["hudson.triggers.TimerTrigger$TimerTriggerCause"]},
    "release": {"env": {"BRANCH_NAME": "v1", "TAG_NAME": "v1"}},
}
"""A build that each workflow is for; any other is for pushes to its default branch."""

pytestmark = pytest.mark.xdist_group("jenkins")


def _build(path: Path) -> dict[str, object]:
    own = BUILDS.get(path.name.partition(".")[0])
    trunk = re.search(r"branch\(\) == '([^']*)'", path.read_text())
    return own or {"env": {"BRANCH_NAME": trunk[1] if trunk else "main"}}


def test_groovy_compiles_them(tmp_path: Path) -> None:
    added = "import com.cloudbees.groovy.cps.NonCPS\nimport groovy.transform.Field\n"
    for number, path in enumerate(FILES):
        text = path.read_text().replace("import groovy.transform.Field\n", added)
        (tmp_path / f"Golden{number}.groovy").write_text(text)
    stubs = Path(__file__).parent / "jenkins" / "stubs"
    groovyc = tool("groovyc", "apt-get install groovy default-jre-headless")
    done = run([groovyc, "--encoding", "UTF-8", "-cp", stubs, "-d", tmp_path / "classes", *tmp_path.glob("*.groovy")])
    assert done.returncode == 0, done.stderr[-2000:]
    assert len(FILES) >= 10


def test_shellcheck_has_nothing_to_say(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    names = {str(number): path.relative_to(GOLDEN).as_posix() for number, path in enumerate(FILES)}
    for number, path in enumerate(FILES):
        runs.add(str(number), path.read_text(), **_build(path))
    scripts = {}
    for number, done in runs.start().items():
        assert done.scripts, f"{names[number]}: {done.error}"
        scripts |= {f"{names[number]}: {event['name']}": event["script"] for event in done.of("sh")}
    assert shellcheck(scripts) == []
