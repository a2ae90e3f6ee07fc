"""gRPC over a pair of descriptors, and the values of `cigen.model` as its messages.

Owns: grpcio, h2 and protobuf. Refuses: processes (`host`) and plugins (`sdk`), the two that use it.
"""

__all__ = ["PLUGIN_MARK"]

PLUGIN_MARK = "CIG_PLUGIN"
"""Set in the environment of a plugin that the core started."""
