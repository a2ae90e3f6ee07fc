"""Policies: `policy/conventions`."""
