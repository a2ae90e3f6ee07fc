"""Random documents: `documents.py` stands beside the tests that use it."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
