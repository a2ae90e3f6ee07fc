"""provider/github: the final graph as GitHub Actions workflows.

`workflow.py` draws up the file, `jobs.py` one job, `steps.py` one step; each of the others knows one thing that GitHub
does its own way. `pins.py` is the one place where a third party's code is named. docs/providers-github.md tells what
becomes what.
"""
