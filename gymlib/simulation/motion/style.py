"""How one person moves: posture and the key poses of his take-offs, shapes and landings."""

from dataclasses import dataclass

import numpy as np

from gymlib.simulation.motion.keypose import Angles, flat
from gymlib.simulation.motion.pose import pose


@dataclass(frozen=True)
class Style:
    """Habits of a gymnast, degrees unless said otherwise.

    hunch : bend of the upper back while standing. elbow : of hanging arms. knees : never quite
    straight. squat : knee angle before a jump. tuck : knee angle of the tuck. arch : how far
    shapes miss the ideal, 0 (gymnast) to 1 (beginner). reach : height of the raised arms.
    crouch : knee angle of a landing. bow : lean of the trunk in a landing. tempo : 1 is average,
    above it is quicker. bent : hurdles gathered like a frog instead of upright.
    """

    hunch: float = 8.0
    elbow: float = 18.0
    knees: float = 6.0
    squat: float = 85.0
    tuck: float = 125.0
    arch: float = 0.4
    reach: float = 160.0
    crouch: float = 95.0
    bow: float = 40.0
    tempo: float = 1.0
    bent: bool = False

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Style":
        """A random amateur."""
        return cls(
            hunch=rng.uniform(2, 18), elbow=rng.uniform(8, 35), knees=rng.uniform(4, 14),
            squat=rng.uniform(65, 105), tuck=rng.uniform(105, 140), arch=rng.uniform(0.1, 0.9),
            reach=rng.uniform(125, 172), crouch=rng.uniform(75, 125), bow=rng.uniform(25, 62),
            tempo=rng.uniform(0.88, 1.12), bent=bool(rng.random() < 0.3),
        )  # fmt: skip

    def vary(self, rng: np.random.Generator) -> "Style":
        """The same person on another attempt."""
        spread = {"hunch": 2, "elbow": 4, "knees": 1.5, "squat": 8, "tuck": 7, "arch": 0.1,
                  "reach": 9, "crouch": 12, "bow": 9, "tempo": 0.04}  # fmt: skip
        low = {"knees": 3, "elbow": 4, "arch": 0, "tempo": 0.8}
        return Style(
            **{
                name: max(float(value + rng.normal(0, spread[name])), low.get(name, -20))
                for name, value in vars(self).items()
                if name in spread
            },
            bent=self.bent,
        )

    # Key poses on the ground.

    def standing(self, **changes) -> Angles:
        """Upright with hanging arms."""
        base = dict(
            shoulder=4, shoulder_abduction=9, elbow=self.elbow, hip=self.knees / 2 + 2,
            hip_abduction=3, knee=self.knees, lumbar=self.hunch, neck=-self.hunch * 0.6,
        )  # fmt: skip
        return flat(pose(**(base | changes)))

    def raised(self) -> Angles:
        """Upright with raised arms."""
        elbow, lumbar = 12 + self.elbow * 0.4, self.hunch - 8
        return self.standing(shoulder=self.reach, elbow=elbow, lumbar=lumbar)

    def squatting(self, pitch: float) -> Angles:
        """Gathered for a jump, arms behind."""
        angles = pose(
            shoulder=-40, shoulder_abduction=12, elbow=self.elbow, hip=pitch + self.squat * 0.52,
            knee=self.squat, hip_abduction=5, lumbar=12 + self.hunch, neck=-20,
        )  # fmt: skip
        return flat(angles, pitch)

    def bowed(self, pitch: float) -> float:
        """``pitch`` as far as the thighs let the trunk bend over them in the crouch."""
        return min(pitch, 112 - 0.56 * self.crouch - 0.5 * max(self.hunch, 0))

    def crouching(self, pitch: float, **changes) -> Angles:
        """The lowest point of a landing, arms ahead.

        Elbows are bent by 25 to 110 degrees in landings of the CMU motion capture database, mostly
        by about 50.
        """
        base = dict(
            shoulder=65, shoulder_abduction=15, elbow=1.5 * self.elbow + 20,
            hip=pitch + self.crouch * 0.56, knee=self.crouch, hip_abduction=9,
            lumbar=14 + self.hunch, neck=-15,
        )  # fmt: skip
        return flat(pose(**(base | changes)), pitch)
