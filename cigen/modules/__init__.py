"""Modules by address and version.

Owns: what `lang/ruby@~1.2` means. Refuses: deciding which plugin is started; `host` does. It alone imports node-semver.
"""

from cigen.modules.addresses import ModuleAddress, parse_address
from cigen.modules.versions import satisfies

__all__ = ["ModuleAddress", "parse_address", "satisfies"]
