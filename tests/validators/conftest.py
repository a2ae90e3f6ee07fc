"""The modules of this folder can import each other, and those of `skipping`."""

import sys
from pathlib import Path

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "skipping")]
