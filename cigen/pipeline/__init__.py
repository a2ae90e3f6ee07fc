"""The stages, as pure functions from values to values and diagnostics.

Owns: what each stage computes. Refuses: files, processes, clocks, environment. `rules/` gives each function its inputs
and the engine remembers its results. networkx is imported in `dag.py` alone.
"""
