"""A plugin at work: its hooks as answers to calls.

Owns: turning requests into calls of the plugin's methods and what they raise into gRPC statuses. Refuses: hooks that
the manifest does not list. A traceback goes to standard error, never to the core.
"""

import os
import sys
from collections.abc import Callable

from cigen.model.plans import PluginInfo
from cigen.sdk.plugin import Plugin, implemented_hooks
from cigen.sdk.stdio import taken_streams
from cigen.wire.methods import HANDSHAKE, Method, methods
from cigen.wire.server import INTERNAL, INVALID_ARGUMENT, UNIMPLEMENTED, CallError, NotHttp2Error, serve_connection

__all__ = ["load_plugin", "prepare_methods", "serve_plugin", "serve_process"]


def serve_process(plugin: Plugin, file: str) -> None:
    """Be the plugin that `module.toml` beside `file` describes, on standard input and output."""
    if os.isatty(0):
        sys.exit("This is a plugin of cigen; cig starts it. Put it where cig finds it: docs/protocol.md")
    read_fd, write_fd = taken_streams()
    serve_plugin(_read_info(file), lambda: plugin, read_fd, write_fd)


def serve_plugin(info: PluginInfo, load: Callable[[], Plugin], read_fd: int, write_fd: int) -> None:
    """Answer calls until the core hangs up. The plugin is loaded once the handshake is on its way."""
    answers = _Answers(info, load)
    try:
        serve_connection(read_fd, write_fd, answers.answer, answers.prepare)
    except NotHttp2Error as why:
        sys.exit(f"Standard input does not carry gRPC: {why}")


def load_plugin(file: str) -> Plugin:
    """The `PLUGIN` of a plugin's Python file."""
    from importlib.util import module_from_spec, spec_from_file_location

    # As when the file is run itself: what lies beside it can be imported.
    sys.path.insert(0, os.path.dirname(file))
    spec = spec_from_file_location("cigen_plugin", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python file")
    module = module_from_spec(spec)
    sys.modules["cigen_plugin"] = module
    spec.loader.exec_module(module)
    plugin = module.PLUGIN
    if not isinstance(plugin, Plugin):
        raise TypeError(f"PLUGIN is a {type(plugin).__name__}, not a Plugin")
    return plugin


def prepare_methods() -> None:
    """Do now what the first call of each hook would have to do before it could be answered."""
    for method in methods().values():
        method.prepare_to_answer()


def _read_info(file: str) -> PluginInfo:
    from pathlib import Path

    from cigen.formats.manifest import parse_manifest

    manifest = Path(file).resolve().with_name("module.toml")
    try:
        found, problems = parse_manifest(manifest.read_text("utf-8"), str(manifest))
    except (OSError, UnicodeDecodeError) as why:
        sys.exit(f"{manifest} cannot be read: {why}")
    if found is None:
        sys.exit("\n".join(problem.message for problem in problems))
    return found.info


class _Answers:
    """The plugin behind the calls."""

    def __init__(self, info: PluginInfo, load: Callable[[], Plugin]) -> None:
        self.info = info
        self.load = load
        self.plugin: Plugin | None = None
        self.broken = ""

    def answer(self, path: str, content: bytes) -> bytes:
        """The response to a request. Raises CallError."""
        method = methods().get(path)
        if path == HANDSHAKE and method:
            return method.encode(self.info)
        if method is None or method.name not in self.info.hooks:
            raise CallError(UNIMPLEMENTED, f"{path} is not among the hooks of {self.info.name}")
        self.prepare()
        if self.plugin is None:
            raise CallError(INTERNAL, self.broken)
        return self.call(method, self.plugin, content)

    def prepare(self) -> None:
        """Load the plugin, unless that was tried before."""
        if self.plugin or self.broken:
            return
        try:
            self.plugin = self.load()
        except Exception as why:
            _print_traceback()
            self.broken = f"it cannot be loaded: {_described(why)}"
            return
        missing = sorted(set(self.info.hooks) - set(implemented_hooks(self.plugin)))
        if missing:
            self.plugin, self.broken = None, f"its manifest lists {', '.join(missing)}, which it does not implement"

    def call(self, method: Method, plugin: Plugin, content: bytes) -> bytes:
        try:
            request = method.decode_request(content)
        except ValueError as why:
            raise CallError(INVALID_ARGUMENT, str(why)) from None
        try:
            result = getattr(plugin, method.name)(request)
        except Exception as why:
            _print_traceback()
            raise CallError(INTERNAL, _described(why)) from None
        if type(result) is not method.result:
            wanted = method.result.__name__
            raise CallError(INTERNAL, f"{method.name} returned {type(result).__name__}, not {wanted}")
        try:
            return method.encode(result)
        except (TypeError, ValueError, AttributeError) as why:
            raise CallError(INTERNAL, f"its {method.result.__name__} cannot be sent: {_described(why)}") from None


def _print_traceback() -> None:
    import traceback

    traceback.print_exc()


def _described(why: Exception) -> str:
    return f"{type(why).__name__}: {why}" if str(why) else type(why).__name__
