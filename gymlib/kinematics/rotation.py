"""Rotation of the trunk during a flight: how far, which way, how fast.

The trunk in the picture is a pointer. Seen from the side it keeps its length and turns as the
body does; seen obliquely its sideways part is shortened by the cosine of the angle between the
picture and the plane of rotation. Of all courses of the angle that turn one way, never too fast,
the one is taken that is least far from the pointers of all frames, each counting up to a limit
(dynamic programming, as Viterbi 1967), so that gaps and single broken poses cannot add or lose a
turn. Each frame's own angle is then read next to it.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from gymlib.kinematics import body
from gymlib.kinematics.contact import Flight
from gymlib.kinematics.measurement import Measurement
from gymlib.skeleton import middle

MOST = 1200.0
"""Degrees that are looked for in one flight, either way."""
FASTEST = 3.6
"""Turns in the time of a flight, at which no body turns even for a moment."""
BACK = 0.15
"""Share of it that trunks may turn the other way for a moment, when bodies open or close."""
_BROKEN = 0.6
"""Torso lengths: a frame farther from the turn tells nothing more about it."""
_SHORTENINGS = (1.0, 0.85, 0.7, 0.5, 0.3, 0.15)
_STEP = 7.5  # degrees between the angles that are tried
_BEGIN = 90.0  # degrees from upright at which a flight may begin
_HURRY = 0.02
"""Cost of a step as fast as :data:`FASTEST`, in squared torso lengths: even turns are likelier."""


class Rotation(NamedTuple):
    """How a body turns in one flight.

    Attributes
    ----------
    total : degrees from take-off to landing, positive clockwise in the picture.
    angles : (frames,) of the trunk in each frame of the flight, without jumps; 0 upright.
    speed : (frames,) degrees per frame.
    shortening : sideways lengths in the picture as a share of the true ones: 1 from the side.
    clear : how much better this way round fits than the other one, 0 to 1.
    broken : share of the flight's frames without a pose, or with one that does not fit the turn.
    """

    total: Measurement
    angles: Float[np.ndarray, " frames"]
    speed: Float[np.ndarray, " frames"]
    shortening: float
    clear: float
    broken: float


def rotation(keypoints: Float[np.ndarray, "frames 33 2"], flight: Flight) -> Rotation | None:
    """The turn of a flight; None where fewer than four of its frames have a pose.

    The interval holds the pose's error at both ends (how far frames lie from a smooth turn), the
    error of take-off and landing times the speed there, and grows with the share of broken poses
    and with how well the other way round would fit.
    """
    first, last = flight.frames
    near = np.arange(max(first - NEAR, 0), min(last + NEAR + 1, len(keypoints)))
    trunk = middle(keypoints, "shoulder") - middle(keypoints, "hip")
    pointer = trunk[near] / body.torso(keypoints) * [1, -1]  # (frames, 2): right, up
    inside, seen = (near >= first) & (near <= last), np.isfinite(pointer).all(axis=1)
    if (inside & seen).sum() < 4:
        return None
    course = _course(pointer, flight.landing.value - flight.takeoff.value)
    smooth = course.angles
    own = np.degrees(np.arctan2(pointer[:, 0] / course.shortening, pointer[:, 1]))
    miss = (own - smooth + 180) % 360 - 180
    good = np.abs(miss) < WAY_OFF
    broken = float(1 - good[inside].mean())
    miss = body.filled(np.where(good, miss, np.nan)) if good.any() else np.zeros(len(near))
    angles = smooth + miss
    ends = [_at(near[good], angles[good], moment.value) for moment in flight]
    ends = np.where(np.isfinite(ends), ends, np.interp([f.value for f in flight], near, smooth))
    speed = np.gradient(_smooth(angles))[inside]
    half = np.hypot(
        _half(miss[good], flight, speed, course.shortening),
        np.hypot(BROKEN_POSES * broken, OTHER_WAY * (1 - course.clear) ** 2),
    )
    total = Measurement.within(ends[1] - ends[0], half, "degrees")
    return Rotation(total, angles[inside], speed, course.shortening, course.clear, broken)


NEAR = 4
"""Frames on the ground beside a flight that tell how the trunk stands at its ends."""
WAY_OFF = 60.0
"""Degrees beside the smooth turn at which a frame's trunk is taken for a broken pose."""


def _at(times, angles, moment: float) -> float:
    """The angle at a contact by two straight lines that meet there; NaN without frames near it.

    A body that leaves the ground or meets it changes its speed of turning at once.
    """
    close = np.abs(times - moment) <= NEAR
    late = times[close] - moment
    if not len(late):
        return np.nan
    sides = [np.maximum(sign * late, 0) for sign in (1, -1)]
    lines = np.stack(
        [np.ones(len(late)), *(side for side in sides if (side > 0).sum() > 1)], axis=1
    )
    return float(np.linalg.lstsq(lines, angles[close], rcond=None)[0][0])


class _Course(NamedTuple):
    cost: float
    angles: np.ndarray
    shortening: float
    clear: float = 0.0


def _course(pointer, lasts: float) -> _Course:
    """The course of angles from which the pointers (frames, 2) are least far, either way round."""
    fastest = min(FASTEST * 360 / lasts, 100.0)  # degrees per frame
    ways = []
    for sign in (1, -1):
        seen = pointer * [sign, 1]
        tried = [_path(seen, short, fastest) for short in _SHORTENINGS]
        best = min(tried, key=lambda course: course.cost)
        ways.append(best._replace(angles=sign * best.angles))
    best, other = sorted(ways, key=lambda course: course.cost)
    return best._replace(clear=(other.cost - best.cost) / (other.cost + 1e-9))


def _path(pointer, shortening: float, fastest: float) -> _Course:
    """The cheapest course of angles that turns clockwise."""
    states = np.arange(-_BEGIN, MOST, _STEP)
    steps = np.arange(-int(BACK * fastest / _STEP), int(fastest / _STEP) + 1)
    price = _HURRY * (steps * _STEP / fastest) ** 2
    x, y = shortening * np.sin(np.radians(states)), np.cos(np.radians(states))
    away = (pointer[:, :1] - x) ** 2 + (pointer[:, 1:] - y) ** 2  # (frames, states)
    away = np.where(np.isfinite(away), np.minimum(away, _BROKEN**2), 0)
    total = np.where(np.abs(states) <= _BEGIN, away[0], np.inf)
    came = np.zeros(away.shape, dtype=int)
    source = np.arange(len(states)) - steps[:, None]  # (steps, states)
    outside = (source < 0) | (source >= len(states))
    for frame in range(1, len(away)):
        ways = np.where(outside, np.inf, total[np.clip(source, 0, len(states) - 1)])
        ways = ways + price[:, None]
        best = ways.argmin(axis=0)
        came[frame] = np.arange(len(states)) - steps[best]
        total = ways[best, np.arange(len(states))] + away[frame]
    at = [int(total.argmin())]
    for frame in range(len(away) - 1, 0, -1):
        at.append(int(came[frame, at[-1]]))
    return _Course(float(total.min()), states[at[::-1]], shortening)


def _smooth(angles):
    kernel = np.array([1, 2, 3, 2, 1]) / 9 if len(angles) > 5 else np.ones(1)
    return np.convolve(np.pad(angles, len(kernel) // 2, "edge"), kernel, "valid")


def _half(miss, flight, speed, shortening: float) -> float:
    """Half of the interval, degrees, if the course is the right one."""
    scatter = 1.48 * np.median(np.abs(np.diff(miss))) if len(miss) > 3 else 30.0
    halves = [(moment.high - moment.low) / 2 for moment in flight]
    halves = [half if np.isfinite(half) else 0.5 for half in halves]
    timing = np.array(halves) * np.abs([speed[0], speed[-1]])
    return float(np.sqrt((LEAN / shortening) ** 2 + (1.96 * scatter) ** 2 + (timing**2).sum()))


LEAN = 8.0
"""Degrees by which poses of a whole stretch of frames lean alike; seen from the side."""
BROKEN_POSES, OTHER_WAY = 90.0, 240.0
"""Degrees of the interval if all poses are broken, and if the other way round fits as well; with
them it holds the truth of nine in ten generated clips whose poses are found as by BlazePose."""
