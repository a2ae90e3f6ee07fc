"""`actions/checkout`, without the credentials it would otherwise leave in the repository's configuration."""

import re

from cigen.sdk import Checkout
from cigen.sdk.yaml import Value
from cigen.std.provider.github.pins import uses
from cigen.std.provider.github.texts import render_text

__all__ = ["render_checkout"]


def render_checkout(checkout: Checkout) -> dict[str, Value]:
    """`uses` and `with` of the step."""
    given: dict[str, Value] = {"persist-credentials": checkout.credentials}
    if checkout.depth != 1:
        given["fetch-depth"] = checkout.depth
    if checkout.submodules:
        given["submodules"] = "recursive"
    if checkout.lfs:
        given["lfs"] = True
    if checkout.sparse:
        given["sparse-checkout"] = "".join(f"{render_text(path)}\n" for path in checkout.sparse)
        if any(re.search(r"[*?\[!\\]|^/", path) for path in checkout.sparse):
            # Cone mode, the default, takes nothing but folders.
            given["sparse-checkout-cone-mode"] = False
    return {"uses": uses("actions/checkout"), "with": given}
