"""Machine code that Numba has made once stays in ``__pycache__``, beside Python's byte code.

Compiling the thesis's two networks takes most of a minute; a kept one is there at once. Numba looks
at the file of a function only, so what is kept lies in a folder for the content of all files of
this room: an edit anywhere in it compiles anew.
"""

import hashlib
from pathlib import Path

import numba

ROOM = Path(__file__).parent
FAST = {"contract", "reassoc", "arcp", "nsz"}
"""What the compiler may assume of sums: any order, fused multiply-add. NaN stays NaN."""

inlined = numba.njit(inline="always")


def kept(function):
    """``function`` compiled by ``numba.njit`` at its first call on this machine, then kept.

    For the functions that Python calls; those that they call are in their code.
    """
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = before or str(ROOM / "__pycache__" / _content())
    try:
        return numba.njit(cache=True, nogil=True, fastmath=FAST)(function)
    finally:
        numba.config.CACHE_DIR = before


def _content() -> str:
    texts = b"".join(file.read_bytes() for file in sorted(ROOM.glob("*.py")))
    return hashlib.sha256(texts).hexdigest()[:16]
