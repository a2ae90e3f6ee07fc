"""`cig render`: bring the configuration files up to date."""

import sys
from collections.abc import Sequence

from cigen.cli.console import Console
from cigen.cli.options import RenderOptions
from cigen.cli.session import Session, open_session
from cigen.cli.terminal import Paint, is_terminal
from cigen.engine.unchanged import forget_unchanged, remember_unchanged
from cigen.model.diagnostics import Diagnostic, error, has_errors
from cigen.output.changes import Change, ChangeKind, diff_text, findings
from cigen.pipeline.detect import nearest
from cigen.rules.dag import GRAPH
from cigen.rules.output import (
    RENDERED_GRAPH,
    RENDERED_TREE,
    merged_files,
    output_changes,
    recorded_outputs,
    write_changes,
)

__all__ = ["run", "unknown_providers"]

PENDING = 2


def run(options: RenderOptions, console: Console) -> int:
    """Exit codes: 0 written or up to date, 1 and 3 as everywhere, 2 for `--check` with changes pending."""
    writes = not (options.check or options.diff or options.stdout)
    with open_session(
        console.start,
        observer=console.observer,
        environ=console.environ,
        providers=options.providers,
        writable=writes,
        head=console.head,
    ) as session:
        session.build()
        session.pool.dismiss()
        session.found.extend(unknown_providers(options.providers, session))
        if not session.run.ok or has_errors(session.found):
            session.save()
            return console.report(session.diagnostics, session.context.config_text)
        if options.stdout:
            for file in merged_files(session.run.outputs):
                console.out(file.content)
            return console.report(session.diagnostics, session.context.config_text)
        changes = output_changes(session.root, merged_files(session.run.outputs), recorded_outputs(session.store))
        session.found.extend(findings(changes, force=options.force or not writes))
        if has_errors(session.found):
            session.save()
            return console.report(session.diagnostics, session.context.config_text)
        if not writes:
            return _show(options, console, session, changes)
        return _write(options, console, session, changes)


def unknown_providers(providers: Sequence[str], session: Session) -> list[Diagnostic]:
    """An error for each asked-for provider that no output has."""
    config = session.config
    known = sorted({output.provider for output in config.outputs}) if config else []
    return [
        error("CLI_003", f'no output of cig.toml has the provider "{name}"', hint=nearest(name, known, "Providers"))
        for name in dict.fromkeys(providers)
        if config and name not in known
    ]


def _show(options: RenderOptions, console: Console, session: Session, changes: Sequence[Change]) -> int:
    """`--check` and `--diff`: say what would change, and touch nothing."""
    from cigen.cli.present.plan import colored_diff
    from cigen.cli.present.render import RenderView, render_json, render_text

    pending = [change for change in changes if change.kind is not ChangeKind.UNCHANGED]
    unchanged = tuple(change.path for change in changes if change not in pending)
    paths = tuple(change.path for change in pending)
    view = RenderView(tuple(session.run.executed), tuple(session.run.cached), (), unchanged, paths)
    console.report(session.diagnostics, session.context.config_text)
    if options.json:
        console.out(render_json(view))
    else:
        diff = "".join(diff_text(change) for change in pending)
        if is_terminal(sys.stdout):
            # What stands in a file may be meant for the terminal rather than for its reader.
            diff = colored_diff(diff, Paint(console.color(sys.stdout)))
        console.out(diff)
        (console.err if pending else console.out)(render_text(view))
    return PENDING if pending and options.check else 0


def _write(options: RenderOptions, console: Console, session: Session, changes: Sequence[Change]) -> int:
    """Write, sign what stands there now, remember."""
    from cigen.cli.present.render import RenderView, render_json, render_text

    forget_unchanged(str(session.root))
    evidence_is_whole = True
    if any(change.kind is not ChangeKind.UNCHANGED for change in changes):
        before = session.worktree
        written = write_changes(session.root, changes, session.store)
        # Signatures are of the tree as it stands after the render, or the next one would have to compute them again.
        session.look_again()
        evidence_is_whole = session.only_changed(before, written)
    else:
        written = write_changes(session.root, changes, session.store)
    session.sign()
    session.store.set_fact(RENDERED_GRAPH, session.run.outputs.encoded(GRAPH))
    session.store.set_fact(RENDERED_TREE, session.worktree.record().to_json())
    session.save()
    unchanged = tuple(change.path for change in changes if change.kind is ChangeKind.UNCHANGED)
    view = RenderView(tuple(session.run.executed), tuple(session.run.cached), tuple(written), unchanged)
    code = console.report(session.diagnostics, session.context.config_text)
    console.out(render_json(view) if options.json else render_text(view))
    if evidence_is_whole and session.read_its_config() and not options.providers:
        _remember(session, console, tuple(change.path for change in changes))
    return code


def _remember(session: Session, console: Console, files: tuple[str, ...]) -> None:
    """Record the root key, so that the next run can see at a glance that there is nothing to do."""
    from cigen.cli.present.render import RenderView, render_text

    done = (*session.run.cached, *session.run.executed)
    remember_unchanged(
        str(session.root),
        evidence=session.evidence,
        environment=session.context.environ,
        names=session.declared_variables(),
        outside=session.outside_paths(),
        outputs=tuple(file.path for file in merged_files(session.run.outputs)),
        message=render_text(RenderView((), done, (), files)),
        warnings=console.told(session.lasting_diagnostics, session.context.config_text, color=False),
    )
