"""`cig init`: look at the project and write a cig.toml that renders as it is."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

from cigen.cli.console import Console
from cigen.cli.init_template import InitDetection, InitView, foreign_workflows, render_cig_toml
from cigen.cli.options import InitOptions
from cigen.cli.session import CONFIG_FILE, Session, open_session
from cigen.cli.terminal import is_terminal
from cigen.errors import ProjectError
from cigen.model.diagnostics import error, has_errors
from cigen.model.plans import DetectResult
from cigen.output.beneath import open_folder, open_root, read_below
from cigen.output.changes import HEADER
from cigen.output.gitattributes import with_generated, with_ignored
from cigen.output.writer import write_files
from cigen.pipeline.detect import CONFIDENT
from cigen.repo.branch import default_branch

__all__ = ["run"]

WORKFLOWS = ".github/workflows"
_SUGGESTED = ("service_", "_suggested")
_DEFAULT = "_default_version"
_TESTED = "_tested_versions"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def run(options: InitOptions, console: Console) -> int:
    """Exit codes: 0 written, or declined by the user; 1 where there is a cig.toml already."""
    with open_session(console.start, observer=console.observer, environ=console.environ, text=b"") as session:
        if (session.root / CONFIG_FILE).exists():
            hint = "change it, or move it away; cig init never overwrites"
            raise ProjectError(error("CLI_007", "there is a cig.toml already", hint=hint))
        session.detect()
        session.save()
        if has_errors(session.diagnostics):
            return console.report(session.diagnostics)
        view = _view(session)
        text = render_cig_toml(view)
        _tell(console, view)
        if not options.yes and is_terminal(sys.stdin) and is_terminal(sys.stdout):
            console.out(f"\n{text}\n")
            if not _agreed():
                console.out("Nothing was written.\n")
                return 0
        _write(session.root, text, view.output)
        console.out("Wrote cig.toml. Next: `cig plan`, then `cig render`.\n")
        return console.report(session.diagnostics)


def _view(session: Session) -> InitView:
    found = {
        name: done.value
        for name, done in session.run.outputs.of_stage("detect").items()
        if done.value.confidence >= CONFIDENT
    }
    foreign = _foreign_workflows(session.root)
    return InitView(
        name=session.root.name,
        default_branch=default_branch(session.location),
        detected=tuple(_detection(name, result) for name, result in sorted(found.items()) if result.summary),
        services=_services(session),
        versions=_told(found, _DEFAULT),
        matrix=tuple((tool, tuple(versions.split())) for tool, versions in _told(found, _TESTED)),
        foreign=foreign,
        output=next(path for path in _outputs() if path not in foreign),
    )


def _detection(plugin: str, result: DetectResult) -> InitDetection:
    sources = tuple(dict.fromkeys(fact.source for fact in result.facts if fact.source))
    return InitDetection(plugin, result.summary, sources, result.suggested_steps, result.packages)


def _told(found: Mapping[str, DetectResult], ending: str) -> tuple[tuple[str, str], ...]:
    """Facts of the form `TOOL_default_version`, by tool, of tools that the plugin would set up."""
    facts = {fact.name: (result, fact.value) for _, result in sorted(found.items()) for fact in result.facts}
    named = ((name.removesuffix(ending), *told) for name, told in facts.items() if name.endswith(ending))
    return tuple((tool, value) for tool, result, value in named if tool in result.packages and _NAME.fullmatch(tool))


def _services(session: Session) -> tuple[str, ...]:
    """Services that a module saw the need of: signals of the form `service_NAME_suggested`."""
    start, end = _SUGGESTED
    signals = {signal for done in session.run.outputs.of_stage("detect").values() for signal in done.value.signals}
    named = (s.removeprefix(start).removesuffix(end) for s in signals if s.startswith(start) and s.endswith(end))
    return tuple(sorted(named))


def _foreign_workflows(root: Path) -> tuple[str, ...]:
    """Whatever stands in the folder of workflows and is not cig's own."""
    with open_root(root) as top:
        folder = open_folder(top, f"{WORKFLOWS}/ci.yml", None)
    if folder is None:
        return ()
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.name.endswith((".yml", ".yaml")))
        return tuple(f"{WORKFLOWS}/{name}" for name in names if HEADER not in _first_line(folder, name))
    finally:
        os.close(folder)


def _first_line(folder: int, name: str) -> bytes:
    """Nothing for what is no file, or not to be read: its name is taken all the same."""
    try:
        with open(os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder), "rb") as file:
            return file.readline(1000)
    except OSError:
        return b""


def _outputs() -> Iterator[str]:
    """Where the workflow goes: the first name that is free, or cig's own already."""
    yield f"{WORKFLOWS}/ci.yml"
    yield f"{WORKFLOWS}/cig.yml"
    yield from (f"{WORKFLOWS}/cig-{number}.yml" for number in count(2))


def _tell(console: Console, view: InitView) -> None:
    for found in view.detected:
        sources = f" ({', '.join(found.sources)})" if found.sources else ""
        console.out(f"Found {found.summary}{sources}\n")
    if not view.detected:
        console.out("Found no language that a plugin knows; the steps are yours to write.\n")
    if view.foreign:
        console.out(f"Left alone: {foreign_workflows(view.foreign)}\n")
        console.out(f"The new workflow is to be {view.output}, and runs beside.\n")


def _agreed() -> bool:
    try:
        answer = input("Write this to cig.toml? [Y/n] ")
    except EOFError:
        return False
    return answer.strip().lower() in ("", "y", "yes")


def _write(root: Path, text: str, output: str) -> None:
    with open_root(root) as top:
        attributes, ignored = read_below(top, ".gitattributes"), read_below(top, ".gitignore")
    files = {
        CONFIG_FILE: text.encode(),
        ".gitattributes": with_generated(attributes, [output]),
        ".gitignore": with_ignored(ignored),
    }
    write_files(root, list(files.items()))
