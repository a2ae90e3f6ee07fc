"""A reader that cannot tell a damaged file from a good one would be noticed here."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from events import events_of
from jenkins import run_all
from keys import by_plain_key
from plan import meaning_of
from projects import planned
from readers import READERS, compared_events
from record import differences
from rendering import PROVIDERS, render

from cigen.model.diagnostics import has_errors

Damage = Callable[[dict[str, Any]], object]


def jobs(change: Damage) -> Damage:
    return lambda file: change(file["jobs"])


def steps(change: Damage) -> Damage:
    """Of Buildkite, by key."""
    return lambda file: change({step["key"]: step for step in file["steps"] if "key" in step})


def workflow(job: str, change: Damage) -> Damage:
    """What a CircleCI workflow says of a job."""

    def changed(file: dict[str, Any]) -> None:
        entries = file["workflows"]["ci"]["jobs"]
        for index, entry in enumerate(entries):
            name, body = (entry, {}) if isinstance(entry, str) else next(iter(entry.items()))
            if body.get("name", name) == job:
                change(body)
                entries[index] = {name: body} if body else name

    return changed


def _site(file: dict[str, Any]) -> str:
    text: str = file["site"]["steps"][0]["run"]["command"]
    return text


GITHUB: dict[str, tuple[str, str, Damage]] = {
    "a need less": ("matrix", "needs", jobs(lambda file: file["report"].pop("needs"))),
    "a leg less": ("matrix", "legs", jobs(lambda file: file["test"]["strategy"]["matrix"]["include"].pop())),
    "a need more": ("servers", "needs", jobs(lambda file: file["inside"].update(needs="test"))),
    "another leg": (
        *("matrix", "legs"),
        jobs(lambda file: file["test"]["strategy"]["matrix"]["include"][0].update(libc="x")),
    ),
    "another timeout": ("matrix", "timeout", jobs(lambda file: file["prepare"].update({"timeout-minutes": 6}))),
    "failure counts": ("matrix", "allow_failure", jobs(lambda file: file["report"].pop("continue-on-error"))),
    "another value": ("matrix", "env", jobs(lambda file: file["test"]["env"].update(VERSION="3.1"))),
    "steps in another order": ("matrix", "scripts", jobs(lambda file: file["test"]["steps"].reverse())),
    "an artifact less": ("release", "artifacts", jobs(lambda file: file["build"]["steps"].pop())),
    "nothing fetched": ("release", "fetches", jobs(lambda file: file["check"]["steps"].pop(1))),
    "a condition less": ("release", "runs", jobs(lambda file: file["publish"].pop("if"))),
    "another condition": ("conditions", "runs", jobs(lambda file: file["nightly"].update({"if": "true"}))),
    "below what does not run": ("conditions", "runs", jobs(lambda file: file["below_main"].update({"if": "always()"}))),
    "a secret less": (
        *("release", "secrets"),
        jobs(lambda file: [step.pop("env", 0) for step in file["publish"]["steps"]]),
    ),
    "another port": (
        *("servers", "services"),
        jobs(lambda file: file["test"]["services"]["db"].update(ports=["5433:5432"])),
    ),
    "a service less": ("servers", "services", jobs(lambda file: file["test"]["services"].pop("store"))),
    "another image": ("servers", "image", jobs(lambda file: file["inside"].update(container="golang"))),
    "a job less": ("servers", "legs", jobs(lambda file: file.pop("inside"))),
    "another script": ("scripts", "scripts", jobs(lambda file: file["texts"]["steps"][1].update(run="echo"))),
    "another pipeline": (
        *("starting", "starts"),
        jobs(lambda file: file["mirror"]["steps"][0].update(run="gh workflow run other.yml")),
    ),
}
CIRCLECI: dict[str, tuple[str, str, Damage]] = {
    "a need less": ("release", "needs", workflow("publish", lambda body: body["requires"].pop())),
    "a job less": ("servers", "legs", lambda file: file["workflows"]["ci"]["jobs"].pop()),
    "another timeout": ("matrix", "timeout", jobs(lambda file: file["prepare"].update(shell="timeout 60 bash"))),
    "another value": (
        *("servers", "env"),
        jobs(lambda file: file["test"]["environment"].update(URL="postgres://localhost/app?x=1&y=")),
    ),
    "steps in another order": ("matrix", "scripts", jobs(lambda file: file["test-python3-9-glibc"]["steps"].reverse())),
    "a condition less": ("release", "runs", workflow("publish", lambda body: body.pop("filters"))),
    "no filter for tags": ("release", "runs", workflow("build", lambda body: body.pop("filters"))),
    "another start": (
        "release",
        "runs",
        lambda file: file["workflows"]["ci"].update(when="false"),
    ),
    "nothing fetched": (
        *("release", "fetches"),
        jobs(
            lambda file: [
                step
                for step in list(file["check"]["steps"])
                if "attach_workspace" in step and file["check"]["steps"].remove(step)
            ]
        ),
    ),
    "a service less": ("servers", "services", jobs(lambda file: file["test"]["docker"].pop())),
    "another image": ("servers", "image", jobs(lambda file: file["inside"]["docker"][0].update(image="golang"))),
    "another script": ("scripts", "scripts", jobs(lambda file: file["texts"]["steps"].pop(2))),
    "another input": (
        *("starting", "starts"),
        jobs(lambda file: file["site"]["steps"][0]["run"].update(command=_site(file).replace('"release"', '"x"'))),
    ),
}
BUILDKITE: dict[str, tuple[str, str, Damage]] = {
    "a need less": ("release", "needs", steps(lambda file: file["publish"].pop("depends_on"))),
    "a job less": ("servers", "legs", lambda file: file["steps"].pop()),
    "another timeout": ("matrix", "timeout", steps(lambda file: file["prepare"].update(timeout_in_minutes=6))),
    "failure counts": ("matrix", "allow_failure", steps(lambda file: file["report"].pop("soft_fail"))),
    "an unescaped dollar": (
        *("servers", "env"),
        steps(lambda file: file["test"]["env"].update(URL="postgres://localhost/app?x=1&y=$TWO")),
    ),
    "another script": (
        *("release", "scripts"),
        steps(lambda file: file["publish"].update(command=file["publish"]["command"].replace("make sweep", "true"))),
    ),
    "a condition less": ("release", "runs", steps(lambda file: file["publish"].pop("if"))),
    "another condition": ("conditions", "runs", steps(lambda file: file["nightly"].update({"if": "true"}))),
    "below what does not run": ("conditions", "runs", steps(lambda file: file["below_main"].pop("if"))),
    "a secret less": ("release", "secrets", steps(lambda file: file["publish"]["secrets"].pop())),
    "an artifact less": ("release", "artifacts", steps(lambda file: file["build"].pop("artifact_paths"))),
    "nothing fetched": ("release", "fetches", steps(lambda file: file["check"].update(command="make check"))),
    "another port": (
        *("servers", "services"),
        steps(lambda file: file["test"].update(command=file["test"]["command"].replace("5432:5432", "5433:5432"))),
    ),
    "another image": (
        *("servers", "image"),
        steps(lambda file: file["inside"].update(command=file["inside"]["command"].replace("golang:1.27", "golang"))),
    ),
    "not waited for": ("starting", "starts", steps(lambda file: file["site"].update({"async": True}))),
}
JENKINS: dict[str, tuple[str, str, str, str]] = {
    "a need less": ("release", "needs", "needs: ['build', 'check']", "needs: ['build']"),
    "another timeout": ("release", "timeout", "onNode('linux', 20)", "onNode('linux', 21)"),
    "another script": ("release", "scripts", "make sweep", "true"),
    "a condition less": ("release", "runs", ", when: { tag() ==~ 'v.*' }", ""),
    "a secret less": ("release", "secrets", "credentialsId: 'CHAT_URL', variable: 'CHAT_URL'", "variable: 'A'"),
    "an artifact less": (
        "release",
        "artifacts",
        "archiveArtifacts(artifacts: 'dist/**'",
        "archiveArtifacts(artifacts: 'x'",
    ),
    "nothing fetched": ("release", "fetches", "    fetch('build')\n", ""),
    "a dollar less": ("servers", "env", "y=$2", "y=2"),
    "another port": ("servers", "services", "--publish 5432:5432", "--publish 5433:5432"),
    "another image": ("servers", "image", "inContainer('docker.io/library/golang:1.27'", "inContainer('golang'"),
    "a leg less": (
        "matrix",
        "legs",
        "    [name: 'test-python3.9-glibc', matrix: [python: '3.9', libc: 'glibc']],\n",
        "",
    ),
    "failure counts": ("matrix", "allow_failure", ", soft: true", ""),
    "not waited for": ("starting", "starts", "wait: true", "wait: false"),
    "waited for longer": ("starting", "timeout", "  within(45) {\n", "  within(46) {\n"),
}
DAMAGES = {"github": GITHUB, "circleci": CIRCLECI, "buildkite": BUILDKITE}


@pytest.mark.parametrize(
    ("provider", "damage"), [(name, one) for name in PROVIDERS if name in DAMAGES for one in DAMAGES[name]]
)
def test_damage_to_yaml_is_noticed(provider: str, damage: str) -> None:
    project, what, change = DAMAGES[provider][damage]
    text = _rendered(provider, project)
    file = yaml.safe_load(text)
    change(file)
    damaged = yaml.safe_dump(file, sort_keys=False)
    assert damaged != yaml.safe_dump(yaml.safe_load(text), sort_keys=False)
    assert what in _noticed(provider, project, damaged)


@pytest.mark.xdist_group("jenkins")
def test_damage_to_a_jenkinsfile_is_noticed() -> None:
    damaged = {}
    for damage, (project, _, before, after) in JENKINS.items():
        text = _rendered("jenkins", project)
        assert before in text, damage
        damaged[damage] = text.replace(before, after)
    run_all({text: events_of(planned(JENKINS[damage][0]).workflows[0]) for damage, text in damaged.items()})
    for damage, (project, what, _, _) in JENKINS.items():
        assert what in _noticed("jenkins", project, damaged[damage]), damage


def _rendered(provider: str, project: str) -> str:
    text, diagnostics = render(provider, planned(project))
    assert not has_errors(diagnostics)
    return text


def _noticed(provider: str, project: str, damaged: str) -> set[str]:
    graph = planned(project)
    events = compared_events(provider, graph, graph.workflows[0])
    plan = by_plain_key(meaning_of(graph, graph.workflows[0]))
    read = by_plain_key(READERS[provider](graph, graph.workflows[0], damaged))
    return {one.what for one in differences(plan, read, events)}
