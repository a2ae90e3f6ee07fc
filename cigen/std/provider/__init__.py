"""Providers: each is the sole owner of one CI system's files."""
