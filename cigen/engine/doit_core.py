"""doit without its command line. Imported before anything else of doit.

`import doit` loads every command, the plugin loader and a configuration parser: two thirds of what doit costs, for
things that cig never calls. Its core modules need none of it, so they are found in a package that has not run its own
`__init__`; nor do they need the debugger that they import. Where doit is already there (`dodo.py` under plain doit),
nothing is done. docs/adr/0001 has the figures.
"""

import sys
from importlib.machinery import PathFinder
from types import ModuleType

from cigen.late import import_late

if "doit" not in sys.modules:
    _spec = PathFinder.find_spec("doit")
    assert _spec is not None, "doit is one of cig's own requirements"
    _package = ModuleType("doit")
    _package.__path__ = list(_spec.submodule_search_locations or ())
    sys.modules["doit"] = _package
    import_late("pdb")
