"""What plugins can do, need and exclude, checked before the first call. Pure."""

from collections.abc import Sequence

from cigen.model.diagnostics import Diagnostic
from cigen.model.plans import PluginInfo

__all__ = ["check_capabilities", "match_capability"]


def match_capability(pattern: str, capability: str) -> bool:
    """Whether `kind:name` or `kind:*` covers a capability."""
    raise NotImplementedError


def check_capabilities(plugins: Sequence[PluginInfo]) -> tuple[Diagnostic, ...]:
    """Every requirement that no plugin meets and every exclusion that is broken."""
    raise NotImplementedError
