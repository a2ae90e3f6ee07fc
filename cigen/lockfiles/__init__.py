"""The part of a lockfile that one package, or some groups of dependencies, can install."""
