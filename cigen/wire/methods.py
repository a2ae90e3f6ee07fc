"""The calls of the protocol, read from the compiled .proto.

Owns: hook → path, request and result class. The generated `_pb2_grpc` is not used: importing it costs 60 ms and ties
the code to one version of grpcio.
"""

from functools import cache
from typing import Any

from cigen.model import plans
from cigen.model.dataclass import dataclass
from cigen.plugin.v1 import plugin_pb2
from cigen.wire.convert import from_message, message_class, prepare_reading, prepare_writing, to_message

__all__ = ["HANDSHAKE", "Method", "methods"]

HANDSHAKE = "/cigen.plugin.v1.Plugin/Handshake"
"""Known without protobuf: a plugin's first answer need not wait for its import."""


@dataclass(frozen=True, slots=True)
class Method:
    """One call: `name` as a hook is called (`detect`), `path` as HTTP/2 carries it."""

    name: str
    path: str
    request: type[Any]
    result: type[Any]

    def encode(self, value: Any) -> bytes:
        """A request or a result as bytes."""
        encoded: bytes = to_message(value).SerializeToString(deterministic=True)
        return encoded

    def prepare_to_ask(self) -> None:
        """Work out now how requests are written and results read, which the first call would do otherwise."""
        prepare_writing(self.request)
        prepare_reading(self.result)

    def prepare_to_answer(self) -> None:
        """Work out now how requests are read and results written, which the first call would do otherwise."""
        prepare_reading(self.request)
        prepare_writing(self.result)

    def decode_request(self, content: bytes) -> Any:
        """The request of these bytes. Raises ValueError."""
        return _decode(self.request, content)

    def decode_result(self, content: bytes) -> Any:
        """The result of these bytes. Raises ValueError."""
        return _decode(self.result, content)


@cache
def methods() -> dict[str, Method]:
    """All calls by path."""
    service = plugin_pb2.DESCRIPTOR.services_by_name["Plugin"]
    found = {}
    for method in service.methods:
        path = f"/{service.full_name}/{method.name}"
        request, result = getattr(plans, method.input_type.name), getattr(plans, method.output_type.name)
        found[path] = Method(method.name.lower(), path, request, result)
    return found


def _decode(cls: type[Any], content: bytes) -> Any:
    from google.protobuf.message import DecodeError

    try:
        message = message_class(cls).FromString(content)
    except DecodeError:
        raise ValueError(f"the bytes are no {cls.__name__}") from None
    return from_message(cls, message)
