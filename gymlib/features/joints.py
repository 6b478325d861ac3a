"""Seventeen joints on a tree, for networks that follow the body: relative, whatever the camera.

The pelvis tells where the body is about its place in the last and next half second, every other
joint where it is about the pelvis. In torso lengths of the clip, so pixels, shares of the picture
and torso lengths give the same.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from gymlib.features.motion import HEAD, LIMIT, local_mean, trunk_of
from gymlib.skeleton import INDEX

_SIDED = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "foot")
JOINTS = ("pelvis", "neck", "head", *(f"{side}_{j}" for j in _SIDED for side in ("left", "right")))
"""Pelvis and neck are the middles of hips and shoulders, the head is the mean of the face."""

_ABOVE = {"neck": "pelvis", "head": "neck"} | {
    f"{side}_{joint}": f"{side}_{above}" if above in _SIDED else above
    for side in ("left", "right")
    for joint, above in (
        ("shoulder", "neck"), ("elbow", "shoulder"), ("wrist", "elbow"), ("hip", "pelvis"),
        ("knee", "hip"), ("ankle", "knee"), ("foot", "ankle"),
    )
}  # fmt: skip
BONES = tuple((JOINTS.index(_ABOVE[joint]), JOINTS.index(joint)) for joint in JOINTS[1:])
"""Pairs of joint numbers, the one nearer to the pelvis first."""

PARTS = {
    "trunk": ("pelvis", "neck", "head"),
    "left arm": ("left_shoulder", "left_elbow", "left_wrist"),
    "right arm": ("right_shoulder", "right_elbow", "right_wrist"),
    "left leg": ("left_hip", "left_knee", "left_ankle", "left_foot"),
    "right leg": ("right_hip", "right_knee", "right_ankle", "right_foot"),
}
"""The five parts of the body (Du et al. 2015, section 3.2)."""

_KEYPOINTS = [
    INDEX[joint.replace("foot", "foot_index")] for joint in JOINTS if joint not in JOINTS[:3]
]


def joints(keypoints: Float[Tensor, "frames 33 2"]) -> Float[Tensor, "frames 17 2"]:
    """The joints of a clip in the order of :data:`JOINTS`, within six torso lengths.

    NaN in a keypoint makes what is derived from it NaN.
    """
    hip, shoulder, torso = trunk_of(keypoints)
    head = keypoints[:, HEAD].mean(dim=1)
    others = torch.cat([torch.stack([shoulder, head], 1), keypoints[:, _KEYPOINTS]], 1)
    place = torch.cat([hip[:, k : k + 1] - local_mean(hip[:, k : k + 1]) for k in (0, 1)], 1)
    body = torch.cat([place[:, None], others - hip[:, None]], dim=1)
    return (body / torso).clamp(-LIMIT, LIMIT)
