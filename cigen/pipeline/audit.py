"""Which proven jobs run all the same, to find out whether proofs are true.

Pure. The choice is one of the signature and the commit alone, so that a plan made again for a commit chooses the same.
"""

import hashlib

__all__ = ["is_audited"]

_WHOLE = 100_00
"""All of them, in hundredths of a percent."""


def is_audited(signature: str, commit: str, share: int) -> bool:
    """share: in hundredths of a percent."""
    drawn = hashlib.sha256(f"{signature}\0{commit}".encode()).digest()
    return int.from_bytes(drawn[:8], "big") % _WHOLE < share
