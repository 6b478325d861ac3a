"""A pose as joint angles, and its keypoints: forward kinematics and back.

The body's own axes are x forward, y left, z up, with the origin between the hips. An angle of
zero everywhere is a person standing upright with hanging arms. Flexion brings a limb forward
(knee: the shank backward), abduction away from the body, rotation inward; the ankle's angle is
positive with pointed toes. Angles are radians in arrays and degrees where people write them.
"""

import numpy as np
from jaxtyping import Float

from gymlib.simulation.motion.proportions import Proportions
from gymlib.skeleton import INDEX

_LIMB = (
    "shoulder", "shoulder_abduction", "shoulder_rotation", "elbow",
    "hip", "hip_abduction", "hip_rotation", "knee", "ankle",
)  # fmt: skip
_SPINE = ("lumbar", "lumbar_side", "lumbar_twist", "neck", "neck_side", "neck_turn")
ANGLES = (*_SPINE, *(f"left_{n}" for n in _LIMB), *(f"right_{n}" for n in _LIMB))
"""The 24 joint angles, in the order of the last axis of every angle array."""

LIMITS = {
    "lumbar": (-35, 75), "lumbar_side": (-40, 40), "lumbar_twist": (-45, 45),
    "neck": (-60, 60), "neck_side": (-40, 40), "neck_turn": (-80, 80),
    "shoulder": (-65, 195), "shoulder_abduction": (-40, 180), "shoulder_rotation": (-90, 90),
    "elbow": (0, 150), "hip": (-35, 140), "hip_abduction": (-35, 75), "hip_rotation": (-60, 60),
    "knee": (0, 158), "ankle": (-40, 70),
}  # fmt: skip
"""Least and greatest angle a trained but ordinary person reaches, degrees (American Academy of
Orthopaedic Surgeons 1965, "Joint Motion", widened by what gymnasts reach in passing)."""

SIDES = (("left", 1.0), ("right", -1.0))


def _plain(angle: str) -> str:
    return angle.removeprefix("left_").removeprefix("right_")


LOWEST, HIGHEST = np.radians([LIMITS[_plain(name)] for name in ANGLES]).T
"""The limits of :data:`ANGLES` in radians, (24,) each."""


def pose(base: Float[np.ndarray, "24"] | None = None, **degrees: float) -> Float[np.ndarray, "24"]:
    """A pose from named angles in degrees; the rest is that of ``base`` (default: standing).

    ``knee=90`` bends both knees, ``left_knee=90`` one. An unknown name raises ValueError.
    """
    angles = np.zeros(len(ANGLES)) if base is None else base.copy()
    for name, value in degrees.items():
        both = [i for i, n in enumerate(ANGLES) if n in (name, f"left_{name}", f"right_{name}")]
        if not both:
            raise ValueError(f"unknown angle {name!r}; expected one of {', '.join(ANGLES)}")
        angles[both] = np.radians(value)
    return angles


def about(axis: str, angle: Float[np.ndarray, "*any"] | float) -> Float[np.ndarray, "*any 3 3"]:
    """Rotation matrices about x, y or z, right-handed; about y leans the body forward."""
    i, j, k = {"x": (1, 2, 0), "y": (2, 0, 1), "z": (0, 1, 2)}[axis]
    angle = np.asarray(angle, dtype=float)
    matrix = np.zeros((*angle.shape, 3, 3))
    cos, sin = np.cos(angle), np.sin(angle)
    matrix[..., k, k] = 1
    matrix[..., i, i] = matrix[..., j, j] = cos
    matrix[..., i, j], matrix[..., j, i] = -sin, sin
    return matrix


def orientation(euler: Float[np.ndarray, "*any 3"]) -> Float[np.ndarray, "*any 3 3"]:
    """Pelvis orientation from yaw (turn left), pitch (lean forward) and roll (lean right)."""
    yaw, pitch, roll = np.moveaxis(euler, -1, 0)
    return about("z", yaw) @ about("y", pitch) @ about("x", roll)


def euler(matrix: Float[np.ndarray, "*any 3 3"]) -> Float[np.ndarray, "*any 3"]:
    """Yaw, pitch and roll of an orientation; the inverse of :func:`orientation` for pitches
    within +-90 degrees."""
    pitch = np.arcsin(np.clip(-matrix[..., 2, 0], -1, 1))
    yaw = np.arctan2(matrix[..., 1, 0], matrix[..., 0, 0])
    roll = np.arctan2(matrix[..., 2, 1], matrix[..., 2, 2])
    return np.stack([yaw, pitch, roll], axis=-1)


def forward(
    angles: Float[np.ndarray, "frames 24"],
    pelvis: Float[np.ndarray, "frames 3 3"],
    body: Proportions,
) -> Float[np.ndarray, "frames 33 3"]:
    """Keypoints in metres about the mid-hip, in the axes in which ``pelvis`` is given."""
    a = {name: angles[:, i] for i, name in enumerate(ANGLES)}
    chest = (
        pelvis @ about("z", a["lumbar_twist"]) @ about("y", a["lumbar"])
        @ about("x", a["lumbar_side"])
    )  # fmt: skip
    # The bend of the spine sits below its middle: the pelvis carries the lower 40% of the torso.
    middle = 0.4 * body.torso * pelvis[:, :, 2] + 0.6 * body.torso * chest[:, :, 2]
    head = chest @ about("z", a["neck_turn"]) @ about("y", a["neck"]) @ about("x", a["neck_side"])
    ears = middle + 0.4 * body.neck * chest[:, :, 2] + 0.6 * body.neck * head[:, :, 2]
    joints = np.zeros((len(angles), 33, 3))
    for name, place in _face(body).items():
        joints[:, INDEX[name]] = ears + head @ place
    for side, sign in SIDES:
        shoulder = middle + sign * body.shoulders / 2 * chest[:, :, 1]
        upper = chest @ _swing(a, f"{side}_shoulder", sign)
        lower = upper @ about("y", -a[f"{side}_elbow"])
        elbow = shoulder - body.upper_arm * upper[:, :, 2]
        hip = sign * body.hips / 2 * pelvis[:, :, 1]
        thigh = pelvis @ _swing(a, f"{side}_hip", sign)
        shank = thigh @ about("y", a[f"{side}_knee"])
        knee = hip - body.thigh * thigh[:, :, 2]
        ankle = knee - body.shank * shank[:, :, 2]
        wrist = elbow - body.forearm * lower[:, :, 2]
        for name, place in (
            ("shoulder", shoulder), ("elbow", elbow), ("wrist", wrist), ("hip", hip),
            ("knee", knee), ("ankle", ankle),
        ):  # fmt: skip
            joints[:, INDEX[f"{side}_{name}"]] = place
        place_fingers(joints, side, -lower[:, :, 2], lower[:, :, 0], body)
        place_foot(joints, side, ankle, shank @ about("y", a[f"{side}_ankle"]), body)
    return joints


def place_fingers(joints, side, along, across, body: Proportions) -> None:
    """Write three fingertips, given the hand's direction and that of its thumb (frames, 3)."""
    wrist = joints[:, INDEX[f"{side}_wrist"]]
    for finger, far, wide in (("pinky", 1.0, -0.35), ("index", 1.1, 0.2), ("thumb", 0.55, 0.4)):
        joints[:, INDEX[f"{side}_{finger}"]] = wrist + body.hand * (far * along + wide * across)


def place_foot(joints, side, ankle, foot, body: Proportions) -> None:
    """Write heel and toe, given the ankle (frames, 3) and the foot's axes (frames, 3, 3)."""
    for name, along in (("heel", -body.heel), ("foot_index", body.toe)):
        offset = along * foot[:, :, 0] - body.ankle * foot[:, :, 2]
        joints[:, INDEX[f"{side}_{name}"]] = ankle + offset


def leg_angles(
    pelvis: Float[np.ndarray, "frames 3 3"], joints: Float[np.ndarray, "frames 33 3"], side: str
) -> Float[np.ndarray, "frames 5"]:
    """Hip flexion, abduction, rotation, knee and ankle angle of one leg, from its keypoints."""
    sign = dict(SIDES)[side]
    hip, knee, ankle, toe, heel = (
        joints[:, INDEX[f"{side}_{n}"]] for n in ("hip", "knee", "ankle", "foot_index", "heel")
    )
    u, v = unit(knee - hip), unit(ankle - knee)
    u_body = np.einsum("fji,fj->fi", pelvis, u)
    flexion = np.arctan2(u_body[:, 0], -u_body[:, 2])
    abduction = np.arcsin(np.clip(sign * u_body[:, 1], -1, 1))
    plain = pelvis @ about("y", -flexion) @ about("x", sign * abduction)
    bend = np.einsum("fji,fj->fi", plain, v)  # shank in the axes of an unrotated thigh
    knee_angle = np.arccos(np.clip(np.einsum("fk,fk->f", u, v), -1, 1))
    bent = np.clip(np.sin(knee_angle) / 0.2, 0, 1)  # a straight leg has no rotation to be seen
    rotation = np.arctan2(-bend[:, 1], -bend[:, 0]) * np.where(bend[:, 0] < 0, bent, 0)
    shank = plain @ about("z", rotation) @ about("y", knee_angle)
    foot = np.einsum("fji,fj->fi", shank, toe - heel)
    point = np.arctan2(-foot[:, 2], foot[:, 0])
    return np.stack([flexion, abduction, sign * rotation, knee_angle, point], axis=-1)


def unit(vectors: Float[np.ndarray, "*any 3"]) -> Float[np.ndarray, "*any 3"]:
    """Vectors of length one; a zero vector stays zero."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


def _swing(a: dict, joint: str, sign: float) -> Float[np.ndarray, "frames 3 3"]:
    """Axes of a limb's first segment relative to the trunk."""
    return (
        about("y", -a[joint]) @ about("x", sign * a[f"{joint}_abduction"])
        @ about("z", sign * a[f"{joint}_rotation"])
    )  # fmt: skip


def _face(body: Proportions) -> dict[str, Float[np.ndarray, "3"]]:
    """Places of the eleven face keypoints about the point between the ears, metres."""
    h = body.head
    places = {"nose": (1.15, 0, -0.1)}
    for side, sign in SIDES:
        places |= {
            f"{side}_ear": (0, 0.8 * sign, 0), f"mouth_{side}": (0.98, 0.27 * sign, -0.6),
            f"{side}_eye_inner": (0.98, 0.2 * sign, 0.27), f"{side}_eye": (0.95, 0.35 * sign, 0.28),
            f"{side}_eye_outer": (0.85, 0.5 * sign, 0.27),
        }  # fmt: skip
    return {name: h * np.array(place) for name, place in places.items()}
