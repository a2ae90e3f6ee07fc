"""`cig schema`: the JSON Schema of cig.toml, as cig itself checks by it."""

from importlib.resources import files

from cigen.cli.console import Console
from cigen.cli.options import SchemaOptions

__all__ = ["run"]


def run(options: SchemaOptions, console: Console) -> int:  # noqa: ARG001 (every command is called alike)
    """Prints the schema as it stands in the package."""
    console.out(files("cigen.schema").joinpath("cig.schema.json").read_text(encoding="utf-8"))
    return 0
