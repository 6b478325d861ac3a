"""A second person in the picture: somebody who waits, or walks past behind the gymnast."""

import numpy as np
from jaxtyping import Float

from gymlib.labels import IDLE
from gymlib.simulation.motion.gait import Gait, go
from gymlib.simulation.motion.keypose import key
from gymlib.simulation.motion.performer import Performer
from gymlib.simulation.motion.proportions import Proportions
from gymlib.simulation.motion.style import Style
from gymlib.simulation.motion.takeoffs import stand
from gymlib.simulation.motion.truth import DECIMALS, Motion

STEPS = 4
"""Moments computed per frame."""


def bystand(
    how: str, motion: Motion, camera: tuple[float, float, float], rng: np.random.Generator
) -> Float[np.ndarray, "frames 33 3"]:
    """Joints in the world, metres, of somebody farther from ``camera`` than the gymnast.

    ``how`` is "standing" or "walking": past the camera, so that he passes behind the place of
    the skill. Lives as fast as the gymnast of ``motion`` and is filmed in the same frames.
    """
    frames, rate = len(motion), motion.fps * motion.slow
    lasts = frames / rate + 0.5
    p = Performer(Proportions.sample(rng), Style.sample(rng), rate * STEPS, rng)
    away = -np.array(camera[:2]) / np.hypot(*camera[:2])
    across = np.array([-away[1], away[0]]) * rng.choice([-1, 1])
    behind = rng.uniform(1.2, 3.0) * away
    if how == "walking":
        gait = Gait.walking(rng.uniform(0.8, 1.4))
        heading = float(np.arctan2(across[1], across[0]))
        p.start(key(0, p.rest, yaw=np.degrees(heading)))
        go(p, IDLE, gait, int(lasts / gait.period) + 2, heading, facing=heading)
        place = behind - across * gait.speed * rng.uniform(0.3, 0.7) * lasts
    else:
        p.start(key(0, p.rest, yaw=rng.uniform(-180, 180)))
        stand(p, lasts)
        place = behind + across * rng.uniform(0.4, 2.2)
    joints = np.concatenate([record["joints"] for record in p.records])[::STEPS][:frames]
    return np.round(joints + np.r_[place, 0.0], DECIMALS)
