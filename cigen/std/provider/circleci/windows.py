"""Tools on Windows, from what CircleCI's image brings along: nvm for Node, Chocolatey for the rest.

A version of two or three numbers of Python has a package of its own; elsewhere only a whole version can be asked for,
and a part of one gets the newest release. New folders reach later steps through the file that `BASH_ENV` names: the job
says where, because CircleCI gives it on other systems only.
"""

import re
import shlex

from cigen.sdk import Tool

__all__ = ["ENV_FILE", "windows_call"]

ENV_FILE = "C:/cig-env"
_PACKAGES = {
    "bun": "bun",
    "deno": "deno",
    "go": "golang",
    "pnpm": "pnpm",
    "rust": "rustup.install",
    "uv": "uv",
    "yarn": "yarn",
}
_FOLDERS = {"go": "/c/Program Files/Go/bin", "rust": "$HOME/.cargo/bin"}
_WHOLE = re.compile(r"\d+\.\d+\.\d+")


def windows_call(tool: Tool) -> str:
    """The shell that puts the tool on PATH; empty for one that is not known here."""
    version = tool.version.removeprefix("v")
    if tool.name == "node":
        wanted = shlex.quote(version or "lts")
        return f"nvm install {wanted}\nnvm use {wanted}"
    if tool.name == "python":
        numbers = re.match(r"(\d+)\.(\d+)", version)
        if numbers is None:
            return _install("python", version, "")
        name = f"{numbers[1]}{numbers[2]}"
        return _install(f"python{name}", version, f"/c/Python{name}:/c/Python{name}/Scripts")
    if tool.name == "java":
        major = version.partition(".")[0]
        folder = f"$(ls -d '/c/Program Files/Eclipse Adoptium/jdk-{major}'*/bin | tail -n 1)"
        return _install(f"temurin{major}", "", folder)
    if tool.name not in _PACKAGES:
        return ""
    wanted = "" if tool.name == "rust" else version
    call = _install(_PACKAGES[tool.name], wanted, _FOLDERS.get(tool.name, ""))
    return f"{call}\nrustup default {shlex.quote(version or 'stable')}" if tool.name == "rust" else call


def _install(package: str, version: str, folders: str) -> str:
    exact = f" --version {version}" if _WHOLE.fullmatch(version) else ""
    lines = [f"choco install -y --no-progress {shlex.quote(package)}{exact}"]
    if folders:
        lines += [f'printf \'export PATH="%s:$PATH"\\n\' "{folders}" >> "$BASH_ENV"', '. "$BASH_ENV"']
    return "\n".join(lines)
