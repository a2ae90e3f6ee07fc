"""`parallelism`: the parts of a job that run at once, and the files that fall to each.

CircleCI deals the files out itself: by their names, by their sizes, or by how long each took in earlier runs, which it
knows from the test results that the job keeps.
"""

import shlex

from cigen.sdk import Shards
from cigen.sdk.yaml import Value
from cigen.std.provider.circleci.texts import render_text

__all__ = ["shard_steps"]

_FILES = "/tmp/cig-shard-files"  # noqa: S108  one part, one machine
_BY = {"size": " --split-by=filesize", "timings": " --split-by=timings --timings-type=filename"}


def shard_steps(shards: Shards) -> list[Value]:
    """The step that tells all later ones which part they are."""
    command = (
        'echo \'export CIG_SHARD_INDEX="$CIRCLE_NODE_INDEX" CIG_SHARD_TOTAL="$CIRCLE_NODE_TOTAL"\' >> "$BASH_ENV"\n'
    )
    kept = [one for one in shards.files if not one.startswith("!")]
    if kept:
        globs = " ".join(shlex.quote(one) for one in kept)
        dropped = " ".join(shlex.quote(one[1:]) for one in shards.files if one.startswith("!"))
        listing = f"circleci tests glob {globs}"
        if dropped:
            command += f"circleci tests glob {dropped} > {_FILES}.not\n"
            listing += f" | {{ grep -vxFf {_FILES}.not || true; }}"
        command += f"{listing} | circleci tests split{_BY.get(shards.by, '')} > {_FILES}\n"
        command += f"echo 'export CIG_SHARD_FILES={_FILES}' >> \"$BASH_ENV\"\n"
    return [{"run": {"name": "Find this part's share", "command": render_text(command)}}]
