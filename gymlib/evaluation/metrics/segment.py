"""Scores of segments: are they the right ones, in the right order, and where are their borders?

A clip's labels are codes per frame. The true ones may be -1 (Unlabeled): nobody knows what is
right there, so these frames are taken out of the predictions too, and cut segments as the
background class does in the published evaluation of Farha and Gall (2019). Predictions name one
of the four classes in every frame.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from gymlib.labels import CLASSES, UNLABELED_CODE, Segment, segments

BORDERS = {
    f"{before} to {after}": (CLASSES.index(before), CLASSES.index(after))
    for before, after in zip(CLASSES, (*CLASSES[1:], CLASSES[0]))
}
"""The four kinds of border of an attempt, from "idle to take-off" to "landing to idle"."""


class SegmentCounts(NamedTuple):
    """Segments found, found but not there, and there but not found.

    Summed over clips: ``SegmentCounts(*np.sum(counts, axis=0))``.
    """

    true_positive: int
    false_positive: int
    false_negative: int

    @property
    def f1(self) -> float:
        """In 0 to 1; NaN without segments."""
        hit, spare, missed = self
        return 2 * hit / (2 * hit + spare + missed) if hit + spare + missed else float("nan")


class BorderErrors(NamedTuple):
    """Of one kind of border: frames by which each is found late (early: below 0); those not found.

    ``offsets`` is in the order of the true borders.
    """

    offsets: Int[np.ndarray, " found"]
    missed: int


def edit_score(
    true: Int[np.ndarray, " frames"], predicted: Int[np.ndarray, " predictions"]
) -> float:
    """Are the segments' labels the right ones in the right order? 1 if so, however long they are.

    1 minus the Levenshtein distance of the two lists of labels divided by the longer one's length
    (Lea et al. 2017, arXiv:1611.05267, on metrics; there times 100). 1 if neither has a segment.

    >>> edit_score(np.array([0, 0, 1, 2, 3]), np.array([0, 1, 1, 1, 3]))
    0.75
    """
    ours, theirs = ([s.label for s in side] for side in _segments(true, predicted))
    if not ours and not theirs:
        return 1.0
    distances = list(range(len(theirs) + 1))  # of nothing to the first 0, 1, ... of theirs
    for i, label in enumerate(ours, 1):
        above, distances = distances, [i]
        for j, other in enumerate(theirs, 1):
            change = above[j - 1] + (label != other)
            distances.append(min(change, above[j] + 1, distances[-1] + 1))
    return 1 - distances[-1] / max(len(ours), len(theirs))


def f1_at(
    true: Int[np.ndarray, " frames"], predicted: Int[np.ndarray, " predictions"], overlap: float
) -> SegmentCounts:
    """Segments found, where intersection over union with a true one is at least ``overlap``.

    As in the published evaluation of Farha and Gall (2019): in order of time, a predicted segment
    is compared with the true segment of its label that it overlaps most (the first of equals).
    It is wrong if the overlap is too small, or if an earlier one has found that segment already,
    even where another would overlap enough. The literature writes F1@10, @25 and @50.

    >>> f1_at(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]), overlap=0.6)
    SegmentCounts(true_positive=1, false_positive=1, false_negative=1)
    """
    if not 0 < overlap <= 1:
        raise ValueError(f"overlap must be above 0, at most 1, found {overlap}")
    there, found = _segments(true, predicted)
    taken = set()
    for segment in found:
        shares = [_shared(segment, other) for other in there]
        best = int(np.argmax(shares)) if shares else -1
        if shares and shares[best] >= overlap:
            taken.add(best)  # a segment found twice counts once
    hits = len(taken)
    return SegmentCounts(hits, len(found) - hits, len(there) - hits)


def border_errors(
    true: Int[np.ndarray, " frames"], predicted: Int[np.ndarray, " predictions"]
) -> dict[str, BorderErrors]:
    """By kind of border (:data:`BORDERS`): how late each is found, and how many are not.

    A border is the first frame of a label. Each true one is held against the nearest predicted
    one of its kind, the earlier of two as near; it is missed where the clip has none. True borders
    next to Unlabeled frames do not count, since nobody knows where they are. Predicted ones count
    everywhere.

    >>> border_errors(np.array([0, 0, 0, 1, 2]), np.array([0, 1, 1, 1, 1]))["idle to take-off"]
    BorderErrors(offsets=array([-2]), missed=0)
    """
    _check(true, predicted)
    found = {}
    for name, kind in BORDERS.items():
        there, seen = (_borders(codes, kind) for codes in (true, predicted))
        away = seen - there[:, None]  # (true borders, predicted borders), frames too late
        if len(seen) == 0:
            found[name] = BorderErrors(np.array([], dtype=int), len(there))
        else:
            nearest = np.abs(away).argmin(axis=1)
            found[name] = BorderErrors(away[np.arange(len(there)), nearest], 0)
    return found


def _borders(codes, kind: tuple[int, int]) -> Int[np.ndarray, " borders"]:
    """Frames whose label is the second of ``kind`` after a frame of the first."""
    before, after = kind
    return np.flatnonzero((codes[:-1] == before) & (codes[1:] == after)) + 1


def _shared(a: Segment, b: Segment) -> float:
    """Intersection over union of two segments in frames; 0 for other labels or none in common."""
    common = min(a.end, b.end) - max(a.start, b.start) + 1
    if a.label != b.label or common <= 0:
        return 0.0
    return common / (max(a.end, b.end) - min(a.start, b.start) + 1)


def _segments(true, predicted) -> tuple[list[Segment], list[Segment]]:
    """Labelled segments of both."""
    _check(true, predicted)
    answered = np.where(true == UNLABELED_CODE, UNLABELED_CODE, predicted)
    there, found = (
        [segment for segment in segments(codes) if segment.label != UNLABELED_CODE]
        for codes in (true, answered)
    )
    return there, found


def _check(true, predicted) -> None:
    if len(true) != len(predicted):
        raise ValueError(
            f"expected as many predictions as labels, {len(true)}, found {len(predicted)}"
        )
    for what, codes, lowest in (("true", true, UNLABELED_CODE), ("predicted", predicted, 0)):
        if len(codes) and not lowest <= codes.min() <= codes.max() < len(CLASSES):
            raise ValueError(
                f"{what} labels must be {lowest} to {len(CLASSES) - 1}, found {np.unique(codes)}"
            )
