"""The command line: arguments in, text and an exit code out.

Owns: argparse, printing, colour, progress. Refuses: deciding anything about a project. Importing the package imports
nothing: `main.py` answers a no-op render before anything else is loaded.
"""
