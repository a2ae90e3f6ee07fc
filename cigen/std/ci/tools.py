"""Tools on PATH by shell alone, for systems without setup actions.

Owns: one installer, mise, pinned by version and verified by SHA-256, and how each tool's version is spelled for it.
Whoever uses it sets two variables for all scripts of a job: `CIG_ENV`, a file of the job's own to which the installer
appends, and `BASH_ENV` with the same value, so that every later bash reads it. Text is taken as it stands: replace
placeholders first. Refuses: Windows, where mise installs no Ruby and scripts need not be bash.
"""

import re
import shlex

from cigen.sdk import Tool

__all__ = ["INSTALLER", "MISE", "UnknownTool", "known_tools", "tool_call"]

MISE = "2026.5.12"
_CHECKSUMS = {
    "linux-arm64": "67c2bd96da9c6da030db4174b2dd0f8e6636c25519b23a15f0b734556e6e5ee0",
    "linux-arm64-musl": "b261c3cfaf3152c85b6abdef6be143c4b5c4cd36e8f192471d607498586d3879",
    "linux-x64": "bd0930c0b619f51ddb60e32e5cce18a5533567b2f1ba9fc4875b9f39a2bb3ed8",
    "linux-x64-musl": "656ba82cf7f3c2224d9c9721bee9e73d47cee0029dbe1caf421287f89ecc95d9",
    "macos-arm64": "5b883c868a0748dd0c595d30fd000ec5138dfabdeef2c30222866ebf34af1ae3",
    "macos-x64": "dcab53de40bbd42c10607d64081e9df328c4885db30b41c4421f27e18b8f7efa",
}
"""Of the release's .tar.gz for each platform, as the release's own SHASUMS256.txt has them."""

_PLAIN = ("bun", "deno", "go", "node", "pnpm", "python", "ruby", "uv", "yarn")
_RUSTUP = ("components", "targets")
_OPTIONS = {"docker-buildx": ("driver",), "java": ("distribution",), "ruby": ("bundler",), "rust": _RUSTUP}
_KNOWN = (*_PLAIN, "docker-buildx", "java", "rust")
_WITHOUT_EFFECT = ("version-file",)
"""Where the version was read from; the version itself is there too."""

_CASES = "\n".join(f"    {platform}) cig_sum={checksum} ;;" for platform, checksum in _CHECKSUMS.items())
INSTALLER = f"""\
# Installs a tool with mise {MISE} and puts it on PATH for all later scripts of the job.
cig_tool() {{
  cig_mise="${{CIG_TOOLS:-$HOME/.cache/cig}}/mise-{MISE}"
  [ -x "$cig_mise" ] || cig_install_mise
  MISE_NO_CONFIG=1 MISE_YES=1 "$cig_mise" install "$1"
  MISE_NO_CONFIG=1 "$cig_mise" bin-paths "$1" | while IFS= read -r cig_dir; do
    # shellcheck disable=SC2016
    printf 'case ":$PATH:" in *":%s:"*) ;; *) export PATH="%s:$PATH" ;; esac\\n' "$cig_dir" "$cig_dir"
  done >> "$CIG_ENV"
  case "$1" in
    java@*) printf 'export JAVA_HOME="%s"\\n' "$(MISE_NO_CONFIG=1 "$cig_mise" where "$1")" >> "$CIG_ENV" ;;
    rust@*) printf 'export RUSTUP_TOOLCHAIN="%s"\\n' "${{1##*@}}" >> "$CIG_ENV" ;;
  esac
  # shellcheck disable=SC1090
  . "$CIG_ENV"
}}
cig_install_mise() {{
  cig_os=$(uname -s | sed 's/Darwin/macos/;s/Linux/linux/')
  cig_asset="$cig_os-$(uname -m | sed 's/x86_64/x64/;s/aarch64/arm64/')"
  if [ "$cig_os" = linux ] && ls /lib/ld-musl-* >/dev/null 2>&1; then cig_asset="$cig_asset-musl"; fi
  case "$cig_asset" in
{_CASES}
    *) echo "cig: there is no mise for $cig_asset" >&2; exit 1 ;;
  esac
  cig_tmp=$(mktemp -d)
  cig_url="https://github.com/jdx/mise/releases/download/v{MISE}/mise-v{MISE}-$cig_asset.tar.gz"
  curl -fsSL --retry 3 -o "$cig_tmp/mise.tar.gz" "$cig_url" || wget -qO "$cig_tmp/mise.tar.gz" "$cig_url"
  cig_found=$({{ sha256sum 2>/dev/null || shasum -a 256; }} < "$cig_tmp/mise.tar.gz" | cut -d ' ' -f 1)
  if [ "$cig_found" != "$cig_sum" ]; then
    echo "cig: $cig_url has SHA-256 $cig_found, not $cig_sum" >&2
    exit 1
  fi
  tar -xzf "$cig_tmp/mise.tar.gz" -C "$cig_tmp"
  mkdir -p "${{cig_mise%/*}}"
  # In one move: another job on this machine may be at the same.
  cp "$cig_tmp/mise/bin/mise" "$cig_mise.$$"
  mv -f "$cig_mise.$$" "$cig_mise"
  rm -rf "$cig_tmp"
}}
"""
"""Two functions for sh or bash under `set -e`. They need curl or wget, tar, and sha256sum or shasum."""


class UnknownTool(Exception):  # noqa: N818
    """There is no such tool here. The caller knows where it stands in cig.toml."""


def known_tools() -> tuple[str, ...]:
    """The names of all tools, sorted."""
    return tuple(sorted(_KNOWN))


def tool_call(tool: Tool) -> tuple[str, tuple[str, ...]]:
    """The shell that puts the tool on PATH, after `INSTALLER`; and the options that mean nothing here.

    Without a version, the newest release. Raises UnknownTool.
    """
    if tool.name not in _KNOWN:
        raise UnknownTool(tool.name)
    options = {pair.name: pair.value for pair in tool.options}
    accepted = (*_OPTIONS.get(tool.name, ()), *_WITHOUT_EFFECT)
    unknown = tuple(sorted(set(options) - set(accepted)))
    if tool.name == "docker-buildx":
        driver = options.get("driver", "docker-container")
        return f"docker buildx create --use --driver {shlex.quote(driver)} >/dev/null", unknown
    lines = [f"cig_tool {shlex.quote(f'{tool.name}@{_version(tool, options)}')}"]
    if tool.name == "ruby" and re.fullmatch(r"\d[\w.]*", options.get("bundler", "")):
        lines.append(f"gem install bundler --no-document --version {shlex.quote(options['bundler'])}")
    for name in _RUSTUP if tool.name == "rust" else ():
        wanted = options.get(name, "").replace(",", " ").split()
        if wanted:
            lines.append(f"rustup {name.removesuffix('s')} add {shlex.join(wanted)}")
    return "\n".join(lines), unknown


def _version(tool: Tool, options: dict[str, str]) -> str:
    version = tool.version.removeprefix("v") if tool.name != "rust" else tool.version
    if tool.name == "java" and options.get("distribution", "temurin") and not re.match(r"[A-Za-z]", version):
        return f"{options.get('distribution', 'temurin')}-{version}" if version else "latest"
    if tool.name == "node" and version.startswith("lts/"):
        return "lts" if version == "lts/*" else version.removeprefix("lts/")
    return version or ("stable" if tool.name == "rust" else "latest")
