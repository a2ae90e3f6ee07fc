"""Golden cases' Jenkinsfiles: Groovy compiles them. tests/meaning runs them."""

from pathlib import Path

import pytest
from foreign import run, tool
from rendering import golden_files

FILES = golden_files("jenkins")
pytestmark = pytest.mark.xdist_group("jenkins")


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
