"""Clips like a clip: other speeds, sides, cuts, cameras and bodies, for networks of whole clips.

In any units; turning a camera is only right where x and y have the same, as in ``hip_torso``.
Frames without a pose (NaN) stay without.
"""

import numpy as np
from jaxtyping import Float, Int

from gymlib.labels import SKILL
from gymlib.skeleton import mirror, torso_length

SHORTEST = 12


def vary(
    rng: np.random.Generator,
    keypoints: Float[np.ndarray, "frames 33 2"],
    labels: Int[np.ndarray, " frames"],
) -> tuple[Float[np.ndarray, "varied 33 2"], Int[np.ndarray, " varied"]]:
    """A clip's keypoints and labels as another gymnast and camera could have given them.

    Played faster or slower, evenly or not; begun later, ended earlier; from the other side; seen
    from nearer the front; with a tilted and zooming camera; with an unsteady pose.
    """
    if rng.random() < 0.7:
        keypoints, labels = _at(keypoints, labels, _times(rng, len(labels)))
    if rng.random() < 0.4 and len(labels) > SHORTEST:
        first, last = rng.integers(0, max(len(labels) // 4, 1), 2)
        keypoints, labels = (x[first : len(x) - last] for x in (keypoints, labels))
    if rng.random() < 0.5:
        keypoints = mirror(keypoints * np.array([-1, 1], np.float32))
    keypoints = keypoints * np.array([rng.uniform(0.7, 1.1), 1])
    if rng.random() < 0.5:
        keypoints = _filmed(rng, keypoints)
    trembling = _size(keypoints) * rng.uniform(0.02, 0.05)
    return (keypoints + rng.normal(0, trembling, keypoints.shape)).astype(np.float32), labels


def vary_gaps(
    rng: np.random.Generator,
    keypoints: Float[np.ndarray, "frames 33 2"],
    labels: Int[np.ndarray, " frames"],
) -> tuple[Float[np.ndarray, "varied 33 2"], Int[np.ndarray, " varied"]]:
    """:func:`vary` with other gaps: up to three of up to seven frames, most in the skill.

    In half of the clips frames without a pose are cut out, as from the recovered skeletons.
    """
    keypoints = lose(rng, keypoints, labels)
    seen = np.isfinite(keypoints[:, 0, 0])
    if rng.random() < 0.5 and np.count_nonzero(seen) >= SHORTEST:
        keypoints, labels = keypoints[seen], labels[seen]
    return vary(rng, keypoints, labels)


def lose(
    rng: np.random.Generator,
    keypoints: Float[np.ndarray, "frames 33 2"],
    labels: Int[np.ndarray, " frames"],
) -> Float[np.ndarray, "frames 33 2"]:
    """In half of the clips up to three gaps of up to seven frames more, most in the skill."""
    keypoints = keypoints.copy()
    for _ in range(rng.integers(0, 4) if rng.random() < 0.5 else 0):
        skill = np.flatnonzero(labels == SKILL)
        where = (
            rng.choice(skill) if len(skill) and rng.random() < 0.5 else rng.integers(len(labels))
        )
        keypoints[where : where + rng.integers(1, 8)] = np.nan
    return keypoints


def _size(keypoints) -> float:
    """The clip's torso length, in whatever units; 1 without any pose."""
    seen = np.isfinite(keypoints[:, 0, 0])
    return float(np.median(torso_length(keypoints[seen]))) if seen.any() else 1.0


def _times(rng: np.random.Generator, frames: int) -> Float[np.ndarray, " varied"]:
    """Moments (in frames) at which a clip of another speed shows what this one shows."""
    length = int(np.clip(round(frames * np.exp(rng.normal(0, 0.25))), SHORTEST, 400))
    if rng.random() < 0.5:
        return np.linspace(0, frames - 1, length)
    pace = np.cumsum(np.exp(_curve(rng, length, 5, 0.3)))
    return (pace - pace[0]) / max(pace[-1] - pace[0], 1e-9) * (frames - 1)


def _at(keypoints, labels, times):
    before = np.clip(times.astype(int), 0, max(len(labels) - 2, 0))
    after = np.minimum(before + 1, len(labels) - 1)
    share = (times - before)[:, None, None]
    nearest = np.clip(np.round(times).astype(int), 0, len(labels) - 1)
    return keypoints[before] * (1 - share) + keypoints[after] * share, labels[nearest]


def _filmed(rng: np.random.Generator, keypoints):
    """Tilted, and with a camera that rolls, zooms and moves up and down a little."""
    frames, knots = len(keypoints), int(rng.integers(2, 6))
    angle = rng.normal(0, 0.12) + _curve(rng, frames, knots, 0.05)
    zoom = rng.uniform(0.85, 1.15) * np.exp(_curve(rng, frames, knots, 0.08))
    cos, sin = zoom * np.cos(angle), zoom * np.sin(angle)
    turn = np.array([[cos, -sin], [sin, cos]]).transpose(2, 0, 1)  # (frames, 2, 2)
    filmed = np.einsum("fij,fkj->fki", turn, keypoints)
    filmed[..., 1] += _size(keypoints) * _curve(rng, frames, knots, 0.3)[:, None]
    return filmed


def _curve(rng: np.random.Generator, frames: int, knots: int, spread: float):
    """A broken line through random heights."""
    places = np.linspace(0, 1, knots)
    return np.interp(np.linspace(0, 1, frames), places, rng.normal(0, spread, knots))
