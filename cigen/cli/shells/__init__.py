"""Completion scripts: one file a shell. Pure; written from `grammar.py`. `completion.py` imports them."""
