"""What a simulated clip contains: the gymnast's joints in every frame, and the truth about them."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

FAKE, STEP, STAND, WHEEL, REBOUND = range(1, 6)


@dataclass(frozen=True)
class Motion:
    """One attempt as the camera's shutter meets it.

    Attributes
    ----------
    joints : (frames, 33, 3) BlazePose keypoints in the world, metres; x along the run, y to the
        left, z up; the floor is z = 0.
    phases : (frames,) true label codes 0 to 3.
    contacts : (frames, 4) left foot, right foot, left hand, right hand stand still on the ground.
    airborne : (frames,) nothing touches: the centre of mass falls freely.
    surface : (frames,) height of what carries the gymnast: 0, or a trampoline's bed as it gives.
    fps : frames per second of the video.
    slow : how many times slower than life the video runs (1: real time); the time between two
        frames was ``interval`` seconds.
    doubt : (frames,) 0, or why people could label this differently: FAKE, a take-off that was
        broken off (its phase is idle); STEP, out of the landing; STAND, still after it; WHEEL, a
        cartwheel or round-off before the skill; REBOUND, on the bed between two skills.
    skill, shape, entry, landing : names, as in truth/clips.csv.
    """

    joints: Float[np.ndarray, "frames 33 3"]
    phases: Int[np.ndarray, " frames"]
    contacts: Bool[np.ndarray, "frames 4"]
    airborne: Bool[np.ndarray, " frames"]
    surface: Float[np.ndarray, " frames"]
    doubt: Int[np.ndarray, " frames"]
    fps: float
    slow: float
    skill: str
    shape: str
    entry: str
    landing: str

    def __len__(self) -> int:
        return len(self.joints)

    @property
    def interval(self) -> float:
        """Seconds of the gymnast's life between two frames."""
        return 1 / (self.fps * self.slow)

    def cut(self, first: int, last: int) -> "Motion":
        """Frames ``first`` to before ``last``, as a clip that begins or ends too early."""
        arrays = ("joints", "phases", "contacts", "airborne", "surface", "doubt")
        return replace(self, **{name: getattr(self, name)[first:last] for name in arrays})
