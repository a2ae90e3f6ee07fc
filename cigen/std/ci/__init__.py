"""What several providers say in the same words: shell that does what a CI system has no key for.

Owns: one small module for each part of the domain. Imports `cigen.sdk` and `cigen.std` alone.
"""
