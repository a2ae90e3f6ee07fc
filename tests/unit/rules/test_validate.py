"""Who judges which files, and that judges of the same files share one question."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cigen.engine.action import Action, Done, Outputs, Result
from cigen.hashing.manifest import KeyManifest
from cigen.host.discovery import InstalledPlugin
from cigen.model.config import Config, Project
from cigen.model.paths import Digest, GitId, PluginId
from cigen.model.plans import Graph, Hook, PluginInfo, ValidateRequest, ValidateResult
from cigen.model.resources import Output
from cigen.pipeline.merge import MergedFile
from cigen.pipeline.resolve import Resolution
from cigen.rules.context import CONFIG, Context
from cigen.rules.dag import GRAPH
from cigen.rules.resolve import RESOLUTION
from cigen.rules.validate import ValidateRule

FILES = {"a.yml": ("acme/first",), "b.yml": ("acme/first", "acme/both"), "c.yml": ("acme/both",)}
"""Files and the plugins they come from."""


def plugin(name: str, *capabilities: str) -> InstalledPlugin:
    info = PluginInfo(name, "1.0.0", 1, capabilities=capabilities, hooks=("validate",))
    files: Any = SimpleNamespace(digest=Digest("sha256:0"))
    return InstalledPlugin(PluginId(name), "1.0.0", "project", Path(name), info, files)


def outputs(plugins: tuple[InstalledPlugin, ...]) -> Outputs:
    values = {
        CONFIG: Config("0.2", Project("shop"), outputs=tuple(Output("first", path) for path in FILES)),
        RESOLUTION: Resolution(tuple(sorted(each.id for each in plugins))),
        GRAPH: Graph(),
        **{f"merge:{path}": MergedFile(path, f"# {path}\n", owners) for path, owners in FILES.items()},
    }
    done = Outputs()
    for id, value in values.items():
        done.done[id] = Done.of(Action(id, type(value), lambda: KeyManifest(()), lambda: Result(None)), Result(value))
    return done


def questions(*plugins: InstalledPlugin) -> dict[str, ValidateRequest]:
    """What each judge is asked."""
    asked: dict[str, ValidateRequest] = {}

    def ask(plugin: InstalledPlugin, hook: Hook, request: ValidateRequest) -> SimpleNamespace:
        assert hook is Hook.VALIDATE
        asked[plugin.id] = request
        return SimpleNamespace(answer=ValidateResult)

    pool: Any = SimpleNamespace(ask=ask, is_up=lambda _: True, start=lambda _: None)
    rule = ValidateRule(Context("t", None, None, b"", GitId("0"), plugins, pool, {}))  # type: ignore[arg-type]
    actions = list(rule.actions(outputs(plugins)))
    rule.prepare([action.id for action in actions])
    for action in actions:
        action.run()
    return asked


def test_a_provider_judges_its_own_files_and_a_policy_all_of_them() -> None:
    judges = (plugin("acme/first", "provider:first"), plugin("acme/both", "provider:both"), plugin("acme/rules"))
    seen = {id: [file.path for file in request.rendered] for id, request in questions(*judges).items()}
    assert seen == {
        "acme/first": ["a.yml", "b.yml"],
        "acme/both": ["b.yml", "c.yml"],
        "acme/rules": ["a.yml", "b.yml", "c.yml"],
    }


def test_judges_of_the_same_files_are_asked_one_question() -> None:
    asked = questions(plugin("acme/first", "provider:first"), plugin("acme/rules"), plugin("acme/style"))
    assert asked["acme/rules"] is asked["acme/style"]
    assert asked["acme/rules"] is not asked["acme/first"]
