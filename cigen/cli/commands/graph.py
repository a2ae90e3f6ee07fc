"""`cig graph`: the jobs, or with `--actions` the pipeline's own actions."""

import sys
import webbrowser

from cigen.cli.console import Console
from cigen.cli.glyphs import one_line
from cigen.cli.options import GraphOptions
from cigen.cli.present.graph import GraphNode, GraphView, graph_dot, graph_json, graph_mermaid, graph_text
from cigen.cli.present.page import graph_page
from cigen.cli.session import Session, open_session
from cigen.cli.terminal import symbols_for
from cigen.engine.cache_folder import CACHE_FOLDER
from cigen.model.resources import Job
from cigen.output.writer import write_named
from cigen.pipeline.expand import runner_names
from cigen.rules.dag import GRAPH

__all__ = ["run"]


def run(options: GraphOptions, console: Console) -> int:
    """Prints the graph, or writes it as a page."""
    with open_session(console.start, observer=console.observer, environ=console.environ) as session:
        session.build()
        session.save()
        code = console.report(session.diagnostics, session.context.config_text)
        if GRAPH not in session.run.outputs:
            return code or 1
        view = _actions(session) if options.actions else _jobs(session)
        if options.html or options.open:
            # A page that is only to be looked at goes where everything of cig's own goes.
            path = console.start / options.html if options.html else session.root / CACHE_FOLDER / "graph.html"
            write_named(path, graph_page(view, session.run.outputs.value(GRAPH).project).encode())
            shown = options.html or f"{CACHE_FOLDER}/graph.html"
            console.out(f"Wrote {one_line(shown)}\n")
            if options.open:
                webbrowser.open(path.absolute().as_uri())
            return 0
        console.out(_drawn(options, view))
        return 0


def _drawn(options: GraphOptions, view: GraphView) -> str:
    if options.json:
        return graph_json(view)
    if options.dot:
        return graph_dot(view)
    return graph_mermaid(view) if options.mermaid else graph_text(view, symbols_for(sys.stdout))


def _jobs(session: Session) -> GraphView:
    jobs: tuple[Job, ...] = session.run.outputs.value(GRAPH).jobs
    nodes = tuple(
        GraphNode(
            job.id,
            runner_names(job),
            tuple(leg.key for leg in job.matrix.legs) if job.matrix else (),
        )
        for job in jobs
    )
    return GraphView("jobs", nodes, tuple((job.id, need) for job in jobs for need in job.needs))


def _actions(session: Session) -> GraphView:
    run = session.run
    # Whether an action ran this time is no part of the graph: two runs print the same.
    nodes = tuple(GraphNode(id) for id in run.outputs.done)
    edges = tuple(
        (id, component.name)
        for id in run.outputs.done
        for component in run.manifests[id].components
        if component.kind == "output"
    )
    return GraphView("actions", nodes, edges)
