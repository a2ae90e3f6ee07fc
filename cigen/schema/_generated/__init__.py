"""Code made by schemas/generate.py from cig.schema.json."""
