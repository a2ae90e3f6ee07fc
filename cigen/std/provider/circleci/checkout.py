"""The source: CircleCI's own `checkout`, and what it leaves to the shell.

Blobless clones have the whole history and only the files of this commit, which is more than any depth asks for; the
full history with all its files is `method: full`. CircleCI leaves its deploy key in the job, whatever `credentials`
says: it reads this repository and nothing else.
"""

import re
import shlex

from cigen.sdk import Checkout
from cigen.sdk.yaml import Value
from cigen.std.provider.circleci.texts import render_text

__all__ = ["render_checkout"]


def render_checkout(checkout: Checkout) -> list[Value]:
    """The steps."""
    steps: list[Value] = [{"checkout": {"method": "full" if checkout.depth == 0 else "blobless"}}]
    if checkout.sparse:
        patterns = " ".join(shlex.quote(render_text(path)) for path in checkout.sparse)
        # Cone mode, the default, takes nothing but folders.
        mode = "--no-cone " if any(re.search(r"[*?\[!\\]|^/", path) for path in checkout.sparse) else ""
        command = f"git sparse-checkout set {mode}{patterns}"
        steps.append({"run": {"name": "Keep a part of the source", "command": command}})
    if checkout.submodules:
        command = "git submodule sync --recursive\ngit submodule update --init --recursive\n"
        steps.append({"run": {"name": "Check out submodules", "command": command}})
    if checkout.lfs:
        steps.append({"run": {"name": "Fetch large files", "command": "git lfs install --local\ngit lfs pull\n"}})
    return steps
