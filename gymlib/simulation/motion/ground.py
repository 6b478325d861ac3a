"""A body on its feet: the centre of mass and the feet are given, hips and knees follow.

Planted feet keep their toes in place. Where a leg is too short to reach, the heel rises, as a
person's does; legs that are in the air may instead hang from the hip by their joint angles.
"""

import numpy as np
from jaxtyping import Float

from gymlib.simulation.motion.feet import Feet
from gymlib.simulation.motion.pose import SIDES, about, forward, place_fingers, place_foot, unit
from gymlib.simulation.motion.proportions import SOLE, Proportions, centre_of_mass
from gymlib.skeleton import INDEX, KEYPOINTS

_REACH = 0.9985  # of the leg's length: a knee is never locked
_PALM = 0.015  # metres from the keypoints of a hand lying on the floor down to it
_FLESH = np.full(len(KEYPOINTS), 0.05)
"""Metres from each keypoint down to what touches the floor in lying, sitting or kneeling."""
for _part, _thick in {"hip": 0.10, "wrist": 0.03, "foot_index": SOLE, "heel": SOLE}.items():
    _FLESH[[INDEX[f"{side}_{_part}"] for side, _ in SIDES]] = _thick
for _part in ("pinky", "index", "thumb"):
    _FLESH[[INDEX[f"{side}_{_part}"] for side, _ in SIDES]] = _PALM
_SOFT = 0.006  # metres
_DORSIFLEXION = np.radians(-38)  # of an ankle, at most
_STEEPEST = np.radians(78)  # of a foot on its toes


def stand(
    centre: Float[np.ndarray, "times 3"],
    pelvis: Float[np.ndarray, "times 3 3"],
    angles: Float[np.ndarray, "times 24"],
    feet: Feet,
    body: Proportions,
    floor: float = 0.0,
) -> Float[np.ndarray, "times 33 3"]:
    """Keypoints (times, 33, 3) in the world, metres, with the centre of mass at ``centre``.

    Trunk, head and arms take their joint angles; legs reach for the feet. A free leg that would
    sweep the floor (at height ``floor``) bends as much as it must.
    """
    rest = forward(angles, pelvis, body)
    place = centre - centre_of_mass(rest)
    # Moving the hips moves the legs by less, so the iteration contracts (about 0.4 per round).
    for _ in range(9):
        joints = rest + place[:, None]
        for i, (side, _sign) in enumerate(SIDES):
            if feet.free[i]:
                _clear(joints, side, floor, body)
            else:
                _reach(joints, i, side, feet, pelvis, body)
            _lay_hand(joints, side, floor, body)
        place = place + centre - centre_of_mass(joints)
    return joints


def _reach(joints, i, side, feet, pelvis, body) -> None:
    """Write knee, ankle, heel and toe of one leg."""
    hip, toe = joints[:, INDEX[f"{side}_hip"]], feet.toes[:, i]
    lift = _raise_heel(hip, toe, feet, i, body)
    ahead = about("z", feet.yaw[:, i])
    hint = 0.5 * ahead[:, :, 0] + 0.5 * pelvis[:, :, 0] + np.array([0, 0, 0.3])
    for _ in range(3):
        axes = ahead @ about("y", lift)
        ankle = toe - body.toe * axes[:, :, 0] + body.ankle * axes[:, :, 2]
        span = ankle - hip
        length = np.linalg.norm(span, axis=-1, keepdims=True)
        ankle = hip + span * np.minimum(1, _REACH * body.leg / length)
        knee = hinge(hip, ankle, body.thigh, body.shank, hint)
        # In a deep squat the shank leans further than the ankle bends: the heel comes up.
        bend = np.arcsin(np.einsum("fk,fk->f", axes[:, :, 0], unit(ankle - knee)))
        short = np.maximum(_DORSIFLEXION - bend, 0)
        if not short.any():
            break
        lift = np.minimum(lift + short, _STEEPEST)
    joints[:, INDEX[f"{side}_knee"]] = knee
    joints[:, INDEX[f"{side}_ankle"]] = ankle
    place_foot(joints, side, ankle, axes, body)


def _clear(joints, side, floor, body) -> None:
    """Lift one free foot over the floor by bending the knee more."""
    hip, knee, ankle, heel, toe = (
        INDEX[f"{side}_{name}"] for name in ("hip", "knee", "ankle", "heel", "foot_index")
    )
    low = joints[:, [heel, toe], 2].min(axis=1) - (floor + 1.6 * SOLE)
    lift = np.maximum(-low, 0)[:, None] * np.array([0, 0, 1.0])
    if not lift.any():
        return
    forward_knee = joints[:, knee] - (joints[:, hip] + joints[:, ankle]) / 2
    joints[:, [ankle, heel, toe]] += lift[:, None]
    joints[:, knee] = hinge(
        joints[:, hip], joints[:, ankle], body.thigh, body.shank,
        forward_knee + 0.05 * (joints[:, toe] - joints[:, heel]),
    )  # fmt: skip


def _raise_heel(hip, toe, feet, i, body):
    """The least angle of the foot, at least ``feet.lift``, with which the ankle is in reach.

    The ankle runs on a circle of radius r about the toe, in the foot's upright plane. With the
    hip at distance A and angle psi in that plane, the ankle at angle t is in reach as long as
    A cos(t - psi) >= K, so the least t is psi - arccos(K / A).
    """
    offset = hip - toe
    behind = -(offset[:, 0] * np.cos(feet.yaw[:, i]) + offset[:, 1] * np.sin(feet.yaw[:, i]))
    radius, level = np.hypot(body.toe, body.ankle), np.arctan2(body.ankle, body.toe)
    reach = 0.998 * body.leg
    needed = (np.einsum("fk,fk->f", offset, offset) + radius**2 - reach**2) / (2 * radius)
    far, angle = np.hypot(behind, offset[:, 2]), np.arctan2(offset[:, 2], behind)
    least = angle - np.arccos(np.clip(needed / far, -1, 1)) - level
    return np.clip(np.maximum(least, feet.lift[:, i]), None, np.maximum(_STEEPEST, feet.lift[:, i]))


def hinge(
    first: Float[np.ndarray, "times 3"],
    last: Float[np.ndarray, "times 3"],
    upper: float,
    lower: float,
    hint: Float[np.ndarray, "times 3"],
) -> Float[np.ndarray, "times 3"]:
    """The middle joint of a two-segment limb between two places, bending towards ``hint``.

    Places further apart than the limb is long give a middle joint on the straight line.
    """
    span = last - first
    length = np.maximum(np.linalg.norm(span, axis=-1), 1e-9)
    along = span / length[:, None]
    foot = np.clip((length**2 + upper**2 - lower**2) / (2 * length), -upper, upper)
    height = np.sqrt(np.maximum(upper**2 - foot**2, 0))
    across = hint - np.einsum("fk,fk->f", hint, along)[:, None] * along
    return first + foot[:, None] * along + height[:, None] * unit(across)


def _lay_hand(joints, side, floor, body) -> None:
    """A hand that would sink into the floor lies flat on it, and the elbow bends."""
    shoulder, elbow, wrist, thumb = (
        INDEX[f"{side}_{name}"] for name in ("shoulder", "elbow", "wrist", "thumb")
    )
    hand = [INDEX[f"{side}_{name}"] for name in ("pinky", "index", "thumb", "wrist")]
    depth = floor + _PALM - joints[:, hand, 2].min(axis=1)
    if not (depth > 0).any():
        return
    along = unit(joints[:, wrist] - joints[:, elbow])
    across = joints[:, thumb] - joints[:, wrist]
    across = unit(across - np.einsum("fk,fk->f", across, along)[:, None] * along)
    flat = np.clip(depth / 0.06, 0, 1)  # how far the hand has turned to the floor
    bends = joints[:, elbow] - (joints[:, shoulder] + joints[:, wrist]) / 2
    joints[:, wrist, 2] = np.maximum(joints[:, wrist, 2], floor + _PALM + 0.3 * body.hand * flat)
    span = joints[:, wrist] - joints[:, shoulder]
    length = np.linalg.norm(span, axis=-1, keepdims=True)
    most = 0.998 * (body.upper_arm + body.forearm)
    joints[:, wrist] = joints[:, shoulder] + span * np.minimum(1, most / length)
    joints[:, elbow] = hinge(
        joints[:, shoulder], joints[:, wrist], body.upper_arm, body.forearm, bends
    )
    along = along * np.stack([np.ones_like(flat), np.ones_like(flat), 1 - flat], axis=-1)
    across = across * np.stack([np.ones_like(flat), np.ones_like(flat), 1 - flat], axis=-1)
    moved = depth > 0
    fingers = joints.copy()
    place_fingers(fingers, side, unit(along), unit(across), body)
    joints[moved] = fingers[moved]


def resting_height(joints: Float[np.ndarray, "times 33 3"]) -> Float[np.ndarray, " times"]:
    """Height of the origin over the floor, metres, if the lowest part of the body rests on it.

    A soft minimum over the keypoints (within 2 cm), so that changing from one part to the next is
    no jolt.
    """
    low = (_FLESH - joints[..., 2]) / _SOFT
    most = low.max(axis=1)
    return np.asarray(_SOFT * (most + np.log(np.exp(low - most[:, None]).sum(axis=1))))


def lowest(joints: Float[np.ndarray, "*times 33 3"]) -> Float[np.ndarray, "*times"]:
    """Height of the lower of all keypoints of the feet, metres."""
    ends = [INDEX[f"{s}_{n}"] for s, _ in SIDES for n in ("heel", "foot_index")]
    return np.asarray(joints[..., ends, 2].min(axis=-1))
