"""provider/buildkite: the final graph as pipelines that `buildkite-agent pipeline upload` takes.

`pipeline.py` draws up the file, `jobs.py` one job's steps, `scripts.py` the one script that a job is; each of the
others knows one thing that Buildkite does its own way. docs/providers-buildkite.md tells what becomes what.
"""
