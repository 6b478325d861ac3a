"""Points that were not seen in a frame with a pose, or that an estimator does not have at all.

In keypoints.parquet they are NaN. Who needs a whole body takes what stands in for them: something
between the frames around a short gap, the same point of the other side, the end of the limb as an
average body has it. None of it is data, and nothing but models and measurements may see it.
"""

import numpy as np
from jaxtyping import Bool, Float

from gymlib.skeleton import INDEX, KEYPOINTS, MIRROR, middle

GAP = 7
"""Frames of the longest gap that straight lines close; the networks were taught gaps so long."""
_FACE = slice(0, 11)
_TRUNK = [INDEX[f"{side}_{part}"] for part in ("shoulder", "hip") for side in ("left", "right")]
SOLE, HAND, NECK = 0.038 / 0.234, 0.055 / 0.142, 0.108 / 0.305
"""How far sole, hand and head lie beyond ankle, wrist and shoulders, as shares of the shank, the
forearm and the trunk before them; of :class:`gymlib.simulation.motion.proportions.Proportions`
(Winter 2009, figure 4.1)."""
_LIMBS = {
    "elbow": ("shoulder", "shoulder", 0), "wrist": ("elbow", "elbow", 0),
    "pinky": ("elbow", "wrist", HAND), "index": ("elbow", "wrist", HAND),
    "thumb": ("elbow", "wrist", HAND), "knee": ("hip", "hip", 0), "ankle": ("knee", "knee", 0),
    "heel": ("knee", "ankle", SOLE), "foot_index": ("knee", "ankle", SOLE),
}  # fmt: skip
"""Point -> two joints before it on its limb, and how far it lies beyond the second."""


def trunk_seen(keypoints: Float[np.ndarray, "frames 33 2"]) -> Bool[np.ndarray, " frames"]:
    """Frames with a hip and a shoulder: less is no pose, for nothing tells where the body is."""
    seen = np.isfinite(keypoints[:, _TRUNK]).all(axis=2).reshape(-1, 2, 2)  # (frames, part, side)
    return seen.any(axis=2).all(axis=1)


def completed(
    keypoints: Float[np.ndarray, "frames 33 2"], detected: Bool[np.ndarray, " frames"]
) -> Float[np.ndarray, "frames 33 2"]:
    """Keypoints without NaN in the frames with a pose; what was seen stays as it is.

    A missing hip or shoulder stands where the other one is. Any other point stands, in this order:
    on a straight line about the mid-hip between the frames around a gap of at most :data:`GAP`;
    where that of the other side is; at the joint before it, or beyond it (:data:`SOLE`,
    :data:`HAND`); in the face in the middle of what is seen of it, or above the shoulders
    (:data:`NECK`). All of it is the same in pixels and in shares of the picture.

    A frame without both hips or both shoulders keeps its NaN, and so does a point of which only x
    or only y is missing: that is no missing point but a broken table.
    """
    rows = np.flatnonzero(detected)
    if np.isfinite(keypoints[rows]).all():
        return keypoints
    body = keypoints[rows].astype(np.float64)
    missing = np.isnan(body).all(axis=2)
    _take(body, body[:, MIRROR], missing & np.isin(np.arange(len(KEYPOINTS)), _TRUNK))
    _bridge(body, rows, missing)
    _take(body, body[:, MIRROR], missing)
    for part, (before, joint, beyond) in _LIMBS.items():
        for side in ("left", "right"):
            first, last = body[:, INDEX[f"{side}_{before}"]], body[:, INDEX[f"{side}_{joint}"]]
            point = slice(INDEX[f"{side}_{part}"], INDEX[f"{side}_{part}"] + 1)
            end = (last + beyond * (last - first))[:, None]
            _take(body[:, point], end, missing[:, point])
    _take(body[:, _FACE], _head(body, missing)[:, None], missing[:, _FACE])
    result = keypoints.copy()
    result[rows] = body
    return result


def _take(body, other, missing) -> None:
    """Write ``other`` into the points that are missing and not yet stood in for."""
    open_ = missing & np.isnan(body).all(axis=2)
    body[open_] = np.broadcast_to(other, body.shape)[open_]


def _bridge(body, rows, missing) -> None:
    """Short gaps of a limb on straight lines between the frames around them, about the mid-hip."""
    hip = middle(body, "hip")
    about = body - hip[:, None]
    for point in set(np.flatnonzero(missing.any(axis=0))) - set(_TRUNK):
        lost, seen = np.flatnonzero(missing[:, point]), np.flatnonzero(~missing[:, point])
        after = np.searchsorted(seen, lost)
        inside = (after > 0) & (after < len(seen))
        lost, after = lost[inside], after[inside]
        lost = lost[rows[seen[after]] - rows[seen[after - 1]] <= GAP + 1]
        for axis in (0, 1) if len(lost) else ():
            between = np.interp(rows[lost], rows[seen], about[seen, point, axis])
            body[lost, point, axis] = between + hip[lost, axis]


def _head(body, missing) -> Float[np.ndarray, "frames 2"]:
    """The middle of what is seen of the face; above the shoulders where nothing is."""
    seen = ~missing[:, _FACE, None]
    number = seen.sum(axis=1)
    shoulder = middle(body, "shoulder")
    above = shoulder + NECK * (shoulder - middle(body, "hip"))
    total = np.where(seen, body[:, _FACE], 0).sum(axis=1)
    return np.where(number, total / np.maximum(number, 1), above)
