"""Which fragments make which file: an output's own, and those that its owner writes beside it."""

from pathlib import Path

from cigen.engine.action import Action, Done, Outputs, Result
from cigen.hashing.manifest import KeyManifest
from cigen.host.discovery import InstalledPlugin
from cigen.host.scan import PluginFiles
from cigen.model.config import Config, Project
from cigen.model.paths import GitId, PluginId
from cigen.model.plans import Fragment, GenerateResult, Graph, PluginInfo
from cigen.model.resources import Output
from cigen.pipeline.merge import MergedFile
from cigen.pipeline.resolve import Resolution
from cigen.rules.context import CONFIG, Context
from cigen.rules.dag import GRAPH
from cigen.rules.merge import MergeRule
from cigen.rules.resolve import RESOLUTION

CI, BESIDE = "ci/main.yml", "ci/more.yml"
OWNER = InstalledPlugin(
    PluginId("acme/ci"),
    "1",
    "project",
    Path("ci"),
    PluginInfo("acme/ci", "1", 1, capabilities=("provider:ci",), hooks=("generate",)),
    PluginFiles(""),
)


def merged(files: dict[str, GenerateResult | None]) -> dict[str, Result]:
    """Merge action → what it gives, of outputs and what the plugin gave for each."""
    values: dict[str, object] = {
        CONFIG: Config("0.2", Project("shop"), outputs=tuple(Output("ci", path) for path in files)),
        RESOLUTION: Resolution((OWNER.id,)),
        GRAPH: Graph(),
    }
    values |= {f"fragment:{path}": result for path, result in files.items() if result is not None}
    outputs = Outputs()
    for id, value in values.items():
        action = Action(id, type(value), lambda: KeyManifest(()), lambda: Result(None))
        outputs.done[id] = Done.of(action, Result(value))
    context = Context("t", None, None, b"", GitId("0"), (OWNER,), None, {}, ())  # type: ignore[arg-type]
    return {action.id: action.run() for action in MergeRule(context).actions(outputs)}


def test_a_file_beside_an_output_is_a_file_of_its_own() -> None:
    found = merged({CI: GenerateResult((Fragment(CI, "a: 1\n"), Fragment(BESIDE, "b: 1\n")))})
    assert {id: result.value for id, result in found.items()} == {
        f"merge:{CI}": MergedFile(CI, "a: 1\n", (OWNER.id,)),
        f"merge:{BESIDE}": MergedFile(BESIDE, "b: 1\n", (OWNER.id,)),
    }


def test_a_file_beside_one_output_that_is_another_has_two_owners() -> None:
    given = GenerateResult((Fragment(CI, "a: 1\n"), Fragment(BESIDE, "b: 1\n")))
    found = merged({CI: given, BESIDE: GenerateResult((Fragment(BESIDE, "c: 1\n"),))})
    assert [one.code for one in found[f"merge:{BESIDE}"].diagnostics] == ["MERGE_001"]
    assert found[f"merge:{CI}"].value is not None


def test_a_file_beside_an_output_is_judged_like_any_other() -> None:
    reserved = ".cigen/more.yml"
    found = merged({".cigen/main.yml": GenerateResult((Fragment(reserved, "b: 1\n"),))})
    (refusal,) = found[f"merge:{reserved}"].diagnostics
    assert (refusal.code, refusal.key) == ("OUTPUT_001", ("outputs", 0, "path"))


def test_nothing_is_merged_where_a_fragment_failed() -> None:
    assert merged({CI: None}) == {}
