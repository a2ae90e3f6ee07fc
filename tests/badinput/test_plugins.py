"""A plugin of the project that fails when the files are all but written: they stay as they were."""

import pytest
from ground import Edited, Project

MANIFEST = '[module]\nname = "acme/notes"\nversion = "1.0.0"\nentry = "{entry}"\nhooks = ["{hook}"]\n'
SERVED = """\
#!/usr/bin/env python3
import os, signal, sys
from pathlib import Path
from cigen.sdk import Fragment, GenerateRequest, GenerateResult, Plugin, ValidateRequest, ValidateResult, serve

def garble() -> None:
    # Whatever is answered arrives as bytes that are no message.
    from cigen.wire.methods import Method
    Method.encode = lambda *_: bytes([255])

class Notes(Plugin):
    def generate(self, request: GenerateRequest) -> GenerateResult:
        {deed}

    def validate(self, request: ValidateRequest) -> ValidateResult:
        {deed}

if __name__ == "__main__":
    serve(Notes(), __file__)
"""
DEEDS = {
    "raise ValueError('no notes today')": "PLUGIN_012",
    "sys.exit(5)": "PLUGIN_007",
    "os._exit(5)": "PLUGIN_007",
    "os.kill(os.getpid(), signal.SIGKILL)": "PLUGIN_007",
    "os.kill(os.getpid(), signal.SIGSEGV)": "PLUGIN_007",
    "return None": "PLUGIN_012",
    "garble(); return GenerateResult() if hasattr(request, 'outputs') else ValidateResult()": "PLUGIN_014",
}
SCRIPTS = {
    "exit 0": "PLUGIN_007",
    "kill -9 $$": "PLUGIN_007",
    "echo good morning, world; cat >/dev/null": "PLUGIN_009",
    "head -c 100000 /dev/zero; cat >/dev/null": "PLUGIN_009",
    "exec <&- >&-; exec sleep 60": "PLUGIN_009",
    "head -c 20000000 /dev/zero >&2; exit 1": "PLUGIN_007",
    "exec sleep 60": "PLUGIN_008",
}


def install(project: Project, content: str, hook: str = "generate", entry: str = "plugin.py") -> None:
    folder = ".cigen/plugins/notes"
    project.write(f"{folder}/module.toml", MANIFEST.format(entry=entry, hook=hook))
    project.write(f"{folder}/{entry}", content).chmod(0o755)
    config = (project.root / "cig.toml").read_text()
    project.write("cig.toml", config + '\n[plugins."acme/notes"]\n')


def check(edited: Edited, code: str) -> str:
    project = edited.project
    seen = project.run("render")
    assert (seen.code, seen.codes, seen.out) == (3, [code], "")
    assert "acme/notes" in seen.err
    assert project.outputs() == edited.before
    assert [path for path in project.strays() if not path.startswith(".cigen/plugins/")] == []
    return seen.err


@pytest.mark.parametrize("hook", ["generate", "validate"])
@pytest.mark.parametrize("deed", DEEDS)
def test_a_plugin_that_fails_in_the_last_stages_leaves_the_files_alone(edited: Edited, deed: str, hook: str) -> None:
    install(edited.project, SERVED.format(deed=deed), hook)
    check(edited, DEEDS[deed])


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_program_that_is_no_plugin_is_told_as_such(edited: Edited, script: str) -> None:
    install(edited.project, f"#!/bin/sh\n{script}\n", entry="notes")
    check(edited, SCRIPTS[script])


@pytest.mark.parametrize("content", ["", "\x7fELF\x02\x01", "#!/nowhere/python\n", "MZ\x90"])
def test_a_file_that_is_no_program_is_told_as_such(edited: Edited, content: str) -> None:
    install(edited.project, content, entry="notes")
    assert ".cigen/plugins/notes/notes" in check(edited, "PLUGIN_006")


def test_a_folder_in_place_of_the_program_is_told_as_such(edited: Edited) -> None:
    install(edited.project, "")
    place = edited.project.root / ".cigen/plugins/notes/plugin.py"
    place.unlink()
    place.mkdir()
    seen = edited.project.run("render")
    assert seen.code in (1, 3)
    assert len(seen.codes) == 1
    assert edited.project.outputs() == edited.before


def test_a_plugin_that_writes_into_a_file_it_was_not_asked_for(edited: Edited) -> None:
    deed = 'return GenerateResult((Fragment("../elsewhere.yml", "x: 1\\\\n"),))'
    install(edited.project, SERVED.format(deed=deed))
    seen = edited.project.run("render")
    assert (seen.code, set(seen.codes)) == (3, {"MERGE_004"})
    assert edited.project.outputs() == edited.before
    assert not (edited.project.root.parent / "elsewhere.yml").exists()


def test_a_plugin_once_mended_is_all_it_takes(edited: Edited) -> None:
    install(edited.project, SERVED.format(deed="raise ValueError('no notes today')"))
    assert "no notes today" in check(edited, "PLUGIN_012")
    install_again = SERVED.format(deed="return GenerateResult()")
    edited.project.write(".cigen/plugins/notes/plugin.py", install_again)
    assert edited.project.run("render").codes == []
    assert edited.project.outputs() == edited.after
