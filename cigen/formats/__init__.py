"""Text formats: YAML as people write it, read and written with its comments.

PyYAML is imported by the reader, when it reads, and nowhere else.
"""
