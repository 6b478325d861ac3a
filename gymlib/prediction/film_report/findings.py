"""What was found in a film: its segments in time, its attempts, and one sentence that says so."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from gymlib.formats.clock import Clock
from gymlib.labels import CLASSES, IDLE, NAMES, TAKEOFF, marked_segments, segments

MOST = 3
"""Attempts that a sentence still tells one by one."""


class Found(NamedTuple):
    """A segment as it is told."""

    label: str
    first: int
    last: int
    """Frames, both included."""
    begins: float
    ends: float
    """Where its first frame begins and its last one ends: see :class:`Scale`."""
    confidence: float
    """Mean probability of the label, NaN where no model answered."""

    @property
    def frames(self) -> int:
        return self.last - self.first + 1


class Scale(NamedTuple):
    """Borders between frames, in seconds where they are known, else in frames."""

    borders: Float[np.ndarray, " borders"]
    timed: bool

    @classmethod
    def of(cls, clock: Clock) -> "Scale":
        """Of a clip's frames in time."""
        timed = clock.borders is not None
        return cls(clock.borders if timed else np.arange(clock.frames + 1.0), timed)

    def say(self, first: int, last: int) -> str:
        """ "1.20 s to 1.47 s", or "frames 36 to 43"."""
        if not self.timed:
            return f"frames {first} to {last}" if last > first else f"frame {first}"
        return f"{self.borders[first]:.2f} s to {self.borders[last + 1]:.2f} s"


def found(
    codes: Int[np.ndarray, " frames"], probabilities: Float[np.ndarray, "frames 4"], scale: Scale
) -> list[Found]:
    """The segments of one clip's labels (-1: nothing said), in order."""
    sure = confidence(codes, probabilities)
    rows = []
    for start, end, code in segments(codes):
        own = sure[start : end + 1]
        mean = float(own[np.isfinite(own)].mean()) if np.isfinite(own).any() else np.nan
        times = float(scale.borders[start]), float(scale.borders[end + 1])
        rows.append(Found(NAMES[code], start, end, *times, mean))
    return rows


def confidence(
    codes: Int[np.ndarray, " frames"], probabilities: Float[np.ndarray, "frames 4"]
) -> Float[np.ndarray, " frames"]:
    """Probability of each frame's own label; NaN where there is no label or no answer."""
    own = np.take_along_axis(probabilities, codes.clip(0)[:, None].astype(int), axis=1)[:, 0]
    return np.where(codes < 0, np.nan, own)


def attempts(rows: Sequence[Found]) -> list[list[Found]]:
    """Segments from a take-off on, to the next one or to the next idle; a film may begin later.

    >>> rows = [Found(name, 0, 0, 0.0, 0.0, 1.0) for name in ("skill", "take-off", "skill", "idle")]
    >>> [[row.label for row in attempt] for attempt in attempts(rows)]
    [['skill'], ['take-off', 'skill']]
    """
    groups: list[list[Found]] = []
    for before, row in pairwise([None, *rows]):
        if row.label not in CLASSES or row.label == CLASSES[IDLE]:
            continue
        follows = before is not None and before.label in CLASSES[IDLE + 1 :]
        if not follows or row.label == CLASSES[TAKEOFF]:
            groups.append([])
        groups[-1].append(row)
    return groups


def sentence(rows: Sequence[Found], scale: Scale) -> str:
    """What was found, in one sentence."""
    tries = attempts(rows)
    if not any(row.label in CLASSES for row in rows):
        return "Nothing was labelled: no pose was found in any frame."
    if not tries:
        return f"No attempt: all {len(scale.borders) - 1} frames are labelled idle."
    if len(tries) == 1:
        parts = [f"{row.label} {scale.say(row.first, row.last)}" for row in tries[0]]
        return f"One attempt: {', '.join(parts)}."
    spans = [scale.say(own[0].first, own[-1].last) for own in tries]
    if len(spans) > MOST:
        return f"{len(spans)} attempts, the first {spans[0]}, the last {spans[-1]}."
    return f"{len(spans)} attempts: {', '.join(spans[:-1])} and {spans[-1]}."


def pose_sentences(detected: Bool[np.ndarray, " frames"], scale: Scale) -> list[str]:
    """In how much of a film a pose was found, and the longest stretch without one."""
    number, frames = int(detected.sum()), len(detected)
    if number == frames:
        return [f"A pose was found in every one of the {frames} frames."]
    gaps = marked_segments(~detected)
    first, last = max(gaps, key=lambda gap: gap[1] - gap[0])
    where = f"the longest gap is {scale.say(first, last)}"
    says = [f"A pose was found in {number} of {frames} frames ({number / frames:.0%}); {where}."]
    if number:
        says.append("Labels in a gap rest on the frames around it.")
    return says
