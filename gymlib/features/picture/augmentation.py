"""Clips like a clip, the picture included: :mod:`gymlib.features.augmentation` for both."""

import numpy as np
from jaxtyping import Float, Int

from gymlib.features.augmentation import SHORTEST, _at, _filmed, _size, _times, lose
from gymlib.features.picture.points import CELLS, mirror, split

BLIND = 1 / 8
"""Share of the clips without a picture, so that a network of both answers those without a film."""


def vary_picture(
    rng: np.random.Generator,
    points: Float[np.ndarray, "frames 54 2"],
    labels: Int[np.ndarray, " frames"],
) -> tuple[Float[np.ndarray, "varied 54 2"], Int[np.ndarray, " varied"]]:
    """What :func:`gymlib.features.augmentation.vary` does to a clip, and more gaps among its poses.

    Who is filmed twice as fast moves twice as far between two frames. The picture's scale and its
    vectors are a little wrong, as they are where a torso is measured badly and films are noisy.
    """
    body, seen = split(points)
    points = np.concatenate([lose(rng, body, labels), seen], axis=1)
    times = np.arange(len(labels), dtype=float)
    if rng.random() < 0.7:
        times = _times(rng, len(labels))
    if rng.random() < 0.4 and len(times) > SHORTEST:
        first, last = rng.integers(0, max(len(times) // 4, 1), 2)
        times = times[first : len(times) - last]
    points, labels = _at(points, labels, times)
    if len(times) > 1:
        points[:, CELLS] *= np.gradient(times)[:, None, None]
    if rng.random() < 0.5:
        points = mirror(points)
    body, seen = split(points * np.array([rng.uniform(0.7, 1.1), 1]))
    if rng.random() < 0.5:
        body = _filmed(rng, body)
    body = body + rng.normal(0, _size(body) * rng.uniform(0.02, 0.05), body.shape)
    points = np.concatenate([body, seen * np.exp(rng.normal(0, 0.15))], axis=1)
    points[:, CELLS] += rng.normal(0, 0.005, points[:, CELLS].shape)
    points[:, CELLS.stop :] += rng.normal(0, 0.05, points[:, CELLS.stop :].shape)
    return points.astype(np.float32), labels


def vary_both(
    rng: np.random.Generator,
    points: Float[np.ndarray, "frames 54 2"],
    labels: Int[np.ndarray, " frames"],
) -> tuple[Float[np.ndarray, "varied points 2"], Int[np.ndarray, " varied"]]:
    """:func:`vary_picture`, but some clips lose their picture (Neverova et al. 2016, ModDrop)."""
    points, labels = vary_picture(rng, points, labels)
    return (split(points)[0] if rng.random() < BLIND else points), labels
