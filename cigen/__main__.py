"""`python -m cigen`."""

import sys

from cigen.cli.main import main

sys.exit(main())
