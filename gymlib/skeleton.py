"""The BlazePose skeleton: 33 named keypoints, the bones between them, left/right pairs.

Names, order and connections are those of BlazePose (Bazarevsky et al. 2020,
"BlazePose: On-device Real-time Body Pose Tracking", figure 2).
"""

import numpy as np
from jaxtyping import Float, Shaped

KEYPOINTS = (
    "nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye",
    "right_eye_outer", "left_ear", "right_ear", "mouth_left", "mouth_right", "left_shoulder",
    "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_pinky",
    "right_pinky", "left_index", "right_index", "left_thumb", "right_thumb", "left_hip",
    "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle", "left_heel",
    "right_heel", "left_foot_index", "right_foot_index",
)  # fmt: skip

INDEX = {name: i for i, name in enumerate(KEYPOINTS)}

_BONES = """
nose left_eye_inner, left_eye_inner left_eye, left_eye left_eye_outer, left_eye_outer left_ear,
nose right_eye_inner, right_eye_inner right_eye, right_eye right_eye_outer,
right_eye_outer right_ear, mouth_left mouth_right,
left_shoulder right_shoulder, left_shoulder left_hip, right_shoulder right_hip, left_hip right_hip,
left_shoulder left_elbow, left_elbow left_wrist, left_wrist left_pinky, left_wrist left_index,
left_wrist left_thumb, left_pinky left_index,
right_shoulder right_elbow, right_elbow right_wrist, right_wrist right_pinky,
right_wrist right_index, right_wrist right_thumb, right_pinky right_index,
left_hip left_knee, left_knee left_ankle, left_ankle left_heel, left_heel left_foot_index,
left_ankle left_foot_index,
right_hip right_knee, right_knee right_ankle, right_ankle right_heel, right_heel right_foot_index,
right_ankle right_foot_index
"""
EDGES = tuple(tuple(INDEX[name] for name in bone.split()) for bone in _BONES.split(","))
"""Bones as pairs of keypoint indices."""


def _mirrored(name: str) -> str:
    swap = {"left": "right", "right": "left"}
    return "_".join(swap.get(word, word) for word in name.split("_"))


MIRROR = np.array([INDEX[_mirrored(name)] for name in KEYPOINTS])
"""Index array (33,) that exchanges left and right: ``keypoints[:, MIRROR]``."""


def middle(
    keypoints: Float[np.ndarray, "*frames 33 axes"], part: str
) -> Float[np.ndarray, "*frames axes"]:
    """Midpoint of the left and right keypoint of a body part ("hip", "shoulder", ...).

    NaN in either side gives NaN. Works for any number of leading and spatial axes.

    >>> body = np.zeros((1, 33, 2))
    >>> body[:, INDEX["left_hip"]] = 4, 2
    >>> middle(body, "hip")
    array([[2., 1.]])
    """
    left, right = INDEX[f"left_{part}"], INDEX[f"right_{part}"]
    return (keypoints[..., left, :] + keypoints[..., right, :]) / 2


def torso_length(keypoints: Float[np.ndarray, "*frames 33 axes"]) -> Float[np.ndarray, "*frames"]:
    """Distance from mid-shoulder to mid-hip, in the units of ``keypoints`` (use pixels).

    >>> body = np.zeros((1, 33, 2))
    >>> body[:, [INDEX["left_shoulder"], INDEX["right_shoulder"]], 1] = -60
    >>> torso_length(body)
    array([60.])
    """
    return np.linalg.norm(middle(keypoints, "shoulder") - middle(keypoints, "hip"), axis=-1)


def mirror(
    keypoints: Shaped[np.ndarray, "*frames 33 axes"],
) -> Shaped[np.ndarray, "*frames 33 axes"]:
    """Exchange left and right keypoints; coordinates stay where they are.

    >>> numbered = np.arange(33).reshape(1, 33, 1)
    >>> mirror(numbered)[0, INDEX["left_hip"]] == INDEX["right_hip"]
    array([ True])
    """
    return keypoints[..., MIRROR, :]


def to_pixels(
    keypoints: Float[np.ndarray, "frames 33 2"], width: int | float, height: int | float
) -> Float[np.ndarray, "frames 33 2"]:
    """x / width, y / height back to pixels, where lengths and angles are true."""
    return keypoints * np.array([width, height], dtype=keypoints.dtype)
