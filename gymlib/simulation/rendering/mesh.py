"""A surface of small coloured quadrilaterals that hangs on a skeleton and moves with it.

Every point hangs on a frame (an origin and the axes forward, left, up) that is computed from the
33 joints; the torso's points hang on two, pelvis and chest, in shares.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from gymlib.simulation.motion.pose import unit
from gymlib.skeleton import INDEX, middle

BONES = {
    f"{side}_{name}": (f"{side}_{a}", f"{side}_{b}")
    for side in ("left", "right")
    for name, a, b in (
        ("upper_arm", "shoulder", "elbow"), ("forearm", "elbow", "wrist"),
        ("thigh", "hip", "knee"), ("shank", "knee", "ankle"), ("thumb", "wrist", "thumb"),
    )
}  # fmt: skip
"""Limbs whose frame stands at the first joint and looks at the second."""

FRAMES = ("pelvis", "chest", "neck", "head", *BONES, "left_hand", "right_hand", "left_foot",
          "right_foot")  # fmt: skip
FRAME = {name: i for i, name in enumerate(FRAMES)}

BEND = 0.4
"""Share of the torso's length that moves with the pelvis; the rest moves with the chest."""


@dataclass(frozen=True)
class Mesh:
    """Quadrilaterals hanging on frames.

    Attributes
    ----------
    points, other_points : (points, 3) local coordinates in the point's two frames, metres.
    frames, other_frames : (points,) index of these frames in :data:`FRAMES`.
    weights : (points,) share of the second frame, 0 to 1.
    quads : (quads, 4) corner points, anticlockwise seen from outside.
    colours : (quads, 3) RGB, 0 to 255, under white light.
    lift : (quads,) metres by which a quad comes forward in the order of drawing.
    torso : length of the straight torso, metres.
    """

    points: Float[np.ndarray, "points 3"]
    other_points: Float[np.ndarray, "points 3"]
    frames: Int[np.ndarray, " points"]
    other_frames: Int[np.ndarray, " points"]
    weights: Float[np.ndarray, " points"]
    quads: Int[np.ndarray, "quads 4"]
    colours: Float[np.ndarray, "quads 3"]
    lift: Float[np.ndarray, " quads"]
    torso: float

    def pose(
        self, joints: Float[np.ndarray, "moments 33 3"]
    ) -> Float[np.ndarray, "moments points 3"]:
        """World coordinates, metres, of all points for each of some poses."""
        origins, axes = frames_of(joints, self.torso)
        placed = origins[:, self.frames] + np.einsum(
            "mpij,pj->mpi", axes[:, self.frames], self.points
        )
        shared = np.flatnonzero(self.weights)
        other = origins[:, self.other_frames[shared]] + np.einsum(
            "mpij,pj->mpi", axes[:, self.other_frames[shared]], self.other_points[shared]
        )
        share = self.weights[shared, None]
        placed[:, shared] = (1 - share) * placed[:, shared] + share * other
        return placed


class MeshBuilder:
    """Collects surfaces, one after the other, into a mesh."""

    def __init__(self):
        self._columns = {name: [] for name in Mesh.__annotations__ if name != "torso"}
        self._count = 0

    def add(self, surface, colours, frame: str, lift: float = 0.0, other=None) -> None:
        """Add a surface (points, quads) that hangs on ``frame``.

        ``colours`` is one RGB or one per quad; ``other`` is (frame, points, weights) where the
        points hang on a second frame too.
        """
        points, quads = surface
        second, second_points, weights = other or (frame, points, np.zeros(len(points)))
        columns = {
            "points": points,
            "other_points": second_points,
            "frames": np.full(len(points), FRAME[frame]),
            "other_frames": np.full(len(points), FRAME[second]),
            "weights": weights,
            "quads": quads + self._count,
            "colours": np.broadcast_to(np.asarray(colours, float), (len(quads), 3)),
            "lift": np.full(len(quads), lift),
        }
        for name, values in columns.items():
            self._columns[name].append(values)
        self._count += len(points)

    def mesh(self, torso: float) -> Mesh:
        """All surfaces together; points without the last bits, which are others elsewhere."""
        columns = {name: np.concatenate(values) for name, values in self._columns.items()}
        for name in ("points", "other_points"):
            columns[name] = np.round(columns[name], 7)
        return Mesh(**columns, torso=torso)


def frames_of(joints: Float[np.ndarray, "moments 33 3"], torso: float):
    """Origins (moments, frames, 3) and axes (moments, frames, 3, 3) of all frames.

    Axes are unit columns forward, left, up. "Up" runs along the spine for pelvis, chest, neck
    and head, from the first to the second joint for limbs, and to the toes for feet.
    ``torso`` is the length of the straight torso: the shorter the way from hips to shoulders,
    the rounder the back (hollow, if the thighs are behind the body).
    """
    at = {name: joints[:, i] for name, i in INDEX.items()}
    hips, shoulders, ears = (middle(joints, part) for part in ("hip", "shoulder", "ear"))
    across_hips = at["left_hip"] - at["right_hip"]
    across_chest = at["left_shoulder"] - at["right_shoulder"]
    across_head = at["left_ear"] - at["right_ear"]
    thighs = middle(joints, "knee") - hips
    pelvis, chest = _bent_spine(hips, shoulders, across_hips, thighs, torso)
    rows = [  # origin, up, left, in the order of FRAMES
        (hips, pelvis, across_hips),
        (shoulders, chest, across_chest),
        (shoulders, ears - shoulders, across_chest),
        (ears, np.cross(at["nose"] - ears, across_head), across_head),
    ]
    for bone, (a, b) in BONES.items():
        across = across_hips if "thigh" in bone or "shank" in bone else across_chest
        rows.append((at[a], at[b] - at[a], across))
    for side in ("left", "right"):
        wrist, index, pinky = (at[f"{side}_{p}"] for p in ("wrist", "index", "pinky"))
        rows.append((wrist, (index + pinky) / 2 - wrist, index - pinky))
    for side in ("left", "right"):
        heel, toe, ankle = (at[f"{side}_{p}"] for p in ("heel", "foot_index", "ankle"))
        rows.append((heel, toe - heel, np.cross(toe - heel, ankle - heel)))
    origins, ups, lefts = (np.stack(column, axis=1) for column in zip(*rows))
    return origins, axes(ups, lefts)


def axes(up: Float[np.ndarray, "*any 3"], left: Float[np.ndarray, "*any 3"]):
    """Matrices (..., 3, 3) with columns forward, left, up; up is kept, left is made square to it.

    Where both are parallel, any perpendicular direction serves as left.
    """
    up = unit(up)
    spare = np.where(np.abs(up[..., :1]) < 0.8, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    square = left - (left * up).sum(axis=-1, keepdims=True) * up
    parallel = np.linalg.norm(square, axis=-1, keepdims=True) < 1e-3
    left = unit(np.where(parallel, np.cross(up, spare), square))
    return np.stack([np.cross(left, up), left, up], axis=-1)


def tube(rings: Float[np.ndarray, "rings 4"], around: int = 12):
    """A surface through elliptical rings: rows of (height, half depth, half width, forward).

    The rings run upwards; ``forward`` shifts their centres. Returns points (rings * around, 3)
    and quads (.., 4), ring by ring.
    """
    angle = np.arange(around) * 2 * np.pi / around
    height, depth, width, forward = np.asarray(rings, float).T[..., None]
    points = np.stack(
        np.broadcast_arrays(forward + depth * np.cos(angle), width * np.sin(angle), height), axis=-1
    )
    ring, step = np.meshgrid(np.arange(len(points) - 1), np.arange(around), indexing="ij")
    low, low_next = ring * around + step, ring * around + (step + 1) % around
    quads = np.stack([low, low_next, low_next + around, low + around], axis=-1)
    return points.reshape(-1, 3), quads.reshape(-1, 4)


def _bent_spine(hips, shoulders, across, thighs, torso):
    """Directions of the lower and the upper spine, two rods between hips and shoulders."""
    straight = shoulders - hips
    length = np.linalg.norm(straight, axis=-1)
    lower, upper = BEND * torso, (1 - BEND) * torso
    cosine = (length**2 - lower**2 - upper**2) / (2 * lower * upper)
    bend = np.arccos(np.clip(cosine, np.cos(1.5), 1))
    at_hips = np.arctan2(upper * np.sin(bend), lower + upper * np.cos(bend))
    forward = np.cross(unit(across), unit(straight))
    flexed = (unit(thighs) * forward).sum(axis=-1)
    rounding = np.clip(5 * flexed + 0.5, -1, 1)

    def leant(angle):
        angle = (angle * rounding)[:, None]
        return np.cos(angle) * unit(straight) + np.sin(angle) * unit(forward)

    return leant(-at_hips), leant(bend - at_hips)
