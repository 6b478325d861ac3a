"""Landings that end lower than standing: deep squats, rolls, hands and knees, onto the back.

All of it is landing, by the annotation guide, until he is up again and has taken two steps.
"""

from dataclasses import replace

import numpy as np

from gymlib.labels import LANDING
from gymlib.simulation.motion.keypose import Key, flat, key
from gymlib.simulation.motion.lying import lie
from gymlib.simulation.motion.performer import Performer
from gymlib.simulation.motion.pose import pose

_SEAT = dict(hip=118, knee=108, lumbar=30, neck=-5, hip_abduction=8, elbow=25)
_BALL = dict(hip=112, knee=100, lumbar=55, neck=42, shoulder=70, elbow=60, hip_abduction=6)


def squat(p: Performer) -> None:
    """Sink to the heels and stay there for a moment, perhaps with the hands on the floor."""
    knee, pitch = p.rng.uniform(128, 146), p.rng.uniform(22, 40)
    hands = dict(shoulder=95, elbow=12) if p.rng.random() < 0.4 else {}
    pitch += 12 * bool(hands)
    deep = replace(p.style, crouch=knee)
    for lasts in (p.rng.uniform(0.15, 0.3), p.rng.uniform(0.15, 0.9)):
        low = deep.crouching(pitch, **hands)
        p.ground(LANDING, [key(lasts, low, pitch, yaw=p.yaw)])


def roll(p: Performer) -> None:
    """Hands down and forward over the back, onto the seat with the feet on the floor."""
    yaw, lasts, far = p.yaw, p.rng.uniform(0.75, 1.1), p.rng.uniform(0.9, 1.2)
    reach = pose(hip=126, knee=100, lumbar=34, neck=0, shoulder=112, elbow=25, hip_abduction=6)
    p.ground(LANDING, [key(p.rng.uniform(0.25, 0.4), flat(reach, 58), 58, yaw=yaw, lean=0.08)])
    ball, seat = pose(**_BALL), flat(pose(shoulder=45, **_SEAT), -18)
    over = pose(ball, hip=80, knee=80, shoulder=120)
    lie(
        p, LANDING,
        [key(0.28 * lasts, over, 140, yaw=yaw), key(0.5 * lasts, ball, 215, yaw=yaw),
         key(0.75 * lasts, pose(ball, hip=108), 285, yaw=yaw), key(lasts, seat, 342, yaw=yaw)],
        far * np.array([0.3, 0.55, 0.8, 1.0]),
    )  # fmt: skip


def rock(p: Performer) -> None:
    """Onto the seat, back with the legs over the head, and forward again to the seat."""
    yaw, over = p.yaw, p.rng.uniform(95, 130)
    arms = dict(shoulder=p.rng.uniform(0, 40), shoulder_abduction=p.rng.uniform(20, 45))
    seat = flat(pose(**_SEAT, **arms), -20)
    p.ground(LANDING, [key(p.rng.uniform(0.3, 0.45), seat, -20, yaw=yaw, lean="pose")])
    back = pose(hip=95, knee=75, lumbar=45, neck=35, elbow=25, hip_abduction=8, **arms)
    times = np.cumsum(p.rng.uniform(0.28, 0.42, 4))
    lie(
        p, LANDING,
        [key(times[0], back, -72, yaw=yaw), key(times[1], pose(back, hip=122), -over, yaw=yaw),
         key(times[2], pose(back, hip=105), -68, yaw=yaw), key(times[3], seat, -20, yaw=yaw)],
        np.array([-0.22, -0.4, -0.22, 0.0]),
    )  # fmt: skip


def on_all_fours(p: Performer) -> None:
    """Fall forward onto hands and knees, and gather the feet under the body again."""
    yaw, pitch = p.yaw, p.rng.uniform(72, 86)
    low = flat(pose(hip=128, knee=85, lumbar=22, shoulder=105, elbow=18, neck=-25), 70)
    p.ground(LANDING, [key(p.rng.uniform(0.25, 0.4), low, 70, yaw=yaw, lean=0.12)])
    fours = pose(hip=pitch + 6, knee=88, ankle=55, lumbar=8, shoulder=88, elbow=10, neck=-25,
                 hip_abduction=5)  # fmt: skip
    under = flat(pose(hip=132, knee=128, lumbar=32, shoulder=105, elbow=12, hip_abduction=8), 58)
    down, held = p.rng.uniform(0.25, 0.4), p.rng.uniform(0.1, 1.2)
    up = p.rng.uniform(0.4, 0.7)
    lie(
        p, LANDING,
        [key(down, fours, pitch, yaw=yaw), key(down + held, fours, pitch - 3, yaw=yaw),
         key(down + held + up, under, 58, yaw=yaw)],
        np.array([0.3, 0.32, 0.3]),
    )  # fmt: skip


def sink(p: Performer, seconds: float) -> None:
    """Into water: the fall is braked, arms and legs spread, and the head comes up again."""
    yaw, tall = p.yaw, float(p.over(Key(0, p.rest))[2]) - p.floor
    afloat = -0.45 * tall  # the centre of mass, the head being out of the water
    deep = afloat - p.rng.uniform(0.2, 1.0)
    brake = 2 * (p.centre[2] - p.floor - deep) / max(-p.velocity[2], 2.0)  # evenly, to a stop
    up = brake + p.rng.uniform(0.8, 1.8)
    pitch = p.rng.uniform(-20, 40)
    under = pose(hip=p.rng.uniform(10, 90), knee=p.rng.uniform(20, 110), ankle=30, lumbar=15,
                 shoulder=p.rng.uniform(60, 160), shoulder_abduction=40, elbow=20)  # fmt: skip
    times, keys = [brake, up], [key(brake, under, pitch, yaw=yaw)]
    heights = [deep, afloat]
    while times[-1] < seconds:
        times.append(times[-1] + p.rng.uniform(0.4, 0.9))
        heights.append(afloat + p.rng.normal(0, 0.05))
    for time in times[1:]:
        tread = pose(hip=p.rng.uniform(10, 70), knee=p.rng.uniform(20, 80), ankle=35, lumbar=5,
                     shoulder=p.rng.uniform(30, 90), shoulder_abduction=p.rng.uniform(20, 70),
                     elbow=p.rng.uniform(20, 80), hip_abduction=p.rng.uniform(5, 30))  # fmt: skip
        keys.append(key(time, tread, p.rng.uniform(0, 25), yaw=yaw))
    still = 0.15 * np.arange(1, len(times) + 1)
    lie(p, LANDING, keys, still * np.sign(p.velocity[0] + 1e-9), np.array(heights))


def get_up(p: Performer) -> None:
    """From the seat or a deep squat to standing; the feet stay where they are."""
    yaw, ahead = p.yaw, p.rng.uniform(0.3, 0.7)
    bent = flat(pose(hip=125, knee=118, lumbar=30, shoulder=80, elbow=25, hip_abduction=7), 50)
    half = flat(p.style.standing(shoulder=30, knee=50, hip=72, lumbar=20), 32)
    lasts = p.rng.uniform(0.4, 0.8) / p.style.tempo
    p.ground(
        LANDING,
        [key(ahead, bent, 50, yaw=yaw), key(ahead + 0.5 * lasts, half, 32, yaw=yaw),
         key(ahead + lasts, p.style.standing(), 2, yaw=yaw)],
    )  # fmt: skip


FALLS = {"squat": squat, "roll": roll, "rock": rock, "all fours": on_all_fours}
