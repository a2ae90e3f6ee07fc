"""`cig explain job|file|action NAME`."""

import json
import os
import sys
from pathlib import PurePosixPath

from cigen.cli.console import Console
from cigen.cli.explaining import explain_action, explain_file, explain_job
from cigen.cli.options import ExplainOptions
from cigen.cli.present import explain as present
from cigen.cli.present.document import document_text
from cigen.cli.session import Session, open_session
from cigen.cli.terminal import symbols_for
from cigen.model.diagnostics import has_errors

__all__ = ["run"]


def run(options: ExplainOptions, console: Console) -> int:
    """Reads what the last render recorded and the worktree as it is; records nothing itself."""
    with open_session(console.start, observer=console.observer, environ=console.environ, writable=False) as session:
        if options.subject == "action":
            session.look_ahead()
        else:
            session.load()
            session.compute_signatures()
        if session.config is None or has_errors(session.diagnostics):
            return console.report(session.diagnostics, session.context.config_text)
        console.out(_text(options, session, console))
        return console.report(session.diagnostics, session.context.config_text)


def _text(options: ExplainOptions, session: Session, console: Console) -> str:
    symbols = symbols_for(sys.stdout)
    if options.subject == "file":
        found = explain_file(session, _from_root(session, console, options.name))
        return present.file_json(found) if options.json else present.file_text(found)
    if options.subject == "action":
        action = explain_action(session, options.name)
        return present.action_json(action) if options.json else present.action_text(action, symbols)
    jobs = explain_job(session, options.name, options.against)
    if not options.json:
        return "\n".join(present.job_text(job, symbols) for job in jobs) + present.advice_text(jobs)
    if len(jobs) == 1:
        return present.job_json(jobs[0])
    legs = [json.loads(present.job_json(job)) for job in jobs]
    for leg in legs:
        del leg["schema"]
    return document_text("cig.explain/1", {"subject": "job", "name": options.name, "legs": legs})


def _from_root(session: Session, console: Console, path: str) -> str:
    """A path as typed, from the folder it was typed in, as one from the repository's root."""
    given = os.path.normpath(console.start.absolute() / path)
    try:
        return str(PurePosixPath(given).relative_to(session.root.absolute()))
    except ValueError:
        return path
