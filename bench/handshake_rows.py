"""The rows that handshakes.py measures itself: 20 plugins against 20 bare interpreters.

They are no commands of a repository; a round of both is taken in each round of the others.
"""

import json
from pathlib import Path
from typing import Any

from installs import Tools
from measure import output_of

__all__ = ["BARE", "HANDSHAKES", "measure_round"]

HANDSHAKES = "20 handshakes"
BARE = "20 python -c pass"

_ROUND = """
import json, tempfile
from pathlib import Path
import handshakes
with tempfile.TemporaryDirectory() as place:
    folders = handshakes.write_plugins(Path(place))
    print(json.dumps([handshakes.measure_bare(), handshakes.measure_plugins(folders)[1]]))
"""


def measure_round(tools: Tools, record: dict[str, Any]) -> None:
    """Add one sample to each of the two rows: from spawn to the last handshake, in the interpreter cig runs in."""
    environ = {**tools.environ, "PYTHONPATH": str(Path(__file__).parent)}
    bare, plugins = json.loads(output_of([tools.python, "-c", _ROUND], Path(tools.node_modules).parent, environ))
    for name, wall in ((BARE, bare), (HANDSHAKES, plugins)):
        record.setdefault(name, {"wall": [], "cpu": [], "memory": 0})["wall"].append(wall)
