"""Stage `schema`: cig.toml → Config."""

from collections.abc import Iterator, Sequence

from cigen.engine.action import Action, Outputs, Result
from cigen.hashing.manifest import Component, KeyManifest
from cigen.model.config import Config
from cigen.rules.context import CONFIG, Context, key_manifest

__all__ = ["SchemaRule"]


class SchemaRule:
    """Parse cig.toml and check it."""

    name = "schema"

    def __init__(self, context: Context) -> None:
        self._context = context

    def actions(self, outputs: Outputs) -> Iterator[Action]:  # noqa: ARG002
        """One: there is one cig.toml."""
        yield Action(CONFIG, Config, self._manifest, self._run)

    def prepare(self, stale: Sequence[str]) -> None:
        """No plugin takes part."""

    def _manifest(self) -> KeyManifest:
        file = Component("file", "cig.toml", f"git:{self._context.config_blob}")
        return key_manifest(self._context, self.name, 1, [file])

    def _run(self) -> Result:
        from cigen.schema.load import load_config

        config, diagnostics = load_config(self._context.config_text)
        return Result(config, diagnostics)
