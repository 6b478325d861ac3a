"""Body shape in the air: tucked, piked or stretched, by the angles of hips and knees."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from gymlib.kinematics import body
from gymlib.kinematics.contact import Flight
from gymlib.kinematics.measurement import Measurement

SHAPES = TUCKED, PIKED, STRETCHED = ("tucked", "piked", "stretched")
LIMIT = 135.0
"""Degrees of hips and knees that the trampoline code of points, section 14.6, tells shapes by:
hips over it straight; at most it piked, or tucked if the knees are too."""
HELD = (0.15, 0.85)
"""Shares of the flight between which a shape may be held: the legs' push and the reach for the
ground are none. Of generated clips from the side, this window names more right than a narrower one
where poses are noisy (88 of 100 instead of 81), and all where they are true."""


class Shape(NamedTuple):
    """The shape of a flight: its name ("" without a pose), and how hips and knees are bent."""

    name: str
    hip: Measurement
    knee: Measurement


def shape(keypoints: Float[np.ndarray, "frames 33 axes"], flight: Flight) -> Shape:
    """The shape of a flight between its ends (:data:`HELD`).

    The angles are medians of the third of these frames in which the hips are most bent, so that
    early, late or short shapes count, and single broken poses do not.
    """
    takeoff, landing = (moment.value for moment in flight)
    first, last = (round(takeoff + share * (landing - takeoff)) for share in HELD)
    own = keypoints[max(first, 0) : last + 1]
    hip, knee = body.hip(own), body.knee(own)
    seen = np.flatnonzero(np.isfinite(hip) & np.isfinite(knee))
    if not len(seen):
        return Shape("", Measurement.unseen("degrees"), Measurement.unseen("degrees"))
    bent = seen[np.argsort(hip[seen])][: max(1, -(-len(seen) // 3))]
    found = [_within(values[bent]) for values in (hip, knee)]
    return Shape(name(found[0].value, found[1].value), *found)


def name(hip: float, knee: float) -> str:
    """The shape that the code of points gives to these angles, degrees; see :data:`LIMIT`.

    >>> name(170, 170), name(90, 175), name(60, 50)
    ('stretched', 'piked', 'tucked')
    """
    if hip > LIMIT:
        return STRETCHED
    return PIKED if knee > LIMIT else TUCKED


SPREAD = 25.0
"""Degrees by which the joints of a whole stretch of poses are bent alike wrongly."""


def _within(values) -> Measurement:
    scatter = 1.48 * np.median(np.abs(values - np.median(values)))
    return Measurement.joint(np.median(values), 1.96 * np.hypot(SPREAD / 2, scatter))
