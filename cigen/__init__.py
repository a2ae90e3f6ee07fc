"""cigen: one provider-agnostic `cig.toml`, native CI configuration for every CI system.

Importing this package imports nothing else: a no-op `cig render` must stay nearly free.
"""

__all__ = ["__version__"]

__version__ = "0.3.0"
