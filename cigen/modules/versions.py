"""Version constraints: `~1.2`, `^2.0`, `>=1.1`, `1.2.3`."""

__all__ = ["satisfies"]


def satisfies(version: str, constraint: str) -> bool:
    """Whether a version meets a constraint; an empty one is met by all. Raises ValueError telling what is wrong."""
    raise NotImplementedError
