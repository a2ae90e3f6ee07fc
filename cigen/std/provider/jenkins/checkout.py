"""The source: what the job of Jenkins is configured with, and how much of it cig.toml wants."""

from cigen.sdk import Checkout
from cigen.std.provider.jenkins.groovy import Code, call, text
from cigen.std.provider.jenkins.used import Used

__all__ = ["render_checkout"]


def render_checkout(checkout: Checkout, used: Used) -> list[Code]:
    """The step that gets the source."""
    used.plugin("git")
    used.function("source")
    extensions = []
    if checkout.submodules:
        extensions.append("submodule(recursiveSubmodules: true, parentCredentials: true)")
    if checkout.lfs:
        extensions.append("lfs()")
    if checkout.sparse:
        paths = ", ".join(f"[path: {text(path)}]" for path in checkout.sparse)
        extensions.append(f"sparseCheckout(sparseCheckoutPaths: [{paths}])")
    given = [str(checkout.depth), *([f"[{', '.join(extensions)}]"] if extensions else [])]
    return [Code(call("source", *given))]
