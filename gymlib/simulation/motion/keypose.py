"""A key pose: joint angles, the pelvis's orientation and a time."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from gymlib.simulation.motion.pose import ANGLES, HIGHEST, LOWEST

Angles = Float[np.ndarray, "24"]


@dataclass(frozen=True)
class Key:
    """A pose to pass through.

    time : seconds after the phase's begin; 0 in ``Performer.jump`` means as physics wants it.
    angles : (24,) joint angles, legs included: they say how high the hips are.
    pitch, roll, yaw : of the pelvis, radians.
    lean : metres the centre of mass lies before the toes; None: over the middle of the feet;
        "pose": where the joint angles put it.
    """

    time: float
    angles: Float[np.ndarray, "24"]
    pitch: float = 0.0
    roll: float = 0.0
    yaw: float = 0.0
    lean: float | str | None = None

    @property
    def channels(self) -> Float[np.ndarray, "27"]:
        return np.r_[self.yaw, self.pitch, self.roll, self.angles]


def flat(angles: Angles, pitch: float = 0.0, sole: float = 0.0) -> Angles:
    """Set both ankles so that the soles lie flat (or ``sole`` degrees toes down) for a pelvis
    leaning ``pitch`` degrees; all angles are brought within the joints' limits."""
    angles = np.clip(angles, LOWEST, HIGHEST)
    for side in ("left", "right"):
        hip, knee, ankle = (ANGLES.index(f"{side}_{name}") for name in ("hip", "knee", "ankle"))
        angles[ankle] = np.radians(sole - pitch) + angles[hip] - angles[knee]
    return np.clip(angles, LOWEST, HIGHEST)


def key(time: float, angles: Angles, pitch: float = 0.0, **more) -> Key:
    """A key pose with pitch, roll and yaw in degrees."""
    for name in ("roll", "yaw"):
        if name in more:
            more[name] = float(np.radians(more[name]))
    return Key(time, np.clip(angles, LOWEST, HIGHEST), float(np.radians(pitch)), **more)
