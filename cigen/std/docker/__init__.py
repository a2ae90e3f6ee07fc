"""Docker: `docker/build`."""
