"""`cig init`: look at the project and write a cig.toml that renders as it is."""

import sys
from pathlib import Path

from cigen.cli.console import Console
from cigen.cli.init_template import InitDetection, InitView, render_cig_toml
from cigen.cli.options import InitOptions
from cigen.cli.session import CONFIG_FILE, Session, open_session
from cigen.cli.terminal import is_terminal
from cigen.errors import ProjectError
from cigen.model.diagnostics import error, has_errors
from cigen.model.plans import DetectResult
from cigen.output.beneath import open_root, read_below
from cigen.output.changes import HEADER
from cigen.output.gitattributes import with_generated, with_ignored
from cigen.output.writer import write_files
from cigen.pipeline.detect import CONFIDENT
from cigen.repo.branch import default_branch

__all__ = ["run"]

OUTPUTS = (".github/workflows/ci.yml", ".github/workflows/cig.yml")
"""Where the workflow goes: the second where a file of somebody's own already has the first name."""
_SUGGESTED = ("service_", "_suggested")


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
    packages: dict[str, None] = {}
    for result in found.values():
        packages.update(dict.fromkeys(result.packages))
    return InitView(
        name=session.root.name,
        default_branch=default_branch(session.location),
        detected=tuple(_detection(name, result) for name, result in sorted(found.items()) if result.summary),
        packages=tuple(packages),
        services=_services(session),
        output=_output(session.root),
    )


def _detection(plugin: str, result: DetectResult) -> InitDetection:
    sources = tuple(dict.fromkeys(fact.source for fact in result.facts if fact.source))
    return InitDetection(plugin, result.summary, sources, result.suggested_steps)


def _services(session: Session) -> tuple[str, ...]:
    """Services that a module saw the need of: signals of the form `service_NAME_suggested`."""
    start, end = _SUGGESTED
    signals = {signal for done in session.run.outputs.of_stage("detect").values() for signal in done.value.signals}
    named = (s.removeprefix(start).removesuffix(end) for s in signals if s.startswith(start) and s.endswith(end))
    return tuple(sorted(named))


def _output(root: Path) -> str:
    """The first name that is free, or cig's own already; never a file that somebody wrote by hand."""
    with open_root(root) as top:
        for path in OUTPUTS:
            content = read_below(top, path)
            if content is None or HEADER in content.partition(b"\n")[0]:
                return path
    return OUTPUTS[-1]


def _tell(console: Console, view: InitView) -> None:
    for found in view.detected:
        sources = f" ({', '.join(found.sources)})" if found.sources else ""
        console.out(f"Found {found.summary}{sources}\n")
    if not view.detected:
        console.out("Found no language that a plugin knows; the steps are yours to write.\n")


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
