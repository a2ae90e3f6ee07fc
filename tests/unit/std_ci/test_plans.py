"""Which jobs a plan may skip, and the shell around `cig`."""

import os
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cigen.sdk import (
    Approval,
    Artifact,
    Checkout,
    Environment,
    Graph,
    Inputs,
    Job,
    JobOutputs,
    Leg,
    Matrix,
    PathGlob,
    Runner,
    Shards,
    SkipIf,
    Skipping,
    Step,
    Trigger,
    Workflow,
)
from cigen.std.ci.plans import (
    gate_name,
    has_plan,
    heeds_plan,
    install_script,
    is_recorded,
    is_skippable,
    needed_success,
    pip_words,
    record_script,
    requirements,
    restorable,
)

CHECKOUT = (Step("checkout", checkout=Checkout()),)
FILES = SkipIf(paths_unmodified=(PathGlob("app/**"),))
PROVABLE = Job("a", steps=CHECKOUT, skip_if=FILES)
ON_BOTH = (Leg("a-linux", runner=Runner("linux")), Leg("a-windows", runner=Runner("windows")))


def by_id(*jobs: Job) -> Mapping[str, Job]:
    return {job.id: job for job in jobs}


@pytest.mark.parametrize(
    ("job", "skippable", "recorded"),
    [
        (PROVABLE, True, True),
        (Job("a", steps=CHECKOUT, inputs=Inputs(files=(PathGlob("app/**"),))), True, True),
        (Job("a", steps=CHECKOUT), False, False),
        (Job("a", steps=CHECKOUT, inputs=Inputs(env=("MODE",))), False, False),
        (Job("a", steps=CHECKOUT, skip_if=SkipIf(env=("SKIP",))), True, False),
        (Job("a", steps=CHECKOUT, skip_if=SkipIf(branch=("wip/*",))), True, False),
        (replace(PROVABLE, effects=True), False, False),
        (replace(PROVABLE, run_on="always"), False, False),
        (replace(PROVABLE, run_on="failure"), False, False),
        (replace(PROVABLE, trigger=Trigger("deploy")), False, False),
        (replace(PROVABLE, shards=Shards(2)), True, False),
        (replace(PROVABLE, machine=Runner("windows")), True, False),
        (replace(PROVABLE, matrix=Matrix(legs=ON_BOTH)), True, True),
        (replace(PROVABLE, matrix=Matrix(legs=ON_BOTH[1:])), True, False),
        (replace(PROVABLE, steps=()), True, False),
        (replace(PROVABLE, steps=(Step("checkout", checkout=Checkout(disabled=True)),)), True, False),
    ],
)
def test_what_may_be_skipped_and_what_is_kept_as_a_proof(job: Job, skippable: bool, recorded: bool) -> None:
    assert (is_skippable(job), is_recorded(job)) == (skippable, recorded)


def test_a_plan_is_made_where_a_job_may_be_skipped_and_skipping_is_on() -> None:
    plain, provable = Job("b", steps=CHECKOUT), PROVABLE
    on = Graph("p", skipping=Skipping())
    assert has_plan(on, [plain, provable])
    assert not has_plan(on, [plain])
    assert not has_plan(Graph("p"), [plain, provable])


@pytest.mark.parametrize(
    "given",
    [{"effects": True}, {"environment": Environment("prod")}, {"approve": Approval()}, {"trigger": Trigger("x")}],
)
def test_a_job_that_changes_the_world_asks_for_what_stands_before_a_skipped_one_too(given: dict[str, Any]) -> None:
    """S19: on a chain of four, with a job in it that no plan skips."""
    jobs = by_id(
        replace(PROVABLE, id="a"),
        Job("b", needs=("a",)),
        replace(PROVABLE, id="c", needs=("b",)),
        replace(PROVABLE, id="d", needs=("c",)),
        Job("e", needs=("d",)),
        Job("f", needs=("d",), **given),
    )
    assert needed_success(jobs["f"], jobs) == ("d", "c", "b")
    assert needed_success(jobs["e"], jobs) == ("d",)
    assert needed_success(jobs["b"], jobs) == ("a",)
    assert needed_success(jobs["a"], jobs) == ()


def test_a_job_heeds_the_plan_if_it_or_one_before_it_can_be_skipped() -> None:
    """S19: however far before it."""
    jobs = by_id(Job("plain"), PROVABLE, Job("after", needs=("a",)), Job("far", needs=("after", "plain")))
    assert [name for name, job in jobs.items() if heeds_plan(job, jobs)] == ["a", "after", "far"]
    assert not heeds_plan(Job("tell", needs=("a",), run_on="failure"), jobs)


def test_the_gate_has_one_name_wherever_there_is_one_workflow() -> None:
    one, two = Graph("p", (Workflow("main"),)), Graph("p", (Workflow("ci"), Workflow("nightly")))
    assert gate_name(one, "main") == "cig/gate"
    assert gate_name(two, "ci") == "cig/gate"
    assert gate_name(two, "nightly") == "cig/gate-nightly"


# -- the shell, executed -----------------------------------------------------------------------------------------------


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A folder for what is on PATH."""
    (tmp_path / "bin").mkdir()
    return tmp_path


def program(box: Path, name: str, script: str) -> None:
    path = box / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def run(box: Path, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{box / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin", **variables}
    return subprocess.run(
        ["/bin/sh", "-e", "-c", script], cwd=box, env=environment, capture_output=True, text=True, check=False
    )


MADE = "printf '#!/bin/sh\\necho made\\n' > bin/cig\nchmod +x bin/cig"


@pytest.mark.parametrize("install", ["", MADE])
def test_cig_is_installed_only_where_it_is_not(box: Path, install: str) -> None:
    script = install_script(Skipping(install=install), f"{{ {MADE.replace(chr(10), '; ')}; }}") + "cig\n"
    assert run(box, script).stdout == "made\n"
    program(box, "cig", "echo its own")
    assert run(box, script).stdout == "its own\n"


def test_a_file_of_the_repository_is_no_script(box: Path) -> None:
    by_hash = Skipping(install=".ci/cig.txt", files=(".ci/cig.txt", "cig.toml"), version="1.2.3")
    assert requirements(by_hash) == ".ci/cig.txt"
    assert install_script(by_hash, "usual") == "command -v cig >/dev/null || usual\n"
    assert "--require-hashes" in pip_words(by_hash)
    script = Skipping(install="cig.txt", files=("cig.toml",), version="1.2.3")
    assert requirements(script) == ""
    assert install_script(script, "usual") == "command -v cig >/dev/null || cig.txt\n"
    assert pip_words(script) == "install --quiet cigen==1.2.3"


def record(box: Path, skipping: Skipping, **variables: str) -> subprocess.CompletedProcess[str]:
    return run(box, record_script(skipping, "false", "cig record a", "echo"), **variables)


def test_a_record_is_kept_where_there_is_a_store(box: Path) -> None:
    program(box, "cig", 'echo "$*"')
    assert record(box, Skipping(store="s3://x/y")).stdout == "record a\n"
    assert record(box, Skipping(), CIG_STORE="/proofs").stdout == "record a\n"
    assert record(box, Skipping()).stdout == ""


@pytest.mark.parametrize("cig", [None, "exit 1", "kill -9 $$"])
def test_a_record_never_fails_the_job(box: Path, cig: str | None) -> None:
    """S17: whether cig is missing, fails or dies."""
    if cig is not None:
        program(box, "cig", cig)
    done = record(box, Skipping(store="s3://x/y"))
    assert done.returncode == 0
    assert "no proof of this job was kept" in done.stdout


LEFT = ("dist/**",)
KEEP = Step("keep", upload=Artifact("a", LEFT))
LEAVES = replace(PROVABLE, outputs=JobOutputs(files=LEFT), steps=(*CHECKOUT, KEEP))
USES = Job("b", needs=("a",), inputs=Inputs(artifacts=("a",)))


@pytest.mark.parametrize(
    ("jobs", "found"),
    [
        ((LEAVES, USES), {"a"}),
        ((LEAVES, replace(USES, inputs=None)), set()),
        ((replace(LEAVES, skip_if=None), USES), set()),
        ((replace(LEAVES, effects=True), USES), set()),
        ((replace(LEAVES, shards=Shards(2)), USES), set()),
        ((replace(LEAVES, steps=(KEEP,)), USES), set()),
        ((LEAVES, USES, replace(USES, id="c", steps=(Step("x", upload=Artifact("other", ("x",))),))), {"a"}),
    ],
)
def test_a_plan_brings_the_files_of_a_recorded_job_that_another_fetches(jobs: tuple[Job, ...], found: set[str]) -> None:
    """S18."""
    assert restorable(Graph("p", (), jobs, skipping=Skipping(restore=True)), jobs) == found
    assert restorable(Graph("p", (), jobs, skipping=Skipping()), jobs) == set()
    assert restorable(Graph("p", (), jobs), jobs) == set()


@pytest.mark.parametrize(
    "more",
    [
        replace(LEAVES, steps=(*LEAVES.steps, Step("more", upload=Artifact("a", ("docs/**",))))),
        replace(LEAVES, outputs=JobOutputs(files=(*LEFT, "docs/**"))),
        (LEAVES, Job("x", steps=(Step("more", upload=Artifact("a", LEFT)),))),
    ],
)
def test_a_plan_brings_nothing_where_an_artifact_is_more_than_what_is_kept(more: Job | tuple[Job, ...]) -> None:
    """S18: who fetches it would miss the rest. Another job's files would be missing if cig brought them unasked."""
    other = (replace(LEAVES, id="o", steps=(*CHECKOUT, Step("keep", upload=Artifact("o", LEFT)))),)
    jobs = (
        *(more if isinstance(more, tuple) else (more,)),
        *other,
        USES,
        replace(USES, inputs=Inputs(artifacts=("o",))),
    )
    assert restorable(Graph("p", (), jobs, skipping=Skipping(restore=True)), jobs) == set()
