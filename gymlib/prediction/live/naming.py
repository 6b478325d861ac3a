"""Pictures as they come: the label of each, and the numbers of the last attempt."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, UInt8

from gymlib import kinematics
from gymlib.dataset import Attempt
from gymlib.kinematics.measure import Row
from gymlib.labels import SKILL, UNLABELED_CODE
from gymlib.pose.follower import Follower, Seen
from gymlib.prediction.answers import Ensemble, label_clip, predict_clip

AHEAD = 0.3
"""Seconds that may follow a picture before it is named."""
WINDOW = 4.0
"""Seconds that the models look back."""
REMEMBERED = 20.0
"""Seconds from which an attempt is measured: a run-up, the skill, and standing again."""
SETTLED = 2.0
"""Seconds after the last picture of a skill, when its attempt is measured."""
LEAST = 3
"""Pictures named skill in a row that make an attempt."""
RATE = 30.0
"""Frames per second of the films that taught the models; live pictures come as they can."""
LOST = 0.25
"""Seconds without a pose that are not filled."""

Picture = UInt8[np.ndarray, "height width 3"]


class Named(NamedTuple):
    """A picture and what it is called."""

    time: float
    """Seconds, when it was taken."""
    picture: Picture
    seen: Seen | None
    label: int
    """Code of :mod:`gymlib.labels`; -1 as long as nobody was seen."""
    probabilities: Float[np.ndarray, " 4"]
    """NaN as long as nobody was seen."""


class Attempted(NamedTuple):
    """An attempt that is over."""

    ended: float
    """Seconds, the time of the last picture of its skill."""
    row: Row


class Live:
    """Names pictures, AHEAD seconds after they were taken, and measures attempts.

    Parameters
    ----------
    own : what answers.
    follow : time and picture -> the pose in it; None makes a Follower.

    Attributes
    ----------
    attempted : the last attempt that is over; None before the first.
    """

    def __init__(
        self, own: Ensemble, follow: Callable[[float, Picture], Seen | None] | None = None
    ):
        self._own, self._follow = own, follow or Follower()
        self._poses: deque[tuple[float, Seen | None]] = deque()
        self._waiting: deque[tuple[float, Picture, Seen | None]] = deque()
        self._size = (0, 0)
        self._skill: list[float] = []  # times of the pictures of a skill that is not measured yet
        self.attempted: Attempted | None = None

    def add(self, time: float, picture: Picture) -> list[Named]:
        """One more picture; the pictures that have a name now, in order.

        Raises ValueError for a time not later than the last, or a picture of another size.
        """
        size = picture.shape[1], picture.shape[0]
        if self._poses and time <= self._poses[-1][0]:
            raise ValueError(f"expected a picture later than {self._poses[-1][0]} s, found {time}")
        if self._poses and size != self._size:
            raise ValueError(f"expected pictures of {self._size} pixels, found {size}")
        self._size, seen = size, self._follow(time, picture)
        self._poses.append((time, seen))
        self._waiting.append((time, picture, seen))
        while self._poses[0][0] < time - REMEMBERED:
            self._poses.popleft()
        return self._name() if time - self._waiting[0][0] >= AHEAD else []

    def _name(self) -> list[Named]:
        now = self._poses[-1][0]
        found = predict_clip(self._own, self._attempt(WINDOW), mirrored=False)
        named = []
        while self._waiting and now - self._waiting[0][0] >= AHEAD:
            time, picture, seen = self._waiting.popleft()
            row = found[max(0, len(found) - 1 - round((now - time) * RATE))]
            label = UNLABELED_CODE if np.isnan(row).any() else int(row.argmax())
            named.append(Named(time, picture, seen, label, row))
            self._watch(time, label)
        return named

    def _attempt(self, seconds: float) -> Attempt:
        """The last seconds as a clip of RATE frames per second, interpolated."""
        poses = [one for one in self._poses if one[0] >= self._poses[-1][0] - seconds]
        times = np.array([time for time, _ in poses])
        nobody = np.full((33, 2), np.nan)
        points = np.stack([nobody if seen is None else seen.keypoints for _, seen in poses])
        keypoints = resampled(times, points / self._size)
        detected = np.isfinite(keypoints).all(axis=(1, 2))
        keypoints = np.where(detected[:, None, None], keypoints, 0).astype(np.float32)
        return Attempt("live", "live", RATE, self._size, keypoints, detected)

    def _watch(self, time: float, label: int) -> None:
        """Note a skill; measure its attempt when that is over."""
        if label == SKILL:
            self._skill.append(time)
        elif self._skill and time - self._skill[-1] >= SETTLED:
            if len(self._skill) >= LEAST:
                self._measure(self._skill[-1])
            self._skill = []

    def _measure(self, ended: float) -> None:
        attempt = self._attempt(REMEMBERED)
        rows = kinematics.measure(attempt, label_clip(self._own, attempt), slow=1.0)
        if rows:
            self.attempted = Attempted(ended, rows[-1])


def resampled(
    times: Float[np.ndarray, " poses"], keypoints: Float[np.ndarray, "poses 33 2"]
) -> Float[np.ndarray, "frames 33 2"]:
    """Keypoints RATE times a second, up to the last time; NaN within gaps longer than LOST.

    Parameters
    ----------
    times : seconds, increasing.
    keypoints : NaN where nobody was seen.
    """
    count = int((times[-1] - times[0]) * RATE + 1e-6) + 1
    at = times[-1] - np.arange(count)[::-1] / RATE
    seen = np.isfinite(keypoints).all(axis=(1, 2))
    found = np.full((count, *keypoints.shape[1:]), np.nan)
    if not seen.any():
        return found
    known, points = times[seen], keypoints[seen]
    after = np.searchsorted(known, at - 1e-9).clip(0, len(known) - 1)
    before = np.where(known[after] > at + 1e-9, after - 1, after).clip(0)
    apart = known[after] - known[before]
    share = np.divide(at - known[before], apart, out=np.zeros(count), where=apart > 0)
    near = (apart <= LOST) & (at >= known[0] - 1e-9) & (at <= known[-1] + 1e-9)
    mixed = points[before] + share[:, None, None] * (points[after] - points[before])
    found[near] = mixed[near]
    return found
