"""Frozen values shared by every other room.

Owns: the vocabulary (diagnostics, digests, paths, configuration, resources). Refuses: any I/O, any library
outside the standard one. Everything may import it; it imports nothing of cigen.
"""
