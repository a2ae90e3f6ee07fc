"""The plan of a run: the job that makes it, the conditions that heed it, the step that keeps a proof, and the gate.

A job is skipped only if a plan that succeeded says so of it by name; a plan that failed, hangs, or says something else
skips nothing. GitHub calls a job skipped whatever the cause, so a job after it asks which it was: proven, or left out
because something before it failed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cigen.sdk import Checkout, Graph, Job, Skipping, Step, Workflow
from cigen.sdk.yaml import Commented, Value
from cigen.std.ci.blocks import read_own
from cigen.std.ci.machines import on_windows
from cigen.std.ci.plans import (
    GATE,
    KEEPING_MINUTES,
    KEY,
    PLANNER,
    gate_name,
    heeds_plan,
    install_script,
    is_recorded,
    is_skippable,
    needed_success,
    record_script,
    requirements,
    venv_script,
)
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.github.artifacts import Artifacts
from cigen.std.provider.github.checkout import render_checkout
from cigen.std.provider.github.conditions import all_of, if_value
from cigen.std.provider.github.limits import HOSTED_MINUTES
from cigen.std.provider.github.matrix import Strategy
from cigen.std.provider.github.problems import new_report
from cigen.std.provider.github.proof_cache import STORE, collect_steps, hand_over_step, restore_steps
from cigen.std.provider.github.restoring import ATTEMPT, FOLDER, is_handed_on
from cigen.std.provider.github.runners import runs_on
from cigen.std.provider.github.scripts import own_script, render_script
from cigen.std.provider.github.secret_env import render_secrets
from cigen.std.provider.github.texts import string_literal
from cigen.std.provider.github.triggers import root_condition
from cigen.std.report import Report

__all__ = ["Planning", "check_plan", "key_environment", "takes_role"]

_LISTED = "# Named after the legs that are listed below: what a plan says of others has no say here."
_MINUTES = 5
_STEP_MINUTES = 2
"""For each step that could hang. One that takes too long fails, and so does its job; a job that takes too long itself
is cancelled by GitHub, which is another thing.
"""
_KEEP_MINUTES = 2 * KEEPING_MINUTES
"""For a proof with the files of its job, which are packed first."""
_FETCH_MINUTES = 4
"""For a plan that brings files: they have a minute to come, and are then unpacked."""
_HAND_ON_MINUTES = 5
"""For those of one job."""

_TOKEN: dict[str, Value] = {"id-token": Commented("write", "opens the store of proofs")}
_ENVIRONMENT, _IDENTITY = "environment", "oidc"
_NAME = re.compile(r"[\w./-][\w ./-]{0,254}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Planning:
    """A workflow with a plan.

    jobs: by their ids in the file. ids: what each is called in cig.toml, where a job may be several. listed: those of
    whose legs there is a list. whens: the `when` of each that has one, as an expression. secrets: what GitHub calls a
    secret, where that is another name. bash: the workflow leaves the shell to GitHub. environment: has the key that
    proofs of the default branch are signed with. identity: the store is opened with the token of a job.
    """

    graph: Graph
    skipping: Skipping
    workflow: Workflow
    jobs: Mapping[str, Job]
    ids: Mapping[str, str]
    listed: frozenset[str]
    whens: Mapping[str, str]
    secrets: Mapping[str, str]
    bash: bool
    report: Report
    artifacts: Artifacts
    environment: str = ""
    identity: bool = False

    def heeds(self, job: Job) -> bool:
        """Whether the plan has a say in the job's condition."""
        return heeds_plan(job, self.jobs)

    def needs(self, job: Job) -> list[str]:
        """The planner, and every job that the condition speaks of."""
        return [PLANNER, *needed_success(job, self.jobs)]

    def condition(self, job: Job, native: str) -> str:
        """When the job runs. native: what cig.toml says of that."""
        own = ""
        if is_skippable(job):
            # An output that holds the value of a secret is not handed on; without the plan the gate excuses no skip.
            lost = f"needs.{PLANNER}.result != 'success' || !needs.{PLANNER}.outputs.plan"
            own = f"{lost} || {self._run(job.id)} != 'false'"
        done = (self._done(name) for name in needed_success(job, self.jobs))
        return all_of("!cancelled()", own, *done, native, join=" &&\n")

    def _done(self, name: str) -> str:
        """Whether a job has succeeded, or is proven and would have run."""
        success = f"needs.{name}.result == 'success'"
        if not is_skippable(self.jobs[name]):
            return success
        proven = all_of(f"needs.{name}.result == 'skipped'", f"{self._run(name)} == 'false'", self.whens.get(name, ""))
        return f"{success} || {proven}"

    def _run(self, name: str) -> str:
        """What says whether a job runs. Of one in several parts they all go by one word, but for lists of legs."""
        return f"needs.{PLANNER}.outputs.run-{name if name in self.listed else self.ids[name]}"

    def signing_environment(self, job: Job) -> Value:
        """The value of `environment` that gives a job the key of its tier; None where its own has to.

        GitHub would fail a job that an environment keeps out, so only runs of the default branch name it.
        """
        if not self.environment or job.environment is not None or job.approve is not None or not is_recorded(job):
            return None
        branch = string_literal(f"refs/heads/{self.workflow.default_branch}")
        name = f"${{{{ github.ref == {branch} && {string_literal(self.environment)} || '' }}}}"
        # Nothing is deployed; without a name there is no environment.
        return {"name": name, "deployment": False}

    def permissions(self, job: Job) -> dict[str, Value]:
        """What the job's token may do so that its proof is kept."""
        return _TOKEN if self.identity and is_recorded(job) else {}

    def timeout(self, job: Job) -> int:
        """Minutes for the job: its own, and those that it may wait until its files are kept."""
        return job.timeout + (KEEPING_MINUTES if self._keeps(job) else 0)

    def _keeps(self, job: Job) -> bool:
        return self.ids[job.id] in self.artifacts.restored

    def record_steps(self, job: Job, strategy: Strategy | None) -> list[tuple[str, dict[str, Value]]]:
        """The last steps, which keep the proof that the job passed, each with its id."""
        if not is_recorded(job):
            return []
        leg = strategy.leg_name if strategy else job.id
        warn = "echo '::warning::'"
        script = record_script(self.skipping, self._usual, 'cig record "$CIG_JOB"', warn)
        found = own_script("Record that this passed", script, job)
        env: dict[str, Value] = {
            "CIG_JOB": leg,
            "CIG_SIGNATURES": f"${{{{ needs.{PLANNER}.outputs.signatures }}}}",
        }
        keys = (KEY,) if self.skipping.trust else ()
        found["env"] = {**env, **self._store_env(*keys)}
        # Whatever happens here, the job has passed.
        minutes = _KEEP_MINUTES if self._keeps(job) else _STEP_MINUTES
        found |= {"timeout-minutes": minutes, "continue-on-error": True}
        if on_windows(job):
            # Some legs; the others keep no proof.
            found = {"name": found.pop("name"), "if": "runner.os != 'Windows'", **found}
        steps = [("cig-record", found)]
        return [*steps, ("cig-hand-over", hand_over_step(leg))] if self.cached else steps

    # -- the planner and the gate --------------------------------------------------------------------------------------

    def planner(self, strategies: Mapping[str, Strategy | None]) -> dict[str, Value]:
        """The job that decides what must run. It has the trees of one commit, and the files that cig reads."""
        asked = {"plan": "plan", "signatures": "signatures"}
        for name in sorted(name for name, job in self.jobs.items() if is_skippable(job)):
            strategy = strategies.get(name)
            run = f"run-{self.ids[name]}"
            asked |= strategy.planned if strategy and strategy.planned else {run: run}
        outputs: dict[str, Value] = {name: _output(given) for name, given in asked.items()}
        listed = next((name for name in asked if name.startswith("run-") and name[4:] in self.listed), "")
        if listed:
            outputs[listed] = Commented(_output(asked[listed]), above=(_LISTED,))
        if any(self.artifacts.asks_plan(job) for job in self.jobs.values()):
            outputs[ATTEMPT] = "${{ github.run_attempt }}"
        checkout = Checkout(sparse=tuple(f"/{path}" for path in self.skipping.files))
        hand_on = self._hand_on()
        command = f"cig compute-signatures --workflow {self.workflow.id} --format github"
        if hand_on:
            command += f" --restore {FOLDER}"
        decide: dict[str, Value] = {"name": "Decide what must run", "id": "plan"}
        decide |= self._script(f'{command} >> "$GITHUB_OUTPUT"')
        env = self._store_env()
        if env:
            decide["env"] = env
        decide["timeout-minutes"] = _FETCH_MINUTES if hand_on else _STEP_MINUTES
        found: dict[str, Value] = {"name": "cig/plan"}
        root = root_condition(self.workflow)
        if root:
            found["if"] = if_value(root)
        found |= {
            "runs-on": self._machine(),
            "timeout-minutes": self._minutes(hand_on),
            "permissions": {"contents": "read", **(_TOKEN if self.identity else {})},
            "outputs": outputs,
            "steps": [
                {"name": "Check out what a plan is made of", **render_checkout(checkout)},
                *(restore_steps() if self.cached else ()),
                {**self._install(), "timeout-minutes": _STEP_MINUTES},
                decide,
                *hand_on,
            ],
        }
        return found

    def _hand_on(self) -> list[dict[str, Value]]:
        """The steps that leave the files of proven jobs for those that fetch them. If one fails, no plan counts."""
        found: list[dict[str, Value]] = []
        for name in sorted(self.artifacts.restored):
            try:
                body = self.artifacts.render_restored(name)
            except CannotExpress:
                # It is told where the files are fetched.
                continue
            step: dict[str, Value] = {"name": f"Hand on the files of {name}", "if": is_handed_on(name), **body}
            found.append({**step, "timeout-minutes": _HAND_ON_MINUTES})
        return found

    def _minutes(self, hand_on: Sequence[Mapping[str, Value]]) -> int:
        """For the planner: more than its steps can take, one of which fails first."""
        more = _FETCH_MINUTES + _HAND_ON_MINUTES * len(hand_on) if hand_on else 0
        return min(_MINUTES + more, HOSTED_MINUTES)

    def gate(self) -> dict[str, Value]:
        """The job that a merge waits for: green if everything was run or proven."""
        results = ",\n".join(f'  "{name}": {{"result": "${{{{ {self._result(name)} }}}}"}}' for name in self.jobs)
        env: dict[str, Value] = {"CIG_PLAN": f"${{{{ needs.{PLANNER}.outputs.plan }}}}"}
        excluded = self._excluded()
        if excluded:
            env["CIG_EXCLUDED"] = excluded
        env["CIG_RESULTS"] = f"{{\n{results}\n}}\n"
        files = ('"$RUNNER_TEMP/cig-plan.json"', '"$RUNNER_TEMP/cig-results.json"')
        script = f"printf '%s' \"$CIG_PLAN\" > {files[0]}\nprintf '%s' \"$CIG_RESULTS\" > {files[1]}\n"
        path = requirements(self.skipping)
        source = Checkout(sparse=(f"/{path}",))
        if excluded:
            script += 'set --\nfor job in $CIG_EXCLUDED; do set -- "$@" --excluded "$job"; done\n'
        script += f"cig gate --plan {files[0]} --results {files[1]}" + (' "$@"\n' if excluded else "\n")
        return {
            "name": gate_name(self.graph, self.workflow.id),
            "needs": [PLANNER, *self.jobs],
            "if": all_of("always()", root_condition(self.workflow)),
            "runs-on": self._machine(),
            "timeout-minutes": _MINUTES,
            "permissions": {"contents": "read"} if path else {},
            "steps": [
                *([{"name": "Check out what cig is installed by", **render_checkout(source)}] if path else ()),
                self._install(),
                {"name": "Judge what ran and what did not", **self._script(script), "env": env},
                *(collect_steps(self._shell) if self.cached else ()),
            ],
        }

    def _result(self, name: str) -> str:
        """How a job ended. Of a job in several parts the first speaks for those that were skipped with it.

        With a list of legs each part may be skipped by itself: then the plan has said so.
        """
        parts = [one for one, id_ in self.ids.items() if id_ == self.ids[name]]
        own = f"needs.{name}.result"
        if len(parts) > 1 and name in self.listed:
            planned = f"needs.{PLANNER}.result == 'success' && needs.{PLANNER}.outputs.plan"
            return f"{own} == 'skipped' && {planned} && {self._run(name)} == 'false' && 'success' || {own}"
        if parts[0] == name:
            return own
        return f"{own} == 'skipped' && needs.{parts[0]}.result == 'skipped' && 'success' || {own}"

    def _excluded(self) -> str:
        """The jobs that their own condition, or that of one before them, leaves out, or may: a line for each."""
        lines = []
        for name, job in self.jobs.items():
            if job.run_on == "failure":
                # It is skipped wherever all is well, and the gate must not need a plan to know that.
                lines.append(f"{self.ids[name]}\n")
                continue
            whens = [self.whens[one] for one in (name, *self._before(job)) if one in self.whens]
            if whens:
                told = string_literal(name if name in self.listed else self.ids[name])
                lines.append(f"${{{{ !({all_of(*whens)}) && {told} || '' }}}}\n")
        return "".join(lines)

    def _before(self, job: Job) -> Iterable[str]:
        found: dict[str, None] = {}
        waiting = list(job.needs)
        while waiting:
            name = waiting.pop(0)
            if name in self.jobs and name not in found:
                found[name] = None
                waiting += self.jobs[name].needs
        return found

    # -- what both are made of -----------------------------------------------------------------------------------------

    def _install(self) -> dict[str, Value]:
        return {"name": "Install cig", **self._script(install_script(self.skipping, self._usual))}

    @property
    def _usual(self) -> str:
        if not requirements(self.skipping):
            return f"pipx install cigen=={self.skipping.version}"
        return f'{venv_script(self.skipping)}\n  command -v cig >/dev/null && echo "$cig_kept/bin" >> "$GITHUB_PATH"'

    def _script(self, script: str) -> dict[str, Value]:
        return {"run": render_script(script), **self._shell}

    @property
    def _shell(self) -> dict[str, Value]:
        return {"shell": "bash"} if self.bash else {}

    @property
    def cached(self) -> bool:
        """Whether records travel in GitHub's cache."""
        return self.skipping.store == STORE

    def _store_env(self, *more: str) -> dict[str, Value]:
        """The secrets of the store, as variables."""
        step = Step("cig", secrets=(*more, *self.skipping.secrets))
        return render_secrets(step, Job(PLANNER), self.secrets, self.report)

    def _machine(self) -> Value:
        machine = self.skipping.machine
        try:
            if machine is None:
                raise CannotExpress("nothing says where plans are made", "name a runner")
            return runs_on(machine, self.report)
        except CannotExpress as problem:
            self.report.error("GITHUB_004", problem.message, hint=problem.hint, key=("skipping", "runner"))
            return "ubuntu-latest"


def _output(name: str) -> str:
    return f"${{{{ steps.plan.outputs.{name} }}}}"


def check_plan(jobs: Mapping[str, Job], skipping: Skipping, report: Report) -> None:
    """The planner and the gate have ids of their own, and nothing is said that means nothing."""
    own = _own(skipping, report)
    for name in sorted(set(own) - {_ENVIRONMENT, _IDENTITY}):
        message = f'"{name}" under [skipping] github means nothing to provider/github'
        report.warning("GITHUB_006", message, key=("skipping", "github", name))
    if _ENVIRONMENT in own:
        key = ("skipping", "github", _ENVIRONMENT)
        if not key_environment(skipping):
            message = "the environment that keeps a key is not the name of one"
            report.error("GITHUB_014", message, hint='write, for example, environment = "cig-protected"', key=key)
        elif not skipping.trust:
            message = f"without [skipping] trust nothing is signed, and no job needs the {KEY} of an environment"
            report.warning("GITHUB_006", message, key=key)
    if not isinstance(own.get(_IDENTITY, False), bool):
        message = "whether the store is opened with a job's OpenID Connect token is true or false"
        report.error("GITHUB_014", message, hint="write oidc = true", key=("skipping", "github", _IDENTITY))
    for name in (PLANNER, GATE):
        if name in jobs:
            message = f'"{name}" is the id of a job that cig adds to the workflow'
            report.error("GITHUB_022", message, hint="rename the job", key=("jobs", name))


def key_environment(skipping: Skipping) -> str:
    """The environment that has the key of protected branches; empty where cig.toml names none that can be one."""
    name = _own(skipping, new_report()).get(_ENVIRONMENT)
    return name if isinstance(name, str) and _NAME.fullmatch(name) else ""


def takes_role(skipping: Skipping) -> bool:
    """Whether the jobs that ask the store do so with a token of their own."""
    return _own(skipping, new_report()).get(_IDENTITY) is True


def _own(skipping: Skipping, report: Report) -> dict[str, Any]:
    what, key = "what skipping is on GitHub", ("skipping", "github")
    return read_own(skipping.settings, "github", what, report, "GITHUB_014", key)
