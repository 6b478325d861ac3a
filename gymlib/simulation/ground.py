"""A body on its feet: the centre of mass and the feet are given, hips and knees follow.

Planted feet keep their toes in place. Where a leg is too short to reach, the heel rises, as a
person's does; legs that are in the air may instead hang from the hip by their joint angles.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from gymlib.simulation.pose import (
    ANGLES, SIDES, about, forward, place_arm, place_foot, trunk, unit,
)  # fmt: skip
from gymlib.simulation.proportions import Proportions, centre_of_mass
from gymlib.skeleton import INDEX

_REACH = 0.9985  # of the leg's length: a knee is never locked
_STEEPEST = np.radians(78)  # of a foot on its toes


@dataclass
class Feet:
    """Where the feet are; second axis left, right.

    toes (times, 2, 3) metres; yaw (times, 2) direction of the foot and lift (times, 2) least
    angle of the raised heel, radians; planted (times, 2) on the floor; free (2,) legs moved by
    their joint angles.
    """

    toes: Float[np.ndarray, "times 2 3"]
    yaw: Float[np.ndarray, "times 2"]
    lift: Float[np.ndarray, "times 2"]
    planted: Bool[np.ndarray, "times 2"]
    free: tuple[bool, bool] = (False, False)


@dataclass
class Hands:
    """Where the wrists are held: places (times, 2, 3) and hold (times, 2) from 0 (the arm moves
    by its joint angles) to 1 (the wrist is exactly there)."""

    places: Float[np.ndarray, "times 2 3"]
    hold: Float[np.ndarray, "times 2"]


def stand(
    centre: Float[np.ndarray, "times 3"],
    pelvis: Float[np.ndarray, "times 3 3"],
    angles: Float[np.ndarray, "times 24"],
    feet: Feet,
    body: Proportions,
    hands: Hands | None = None,
) -> Float[np.ndarray, "times 33 3"]:
    """Keypoints (times, 33, 3) in the world, metres, with the centre of mass at ``centre``.

    Trunk, head and arms take their joint angles; legs reach for the feet.
    """
    rest = forward(angles, pelvis, body)
    place = centre - centre_of_mass(rest)
    # Moving the hips moves the legs by less, so the iteration contracts (about 0.4 per round).
    for _ in range(9):
        joints = rest + place[:, None]
        for i, (side, _sign) in enumerate(SIDES):
            if not feet.free[i]:
                _reach(joints, i, side, feet, pelvis, body)
            if hands is not None:
                _hold(joints, i, side, hands, body)
        place = place + centre - centre_of_mass(joints)
    return joints


def _reach(joints, i, side, feet, pelvis, body) -> None:
    """Write knee, ankle, heel and toe of one leg."""
    hip, toe = joints[:, INDEX[f"{side}_hip"]], feet.toes[:, i]
    lift = np.where(feet.planted[:, i], _raise_heel(hip, toe, feet, i, body), feet.lift[:, i])
    axes = about("z", feet.yaw[:, i]) @ about("y", lift)
    ankle = toe - body.toe * axes[:, :, 0] + body.ankle * axes[:, :, 2]
    span = ankle - hip
    length = np.linalg.norm(span, axis=-1, keepdims=True)
    ankle = hip + span * np.minimum(1, _REACH * body.leg / length)
    ahead = about("z", feet.yaw[:, i])[:, :, 0]
    hint = 0.7 * ahead + 0.3 * pelvis[:, :, 0] + np.array([0, 0, 0.3])
    joints[:, INDEX[f"{side}_knee"]] = hinge(hip, ankle, body.thigh, body.shank, hint)
    joints[:, INDEX[f"{side}_ankle"]] = ankle
    place_foot(joints, side, ankle, axes, body)


def _raise_heel(hip, toe, feet, i, body):
    """The least angle of the foot, at least ``feet.lift``, with which the ankle is in reach."""
    low, high = feet.lift[:, i].copy(), np.full(len(hip), _STEEPEST)
    flat = np.stack([-body.toe * np.cos(feet.yaw[:, i]), -body.toe * np.sin(feet.yaw[:, i])], -1)

    def reached(lift):
        c, s = np.cos(lift), np.sin(lift)
        across = flat * ((body.toe * c - body.ankle * s) / body.toe)[:, None]
        up = body.toe * s + body.ankle * c
        ankle = toe + np.concatenate([across, up[:, None]], axis=-1)
        return np.linalg.norm(ankle - hip, axis=-1) <= 0.998 * body.leg

    good = reached(low)
    for _ in range(14):
        middle = (low + high) / 2
        fits = reached(middle)
        low, high = np.where(fits | good, low, middle), np.where(fits & ~good, middle, high)
    return np.where(good, feet.lift[:, i], high)


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


def _hold(joints, i, side, hands, body) -> None:
    """Bring one wrist to its place, as far as it is held."""
    hold = hands.hold[:, i, None]
    if not hold.any():
        return
    shoulder, elbow, wrist = (
        joints[:, INDEX[f"{side}_{n}"]].copy() for n in ("shoulder", "elbow", "wrist")
    )
    goal = (1 - hold) * wrist + hold * hands.places[:, i]
    span = goal - shoulder
    length = np.linalg.norm(span, axis=-1, keepdims=True)
    goal = shoulder + span * np.minimum(1, 0.998 * (body.upper_arm + body.forearm) / length)
    bend = hinge(shoulder, goal, body.upper_arm, body.forearm, elbow - (shoulder + goal) / 2)
    upper, lower = _axes(shoulder - bend), _axes(bend - goal)
    keep = joints[:, INDEX[f"{side}_shoulder"]].copy()
    place_arm(joints, side, keep, upper, lower, body)


def _axes(up):
    """Some axes whose z points along ``up`` (times, 3)."""
    z = unit(up)
    x = unit(np.cross(np.array([0.0, 1.0, 0.0]), z))
    return np.stack([x, np.cross(z, x), z], axis=-1)


def lowest(joints: Float[np.ndarray, "*times 33 3"]) -> Float[np.ndarray, "*times"]:
    """Height of the lower of all keypoints of the feet, metres."""
    ends = [INDEX[f"{s}_{n}"] for s, _ in SIDES for n in ("heel", "foot_index")]
    return joints[..., ends, 2].min(axis=-1)


__all__ = ["ANGLES", "Feet", "Hands", "hinge", "lowest", "stand", "trunk"]
