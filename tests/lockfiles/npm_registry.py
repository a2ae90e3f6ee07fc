"""A registry of npm packages on loopback, made of nothing but their manifests."""

import base64
import gzip
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["Registry", "registry"]

Registry = dict[str, dict[str, dict[str, Any]]]
"""Name → version → what its package.json says beside these."""


def tarball(manifest: Mapping[str, Any]) -> bytes:
    """A package of one file, byte for byte the same each time."""
    packed = io.BytesIO()
    content = json.dumps(manifest).encode()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        entry = tarfile.TarInfo("package/package.json")
        entry.size, entry.mode = len(content), 0o644
        archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)


def answer(packages: Registry, address: str, path: str) -> bytes | None:
    """The tarball or the description of a package, whichever has this path; None where there is nothing."""
    name, dash, file = path.partition("/-/")
    versions = packages.get(name, {})
    if dash:
        version = file.removesuffix(".tgz").rpartition("-")[2]
        return tarball({"name": name, "version": version, **versions[version]}) if version in versions else None
    if not versions:
        return None
    described = {}
    for version, fields in versions.items():
        manifest = {"name": name, "version": version, **fields}
        integrity = base64.b64encode(hashlib.sha512(tarball(manifest)).digest()).decode()
        url = f"{address}/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
        described[version] = {**manifest, "dist": {"tarball": url, "integrity": f"sha512-{integrity}"}}
    latest = {"latest": list(versions)[-1]}
    times = dict.fromkeys(versions, "2020-01-01T00:00:00.000Z")
    return json.dumps({"name": name, "dist-tags": latest, "versions": described, "time": times}).encode()


@contextmanager
def registry(packages: Registry) -> Iterator[str]:
    """The URL at which the packages can be had meanwhile."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0].strip("/").replace("%2f", "/").replace("%2F", "/")
            body = answer(packages, url, path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # installers ask for everything at once

    with Server(("127.0.0.1", 0), Handler) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield url
        finally:
            server.shutdown()
            thread.join()
