"""Where the feet are while somebody stands, steps or bounces."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from gymlib.simulation.motion.curves import ease, turned
from gymlib.skeleton import INDEX

TOES, _HEELS = (
    [INDEX[f"{side}_{part}"] for side in ("left", "right")] for part in ("foot_index", "heel")
)
_SETTLE = 0.07  # seconds in which a foot that touched comes down flat
# Seconds before the feet leave the ground in which the heels rise. In eight standing jumps of the
# CMU motion capture database feet turn by 10 to 20 degrees per thirtieth of a second, up to 31 to
# 65 degrees; the knees are not straight yet.
_PEEL = 0.11


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


def place_feet(
    grid: Float[np.ndarray, " times"], now: tuple, steps, planted, bed: Float[np.ndarray, " times"],
    floor: float, push=(0.0, 0.0),
) -> Feet:  # fmt: skip
    """The feet during a phase on the ground.

    Parameters
    ----------
    now : toes (2, 3), yaws (2,) and lifts (2,) at the begin.
    steps : (side, start, end, place, yaw) of feet that change place meanwhile.
    planted : which feet are on the floor at all; the others move by their joint angles.
    bed : how far the surface has moved up. floor : height of a toe on the resting surface.
    push : angles, radians, to which both heels rise at the end, before a jump.
    """
    toes, yaw, lift = (np.repeat(part[None], len(grid), axis=0) for part in now)
    settle = np.clip(grid / _SETTLE, 0, 1)
    lift = lift * (1 - settle[:, None])
    for i in np.flatnonzero(planted):  # a foot that came down a little late
        toes[:, i, 2] = floor + (toes[0, i, 2] - floor) * (1 - settle)
    down = np.repeat(np.array(planted)[None], len(grid), axis=0)
    down &= np.abs(toes[:, :, 2] - floor) < 2e-3
    for side, begin, end, place, new_yaw in steps:
        share = np.clip((grid - begin) / (end - begin), 0, 1)
        way = np.asarray(place) - toes[0, side, :2]
        far = float(np.linalg.norm(way))
        toes[:, side, :2] += ease(share)[:, None] * way
        toes[:, side, 2] += (0.05 + 0.12 * min(far, 0.6)) * np.sin(np.pi * share) ** 2
        lift[:, side] += 0.5 * np.sin(np.pi * np.clip(1.2 * share, 0, 1)) * min(1, far / 0.4)
        yaw[:, side] += ease(share) * turned(new_yaw - yaw[0, side])
        down[:, side] &= (share <= 0) | (share >= 1)
    peel = np.clip(1 - (grid[-1] - grid) / _PEEL, 0, 1)
    lift = np.maximum(lift, peel[:, None] * push)
    toes[:, :, 2] += bed[:, None]
    return Feet(toes, yaw, lift, down, (not planted[0], not planted[1]))


def feet_angles(joints: Float[np.ndarray, "33 3"]) -> tuple[Float[np.ndarray, "2"], ...]:
    """Angles by which the heels are raised and directions of both feet, radians."""
    foot = joints[TOES] - joints[_HEELS]
    raised = np.arctan2(-foot[:, 2], np.hypot(foot[:, 0], foot[:, 1]))
    return np.maximum(raised, 0), np.arctan2(foot[:, 1], foot[:, 0])
