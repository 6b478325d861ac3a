"""The landing: how far hips and knees bend, steps, hands on the ground, time until he stands."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.ndimage import median_filter

from gymlib.kinematics import body
from gymlib.kinematics.contact import Flight
from gymlib.kinematics.measurement import Measurement
from gymlib.kinematics.shape import SPREAD
from gymlib.kinematics.takeoff import steady
from gymlib.pose.quality.tracks import inclination
from gymlib.skeleton import INDEX, middle

_FEET = [INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("heel", "foot_index")]
_WRISTS = [INDEX["left_wrist"], INDEX["right_wrist"]]
STEP = 0.5
"""Torso lengths by which the feet come apart or together in a step."""
SWAPPED = 0.2
"""Seconds: what feet seem to do for half as long is the pose's error."""
UPRIGHT, STRAIGHT = 30.0, 145.0
"""Degrees: the trunk's inclination at most, knees and hips at least, of somebody who stands."""
STILL = 3
"""Frames that he stands like this at least."""


class Landing(NamedTuple):
    """Measurements of one landing; unseen where the clip shows no pose of it.

    Attributes
    ----------
    knee, hip : smallest angles, degrees. squat : torso lengths by which the hips stay above the
    knees at least; negative: below. steps : how often the feet come apart or together, as seen.
    hands : torso lengths by which the wrists stay above the lowest foot at least. stand : seconds
    from the first contact until the body is upright with straight legs.
    """

    knee: Measurement
    hip: Measurement
    squat: Measurement
    steps: Measurement
    hands: Measurement
    stand: Measurement


def landing(
    keypoints: Float[np.ndarray, "frames 33 2"], flight: Flight, end: int, interval: float
) -> Landing:
    """Measurements from the flight's end to frame ``end``; ``interval`` seconds between frames."""
    first = int(np.ceil(flight.landing.value))
    own, unit = keypoints[first : end + 1], body.torso(keypoints)
    if not np.isfinite(own).any() or not np.isfinite(flight.landing.high):
        return Landing(*map(Measurement.unseen, _UNITS))
    above = own[:, _FEET, 1].max(axis=1) - own[:, _WRISTS, 1].max(axis=1)
    over = middle(own, "knee")[:, 1] - middle(own, "hip")[:, 1]
    courses = body.knee(own), body.hip(own), above / unit, over / unit
    knee, hip, hands, squat = (float(np.nanmin(steady(course))) for course in courses)
    return Landing(
        Measurement.joint(knee, SPREAD),
        Measurement.joint(hip, SPREAD),
        Measurement.within(squat, 0.15, "torso lengths"),
        steps(own, unit, interval),
        Measurement.within(hands, 0.3, "torso lengths"),
        _stand(own, flight.landing, first, interval),
    )


_UNITS = ("degrees", "degrees", "torso lengths", "steps", "torso lengths", "seconds")


def steps(keypoints: Float[np.ndarray, "frames 33 2"], unit: float, interval: float) -> Measurement:
    """How often one foot goes past, away from or to the other by :data:`STEP` times ``unit``.

    ``unit`` is a torso length in pixels, ``interval`` seconds between frames. A hop on both feet is
    not seen; feet of poses that exchange left and right for longer than half of
    :data:`SWAPPED` seem to step.
    """
    apart = keypoints[:, INDEX["left_ankle"], 0] - keypoints[:, INDEX["right_ankle"], 0]
    apart = apart[np.isfinite(apart)] / unit
    width = 2 * round(SWAPPED / interval / 2) + 1 if np.isfinite(interval) else 5
    count = swings(median_filter(apart, max(width, 3), mode="nearest"), STEP)
    return Measurement(float(count), float(max(count - 1, 0)), float(count + 1), "steps")


def swings(values: Float[np.ndarray, " n"], least: float) -> int:
    """How often values go up or down by more than ``least``, each way once before the other.

    >>> swings(np.array([0, 1.0, 0.8, 1.5, 0, 0.2]), 0.5)
    2
    """
    count, way, low, high = 0, 0, np.inf, -np.inf
    for value in values:
        low, high = min(low, value), max(high, value)
        if way <= 0 and value - low > least:
            count, way, high = count + 1, 1, value
        elif way >= 0 and high - value > least:
            count, way, low = count + 1, -1, value
    return count


def _stand(own, contact: Measurement, first: int, interval: float) -> Measurement:
    straight = np.minimum(body.knee(own), body.hip(own)) > STRAIGHT
    standing = straight & (inclination(own) < UPRIGHT)
    held = np.convolve(standing, np.ones(STILL), "valid") == STILL if len(own) >= STILL else []
    if not np.any(held):
        return Measurement.unseen("seconds")
    at = first + int(np.argmax(held))
    found = Measurement(at, at - 3, at + 3, "frames")
    ends = found.low - contact.value, found.high - contact.value
    return Measurement(
        (at - contact.value) * interval, ends[0] * interval, ends[1] * interval, "seconds"
    )
