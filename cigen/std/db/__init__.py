"""Databases beside a job: `db/postgres`, `db/redis`, and what the two do alike."""
