"""One skill after the other on the floor: with a short landing, steps, a run, or without a stop.

By the annotation guide a landing and a new take-off make two attempts; a chain without a stop,
straight from the feet into the next turn, is one skill.
"""

import numpy as np

from gymlib.labels import LANDING
from gymlib.simulation.motion.gait import Gait, go
from gymlib.simulation.motion.keypose import flat, key
from gymlib.simulation.motion.landings import absorb, rebound
from gymlib.simulation.motion.performer import Performer

LINKS = ("squat", "crouch", "rise", "steps", "run", "chain")


def before_next(p: Performer, link: str) -> int:
    """From the first contact to where the next take-off begins; the foot planted last.

    ``squat`` lands with the arms swinging back and ``crouch`` with the arms ahead, to jump out of
    the bend; ``rise`` stands up halfway, ``steps`` shuffles one foot and perhaps the other, ``run``
    runs on.
    """
    if link == "squat":
        absorb(p, p.rng.uniform(18, 38), shoulder=p.rng.uniform(-45, -15))
    elif link == "crouch":
        absorb(p, p.rng.uniform(10, 35))
    elif link == "rise":
        rebound(p)
    elif link == "steps":
        absorb(p, p.rng.uniform(10, 35))
        return _shuffle(p, int(p.rng.integers(1, 3)))
    else:
        absorb(p, p.rng.uniform(5, 25))
        return go(p, LANDING, Gait.running(p.rng.uniform(2.2, 3.0)), int(p.rng.integers(2, 5)),
                  p.channels[0], first=int(p.rng.integers(2)), stop=False)  # fmt: skip
    return 0


def _shuffle(p: Performer, steps: int) -> int:
    """One or two quick steps of the feet, to stand well for the next jump."""
    yaw, foot = float(p.channels[0]), int(p.rng.integers(2))
    ahead, left = np.array([np.cos(yaw), np.sin(yaw)]), np.array([-np.sin(yaw), np.cos(yaw)])
    for i in range(steps):
        foot = 1 - foot
        way = p.rng.uniform(-0.15, 0.15) if i == 0 else 0.0
        apart = (1 - 2 * foot) * 0.9 * p.body.hips
        beside = p.toes[1 - foot, :2] + apart * left + way * ahead
        lasts = p.rng.uniform(0.16, 0.28)
        half = flat(p.style.standing(shoulder=p.rng.uniform(-10, 40), knee=32, hip=42), 18)
        end = key(lasts, half, 18, yaw=p.yaw)
        toes = p.toes.copy()
        toes[foot, :2] = beside
        p.ground(
            LANDING, [end], centres=[p.over(end, toes)],
            steps=[(foot, 0.02, 0.85 * lasts, beside, yaw)],
        )  # fmt: skip
    return foot
