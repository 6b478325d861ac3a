"""A path of poses made smooth, and its gaps filled, in the frame of reference of the body.

Hip and torso angle are smoothed first. Seen from that moving and turning frame the joints move
slowly even in a somersault, so that they can be smoothed more strongly than in the picture.
Each is a Rauch-Tung-Striebel smoother (Rauch, Tung and Striebel 1965) of a constant velocity
with random acceleration; a measurement weighs as much as the network is sure of it.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from gymlib.pose.region import torso_angle
from gymlib.skeleton import middle

# Standard deviations: of measurements with full confidence, and of accelerations per (1/30 s)^2.
HIP = (0.04, 0.06)  # torso lengths
ANGLE = (0.05, 0.06)  # radians
JOINT = (0.06, 0.20)  # torso lengths
LEAST_PEAK = 0.1
"""A point that the network does not see at all still is where the network expects it."""


class Smooth(NamedTuple):
    """A smoothed path."""

    keypoints: Float[np.ndarray, "frames 33 2"]
    """Pixels of the picture."""
    deviation: Float[np.ndarray, "frames 33"]
    """Standard deviation of each point about its place in the body, torso lengths."""


def smooth(
    keypoints: Float[np.ndarray, "frames 33 2"],
    peaks: Float[np.ndarray, "frames 33"],
    confidence: Float[np.ndarray, " frames"],
    measured: Bool[np.ndarray, " frames"],
    torso: Float[np.ndarray, " frames"],
    fps: float,
) -> Smooth:
    """The smoothed path; frames without a measurement are filled, before the first and after the
    last with the nearest pose.

    Parameters
    ----------
    keypoints : pixels; ignored where ``measured`` is False.
    peaks, confidence : how sure the network is of each point and of the whole pose, 0 to 1.
    torso : expected torso length in pixels.

    Raises ValueError if no frame is measured.
    """
    if not measured.any():
        raise ValueError("no frame of the path is measured: there is nothing to smooth")
    first, last = np.flatnonzero(measured)[[0, -1]]
    inner = slice(first, last + 1)
    used, step = measured[inner], 30 / fps
    points, size = keypoints[inner], torso[inner]
    doubt = np.where(used, 1 / np.maximum(confidence[inner], 0.2), np.inf)  # (frames,)

    hip = np.where(used[:, None], middle(points, "hip"), 0) / size[:, None]
    angle = _unwrapped(torso_angle(points), used)
    hip, _ = rts(hip, np.repeat((HIP[0] * doubt[:, None]) ** 2, 2, axis=1), HIP[1] * step**2)
    angle, _ = rts(angle[:, None], (ANGLE[0] * doubt[:, None]) ** 2, ANGLE[1] * step**2)

    scaled = np.where(used[:, None, None], points, 0) / size[:, None, None]
    own = turned(scaled - hip[:, None], -angle[:, 0])
    noise = JOINT[0] * doubt[:, None] / np.maximum(peaks[inner], LEAST_PEAK)  # (frames, 33)
    flat = own.reshape(len(own), 66)
    flat, variance = rts(flat, np.repeat(noise**2, 2, axis=1), JOINT[1] * step**2)
    own = turned(flat.reshape(own.shape), angle[:, 0])
    result = (own + hip[:, None]) * size[:, None, None]
    rows = np.arange(len(keypoints)).clip(first, last) - first
    deviation = np.sqrt(variance.reshape(len(own), 33, 2).mean(axis=-1))
    return Smooth(result[rows], deviation[rows])


def turned(
    points: Float[np.ndarray, "frames n 2"], angle: Float[np.ndarray, " frames"]
) -> Float[np.ndarray, "frames n 2"]:
    """Points turned clockwise in the picture by an angle per frame in radians."""
    cosine, sine = np.cos(angle)[:, None], np.sin(angle)[:, None]
    x, y = points[..., 0], points[..., 1]
    return np.stack([cosine * x - sine * y, sine * x + cosine * y], axis=-1)


def _unwrapped(
    angle: Float[np.ndarray, " frames"], used: Bool[np.ndarray, " frames"]
) -> Float[np.ndarray, " frames"]:
    """Angles without jumps of a full turn between used frames; 0 in the others."""
    result = np.zeros(len(angle))
    result[used] = np.unwrap(angle[used])
    return result


def rts(
    values: Float[np.ndarray, "frames n"],
    variance: Float[np.ndarray, "frames n"],
    acceleration: float,
) -> tuple[Float[np.ndarray, "frames n"], Float[np.ndarray, "frames n"]]:
    """Smoothed values and their variances; each column is a track of its own.

    Parameters
    ----------
    variance : of each measurement; infinite where there is none (the value is then ignored).
    acceleration : standard deviation of the random acceleration per frame squared.
    """
    frames, count = values.shape
    move = np.array([[1.0, 1.0], [0.0, 1.0]])
    shake = acceleration**2 * np.array([[0.25, 0.5], [0.5, 1.0]]) + 1e-12 * np.eye(2)
    state = np.stack([values[0], np.zeros(count)], axis=1)  # (n, 2): place and velocity
    spread = np.tile(1e4 * np.eye(2), (count, 1, 1))
    states, spreads = np.zeros((frames, count, 2)), np.zeros((frames, count, 2, 2))
    expected, wide = states.copy(), spreads.copy()
    for frame in range(frames):
        if frame:
            state, spread = state @ move.T, move @ spread @ move.T + shake
        expected[frame], wide[frame] = state, spread
        gain = spread[:, :, 0] / (spread[:, 0, 0] + variance[frame])[:, None]  # (n, 2)
        news = np.where(np.isfinite(variance[frame]), values[frame] - state[:, 0], 0)
        state = state + gain * news[:, None]
        spread = spread - gain[:, :, None] * spread[:, None, 0, :]
        states[frame], spreads[frame] = state, spread
    for frame in range(frames - 2, -1, -1):
        back = spreads[frame] @ move.T @ np.linalg.inv(wide[frame + 1])  # (n, 2, 2)
        late = states[frame + 1] - expected[frame + 1]
        states[frame] += np.einsum("nij,nj->ni", back, late)
        narrow = spreads[frame + 1] - wide[frame + 1]
        spreads[frame] += back @ narrow @ back.transpose(0, 2, 1)
    return states[..., 0], spreads[..., 0, 0]
