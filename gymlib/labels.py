"""The four classes, their codes and colours, and frame labels as runs and back.

A label array is int8 of shape (frames,): 0 idle, 1 take-off, 2 skill, 3 landing, and
-1 Unlabeled where the annotators have no majority.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Int

CLASSES = ("idle", "take-off", "skill", "landing")
UNLABELED = "Unlabeled"
UNLABELED_CODE = -1
IDLE, TAKEOFF, SKILL, LANDING = range(4)

CODES = {name: code for code, name in enumerate(CLASSES)} | {UNLABELED: UNLABELED_CODE}
NAMES = {code: name for name, code in CODES.items()}

# Okabe & Ito (2008), "Color Universal Design": told apart with any common colour blindness.
COLOURS = {
    "idle": "#999999",
    "take-off": "#E69F00",
    "skill": "#0072B2",
    "landing": "#009E73",
    UNLABELED: "#E0E0E0",
}


class Segment(NamedTuple):
    """A run of equal labels: frames ``start`` to ``end``, both inclusive."""

    start: int
    end: int
    label: int


def encode(names) -> Int[np.ndarray, " frames"]:
    """Label names to codes (int8). An unknown name raises ValueError with its position."""
    unknown = [(i, n) for i, n in enumerate(names) if n not in CODES]
    if unknown:
        row, name = unknown[0]
        raise ValueError(
            f"unknown label {name!r} at position {row}; expected one of {', '.join(CODES)}"
        )
    return np.array([CODES[n] for n in names], dtype=np.int8)


def decode(codes: Int[np.ndarray, " frames"]) -> list[str]:
    """Label codes to names."""
    return [NAMES[int(code)] for code in codes]


def segments(codes: Int[np.ndarray, " frames"]) -> list[Segment]:
    """Runs of equal labels, in order; an empty array has none."""
    if len(codes) == 0:
        return []
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    ends = np.r_[starts[1:], len(codes)] - 1
    return [Segment(int(s), int(e), int(codes[s])) for s, e in zip(starts, ends)]


def frames(runs: list[Segment]) -> Int[np.ndarray, " frames"]:
    """Runs back to one label per frame; the inverse of :func:`segments`.

    Raises ValueError if the runs do not cover frames 0 to the last exactly once.
    """
    expected = 0
    for run in runs:
        if run.start != expected or run.end < run.start:
            raise ValueError(
                f"expected a run starting at frame {expected}, found frames "
                f"{run.start} to {run.end}; runs must cover every frame once"
            )
        expected = run.end + 1
    lengths = [run.end - run.start + 1 for run in runs]
    return np.repeat(np.array([run.label for run in runs], dtype=np.int8), lengths)
