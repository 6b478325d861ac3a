"""The take-off: how deep the crouch, how far the arms swing, which way the body leaves."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.ndimage import median_filter

from gymlib.kinematics import body
from gymlib.kinematics.contact import Flight
from gymlib.kinematics.measurement import Measurement
from gymlib.kinematics.shape import SPREAD


class TakeOff(NamedTuple):
    """Measurements of one take-off; unseen where the clip shows no pose of it.

    Attributes
    ----------
    knee : smallest angle of the knees, degrees. crouch : torso lengths by which the centre of
    mass is lower than at the last contact, at most. arms : degrees between the arms' lowest and
    highest position. angle : degrees from the horizontal at which the centre of mass leaves, 90
    straight up; as the picture shows it, for a camera that stands still.
    """

    knee: Measurement
    crouch: Measurement
    arms: Measurement
    angle: Measurement


def takeoff(keypoints: Float[np.ndarray, "frames 33 2"], start: int, flight: Flight) -> TakeOff:
    """Measurements from frame ``start``, where the take-off begins, to the flight's begin."""
    own = keypoints[start : flight.frames[0] + 1]
    height, knee, arm = (steady(f(own)) for f in (body.height, body.knee, body.arm))
    scale = body.torso(own) / body.torso(keypoints)
    if not np.isfinite(knee).any() or not np.isfinite(flight.takeoff.low):
        unseen = Measurement.unseen("degrees")
        return TakeOff(unseen, Measurement.unseen("torso lengths"), unseen, unseen)
    deep = (body.filled(height)[-1] - np.nanmin(height)) * scale
    return TakeOff(
        Measurement.joint(np.nanmin(knee), SPREAD),
        Measurement.within(deep, 0.2, "torso lengths"),
        Measurement.joint(np.nanmax(arm) - np.nanmin(arm), 2 * SPREAD),
        angle(keypoints, flight),
    )


def steady(values: Float[np.ndarray, " frames"]) -> Float[np.ndarray, " frames"]:
    """Values without those that stand in a single frame only; gaps stay NaN."""
    if not np.isfinite(values).any():
        return values
    return np.where(np.isfinite(values), median_filter(body.filled(values), 3), np.nan)


def angle(keypoints: Float[np.ndarray, "frames 33 2"], flight: Flight) -> Measurement:
    """Angle of the first movement in the air against the horizontal, degrees.

    Sideways movement is even, the rise a parabola; both are fitted to the whole flight. Unseen
    where that leaves more than half of the directions open.
    """
    first, last = flight.frames
    times = np.arange(first, last + 1)
    centre = body.centre_of_mass(keypoints[times])
    seen = np.isfinite(centre).all(axis=1)
    if seen.sum() < 5:
        return Measurement.unseen("degrees")
    late = times[seen] - flight.takeoff.value
    (along, _), sure = np.polyfit(late, centre[seen, 0], 1, cov=True)
    (_, up, _), safe = np.polyfit(late, -centre[seen, 1], 2, cov=True)
    found = np.degrees(np.arctan2(up, abs(along)))
    speed = np.hypot(up, along)
    half = 1.96 * ALIKE * np.degrees(np.sqrt(max(sure[0, 0], safe[1, 1])) / speed)
    if half > 45:
        return Measurement.unseen("degrees")
    whole = Measurement.within(found, max(half, 3.0), "degrees")
    return whole.through(lambda end: np.clip(end, -90, 90), whole.unit)


ALIKE = 2.0
"""Errors of neighbouring frames are alike: those of a fit are as much larger."""
