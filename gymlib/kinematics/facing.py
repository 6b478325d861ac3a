"""Which way a body faces in the picture: hips and knees bend one way only.

Told from the trunk, thighs, shanks, feet and head in the body's own frame, so that it holds
upside down as well. It needs no left and right, which pose estimators exchange.
"""

import numpy as np
from jaxtyping import Float

from gymlib.kinematics import body
from gymlib.skeleton import INDEX, middle

_EARS = [INDEX["left_ear"], INDEX["right_ear"]]


def facing(keypoints: Float[np.ndarray, "frames 33 2"]) -> Float[np.ndarray, " frames"]:
    """Torso lengths by which the parts in front lie to the right, were the body upright.

    Positive: it faces right; near 0: towards the camera or away from it. NaN without a pose.
    Summed are thighs before the trunk, shanks behind the thighs, toes before the heels, and the
    nose before the ears, as far as each sticks out.
    """
    hip, knee, ankle = (middle(keypoints, name) for name in ("hip", "knee", "ankle"))
    trunk, thigh, shank = middle(keypoints, "shoulder") - hip, knee - hip, ankle - knee
    foot = middle(keypoints, "foot_index") - middle(keypoints, "heel")
    nose = keypoints[:, INDEX["nose"]] - keypoints[:, _EARS].mean(axis=1)
    pairs = ((thigh, trunk, 1), (shank, thigh, 1), (foot, -shank, 1), (nose, trunk, 1))
    return sum(sign * _beside(part, line) for part, line, sign in pairs) / body.torso(keypoints)


def _beside(part, line):
    """How far a part lies to the right of a line that points up, were the body upright."""
    length = np.linalg.norm(line, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (line[:, 0] * part[:, 1] - line[:, 1] * part[:, 0]) / length


def side_on(
    keypoints: Float[np.ndarray, "frames 33 2"], angles: Float[np.ndarray, " frames"]
) -> float:
    """Whether a body turns sideways: about the axis from its back to its front.

    Parameters
    ----------
    angles : of the trunk in the same frames, degrees (:class:`rotation.Rotation`).

    Returns
    -------
    Torso lengths by which shoulders and hips keep their place beside the turning trunk, less
    those by which they keep it in the picture: positive in a side somersault, negative in one
    forwards or backwards, whose axis stays.
    """
    across = np.mean(
        [
            keypoints[:, INDEX[f"left_{name}"]] - keypoints[:, INDEX[f"right_{name}"]]
            for name in ("shoulder", "hip")
        ],
        axis=0,
    )
    cos, sin = np.cos(np.radians(angles)), np.sin(np.radians(angles))
    turned = np.stack(
        [cos * across[:, 0] + sin * across[:, 1], cos * across[:, 1] - sin * across[:, 0]], axis=-1
    )
    with_trunk, in_picture = (np.linalg.norm(np.nanmean(v, axis=0)) for v in (turned, across))
    return float((with_trunk - in_picture) / body.torso(keypoints))


def turned_round(keypoints: Float[np.ndarray, "frames 33 2"], first: int, last: int) -> float:
    """1 if a body comes out of frames ``first`` to ``last`` facing the other way, 0 if not.

    That is an odd or an even number of half twists; more of a twist cannot be seen from the side.
    NaN where the body faces the camera, or has no pose, in the :data:`AROUND` frames before or
    behind.
    """
    ways = []
    for own in (keypoints[max(first - AROUND, 0) : first], keypoints[last + 1 : last + 1 + AROUND]):
        seen = facing(own)[np.isfinite(own).all(axis=(1, 2))] if len(own) else np.array([])
        ways.append(np.median(seen) if len(seen) else 0.0)
    return float(ways[0] * ways[1] < 0) if min(map(abs, ways)) > CLEARLY else np.nan


AROUND = 6
CLEARLY = 0.25
"""Torso lengths of :func:`facing` from which on a body clearly faces one way."""
