"""What a simulated clip contains: the gymnast's joints in every frame, and the truth about them."""

from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from gymlib.labels import IDLE, KINDS, LANDING, segments

FAKE, STEP, STAND, WHEEL, REBOUND = range(1, 6)
STANDING, WALKING, RUNNING, SITTING, BOUNCING = range(len(KINDS["idle"]))

DECIMALS = 6
"""Of metres, in joints. The last bits of sums, sines and products of matrices (1e-14 m) depend on
processor and memory; without them the same seed gives the same motion on every machine."""


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
        cartwheel or round-off that begins the skill; REBOUND, on the bed between two skills.
    doing : (frames,) STANDING to BOUNCING: which kind of idle it is, where it is idle.
    skill, shape, entry, landing : names, as in truth/clips.csv.
    flights : (flights, 2) moments at which the skill's flights begin and end, in frames of the
        clip and fractions of them; outside of it where it begins too late or ends too early.
    """

    joints: Float[np.ndarray, "frames 33 3"]
    phases: Int[np.ndarray, " frames"]
    contacts: Bool[np.ndarray, "frames 4"]
    airborne: Bool[np.ndarray, " frames"]
    surface: Float[np.ndarray, " frames"]
    doubt: Int[np.ndarray, " frames"]
    doing: Int[np.ndarray, " frames"]
    fps: float
    slow: float
    skill: str
    shape: str
    entry: str
    landing: str
    flights: Float[np.ndarray, "flights 2"] = field(default_factory=lambda: np.zeros((0, 2)))

    def __len__(self) -> int:
        return len(self.joints)

    @property
    def interval(self) -> float:
        """Seconds of the gymnast's life between two frames."""
        return 1 / (self.fps * self.slow)

    def cut(self, first: int, last: int) -> "Motion":
        """Frames ``first`` to before ``last``, as a clip that begins or ends too early."""
        arrays = ("joints", "phases", "contacts", "airborne", "surface", "doubt", "doing")
        cut = {name: getattr(self, name)[first:last] for name in arrays}
        return replace(self, **cut, flights=self.flights - first)


def landing_over(
    phases: Int[np.ndarray, " frames"],
    contacts: Bool[np.ndarray, "frames 4"],
    lying: Bool[np.ndarray, " frames"] | None = None,
) -> Int[np.ndarray, " frames"]:
    """Phases with idle after the second step of a landing, as the thesis has it (section 3.1.1).

    A step is a foot, or both at once, set down again after both have touched the ground. The
    frame in which the second is set down still belongs to the landing. Feet that somebody who is
    ``lying`` (or rolling, or kneeling) sets down to get up are no steps.
    """
    feet, found = contacts[:, :2], phases.astype(np.int8)
    for start, end, label in segments(found):
        both = np.flatnonzero(feet[start : end + 1].all(axis=1))
        if label == LANDING and len(both):
            own = feet[start + both[0] : end + 1]
            down = np.r_[False, (own[1:] & ~own[:-1]).any(axis=1)]
            if lying is not None:
                down &= ~_getting_up(lying[start + both[0] : end + 1], own)
            step = np.flatnonzero(down)
            if len(step) > 1:
                found[start + both[0] + step[1] + 1 : end + 1] = IDLE
    return found


def _getting_up(lying, feet):
    """Frames from lying until both feet have touched again, that one included."""
    up = np.zeros(len(lying), dtype=bool)
    for i in range(1, len(lying)):
        up[i] = lying[i - 1] or (up[i - 1] and not feet[i - 1].all())
    return up
