"""Annotations to and from other programs: BORIS tables, ELAN files, one row per frame.

What strangers' files hold is read here into segments, with every fault; further formats may come.
"""

from gymlib.formats.exchange import FORMATS, Taken, export, meaning, take, write

__all__ = ["FORMATS", "Taken", "export", "meaning", "take", "write"]
