"""How an attempt ends: stuck, with steps, stumbling onto the hands, sitting down or lying.

Falls and rolls are in :mod:`falls`, what comes after the landing in :mod:`departures`.
"""

import numpy as np

from gymlib.labels import IDLE, LANDING
from gymlib.simulation.motion.departures import depart
from gymlib.simulation.motion.falls import FALLS, get_up, sink
from gymlib.simulation.motion.gait import Gait, go
from gymlib.simulation.motion.keypose import flat, key
from gymlib.simulation.motion.performer import Performer
from gymlib.simulation.motion.pose import pose
from gymlib.simulation.motion.trampoline import settle
from gymlib.simulation.motion.truth import STAND, STEP
from gymlib.simulation.motion.waiting import wait


def absorb(p: Performer, pitch: float | None = None, **arms: float) -> None:
    """Take the fall with the legs; the trunk leans ``pitch`` degrees at the lowest point.

    ``arms`` : other angles of the shoulders or elbows there, degrees.
    """
    pitch = p.style.bowed(p.style.bow + p.rng.normal(0, 6) if pitch is None else pitch)
    low = p.style.crouching(pitch, **arms)
    drop = p.centre[2] - p.over(key(0, low, pitch, yaw=p.yaw))[2]
    lasts = float(np.clip(1.8 * drop / max(-p.velocity[2], 1.0), 0.14, 0.34))
    p.ground(LANDING, [key(lasts, low, pitch, yaw=p.yaw)])


def rebound(p: Performer) -> None:
    """Land only to jump again."""
    absorb(p, p.rng.uniform(10, 35))
    rise_halfway(p)


def rise_halfway(p: Performer) -> None:
    """From the crouch to bent knees."""
    yaw, lasts = p.yaw, p.rng.uniform(0.2, 0.45)
    half = flat(p.style.standing(shoulder=20, knee=30, hip=40, lumbar=10), 16)
    p.ground(LANDING, [key(lasts, half, 16, yaw=yaw)])


def celebrate(p: Performer, seconds: float) -> None:
    """Arms up, a fist, clapping: on the spot."""
    yaw, until = p.yaw, p.time + seconds
    while p.time < until:
        raised = p.rng.uniform(120, 175) if p.rng.random() < 0.6 else p.rng.uniform(10, 80)
        lasts, elbow = p.rng.uniform(0.25, 0.7), p.rng.uniform(5, 90)
        arms = dict(shoulder=raised, elbow=elbow, shoulder_abduction=p.rng.uniform(0, 40))
        p.ground(LANDING, [key(lasts, p.style.standing(**arms), p.rng.normal(0, 4), yaw=yaw)])


def run_out(p: Performer) -> None:
    """Keep going in the direction of the flight for some steps."""
    way = 1.0 if p.velocity[0] * np.cos(p.channels[0]) >= 0 else -1.0
    heading = p.channels[0] if way > 0 else p.channels[0] + np.pi
    gait = Gait.walking(p.rng.uniform(0.9, 1.5))
    go(p, LANDING, gait, int(p.rng.integers(2, 6)), heading, facing=p.channels[0],
       first=int(p.rng.integers(2)))  # fmt: skip


def rise(p: Performer) -> None:
    """From the crouch to standing, more or less slowly."""
    yaw = p.yaw
    pause = p.rng.uniform(0.05, 0.5)
    pitch = np.degrees(p.channels[1])
    wait = p.style.crouching(pitch, shoulder=p.rng.uniform(20, 80))
    half = flat(p.style.standing(shoulder=30, knee=40, hip=60, lumbar=20), 25)
    lasts = p.rng.uniform(0.5, 1.0) / p.style.tempo
    p.ground(
        LANDING,
        [key(pause, wait, pitch, yaw=yaw), key(pause + 0.5 * lasts, half, 25, yaw=yaw),
         key(pause + lasts, p.style.standing(), p.rng.normal(2, 2), yaw=yaw)],
    )  # fmt: skip


def stay(p: Performer, seconds: float, label: int = LANDING) -> None:
    """Stand still after the landing."""
    yaw = p.yaw
    while seconds > 0.05:
        lasts = seconds if seconds < 1 else float(p.rng.uniform(0.5, 0.9))
        elbow = max(5, p.style.elbow + p.rng.normal(12, 15))
        angles = p.style.standing(
            shoulder=p.rng.normal(8, 10), elbow=elbow, neck=p.rng.normal(0, 8)
        )
        p.ground(label, [key(lasts, angles, p.rng.normal(2, 2), yaw=yaw)])
        seconds -= lasts


def hop(p: Performer, way: float, count: int) -> None:
    """Steps out of a landing that was short or over-turned, ``way`` metres each."""
    yaw = p.channels[0]
    ahead = np.array([np.cos(yaw), np.sin(yaw)])
    for i in range(count):
        pitch = float(np.clip(np.degrees(p.channels[1]) * 0.7, -10, 40))
        side = int(p.rng.integers(2)) if i == 0 else 1 - side  # noqa: F821
        place = p.toes[side, :2] + way * ahead
        middle = p.toes[:, :2].mean(axis=0) + 0.5 * way * ahead
        low = flat(
            p.style.standing(shoulder=p.rng.uniform(10, 70), knee=45 - 8 * i, hip=pitch + 26), pitch
        )
        goal = p.over(key(0, low, pitch, yaw=np.degrees(yaw)))
        goal[:2] = middle - 0.42 * p.body.toe * ahead
        lasts = p.rng.uniform(0.3, 0.42)
        p.ground(
            LANDING, [key(lasts, low, pitch, yaw=np.degrees(yaw))], centres=[goal],
            steps=[(side, 0.0, 0.85 * lasts, place, yaw)],
        )  # fmt: skip
    place = p.toes[1 - side, :2] + way * ahead
    end = key(0.4, p.style.standing(), 3, yaw=np.degrees(yaw))
    p.ground(
        LANDING, [end], centres=[p.over(end) + np.r_[0.5 * way * ahead, 0]],
        steps=[(1 - side, 0.02, 0.35, place, yaw)],
    )  # fmt: skip


def sit(p: Performer, seconds: float, lie: bool) -> None:
    """Fall back onto the seat, perhaps further onto the back, and stay there."""
    yaw = p.yaw
    lean = -p.rng.uniform(8, 30)
    behind = dict(shoulder=p.rng.uniform(-45, 40), shoulder_abduction=14, elbow=25)
    seat = pose(hip=118, knee=108, lumbar=30, neck=-5, hip_abduction=8, **behind)
    keys = [key(p.rng.uniform(0.3, 0.5), flat(seat, lean), lean, yaw=yaw, lean="pose")]
    if lie:
        back = pose(hip=52, knee=92, lumbar=12, neck=25, hip_abduction=10, shoulder=30,
                    shoulder_abduction=45, elbow=30)  # fmt: skip
        keys.append(
            key(keys[-1].time + p.rng.uniform(0.4, 0.7), flat(back, -78), -78, yaw=yaw, lean="pose")
        )
    p.ground(LANDING, keys)
    last = keys[-1]
    while seconds > 0.05:
        lasts = min(seconds, p.rng.uniform(0.5, 1.2))
        angles = pose(last.angles, shoulder=p.rng.normal(10, 25), elbow=p.rng.uniform(15, 70))
        p.ground(
            LANDING,
            [key(lasts, angles, np.degrees(last.pitch) + p.rng.normal(0, 3), yaw=yaw, lean="pose")],
        )
        seconds -= lasts


def on_hands(p: Performer) -> None:
    """Over-rotate forward, catch oneself with the hands, push back up."""
    yaw = p.yaw
    pitch, knee = p.rng.uniform(62, 80), p.rng.uniform(45, 75)
    low = p.style.standing(knee=knee, hip=pitch + 0.4 * knee, shoulder=100, elbow=15, neck=-30)
    for lasts in (0.3, p.rng.uniform(0.15, 0.5)):
        p.ground(LANDING, [key(lasts, flat(low, pitch), pitch, yaw=yaw, lean=0.05)])


def walk_off(p: Performer, seconds: float) -> None:
    """Turn somewhere and walk away."""
    turn = p.rng.choice([-1, 1]) * p.rng.uniform(0.2, 2.6)
    heading = p.channels[0] + turn
    gait = Gait.walking(p.rng.uniform(0.7, 1.3))
    steps = max(2, int(seconds / gait.period))
    stop = bool(p.rng.random() < 0.4)
    go(p, LANDING, gait, steps, heading, facing=heading, first=int(turn < 0), stop=stop)


def land(p: Performer, attempt, seconds: float) -> None:
    """The ending the attempt asks for, at least ``seconds`` long."""
    until = p.time + seconds
    if attempt.entry == "trampoline":
        settle(p)
        rise(p)
        if attempt.idle is not None:
            depart(p, attempt.idle)
        else:
            stay(p, max(until - p.time, 0.1))
        return
    if attempt.skill == "none":
        if attempt.waiting == "upright":
            stay(p, max(seconds, 0.3), IDLE)
        else:
            wait(p, attempt.waiting, seconds)
        return
    if attempt.landing in ("sit", "lie"):
        absorb(p, p.rng.uniform(0, 25))
        if attempt.idle is None:
            sit(p, max(until - p.time, 0.3), attempt.landing == "lie")
            return
        sit(p, p.rng.uniform(0.1, 1.5), attempt.landing == "lie")
        get_up(p)
        _finish(p, attempt, until)
        return
    if attempt.landing == "water":
        sink(p, max(seconds, 0.5 + (attempt.shown or 0)))
        return
    absorb(p)
    if attempt.landing in FALLS:
        FALLS[attempt.landing](p)
        get_up(p)
        _finish(p, attempt, until)
        return
    if attempt.landing == "stumble":
        on_hands(p)
    hopped = attempt.landing in ("steps", "stumble") or p.rng.random() < 0.2
    if hopped:
        p.doubt = STEP
        way = p.rng.uniform(0.2, 0.45) * (-1 if attempt.skill == "back somersault" else 1)
        hop(p, way, int(p.rng.integers(1, 4)))
        p.doubt = 0
    if attempt.landing == "run-out":
        run_out(p)
    elif attempt.idle is not None and p.rng.random() < 0.45:
        rise_halfway(p)  # and walks off before he stands
    elif not hopped:  # who steps out of the landing stands up in it
        rise(p)
    if attempt.landing == "celebrate":
        celebrate(p, p.rng.uniform(0.6, 2.5))
    walks = attempt.landing == "walk-off" or p.rng.random() < 0.5 * (attempt.landing == "celebrate")
    if walks and attempt.idle is None:
        stay(p, p.rng.uniform(-0.3, 0.4))
        walk_off(p, max(until - p.time, 1.0))
    _finish(p, attempt, until)


def _finish(p: Performer, attempt, until: float) -> None:
    """What follows the landing: departure into idle, or standing still until ``until``."""
    if attempt.idle is not None:
        depart(p, attempt.idle)
        return
    p.doubt = STAND
    stay(p, max(until - p.time, 0.1))
