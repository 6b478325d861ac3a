"""The four classes, their codes and colours, and frame labels as segments and back.

A label array is int8 of shape (frames,): 0 idle, 1 take-off, 2 skill, 3 landing, and
-1 Unlabeled where the annotators have no majority. A second, finer layer is optional everywhere:
a class may have kinds, whose codes go on from 4 and stand for class and kind at once.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Int

CLASSES = ("idle", "take-off", "skill", "landing")
UNLABELED = "Unlabeled"
UNLABELED_CODE = -1
IDLE, TAKEOFF, SKILL, LANDING = range(4)

CODES = {name: code for code, name in enumerate(CLASSES)} | {UNLABELED: UNLABELED_CODE}
NAMES = {code: name for name, code in CODES.items()}

KINDS = {
    "idle": ("standing", "walking", "running", "sitting", "bouncing"),
    "skill": (
        "back somersault", "front somersault", "side somersault", "handspring", "round-off",
        "cartwheel", "jump",
    ),
}  # fmt: skip
"""The kinds that a class has, as the thesis wishes for them (section 5.4); no name twice."""
KIND_NAMES = tuple(kind for kinds in KINDS.values() for kind in kinds)
KIND_CODES = {kind: code for code, kind in enumerate(KIND_NAMES, start=len(CLASSES))}
CLASS_OF = {kind: label for label, kinds in KINDS.items() for kind in kinds}

# Okabe & Ito (2008), "Color Universal Design": told apart with any common colour blindness.
COLOURS = {
    "idle": "#999999",
    "take-off": "#E69F00",
    "skill": "#0072B2",
    "landing": "#009E73",
    UNLABELED: "#E0E0E0",
}


_COARSE = np.array([*range(len(CLASSES)), *(CODES[CLASS_OF[kind]] for kind in KIND_NAMES)], np.int8)


class Segment(NamedTuple):
    """A stretch of equal labels: frames ``start`` to ``end``, both inclusive."""

    start: int
    end: int
    label: int


def encode(names) -> Int[np.ndarray, " frames"]:
    """Label names to codes (int8). An unknown name raises ValueError with its position.

    >>> encode(["idle", "skill", "Unlabeled"])
    array([ 0,  2, -1], dtype=int8)
    """
    unknown = [(i, n) for i, n in enumerate(names) if n not in CODES]
    if unknown:
        row, name = unknown[0]
        raise ValueError(
            f"unknown label {name!r} at position {row}; expected one of {', '.join(CODES)}"
        )
    return np.array([CODES[n] for n in names], dtype=np.int8)


def decode(codes: Int[np.ndarray, " frames"]) -> list[str]:
    """Label codes to names.

    >>> decode(np.array([0, 2, -1]))
    ['idle', 'skill', 'Unlabeled']
    """
    return [NAMES[int(code)] for code in codes]


def code_of(label: str, kind: str = "") -> int:
    """Code of a class or Unlabeled, or of a kind of it.

    >>> code_of("idle"), code_of("idle", "walking")
    (0, 5)
    """
    return KIND_CODES[kind] if kind else CODES[label]


def named(code: int) -> tuple[str, str]:
    """Label and kind of a code, the inverse of :func:`code_of`; "" without a kind.

    >>> named(5), named(-1)
    (('idle', 'walking'), ('Unlabeled', ''))
    """
    if code < len(CLASSES):
        return NAMES[code], ""
    kind = KIND_NAMES[code - len(CLASSES)]
    return CLASS_OF[kind], kind


def coarse(codes: Int[np.ndarray, "*shape"]) -> Int[np.ndarray, "*shape"]:
    """Codes of kinds as those of their classes; all others stay.

    >>> coarse(np.array([KIND_CODES["walking"], TAKEOFF, -1])).tolist()
    [0, 1, -1]
    """
    return np.where(codes < 0, codes, _COARSE[codes]).astype(np.int8)


def segments(codes: Int[np.ndarray, " frames"]) -> list[Segment]:
    """Stretches of equal labels, in order; an empty array has none.

    >>> segments(np.array([IDLE, IDLE, IDLE, SKILL]))
    [Segment(start=0, end=2, label=0), Segment(start=3, end=3, label=2)]
    """
    if len(codes) == 0:
        return []
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    ends = np.r_[starts[1:], len(codes)] - 1
    return [Segment(int(s), int(e), int(codes[s])) for s, e in zip(starts, ends)]


def marked_segments(marked: Bool[np.ndarray, " frames"]) -> list[tuple[int, int]]:
    """First and last frame of every segment of marked frames.

    >>> marked_segments(np.array([True, True, False, True]))
    [(0, 1), (3, 3)]
    """
    return [(start, end) for start, end, mark in segments(marked.astype(np.int8)) if mark]


def frames(stretches: list[Segment]) -> Int[np.ndarray, " frames"]:
    """Segments back to one label per frame; the inverse of :func:`segments`.

    Raises ValueError if the segments do not cover frames 0 to the last exactly once.

    >>> frames([Segment(0, 2, IDLE), Segment(3, 3, SKILL)])
    array([0, 0, 0, 2], dtype=int8)
    """
    expected = 0
    for stretch in stretches:
        if stretch.start != expected or stretch.end < stretch.start:
            raise ValueError(
                f"expected a segment starting at frame {expected}, found frames "
                f"{stretch.start} to {stretch.end}; segments must cover every frame once"
            )
        expected = stretch.end + 1
    lengths = [stretch.end - stretch.start + 1 for stretch in stretches]
    return np.repeat(np.array([stretch.label for stretch in stretches], dtype=np.int8), lengths)
