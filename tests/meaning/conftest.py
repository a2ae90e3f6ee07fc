"""The modules of this folder can import each other, and the parsers of tests/validators."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path += [str(HERE), str(HERE.parent / "validators")]
