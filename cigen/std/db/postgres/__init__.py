"""`db/postgres`: a PostgreSQL server beside a job."""
