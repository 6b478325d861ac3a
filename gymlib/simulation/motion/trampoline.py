"""On a trampoline: straight bounces, and skills that follow each other."""

import numpy as np

from gymlib.labels import IDLE, LANDING, SKILL, TAKEOFF
from gymlib.simulation.motion.jumping import jump
from gymlib.simulation.motion.keypose import flat, key
from gymlib.simulation.motion.performer import Performer
from gymlib.simulation.motion.pose import pose
from gymlib.simulation.motion.shapes import somersault
from gymlib.simulation.motion.truth import BOUNCING, REBOUND


def bounce(
    p: Performer, seconds: float, keys, turns, *, label, in_air, backward: bool | None = None
) -> None:
    """Sink into the bed, be thrown up and fly through ``keys``.

    The bed goes down so far that it takes and gives the speed; the legs only help.
    """
    contact = p.rng.uniform(0.32, 0.42)
    tilt = {None: 0.0, True: p.rng.uniform(-10, -4), False: p.rng.uniform(6, 14)}[backward]
    low = pose(shoulder=p.rng.uniform(45, 100), shoulder_abduction=20, elbow=20, hip=22, knee=28,
               lumbar=8, neck=-5)  # fmt: skip
    off = pose(shoulder=p.style.reach, elbow=15, hip=4 - 10 * bool(backward), knee=6, lumbar=2)
    out = 9.81 * seconds / 2
    speed = (max(-p.velocity[2], 0.6 * out) + out) / 2
    lean = {None: -0.08, True: -0.14, False: 0.0}[backward]
    jump(
        p,
        [key(0.5 * contact, flat(low, 6), 6, yaw=p.yaw),
         key(contact, flat(off, tilt, sole=25), tilt, yaw=p.yaw, lean=lean)],
        label, keys, turns, (p.rng.normal(0, 0.12), 0.0), flight_label=in_air, dip=speed,
    )  # fmt: skip


def warm_up(p: Performer, seconds: float) -> None:
    """Straight bounces, higher and higher."""
    until, flight = p.time + seconds, p.rng.uniform(0.35, 0.6)
    while p.time < until:
        straight(p, flight, IDLE, IDLE)
        flight = min(flight + p.rng.uniform(0.08, 0.2), 0.95)


def straight(p: Performer, seconds: float, label, in_air) -> None:
    """One bounce without turning."""
    top = pose(shoulder=p.rng.uniform(60, p.style.reach), shoulder_abduction=20, elbow=25, hip=6,
               knee=10, ankle=35)  # fmt: skip
    down = pose(shoulder=p.rng.uniform(20, 120), shoulder_abduction=25, elbow=20, hip=14, knee=16)
    pitch = p.rng.normal(2, 2)
    p.doing = BOUNCING
    keys = [key(0.45 * seconds, top),
            key(seconds, flat(down, pitch, sole=12), pitch, yaw=p.yaw, lean="pose")]  # fmt: skip
    bounce(p, seconds, keys, np.zeros(3), label=label, in_air=in_air)


def series(p: Performer, skills) -> float:
    """Skills (name, shape) one after the other; returns when the take-off begins.

    The whole series is one skill, the bed in between included.
    """
    begin = p.time
    for i, (skill, shape) in enumerate(skills):
        backward = skill == "back somersault"
        seconds = p.rng.uniform(0.85, 1.1)
        last = i == len(skills) - 1
        pitch = p.rng.uniform(0, 14) if not last else p.rng.uniform(5, 25)
        crouch, yaw = 0.4 if last else 0.15, p.channels[0]
        keys = somersault(
            p.style, shape, backward, seconds, pitch, crouch=crouch, yaw=p.yaw, arms=110.0
        )
        turn = np.radians(-360 + pitch + 7 if backward else 360 + pitch - 10)
        axis = np.array([-np.sin(yaw), np.cos(yaw), 0]) * turn
        p.doubt, p.begun = (REBOUND, True) if i > 0 else (0, False)
        bounce(p, seconds, keys, axis, label=TAKEOFF, in_air=SKILL, backward=backward)
        p.doubt = 0
    return begin


def settle(p: Performer) -> None:
    """Take the last fall out of the bed: it swings once more under bent legs."""
    low = key(p.rng.uniform(0.5, 0.65), p.style.crouching(22, knee=60, hip=56), 22, yaw=p.yaw)
    p.ground(LANDING, [low], dip=-0.85 * p.velocity[2], calm=True)
