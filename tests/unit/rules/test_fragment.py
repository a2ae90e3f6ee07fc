"""Who writes to which file, and what each pair is called: the names are the identity of the cached actions."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cigen.engine.action import Action, Done, Outputs, Result
from cigen.hashing.manifest import KeyManifest
from cigen.host.discovery import InstalledPlugin
from cigen.model.config import Config, Project
from cigen.model.dataclass import replace
from cigen.model.diagnostics import Level
from cigen.model.paths import Digest, GitId, PluginId
from cigen.model.plans import Fact, Fragment, GenerateRequest, GenerateResult, Graph, Hook, PluginInfo
from cigen.model.resources import Job, Output, Workflow
from cigen.pipeline.merge import part_of
from cigen.pipeline.resolve import Resolution
from cigen.rules.context import CONFIG, Context, PluginRule
from cigen.rules.dag import GRAPH
from cigen.rules.fragment import FragmentRule, targets
from cigen.rules.resolve import RESOLUTION

CI, NIGHTLY = ".github/workflows/ci.yml", ".github/workflows/nightly.yml"


def plugin(name: str, *capabilities: str, hooks: tuple[str, ...] = ("generate",), digest: str = "0") -> InstalledPlugin:
    info = PluginInfo(name, "1.0.0", 1, capabilities=capabilities, hooks=hooks)
    files: Any = SimpleNamespace(digest=Digest(f"sha256:{digest}"))
    return InstalledPlugin(PluginId(name), "1.0.0", "project", Path(name), info, files)


GITHUB = plugin("provider/github", "provider:github")
OTHER = plugin("acme/github", "provider:github")
DRONE = plugin("acme/drone", "provider:drone")
NOTES = plugin("acme/notes", "notes:all")
MUTE = plugin("acme/mute", "provider:github", hooks=("detect",))


def context(*plugins: InstalledPlugin, providers: tuple[str, ...] = (), pool: object = None) -> Context:
    return Context("t", None, None, b"", GitId("0"), plugins, pool, {}, providers)  # type: ignore[arg-type]


def outputs(*files: Output, plugins: tuple[InstalledPlugin, ...], graph: Graph | None = None) -> Outputs:
    values = {
        CONFIG: Config("0.2", Project("shop"), outputs=files),
        RESOLUTION: Resolution(tuple(sorted(each.id for each in plugins))),
        GRAPH: graph or Graph(),
    }
    done = Outputs()
    for id, value in values.items():
        action = Action(id, type(value), lambda: KeyManifest(()), lambda: Result(None))
        done.done[id] = Done.of(action, Result(value))
    return done


def stale(
    files: tuple[Output, ...], *plugins: InstalledPlugin, answer: Callable[[GenerateRequest], GenerateResult]
) -> tuple[FragmentRule, list[Action]]:
    """The rule and its actions, all to run, with plugins that answer so."""

    def ask(_plugin: InstalledPlugin, _hook: Hook, request: GenerateRequest) -> SimpleNamespace:
        return SimpleNamespace(answer=lambda: answer(request))

    rule = FragmentRule(context(*plugins, pool=SimpleNamespace(ask=ask, is_up=lambda _: True, start=lambda _: None)))
    actions = list(rule.actions(outputs(*files, plugins=plugins, graph=graph())))
    rule.prepare([action.id for action in actions])
    return rule, actions


def subjects(*plugins: InstalledPlugin, files: tuple[Output, ...], providers: tuple[str, ...] = ()) -> list[str]:
    found = targets(PluginRule(context(*plugins, providers=providers)), outputs(*files, plugins=plugins))
    return [target.subject for target in found]


def test_a_file_is_named_by_its_path_for_its_provider_and_by_both_names_for_others() -> None:
    assert subjects(NOTES, GITHUB, files=(Output("github", CI),)) == [f"{CI}+acme/notes", CI]


def test_files_come_in_the_order_of_cig_toml() -> None:
    files = (Output("github", NIGHTLY), Output("drone", ".drone.yml"), Output("github", CI))
    assert subjects(GITHUB, DRONE, files=files) == [NIGHTLY, ".drone.yml", CI]


def test_two_plugins_that_own_one_provider_do_not_share_a_name() -> None:
    assert subjects(GITHUB, OTHER, files=(Output("github", CI),)) == [f"{CI}+acme/github", f"{CI}+provider/github"]


def test_a_provider_of_another_system_writes_nothing() -> None:
    assert subjects(DRONE, GITHUB, files=(Output("github", CI),)) == [CI]


def test_a_plugin_that_does_not_generate_owns_nothing() -> None:
    assert subjects(MUTE, GITHUB, files=(Output("github", CI),)) == [CI]


def test_a_plugin_that_takes_no_part_owns_nothing() -> None:
    rule = PluginRule(context(GITHUB, OTHER))
    assert [t.subject for t in targets(rule, outputs(Output("github", CI), plugins=(GITHUB,)))] == [CI]


def test_only_the_selected_providers_are_asked() -> None:
    files = (Output("github", CI), Output("drone", ".drone.yml"))
    assert subjects(GITHUB, DRONE, files=files, providers=("drone",)) == [".drone.yml"]


def test_without_a_graph_nobody_is_asked() -> None:
    done = outputs(Output("github", CI), plugins=(GITHUB,))
    del done.done[GRAPH]
    assert targets(PluginRule(context(GITHUB)), done) == []
    assert list(FragmentRule(context(GITHUB)).actions(done)) == []


# -- actions -----------------------------------------------------------------------------------------------------------

FILES = (Output("github", CI), Output("github", NIGHTLY, workflow="nightly"))


def graph(nightly: str = "make soak") -> Graph:
    jobs = (Job("test", workflow="ci"), Job("soak", workflow="nightly", name=nightly))
    return Graph(workflows=(Workflow("ci"), Workflow("nightly")), jobs=jobs)


def keys(graph: Graph, *plugins: InstalledPlugin) -> dict[str, str]:
    rule = FragmentRule(context(*plugins))
    return {a.id: a.manifest().key() for a in rule.actions(outputs(*FILES, plugins=plugins, graph=graph))}


def test_a_job_of_another_file_is_not_in_the_key() -> None:
    before, after = keys(graph(), GITHUB), keys(graph("make burn"), GITHUB)
    assert before[f"fragment:{CI}"] == after[f"fragment:{CI}"]
    assert before[f"fragment:{NIGHTLY}"] != after[f"fragment:{NIGHTLY}"]


EDITS = {
    "a job of its own": replace(graph(), jobs=(*graph().jobs[:1], Job("soak", workflow="nightly", name="other"))),
    "one more job of no workflow": replace(graph(), jobs=(*graph().jobs, Job("more"))),
    "a workflow": replace(graph(), workflows=(Workflow("ci"), Workflow("nightly", name="Nightly"))),
    "one more workflow": replace(graph(), workflows=(*graph().workflows, Workflow("weekly"))),
    "the project": replace(graph(), project="other"),
    "a fact": replace(graph(), facts=(Fact("node_version", "22"),)),
    "no jobs": replace(graph(), jobs=()),
    "no job of its own": replace(graph(), jobs=graph().jobs[:1]),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_key_changes_with_what_the_plugin_is_shown(edit: str) -> None:
    before, after = keys(graph(), GITHUB), keys(EDITS[edit], GITHUB)
    for file in FILES:
        if part_of(graph(), file) != part_of(EDITS[edit], file):
            assert before[f"fragment:{file.path}"] != after[f"fragment:{file.path}"]


def test_a_plugin_is_shown_every_workflow_the_jobs_of_its_file_and_which_workflow_that_is() -> None:
    asked: list[GenerateRequest] = []

    def answer(request: GenerateRequest) -> GenerateResult:
        asked.append(request)
        return GenerateResult()

    for action in stale(FILES, GITHUB, answer=answer)[1]:
        action.run()
    assert [[one.id for one in request.graph.workflows] for request in asked] == [["ci", "nightly"]] * 2
    assert [[one.id for one in request.graph.jobs] for request in asked] == [["test"], ["soak"]]
    assert [one.workflow for request in asked for one in request.outputs] == ["ci", "nightly"]


def test_the_plugin_is_in_the_key() -> None:
    newer = plugin("provider/github", "provider:github", digest="1")
    assert not set(keys(graph(), GITHUB).values()) & set(keys(graph(), newer).values())


def test_actions_remember_their_plugins_so_that_these_can_start_together() -> None:
    rule = FragmentRule(context(GITHUB, NOTES))
    ids = [action.id for action in rule.actions(outputs(FILES[0], plugins=(GITHUB, NOTES)))]
    assert {id: rule.subjects[id].id for id in ids} == {
        f"fragment:{CI}": "provider/github",
        f"fragment:{CI}+acme/notes": "acme/notes",
    }


@pytest.mark.parametrize(
    ("writer", "path", "refused"),
    [
        (GITHUB, CI, False),
        (GITHUB, NIGHTLY, False),
        (GITHUB, "../ci.yml", True),
        (GITHUB, ".github/dependabot.yml", True),
        (NOTES, CI, False),
        (NOTES, NIGHTLY, True),
    ],
)
def test_a_plugin_writes_only_to_the_file_it_was_asked_for_and_its_owner_beside_it(
    writer: InstalledPlugin, path: str, refused: bool
) -> None:
    rule, actions = stale(FILES[:1], GITHUB, NOTES, answer=lambda _: GenerateResult((Fragment(path, "x\n"),)))
    (action,) = [one for one in actions if rule.subjects[one.id] == writer]
    result = action.run()
    assert (result.value is None) == refused
    assert [(d.level, d.code) for d in result.diagnostics] == [(Level.ERROR, "MERGE_004")] * refused
