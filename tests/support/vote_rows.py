"""Votes written as rows of letters, short enough to check by eye."""

import numpy as np

from gymlib.labels import IDLE, LANDING, SKILL, TAKEOFF


def codes(text: str) -> np.ndarray:
    """ "iitts." -> labels; "." is a missing label."""
    table = {"i": IDLE, "t": TAKEOFF, "s": SKILL, "l": LANDING, ".": -1}
    return np.array([table[letter] for letter in text], dtype=np.int8)


def votes(*texts: str) -> np.ndarray:
    """One string per annotator -> (frames, annotators)."""
    return np.stack([codes(text) for text in texts], axis=1)
