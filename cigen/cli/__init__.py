"""The command line: arguments in, text and an exit code out.

Owns: words, printing, colour, progress. Refuses: deciding anything about a project. Importing the package imports
nothing: `main.py` answers a no-op render before anything else is loaded.
"""
