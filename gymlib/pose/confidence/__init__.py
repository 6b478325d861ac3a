"""How probable it is that an estimate is right, from what the network says and how it looks.

Logistic regression (Cox 1958) of the share of body joints within 0.2 torso of the truth. The
numbers in ``fitted.json`` were fitted on simulated clips, see :mod:`calibration`.
"""

from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import Float
from scipy.special import expit

from gymlib.files.atomic import read_json
from gymlib.pose.landmarks import Estimate
from gymlib.pose.region import torso_angle, turn
from gymlib.skeleton import INDEX, torso_length

BODY = np.array(
    [
        INDEX[f"{side}_{part}"]
        for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
        for side in ("left", "right")
    ]
)
"""The twelve joints that a pose is judged by."""
HEAD = np.arange(11)
PARTS = ("head", "shoulder", "elbow", "hand", "hip", "knee", "foot")
_PART = np.array([0] * 11 + [1] * 2 + [2] * 2 + [3] * 8 + [4] * 2 + [5] * 2 + [6] * 6)
NUMBERS = Path(__file__).with_name("fitted.json")  # a folder of its own: see files.code
FEATURES = (
    "mean peak", "fourth lowest peak", "mean peak of the head", "presence", "torso, at most 1",
    "torso above 1.2", "legs, at most 0.7", "turned against the region",
)  # fmt: skip
_LEGS = [
    [INDEX[f"{side}_{a}"], INDEX[f"{side}_{b}"]]
    for side in ("left", "right")
    for a, b in (("hip", "knee"), ("knee", "ankle"))
]


def features(estimate: Estimate, torso: float) -> Float[np.ndarray, " 8"]:
    """What predicts that an estimate is right, in the order of :data:`FEATURES`.

    Parameters
    ----------
    torso : the body's torso length in pixels as expected; lengths are compared with it.
    """
    points = estimate.keypoints
    body = np.sort(estimate.peaks[BODY])
    length = torso_length(points[None])[0] / torso
    legs = [np.linalg.norm(points[a] - points[b]) for a, b in _LEGS]
    turned = abs(turn(float(torso_angle(points)) - estimate.region.angle))
    return np.array(
        [
            body.mean(),
            body[3],
            estimate.peaks[HEAD].mean(),
            estimate.presence,
            min(length, 1),
            max(length - 1.2, 0),
            min(np.mean(legs) / torso, 0.7),
            min(turned, 1),
        ]
    )


def confidence(evidence: Float[np.ndarray, " features"]) -> float:
    """Expected share of body joints that are right (either side counts), 0 to 1, by
    :func:`features`.
    """
    numbers = fitted()["candidate"]
    return float(expit(evidence @ numbers["weights"] + numbers["bias"]))


@cache
def fitted() -> dict:
    """The fitted numbers: per model "weights" and "bias"."""
    return read_json(NUMBERS)


def fit_logistic(
    values: Float[np.ndarray, "cases features"],
    shares: Float[np.ndarray, " cases"],
    ridge: float = 1e-3,
) -> dict:
    """Weights and bias of the logistic regression of shares between 0 and 1, by Newton's method.

    Parameters
    ----------
    ridge : penalty on the squared weights per case; keeps features that say the same apart.
    """
    design = np.column_stack([values, np.ones(len(values))])
    penalty = ridge * len(values) * np.diag([*np.ones(values.shape[1]), 0])
    found = np.zeros(design.shape[1])
    for _ in range(50):
        expected = expit(design @ found)
        gradient = design.T @ (shares - expected) - penalty @ found
        hessian = (design * (expected * (1 - expected))[:, None]).T @ design + penalty
        step = np.linalg.solve(hessian, gradient)
        found += step
        if np.abs(step).max() < 1e-9:
            break
    return {"weights": found[:-1].tolist(), "bias": float(found[-1])}


JOINT_FEATURES = ("confidence", "peak", "their product", "log10 of deviation", *PARTS)


def joint_features(
    confidence: Float[np.ndarray, " frames"],
    peaks: Float[np.ndarray, "frames 33"],
    deviation: Float[np.ndarray, "frames 33"],
) -> Float[np.ndarray, "frames 33 features"]:
    """What predicts that a keypoint of the smoothed path is right.

    Parameters
    ----------
    confidence : of the frame's candidate, 0 where there is none.
    peaks : of the candidate's points.
    deviation : of the smoothed points, torso lengths.
    """
    whole = np.repeat(confidence[:, None], 33, axis=1)
    spread = np.log10(deviation.clip(1e-3, 10))
    own = [np.where(_PART == number, 1.0, 0.0) for number in range(len(PARTS))]
    parts = np.broadcast_to(np.stack(own, axis=-1), (*peaks.shape, len(PARTS)))
    return np.concatenate([np.stack([whole, peaks, whole * peaks, spread], axis=-1), parts], axis=2)


def joint_confidence(
    confidence: Float[np.ndarray, " frames"],
    peaks: Float[np.ndarray, "frames 33"],
    deviation: Float[np.ndarray, "frames 33"],
) -> Float[np.ndarray, "frames 33"]:
    """Probability that each keypoint lies within 0.2 torso of the truth; see
    :func:`joint_features`.
    """
    numbers = fitted()["joint"]
    values = joint_features(confidence, peaks, deviation)
    return expit(values @ np.array(numbers["weights"]) + numbers["bias"])
