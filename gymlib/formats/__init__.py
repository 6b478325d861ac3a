"""Annotations to and from other programs (BORIS, ELAN, a row per frame), and keypoints of others.

What strangers' files hold is read here into segments and poses, with every fault; further formats
may come. Keypoints of other estimators are in :mod:`gymlib.formats.keypoints`.
"""

from gymlib.formats.exchange import FORMATS, Taken, export, meaning, take, write

__all__ = ["FORMATS", "Taken", "export", "meaning", "take", "write"]
