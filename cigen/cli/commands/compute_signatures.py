"""`cig compute-signatures`: the plan document, from git trees, cig.toml and a store's records. No plugin runs."""

import contextlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import cigen
from cigen.cli.console import Console
from cigen.cli.options import ComputeSignaturesOptions
from cigen.cli.present.plan_document import decision_fields, lines_text, plan_text
from cigen.errors import ProjectError, UsageError
from cigen.model.diagnostics import Diagnostic, error, has_errors
from cigen.model.resources import Workflow
from cigen.pipeline.signature import PlannedJob, job_workflow
from cigen.repo.listing import CommitListing
from cigen.repo.locate import RepositoryLocation, find_repository

if TYPE_CHECKING:
    from cigen.cli.deciding import Decided, HandingOn
    from cigen.cli.present.circleci_config import Configuration
    from cigen.cli.signing import Signing

__all__ = ["run"]


def run(options: ComputeSignaturesOptions, console: Console) -> int:
    """Prints the plan; 0 whenever it did, since a plan that runs everything is a safe one."""
    configuration = _read_configuration(options, console) if options.format == "circleci" else None
    if options.plan:
        return console.report(_print(_given(options, console), configuration, options, console))
    location = find_repository(console.start)
    signing = _sign(options, location, console)
    found = [*signing.diagnostics]
    if has_errors(found):
        return console.report(found, signing.text)
    keys = _selected(signing, options)
    from cigen.cli.deciding import Places, decide_plan

    places = Places(location, console.start, console.environ, console.observer)
    decided = decide_plan(signing, places, options.store, _handing_on(options, keys, configuration, console))
    found += decided.diagnostics
    document = _document(signing, keys, decided)
    if options.format == "github":
        from cigen.cli.present.github_output import github_text

        console.out(github_text(document, [planned.job for planned in signing.signatures.planned]))
    else:
        found += _print(document, configuration, options, console)
    return console.report(found, signing.text)


def _print(
    document: Mapping[str, Any],
    configuration: "Configuration | Diagnostic | None",
    options: ComputeSignaturesOptions,
    console: Console,
) -> list[Diagnostic]:
    """The plan in a form that takes no more of the project than the plan. configuration: of CircleCI."""
    if configuration is not None:
        return _continue(document, configuration, options, console)
    if options.format == "buildkite":
        return _mark(document, options, console)
    if options.format == "text":
        console.out(lines_text(document["jobs"]))
    elif options.format == "jenkins":
        from cigen.cli.present.jenkins_decisions import jenkins_text

        console.out(jenkins_text(document["jobs"]))
    else:
        console.out(plan_text(document))
    return []


def _handing_on(
    options: ComputeSignaturesOptions,
    keys: list[str],
    configuration: "Configuration | Diagnostic | None",
    console: Console,
) -> "HandingOn | None":
    """What `--restore` promises to hand on. On CircleCI the jobs of the file take what they left, each its own."""
    from cigen.cli.deciding import HandingOn

    if not options.restore:
        return None
    folder = console.start / options.restore
    if configuration is None:
        return HandingOn(folder, keys)
    from cigen.cli.present.circleci_config import find_restorable

    takers = frozenset[str]()
    if not isinstance(configuration, Diagnostic):
        # What is wrong is told when the file is printed.
        with contextlib.suppress(ValueError):
            takers = find_restorable(configuration)
    return HandingOn(folder, [key for key in keys if key in takers], by_leg=True)


def _read_configuration(options: ComputeSignaturesOptions, console: Console) -> "Configuration | Diagnostic":
    """What a pipeline is continued with a part of, or why nothing is."""
    from cigen.cli.present.circleci_config import CONFIG, take_apart

    path = options.file or CONFIG
    try:
        return take_apart((console.start / path).read_text("utf-8"))
    except OSError:
        return error("CLI_008", f"there is no {path}, which has the jobs", hint="`cig render` writes it")
    except ValueError as problem:
        return _not_ours(path, problem)


def _not_ours(path: str, problem: ValueError) -> Diagnostic:
    message = f"{path} is no configuration that cig can take jobs out of: {problem}"
    return error("CLI_008", message, hint="`cig render` writes it")


def _continue(
    document: Mapping[str, Any],
    configuration: "Configuration | Diagnostic",
    options: ComputeSignaturesOptions,
    console: Console,
) -> list[Diagnostic]:
    """Prints the configuration that a pipeline is continued with, or tells why it cannot."""
    from cigen.cli.present.circleci_config import CONFIG, circleci_text

    if isinstance(configuration, Diagnostic):
        return [configuration]
    try:
        console.out(circleci_text(document, configuration, _sums(document, options, console)))
    except LookupError as problem:
        return [error("CLI_008", str(problem.args[0]), hint="--restore brings them, without --plan")]
    except ValueError as problem:
        return [_not_ours(options.file or CONFIG, problem)]
    return []


def _sums(document: Mapping[str, Any], options: ComputeSignaturesOptions, console: Console) -> dict[str, str]:
    """By plan key, what is in the folder of each job that is restored."""
    from cigen.cli.sums import folder_sum

    sums: dict[str, str] = {}
    for key, job in document["jobs"].items():
        if job.get("restored") and options.restore:
            with contextlib.suppress(OSError):
                sums[key] = folder_sum(console.start / options.restore / key)
    return sums


def _mark(document: Mapping[str, Any], options: ComputeSignaturesOptions, console: Console) -> list[Diagnostic]:
    """Prints the pipeline with what the plan says of its steps, or tells why it cannot."""
    from cigen.cli.present.buildkite_pipeline import PIPELINE, buildkite_text

    path, hint = options.file or PIPELINE, "`cig render` writes it"
    try:
        console.out(buildkite_text(document, (console.start / path).read_text("utf-8")))
    except OSError:
        return [error("CLI_008", f"there is no {path}, which has the jobs", hint=hint)]
    except ValueError as problem:
        return [error("CLI_008", f"{path} is no pipeline that cig can mark steps of: {problem}", hint=hint)]
    return []


def _given(options: ComputeSignaturesOptions, console: Console) -> Mapping[str, Any]:
    """The plan of a file. Raises ProjectError for one that is not whole."""
    from cigen.pipeline.gate import read_plan

    if options.format == "github":
        raise UsageError(error("CLI_001", "--plan does not go with --format github", hint="it needs cig.toml as well"))
    try:
        text = (console.start / options.plan).read_text("utf-8")
    except (OSError, ValueError):
        text = ""
    document: Mapping[str, Any] = json.loads(text) if read_plan(text) is not None else {"jobs": {"": {}}}
    if not all(_is_whole(job) for job in document["jobs"].values()):
        raise ProjectError([error("GATE_002", f"{options.plan} holds no plan that this version of cig can read")])
    return document


def _is_whole(job: Mapping[str, Any]) -> bool:
    said = all(isinstance(job.get(name), str) for name in ("decision", "reason", "signature"))
    return said and isinstance(job.get("proved_by", {}), dict) and isinstance(job.get("note", ""), str)


def _sign(options: ComputeSignaturesOptions, location: RepositoryLocation, console: Console) -> "Signing":
    listing = None if options.worktree else CommitListing(location, options.rev or "HEAD")
    # Git lists the commit while Python loads the rest of us.
    from cigen.cli.signing import sign_commit, sign_worktree

    if options.worktree:
        return sign_worktree(location, console.environ)
    return sign_commit(location, options.rev or "HEAD", console.environ, listing)


def _selected(signing: "Signing", options: ComputeSignaturesOptions) -> list[str]:
    """Plan keys: those asked for, or all. A job's id stands for all its legs."""
    planned, workflows = signing.signatures.planned, signing.signatures.config.workflows
    known = sorted({one.key for one in planned} | {one.job.id for one in planned})
    _require(options.jobs, known, "job", "Jobs")
    _require([options.workflow] if options.workflow else [], [one.id for one in workflows], "workflow", "Workflows")
    return sorted(
        one.key
        for one in planned
        if (not options.jobs or one.key in options.jobs or one.job.id in options.jobs)
        and (not options.workflow or _workflow(one, workflows) == options.workflow)
    )


def _require(names: Sequence[str], known: Sequence[str], what: str, label: str) -> None:
    """Raises ProjectError for every name that is not known."""
    unknown = [name for name in names if name not in known]
    if unknown:
        from cigen.pipeline.detect import nearest

        raise ProjectError(
            [error("CLI_003", f'there is no {what} "{name}"', hint=nearest(name, known, label)) for name in unknown]
        )


def _workflow(planned: PlannedJob, workflows: Sequence[Workflow]) -> str:
    found = job_workflow(planned.job, workflows)
    return found.id if found else ""


def _document(signing: "Signing", keys: list[str], decided: "Decided") -> dict[str, Any]:
    """`cig.plan/1`; see docs/cli.md."""
    planned = {one.key: one for one in signing.signatures.planned}
    workflows = signing.signatures.config.workflows
    jobs: dict[str, Any] = {}
    for key in keys:
        leg = planned[key].leg
        jobs[key] = {
            "job": planned[key].job.id,
            "matrix": {pair.name: pair.value for pair in leg.values} if leg else {},
            "signature": signing.signatures.digests[key],
            **decision_fields(decided.decisions[key]),
        }
        if len(workflows) > 1:
            jobs[key]["workflow"] = _workflow(planned[key], workflows)
    store: dict[str, Any] = {"url": "", "state": "off"}
    if decided.evidence is not None:
        from cigen.proof.stores import shown_url

        store = {"url": shown_url(decided.url), "state": decided.evidence.state, "refused": decided.evidence.refused}
    return {
        "schema": "cig.plan/1",
        "tool": cigen.__version__,
        "tree": f"git:{signing.tree}",
        "rev": signing.commit,
        "tier": decided.tier,
        "store": store,
        "jobs": jobs,
    }
