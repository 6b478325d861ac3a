"""Annotations to and from other programs: BORIS tables, ELAN files, one row per frame.

``boris``, ``elan`` and ``frames`` each write and read one format; ``clock`` turns frames into
times and back, ``runs`` collects what is read with all its faults, ``dataset`` does it for a
whole data set.
"""

from gymlib.formats.exchange import FORMATS, Taken, export, take

__all__ = ["FORMATS", "Taken", "export", "take"]
