"""Caches: archives in a directory of the agent, `$CIG_CACHE_DIR` or else ~/.cache/cig/caches.

Jenkins itself has none. Each cache has a folder, each entry is a tar file named by its key; the five newest stay. An
agent that is thrown away after each build has them only where `CIG_CACHE_DIR` is a volume that outlives it.
"""

import re
import shlex

from cigen.sdk import Cache
from cigen.std.ci.caches import HASH_FILES, cache_key
from cigen.std.ci.problems import CannotExpress

__all__ = ["FUNCTIONS", "restore_cache", "save_cache"]

FUNCTIONS = (
    HASH_FILES
    + """\
cig_cache="${CIG_CACHE_DIR:-$HOME/.cache/cig/caches}"
# The entry $2 of cache $1; without one, the newest whose key begins with $3.
cig_restore() {
  mkdir -p "$cig_cache/$1"
  cig_key=$(printf %s "$2" | tr / _)
  cig_older=$(printf %s "$3" | tr / _)
  printf %s "$cig_key" > "$CIG_ENV-$1"
  cig_found="$cig_cache/$1/$cig_key.tar"
  if [ ! -f "$cig_found" ] && [ -n "$cig_older" ]; then
    cig_found=$(find "$cig_cache/$1" -name "$cig_older*.tar" -type f -exec ls -t {} + 2>/dev/null | head -n 1)
  fi
  if [ ! -f "$cig_found" ]; then echo "cig: no entry of cache $1 yet"; return 0; fi
  echo "cig: restoring ${cig_found##*/}"
  tar -xPf "$cig_found"
  touch "$cig_found"
}
# Keep the paths after $1 in cache $1, as the entry that was to be restored. In one move: another job may be at it too.
cig_save() {
  [ -f "$CIG_ENV-$1" ] || return 0
  cig_id=$1
  cig_entry="$cig_cache/$1/$(cat "$CIG_ENV-$1").tar"
  shift
  [ ! -f "$cig_entry" ] || return 0
  for cig_path in "$@"; do
    shift
    [ ! -e "$cig_path" ] || set -- "$@" "$cig_path"
  done
  [ "$#" -gt 0 ] || return 0
  tar -cPf "$cig_entry.$$" "$@"
  mv -f "$cig_entry.$$" "$cig_entry"
  find "$cig_cache/$cig_id" -name '*.tar' -type f -exec ls -t {} + | tail -n +6 | while IFS= read -r cig_old; do
    rm -f "$cig_old"
  done
}
"""
)
"""For sh or bash."""


def restore_cache(cache: Cache, image: str) -> str:
    """Shell that restores a cache, after `FUNCTIONS`. Raises CannotExpress for a cache of nothing."""
    if not cache.paths:
        raise CannotExpress(f'cache "{cache.id}" has no paths', f"[caches.{cache.id}] paths = […]")
    key = cache_key(cache, image)
    prefix = f'"{key.prefix}"' if key.last else '""'
    return f'cig_restore {_folder(cache)} "{key.exact}" {prefix}'


def save_cache(cache: Cache) -> str:
    """Shell that saves it, under the key that it had when it was restored."""
    return f"cig_save {_folder(cache)} {' '.join(map(_path, cache.paths))}"


def _folder(cache: Cache) -> str:
    return shlex.quote(re.sub(r"[^A-Za-z0-9._-]", "_", cache.id))


def _path(path: str) -> str:
    """A shell word; `~` at its beginning stays outside of quotes."""
    plain = path.rstrip("/")
    return '"$HOME"/' + shlex.quote(plain[2:]) if plain.startswith("~/") else shlex.quote(plain)
