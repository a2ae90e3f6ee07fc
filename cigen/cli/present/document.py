"""JSON documents for machines: versioned, keys sorted, ASCII, one value a line."""

import json
from collections.abc import Mapping

__all__ = ["document_text"]


def document_text(schema: str, fields: Mapping[str, object]) -> str:
    """schema: name and version, as in `cig.render/1`. A new field keeps the version, another meaning raises it."""
    return json.dumps({"schema": schema, **fields}, sort_keys=True, indent=2) + "\n"
