"""Make the `_pb2.py` of each .proto below this folder, and its stub.

    python proto/generate.py            writes them
    python proto/generate.py --check    exits 1 if they differ

The generator is pinned: grpcio-tools 1.80.0 writes code of protobuf 6.31, which every runtime allowed in pyproject.toml
(6.33 up to, not including, 8) accepts; a later generator would shut out the users of an older runtime. The path of the
.proto equals the path of the package, so that the generated import lines need no rewriting.
"""

import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

GENERATOR = "1.80.0"
PROTO = Path(__file__).resolve().parent
ROOT = PROTO.parent
SOURCES = ("cigen/plugin/v1/plugin.proto", "cigen/proof/reapi.proto")


def generate(target: Path) -> dict[str, str]:
    """The generated files by their path from the project's root, written below `target` too."""
    from grpc_tools import protoc

    found = version("grpcio-tools")
    if found != GENERATOR:
        sys.exit(f"grpcio-tools {found} is installed; the checked-in code is made by {GENERATOR}")
    arguments = ["protoc", f"-I{PROTO}", f"--python_out={target}", f"--pyi_out={target}", *SOURCES]
    if protoc.main(arguments) != 0:
        sys.exit("protoc failed")
    names = [source.replace(".proto", end) for source in SOURCES for end in ("_pb2.py", "_pb2.pyi")]
    return {name: (target / name).read_text("utf-8") for name in names}


def main() -> int:
    """Write the generated files, or compare them."""
    if "--check" not in sys.argv[1:]:
        generate(ROOT)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        files = generate(Path(scratch))
    stale = [name for name, text in files.items() if (ROOT / name).read_text("utf-8") != text]
    for name in stale:
        print(f"{name} is not what its .proto gives: run python proto/generate.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
