"""`docker/build`: Docker Buildx, and images built with it."""
