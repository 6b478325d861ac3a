"""Rotation of the trunk during a flight: how far, which way, how fast.

The trunk in the picture is a pointer. Seen from the side it keeps its length and turns as the
body does; seen obliquely its sideways part is shortened by the cosine of the angle between the
picture and the plane of rotation. A smooth turn (begin, whole angle, hurry in the middle,
shortening) is fitted to all frames of the flight at once, so that gaps and single broken poses
cannot add or lose a turn; each frame's own angle is then read next to it.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from gymlib.kinematics import body
from gymlib.kinematics.contact import Flight
from gymlib.kinematics.measurement import Measurement
from gymlib.skeleton import middle

MOST = 1440.0
"""Degrees that are looked for in one flight, either way."""
_BROKEN = 0.6
"""Torso lengths: a frame farther from the turn tells nothing more about it."""
_SHORTENINGS = (1.0, 0.85, 0.7, 0.5, 0.3, 0.15)
_HURRIES = (0.0, 0.35, 0.7)
_BEGINS = np.arange(-75.0, 76.0, 15.0)
_TOTALS = np.arange(-MOST, MOST + 1, 20.0)


class Rotation(NamedTuple):
    """How a body turns in one flight.

    Attributes
    ----------
    total : degrees from take-off to landing, positive clockwise in the picture.
    angles : (frames,) of the trunk in each frame of the flight, without jumps; 0 upright.
    speed : (frames,) degrees per frame.
    shortening : sideways lengths in the picture as a share of the true ones: 1 from the side.
    clear : how much better this way round fits than the other one, 0 to 1.
    """

    total: Measurement
    angles: Float[np.ndarray, " frames"]
    speed: Float[np.ndarray, " frames"]
    shortening: float
    clear: float


def rotation(keypoints: Float[np.ndarray, "frames 33 2"], flight: Flight) -> Rotation | None:
    """The turn of a flight; None where fewer than four of its frames have a pose.

    The interval holds the pose's error at both ends (how far frames lie from a smooth turn) and
    the error of take-off and landing times the speed there.
    """
    first, last = flight.frames
    times = np.arange(first, last + 1)
    trunk = middle(keypoints, "shoulder") - middle(keypoints, "hip")
    pointer = trunk[times] / body.torso(keypoints) * [1, -1]  # (frames, 2): right, up
    seen = np.isfinite(pointer).all(axis=1)
    if seen.sum() < 4:
        return None
    share = (times - flight.takeoff.value) / (flight.landing.value - flight.takeoff.value)
    fit = _fit(pointer[seen], share[seen])
    smooth = fit.angle(share)
    own = np.degrees(np.arctan2(pointer[:, 0] / fit.shortening, pointer[:, 1]))
    miss = (own - smooth + 180) % 360 - 180
    good = np.abs(miss) < 60
    miss = body.filled(np.where(good, miss, np.nan)) if good.any() else np.zeros(len(times))
    angles = smooth + miss
    ends = [_end(share, miss, good, at) for at in (0.0, 1.0)]
    total = float(np.diff(fit.angle(np.array([0.0, 1.0])))[0] + ends[1] - ends[0])
    speed = np.gradient(_smooth(angles)) if len(angles) > 1 else np.zeros(1)
    half = _half(miss[good], flight, speed, fit.shortening)
    return Rotation(
        Measurement.within(total, half, "degrees"), angles, speed, fit.shortening, fit.clear
    )


class _Turn(NamedTuple):
    begin: float
    total: float
    hurry: float
    shortening: float
    clear: float

    def angle(self, share):
        """Degrees at shares of the flight."""
        return self.begin + self.total * _course(share, self.hurry)


def _course(share, hurry: float):
    """Share of the turn at a share of the flight: even, or faster in the middle."""
    return share - hurry * np.sin(2 * np.pi * share) / (2 * np.pi)


def _fit(pointer, share) -> _Turn:
    """The turn from which the pointers are least far, each counting up to a limit."""
    best, costs = None, {}
    for hurry in _HURRIES:
        course = np.radians(_TOTALS[:, None] * _course(share, hurry))  # (totals, frames)
        for begin in _BEGINS:
            x, y = np.sin(course + np.radians(begin)), np.cos(course + np.radians(begin))
            for short in _SHORTENINGS:
                away = (pointer[:, 0] - short * x) ** 2 + (pointer[:, 1] - y) ** 2
                cost = np.minimum(away, _BROKEN**2).mean(axis=1)
                for sign in (-1, 1):
                    own = np.where(np.sign(_TOTALS) == sign, cost, np.inf)
                    costs[sign] = min(costs.get(sign, np.inf), float(own.min()))
                at = int(cost.argmin())
                if best is None or cost[at] < best[0]:
                    best = float(cost[at]), begin, float(_TOTALS[at]), hurry, short
    least, other = min(costs.values()), max(costs.values())
    return _Turn(*best[1:], clear=float((other - least) / (other + 1e-9)))


def _end(share, miss, good, at: float) -> float:
    """Degrees that the frames near one end lie beside the smooth turn."""
    near = np.argsort(np.abs(share - at) + 10 * ~good)[:3]
    return float(np.median(miss[near]))


def _smooth(angles):
    kernel = np.array([1, 2, 3, 2, 1]) / 9 if len(angles) > 5 else np.ones(1)
    return np.convolve(np.pad(angles, len(kernel) // 2, "edge"), kernel, "valid")


def _half(miss, flight, speed, shortening: float) -> float:
    scatter = 1.48 * np.median(np.abs(np.diff(miss))) if len(miss) > 3 else 30.0
    moments = [(m.high - m.low) / 2 for m in flight]
    moments = [m if np.isfinite(m) else 0.5 for m in moments]
    timing = [m * abs(s) for m, s in zip(moments, (speed[0], speed[-1]))]
    return float(np.sqrt((FLOOR / shortening) ** 2 + (1.96 * scatter) ** 2 + np.square(timing).sum()))


FLOOR = 8.0
"""Degrees by which poses of a whole stretch of frames lean alike; seen from the side."""
