"""`db/redis`: a Redis server beside a job."""
