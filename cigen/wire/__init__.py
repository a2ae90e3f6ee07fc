"""gRPC over a pair of descriptors, and the values of `cigen.model` as its messages.

Owns: grpcio, h2 and protobuf. Refuses: processes (`host`) and plugins (`sdk`), the two that use it.
"""

from cigen.late import import_late

__all__ = ["PLUGIN_MARK"]

PLUGIN_MARK = "CIG_PLUGIN"
"""Set in the environment of a plugin that the core started."""

# Protobuf written in Python, which protobuf imports beside the one written in C.
import_late("google.protobuf.internal.python_message")
