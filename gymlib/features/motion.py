"""What a body does, frame by frame, independent of place, size and height in the picture.

Everything is relative: joints to the mid-hip, the height to the ground of the last and next
half second, because cameras pan and landings lie higher or lower than take-offs. Scaled by the
clip's torso, so pixels, shares of the picture and torso lengths give the same.
"""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from gymlib.skeleton import INDEX

HEAD = slice(0, 11)
JOINTS = [
    INDEX[f"{side}_{name}"]
    for name in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "foot_index")
    for side in ("left", "right")
]
GROUND = 15
"""Frames to either side within which the body's lowest point is taken for the ground."""
LIMIT = 6.0
"""Torso lengths: what lies beyond is a broken pose."""

FEATURES = 3 * 2 * (len(JOINTS) + 1) + 3 + 6


def describe(
    keypoints: Float[Tensor, "frames 33 2"], near: bool = True
) -> Float[Tensor, "frames features"]:
    """(frames, :data:`FEATURES`) of a clip's keypoints.

    Head and 14 joints about the mid-hip; their change over one and three frames; sine and cosine
    of the trunk's angle and its change; the hip's and the lowest point's height above the local
    ground, the hip's against its mean, and its change over one, three and six frames.

    Parameters
    ----------
    near : the ground and the hip's mean are those of the frames nearby; else, to see what that is
        worth, those of the clip's first five frames and of the whole clip.
    """
    hip, shoulder, torso = trunk_of(keypoints)
    body = (keypoints - hip[:, None]) / torso
    points = torch.cat([body[:, HEAD].mean(dim=1, keepdim=True), body[:, JOINTS]], dim=1)
    points = points.flatten(1)
    trunk = (shoulder - hip) / torso
    angle = torch.atan2(trunk[:, 0], -trunk[:, 1])
    turn = torch.remainder(_change(angle[:, None], 1) + torch.pi, 2 * torch.pi) - torch.pi
    height = -hip[:, 1:] / torso  # upwards, (frames, 1)
    lowest = height - body[..., 1].amax(dim=1, keepdim=True)
    ground = -_window(functional.max_pool1d, -lowest) if near else lowest[:5].median()
    mean = local_mean(height) if near else height.mean()
    columns = [
        points, _change(points, 1), _change(points, 3),
        angle.sin()[:, None], angle.cos()[:, None], turn,
        height - ground, lowest - ground, height - mean,
        _change(height, 1), _change(height, 3), _change(height, 6),
    ]  # fmt: skip
    return torch.cat(columns, dim=1).clamp(-LIMIT, LIMIT)


def trunk_of(
    keypoints: Float[Tensor, "frames 33 2"],
) -> tuple[Float[Tensor, "frames 2"], Float[Tensor, "frames 2"], Float[Tensor, ""]]:
    """Mid-hip and mid-shoulder of every frame; the clip's torso length, their median distance."""
    hip, shoulder = (
        keypoints[:, [INDEX[f"left_{name}"], INDEX[f"right_{name}"]]].mean(dim=1)
        for name in ("hip", "shoulder")
    )
    torso = torch.linalg.vector_norm(shoulder - hip, dim=1).median().clamp(min=1e-6)
    return hip, shoulder, torso


def _change(values: Float[Tensor, "frames n"], over: int) -> Float[Tensor, "frames n"]:
    """Difference to ``over`` frames before, per frame; to the first frame where there are fewer."""
    before = torch.cat([values[:1].expand(over, -1), values])[: len(values)]
    return (values - before) / over


def local_mean(values: Float[Tensor, "frames 1"]) -> Float[Tensor, "frames 1"]:
    """Mean over :data:`GROUND` frames to either side."""
    return _window(functional.avg_pool1d, values)


def _window(pool, values: Float[Tensor, "frames 1"]) -> Float[Tensor, "frames 1"]:
    """Maximum or mean over :data:`GROUND` frames to either side, the ends repeated."""
    padded = functional.pad(values.T[None], (GROUND, GROUND), mode="replicate")
    return pool(padded, 2 * GROUND + 1, stride=1)[0].T
