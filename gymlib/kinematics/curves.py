"""What an attempt does over time, as curves beside its measurements."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from gymlib.dataset import Attempt
from gymlib.kinematics import body
from gymlib.kinematics.takeoff import steady
from gymlib.pose.quality.tracks import torso_angle


class Curves(NamedTuple):
    """One value per frame, NaN without a pose; poses that are broken in a single frame left out.

    Attributes
    ----------
    height : of the centre of mass above its lowest place, torso lengths.
    trunk : degrees from upright, clockwise in the picture; turns add up over gaps shorter than
        half a turn. hip, knee, arm : angles, degrees: straight is 180, a hanging arm 0.
    """

    height: Float[np.ndarray, " frames"]
    trunk: Float[np.ndarray, " frames"]
    hip: Float[np.ndarray, " frames"]
    knee: Float[np.ndarray, " frames"]
    arm: Float[np.ndarray, " frames"]


def curves(attempt: Attempt) -> Curves:
    """The curves of a clip; all NaN without any pose."""
    keypoints = body.pixels(attempt)
    height = steady(body.height(keypoints)) if attempt.detected.any() else _nothing(attempt)
    lowest = np.nanmin(height) if np.isfinite(height).any() else 0.0
    angles = [steady(measured(keypoints)) for measured in (body.hip, body.knee, body.arm)]
    return Curves(height - lowest, joined(torso_angle(keypoints)), *angles)


def _nothing(attempt: Attempt):
    return np.full(len(attempt), np.nan)


def joined(angles: Float[np.ndarray, " frames"]) -> Float[np.ndarray, " frames"]:
    """Angles in degrees without jumps of a turn, from the one nearest 0 in the first frame; NaN
    stays.

    >>> joined(np.array([170.0, np.nan, -150.0]))
    array([170.,  nan, 210.])
    """
    found, seen = angles.copy(), np.isfinite(angles)
    found[seen] = np.degrees(np.unwrap(np.radians(angles[seen])))
    return found
