"""`cig plan`: what a render would change, and what it is made of."""

import sys

from cigen.cli.commands.render import PENDING
from cigen.cli.console import Console
from cigen.cli.options import PlanOptions
from cigen.cli.planning import plan_view
from cigen.cli.present.plan import plan_json, plan_text
from cigen.cli.report import diagnostics_json
from cigen.cli.session import open_session
from cigen.cli.terminal import Paint, symbols_for
from cigen.model.diagnostics import has_errors
from cigen.output.changes import findings
from cigen.rules.output import merged_files, output_changes, recorded_outputs

__all__ = ["run"]


def run(options: PlanOptions, console: Console) -> int:
    """Exit codes: 0, or 2 with `--exit-code` and changes pending; 1 and 3 as everywhere."""
    with open_session(console.start, observer=console.observer, environ=console.environ) as session:
        session.build()
        session.save()
        text = session.context.config_text
        if not session.run.ok or has_errors(session.found):
            return console.report(session.diagnostics, text)
        changes = output_changes(session.root, merged_files(session.run.outputs), recorded_outputs(session.store))
        session.found.extend(findings(changes, force=True))
        view = plan_view(session, changes)
        if options.json:
            console.out(plan_json(view, diagnostics_json(session.diagnostics, text)))
        else:
            paint = Paint(console.color(sys.stdout))
            console.out(plan_text(view, symbols_for(sys.stdout), paint, short=options.short, full=options.full))
        console.report(session.diagnostics, text)
        return PENDING if options.exit_code and view.pending else 0
