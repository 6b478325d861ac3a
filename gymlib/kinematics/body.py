"""A body in each frame: its centre of mass and the angles of its joints, as the picture shows them.

Keypoints are in pixels, y downwards, NaN where no pose was found, and everything is NaN there.
Angles are those of the picture: true where the limbs lie in its plane, else nearer to straight
or more bent. The two sides are averaged, so that exchanging them changes nothing.
"""

import numpy as np
from jaxtyping import Float

from gymlib.dataset import Attempt
from gymlib.dataset.completion import completed
from gymlib.pose.quality.tracks import clip_torso
from gymlib.simulation.motion.proportions import centre_of_mass
from gymlib.skeleton import INDEX, middle, to_pixels

TORSO = 0.52
"""Metres from the hips to the shoulders of a grown-up, as pose estimators see it; see
:mod:`gymlib.simulation.motion.proportions`. Only for what is searched, never for what is
measured."""


def pixels(attempt: Attempt) -> Float[np.ndarray, "frames 33 2"]:
    """Keypoints in pixels, float64, NaN in frames without a pose.

    Points that a pose lacks are stood in for (:func:`gymlib.dataset.completion.completed`): feet
    that an estimator does not know end an ankle's height beyond the ankles.
    """
    bodies = completed(attempt.keypoints, attempt.detected)
    found = to_pixels(bodies.astype(np.float64), *attempt.size)
    seen = attempt.detected & np.isfinite(found).all(axis=(1, 2))
    return np.where(seen[:, None, None], found, np.nan)


def has_feet(attempt: Attempt) -> bool:
    """Whether the estimator of a clip's poses knows toes; else ankles stand in for them."""
    toes = attempt.keypoints[attempt.detected][:, _TOES]
    return bool(np.isfinite(toes).any())


_TOES = [INDEX["left_foot_index"], INDEX["right_foot_index"]]


def torso(keypoints: Float[np.ndarray, "frames 33 2"]) -> float:
    """Torso length of the clip in pixels (75th percentile); NaN without any pose."""
    seen = keypoints[np.isfinite(keypoints).all(axis=(1, 2))]
    return clip_torso(seen) if len(seen) else np.nan


def height(keypoints: Float[np.ndarray, "frames 33 2"]) -> Float[np.ndarray, " frames"]:
    """Height of the centre of mass, torso lengths upwards from the picture's upper edge.

    Masses of the body's parts as in de Leva (1996).
    """
    return -centre_of_mass(keypoints)[:, 1] / torso(keypoints)


def filled(values: Float[np.ndarray, " frames"]) -> Float[np.ndarray, " frames"]:
    """NaN replaced on straight lines in time, at the ends by the nearest value.

    >>> filled(np.array([np.nan, 1, np.nan, 3]))
    array([1., 1., 2., 3.])
    """
    seen = np.flatnonzero(np.isfinite(values))
    return np.interp(np.arange(len(values)), seen, values[seen]) if len(seen) else values


def angle(
    first: Float[np.ndarray, "*frames axes"], second: Float[np.ndarray, "*frames axes"]
) -> Float[np.ndarray, "*frames"]:
    """Angle between two directions in degrees, 0 to 180; NaN if one has no length.

    >>> float(angle(np.array([1.0, 0]), np.array([0.0, 2])))
    90.0
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        one, two = (v / np.linalg.norm(v, axis=-1, keepdims=True) for v in (first, second))
    apart, together = (np.linalg.norm(v, axis=-1) for v in (one - two, one + two))
    return np.asarray(np.degrees(2 * np.arctan2(apart, together)))


def _joint(keypoints, before: str, joint: str, after: str):
    """Angle at a joint, mean of both sides: 180 straight."""
    sides = []
    for side in ("left", "right"):
        ends = [keypoints[..., INDEX[f"{side}_{name}"], :] for name in (before, joint, after)]
        sides.append(angle(ends[0] - ends[1], ends[2] - ends[1]))
    return np.mean(sides, axis=0)


def knee(keypoints: Float[np.ndarray, "frames 33 axes"]) -> Float[np.ndarray, " frames"]:
    """Angle of the knees, degrees: 180 straight."""
    return _joint(keypoints, "hip", "knee", "ankle")


def hip(keypoints: Float[np.ndarray, "frames 33 axes"]) -> Float[np.ndarray, " frames"]:
    """Angle between trunk and thighs, degrees: 180 straight. Middles of both sides are taken."""
    at = middle(keypoints, "hip")
    return angle(middle(keypoints, "shoulder") - at, middle(keypoints, "knee") - at)


def arm(keypoints: Float[np.ndarray, "frames 33 axes"]) -> Float[np.ndarray, " frames"]:
    """Angle between trunk and upper arms, degrees: 0 hanging, 180 raised."""
    return _joint(keypoints, "hip", "shoulder", "elbow")
