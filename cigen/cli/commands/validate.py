"""`cig validate`: every stage but the writing."""

from cigen.cli.console import Console
from cigen.cli.options import ValidateOptions
from cigen.cli.present.validate import ValidateView, validate_json, validate_text
from cigen.cli.session import Session, open_session
from cigen.rules.dag import GRAPH
from cigen.rules.output import merged_files

__all__ = ["run"]


def run(options: ValidateOptions, console: Console) -> int:
    """Exit codes: 0 nothing wrong, warnings at most; 1 and 3 as everywhere."""
    with open_session(console.start, observer=console.observer, environ=console.environ) as session:
        session.build()
        session.save()
        code = console.report(session.diagnostics, session.context.config_text)
        view = _view(session)
        if options.json:
            console.out(validate_json(view, session.context.config_text))
        elif code == 0:
            console.out(validate_text(view))
        return code


def _view(session: Session) -> ValidateView:
    outputs = session.run.outputs
    jobs = outputs.value(GRAPH).jobs if GRAPH in outputs else ()
    files = tuple(file.path for file in merged_files(outputs))
    return ValidateView(tuple(job.id for job in jobs), files, session.diagnostics)
