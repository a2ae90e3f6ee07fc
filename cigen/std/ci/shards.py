"""The part of the files that falls to one shard, worked out by the shell of the job.

Owns: how files are dealt out. Every shard lists the same files, sorts them the same way and keeps its own, so that
nobody has to tell another. By name: in turn. By size: the largest first, each to the shard that has least so far.
Refuses: timings, which only a system that keeps them can know.
"""

import shlex

from cigen.sdk import Shards
from cigen.std.ci.caches import glob_expression

__all__ = ["shard_files"]

_IN_TURN = 'awk -v total="$CIG_SHARD_TOTAL" -v own="$CIG_SHARD_INDEX" \'(NR - 1) % total == own\''
_BY_SIZE = """\
while IFS= read -r cig_file; do printf '%s\\t%s\\n' "$(wc -c < "$cig_file")" "$cig_file"; done |
  LC_ALL=C sort -t "$(printf '\\t')" -k 1,1nr -k 2 |
  awk -F '\\t' -v total="$CIG_SHARD_TOTAL" -v own="$CIG_SHARD_INDEX" '{
    least = 0
    for (one = 1; one < total; one++) if (load[one] < load[least]) least = one
    load[least] += $1
    if (least == own) print $2
  }'"""


def shard_files(shards: Shards, path: str = "$(mktemp)") -> str:
    """Shell that exports CIG_SHARD_FILES, given CIG_SHARD_INDEX and CIG_SHARD_TOTAL; empty where no files are named.

    path: a shell word, where the list goes.
    """
    if not shards.files:
        return ""
    kept = [glob_expression(one) for one in shards.files if not one.startswith("!")]
    dropped = [glob_expression(one[1:]) for one in shards.files if one.startswith("!")]
    stages = ["find . -name .git -prune -o -type f -print", "sed 's|^\\./||'", _grep("-E", kept or [".*"])]
    if dropped:
        stages.append(_grep("-vE", dropped))
    stages += ["LC_ALL=C sort", _IN_TURN if shards.by == "name" else _BY_SIZE]
    listing = " |\n  ".join(stages)
    return f'CIG_SHARD_FILES={path}\nexport CIG_SHARD_FILES\n{listing} > "$CIG_SHARD_FILES"\n'


def _grep(flags: str, patterns: list[str]) -> str:
    # A pattern that matches nothing is no failure.
    return f"{{ grep {flags} {' '.join(f'-e {shlex.quote(one)}' for one in patterns)} || true; }}"
