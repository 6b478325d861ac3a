"""Smooth curves through key values, and angles the short way round."""

import numpy as np
from jaxtyping import Float
from scipy.interpolate import CubicHermiteSpline, PchipInterpolator

_STEEPEST = 1.4
"""Most a joint may move, in radians per interval between keys, at the speed of a curve's ends."""


def through(
    times: Float[np.ndarray, " keys"],
    values: Float[np.ndarray, "keys channels"],
    grid: Float[np.ndarray, " times"],
    first: Float[np.ndarray, " channels"],
    last: Float[np.ndarray, " channels"] | None,
) -> Float[np.ndarray, "times channels"]:
    """Monotone cubic curves (Fritsch & Carlson 1980) through ``values``, evaluated on ``grid``.

    ``first`` and ``last`` are the slopes at both ends, per second (``last`` None: comes to rest).
    For more than three channels, joint angles in radians, end slopes are held so far down that
    the curve does not swing far beyond its keys.
    """
    slopes = np.zeros_like(values)
    if len(times) > 2:
        slopes = PchipInterpolator(times, values).derivative()(times)
    slopes[0], slopes[-1] = first, 0 if last is None else last
    if values.shape[1] > 3:
        steps = np.diff(times)
        for end, step in ((0, steps[0]), (-1, steps[-1])):
            slopes[end] = np.clip(slopes[end], -_STEEPEST / step, _STEEPEST / step)
    return CubicHermiteSpline(times, values, slopes)(grid)


def ease(share: Float[np.ndarray, "*any"]) -> Float[np.ndarray, "*any"]:
    """0 to 1 with speed and acceleration zero at both ends (minimum jerk, Flash & Hogan 1985)."""
    share = np.clip(share, 0, 1)
    return share**3 * (10 - 15 * share + 6 * share**2)


def turned(angle: float) -> float:
    """The same angle between -pi and pi: the short way round."""
    return float((angle + np.pi) % (2 * np.pi) - np.pi)
