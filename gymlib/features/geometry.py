"""Relations of joints and lines in each frame: distances, orientations, angles.

Zhang et al. (2017), section 3, in two dimensions. Their features of planes (distance of a joint
from one, angle of a line with one, angle of two) are left out: in a picture all joints lie in one
plane, so the first is always zero and the others have no meaning. All of these say how the body
is held, not where it is; in torso lengths of the clip or in radians.
"""

from itertools import combinations

import torch
from jaxtyping import Float
from torch import Tensor

from gymlib.features.joints import BONES, JOINTS, joints

_ABOVE = {below: above for above, below in BONES}
ENDS = tuple(
    JOINTS.index(name) for name in ("head", "left_wrist", "right_wrist", "left_foot", "right_foot")
)
LINES = (
    *BONES,  # from a joint to its neighbour
    *((_ABOVE[_ABOVE[end]], end) for end in ENDS),  # from an end to the joint two steps away
    *combinations(ENDS, 2),  # from an end to another
)
"""Pairs of joint numbers: the three kinds of lines of Zhang et al. (2017), section 3."""

PAIRS = tuple(combinations(range(len(JOINTS)), 2))
_JOINT_LINES = [(j, *line) for line in LINES for j in range(len(JOINTS)) if j not in line]
_LINE_PAIRS = tuple(combinations(range(len(LINES)), 2))

SIZES = {
    "joint_joint_distance": len(PAIRS),
    "joint_joint_orientation": 2 * len(PAIRS),
    "joint_line_distance": len(_JOINT_LINES),
    "line_line_angle": len(_LINE_PAIRS),
}
"""Kind of feature -> how many of it a frame has."""

SHORTEST = 1e-6
"""Torso lengths: what is shorter has no direction, so its unit vector is zero."""


def relations(
    keypoints: Float[Tensor, "frames 33 2"], kinds: tuple[str, ...]
) -> Float[Tensor, "frames features"]:
    """The features of these kinds (see :data:`SIZES`), one after the other, for each frame."""
    body = joints(keypoints)
    return torch.cat([_RELATIONS[kind](body) for kind in kinds], dim=1)


def _between(body: Float[Tensor, "frames 17 2"], pairs) -> Float[Tensor, "frames pairs 2"]:
    first, second = zip(*pairs)
    return body[:, list(second)] - body[:, list(first)]


def _length(vectors: Float[Tensor, "*shape 2"]) -> Float[Tensor, "*shape"]:
    return torch.linalg.vector_norm(vectors, dim=-1)


def _unit(vectors: Float[Tensor, "*shape 2"]) -> Float[Tensor, "*shape 2"]:
    return vectors / _length(vectors)[..., None].clamp(min=SHORTEST)


def joint_joint_distance(body: Float[Tensor, "frames 17 2"]) -> Float[Tensor, "frames pairs"]:
    """JJ_d: the distance of every two joints."""
    return _length(_between(body, PAIRS))


def joint_joint_orientation(body: Float[Tensor, "frames 17 2"]) -> Float[Tensor, "frames twice"]:
    """JJ_o: the unit vector from every joint to every later one, x and y in turn.

    The only kind that knows which way is up.
    """
    return _unit(_between(body, PAIRS)).flatten(1)  # (frames, pairs, 2) -> (frames, 2 * pairs)


def joint_line_distance(body: Float[Tensor, "frames 17 2"]) -> Float[Tensor, "frames pairs"]:
    """JL_d: the distance of every joint from every line that it is not an end of.

    Height of the triangle of the joint and the line's ends: its doubled area over the base.
    """
    to_joint = _between(body, [(first, joint) for joint, first, _ in _JOINT_LINES])
    line = _between(body, [(first, second) for _, first, second in _JOINT_LINES])
    area = to_joint[..., 0] * line[..., 1] - to_joint[..., 1] * line[..., 0]  # doubled
    return area.abs() / _length(line).clamp(min=SHORTEST)


def line_line_angle(body: Float[Tensor, "frames 17 2"]) -> Float[Tensor, "frames pairs"]:
    """LL_a: the angle of every two lines, 0 to pi."""
    unit = _unit(_between(body, LINES))
    first, second = (list(side) for side in zip(*_LINE_PAIRS))
    return (unit[:, first] * unit[:, second]).sum(-1).clamp(-1, 1).acos()


_RELATIONS = {
    "joint_joint_distance": joint_joint_distance,
    "joint_joint_orientation": joint_joint_orientation,
    "joint_line_distance": joint_line_distance,
    "line_line_angle": line_line_angle,
}
