"""The one name of a repository: `github.com/acme/shop`, whatever URL it is cloned by."""

import re

__all__ = ["repository_name"]

# Compiled where they are used.
_SCP = r"(?:[^/@]+@)?([^/:@]+):(?!//)(.+)"
_URL = r"(?:https?|ssh|git)://(?:[^/@]*@)?([^/:]+)(?::\d+)?/(.+)"


def repository_name(url: str) -> str:
    """`host/owner/name` of a clone URL; empty for one that names no host, such as a folder's."""
    found = re.fullmatch(_URL, url.strip()) or re.fullmatch(_SCP, url.strip())
    if found is None:
        return ""
    host, path = found.groups()
    path = path.strip("/").removesuffix(".git")
    return f"{host.lower()}/{path}" if path else ""
