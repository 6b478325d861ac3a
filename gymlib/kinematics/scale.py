"""What the parabola of a flight tells: height, and how large a metre is in the picture."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from gymlib.kinematics import body
from gymlib.kinematics.contact import Flight
from gymlib.kinematics.measurement import Measurement
from gymlib.simulation.motion.proportions import GRAVITY

ALIKE = 3.0
"""Errors of neighbouring frames are alike: those of a fit are as much larger."""


class Parabola(NamedTuple):
    """The way of the centre of mass in the air; unseen with fewer than eight poses.

    Attributes
    ----------
    height : metres above the take-off, g t^2 / 8 of the time of flight: true if take-off and
    landing are level. rise : metres from take-off to the highest point, g t^2 / 2 of the time
    between them. scale : metres per pixel, by the curvature; for a camera that keeps its height.
    torso : metres of a torso length by that scale: far from half a metre, the camera moves or
    the film is slower than life.
    """

    height: Measurement
    rise: Measurement
    scale: Measurement
    torso: Measurement


def parabola(
    keypoints: Float[np.ndarray, "frames 33 2"], flight: Flight, interval: float
) -> Parabola:
    """Measurements of one flight; ``interval`` seconds of the gymnast's life between two frames."""
    lasts = duration(flight, interval)
    height = lasts.through(lambda t: GRAVITY * t**2 / 8, "metres")
    first, last = flight.frames
    times = np.arange(first, last + 1)
    level = body.centre_of_mass(keypoints[times])[:, 1]
    seen = np.isfinite(level)
    nothing = Measurement.unseen("metres")
    if seen.sum() < 8 or not lasts.seen:
        return Parabola(height, nothing, Measurement.unseen("metres per pixel"), nothing)
    (bend, slope, _), sure = np.polyfit(times[seen] - times.mean(), level[seen], 2, cov=True)
    half = 1.96 * ALIKE * np.sqrt(sure[0, 0])
    curvature = Measurement.within(bend, half, "pixels per frame squared")
    if curvature.low <= 0:
        return Parabola(height, nothing, Measurement.unseen("metres per pixel"), nothing)
    scale = curvature.through(lambda b: GRAVITY * interval**2 / (2 * b), "metres per pixel")
    top = times.mean() - slope / (2 * bend)
    error = 1.96 * ALIKE * np.sqrt(sure[1, 1]) / (2 * bend)
    up = Measurement.within(top - flight.takeoff.value, np.hypot(error, _half(flight.takeoff)), "")
    rise = up.through(lambda t: GRAVITY * (max(t, 0) * interval) ** 2 / 2, "metres")
    unit = body.torso(keypoints)
    return Parabola(height, rise, scale, scale.through(lambda s: s * unit, "metres"))


def duration(flight: Flight, interval: float) -> Measurement:
    """Time of flight in seconds; unseen if the clip begins or ends in the air."""
    if not np.isfinite([*flight.takeoff[:3], *flight.landing[:3]]).all():
        return Measurement.unseen("seconds")
    frames = flight.landing.value - flight.takeoff.value
    half = np.hypot(_half(flight.takeoff), _half(flight.landing))
    return Measurement.within(frames * interval, half * interval, "seconds")


def _half(moment: Measurement) -> float:
    return (moment.high - moment.low) / 2
