"""What the body does in the air: key poses of somersaults and of the jumps before them."""

import numpy as np

from gymlib.simulation.motion.keypose import Key, flat, key
from gymlib.simulation.motion.pose import pose
from gymlib.simulation.motion.style import Style

# When each shape is reached and left, as shares of the flight. A stretched body turns slowly all
# the way.
_COURSE = {"tucked": (0.36, 0.66), "piked": (0.38, 0.56), "stretched": (0.3, 0.75)}


def shape_pose(shape: str, style: Style, backward: bool):
    """Joint angles (24,) of a shape, as well as this person can hold it."""
    miss = style.arch
    if shape == "tucked":
        return pose(
            shoulder=48, elbow=45 + 20 * miss, hip=style.tuck - 8, knee=style.tuck,
            hip_abduction=4 + 14 * miss, lumbar=44 - 14 * miss, neck=18 if not backward else -5,
            ankle=25, shoulder_abduction=6,
        )  # fmt: skip
    if shape == "piked":
        return pose(
            shoulder=62, elbow=12 + 20 * miss, hip=112 - 20 * miss, knee=6 + 45 * miss,
            lumbar=38 - 10 * miss, neck=15 if not backward else -5, ankle=35,
        )  # fmt: skip
    return pose(
        shoulder=35 + 40 * miss, shoulder_abduction=25, elbow=15 + 25 * miss,
        hip=-6 + 45 * miss if backward else 10 + 45 * miss, knee=8 + 40 * miss,
        lumbar=-8 if backward else 6, neck=-15 if backward else 5, ankle=40,
    )  # fmt: skip


def somersault(
    style: Style, shape: str, backward: bool, duration: float, pitch: float, *,
    crouch: float = 0.6, yaw: float = 0.0, arms: float = 60.0,
) -> list[Key]:  # fmt: skip
    """Key poses of a flight of ``duration`` seconds that meets the floor leaning ``pitch``
    degrees, with legs bent by ``crouch`` (0 straight, 1 deeply) and arms at ``arms`` degrees."""
    reach, leave = _COURSE[shape]
    held = shape_pose(shape, style, backward)
    bent = 60 * crouch + (48 if shape == "piked" else 25)
    opening = pose(held, shoulder=75, knee=55 * crouch + 20, hip=bent, lumbar=15)
    knee = 20 + 60 * crouch
    landing = pose(
        shoulder=arms, shoulder_abduction=18, elbow=style.elbow, knee=knee,
        hip=np.clip(pitch + 12 + 50 * crouch, 5, 125), hip_abduction=7, lumbar=16, neck=-12,
    )  # fmt: skip
    middle = leave + 0.55 * (1 - leave)
    keys = [
        key(reach * duration, held),
        key(leave * duration, held),
        key(middle * duration, opening),
        key(duration, flat(landing, pitch, sole=9), pitch, yaw=yaw, lean="pose"),
    ]
    if not backward:  # the arms are thrown down and forward before the knees come
        throw = pose(held, shoulder=105, elbow=30, hip=45, knee=45, lumbar=25, neck=15)
        keys.insert(0, key(0.4 * reach * duration, throw))
    return keys
