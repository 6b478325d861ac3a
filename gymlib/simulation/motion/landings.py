"""How an attempt ends: stuck, with steps, stumbling onto the hands, sitting down or lying."""

import numpy as np

from gymlib.labels import IDLE, LANDING
from gymlib.simulation.motion.gait import Gait, go
from gymlib.simulation.motion.keypose import flat, key
from gymlib.simulation.motion.movement import STAND, STEP
from gymlib.simulation.motion.performer import Performer
from gymlib.simulation.motion.pose import pose
from gymlib.simulation.motion.style import Style
from gymlib.simulation.motion.trampoline import settle

Rng = np.random.Generator


def absorb(p: Performer, style: Style, rng: Rng, pitch: float | None = None) -> None:
    """Take the fall with the legs; the trunk leans ``pitch`` degrees at the lowest point."""
    pitch = style.bowed(style.bow + rng.normal(0, 6) if pitch is None else pitch)
    yaw = np.degrees(p.channels[0])
    low = style.crouching(pitch)
    drop = p.centre[2] - p.over(key(0, low, pitch, yaw=yaw))[2]
    lasts = float(np.clip(1.8 * drop / max(-p.velocity[2], 1.0), 0.14, 0.34))
    p.ground(LANDING, [key(lasts, low, pitch, yaw=yaw)])


def rise(p: Performer, style: Style, rng: Rng, *, arms: float | None = None) -> None:
    """From the crouch to standing, more or less slowly."""
    yaw = np.degrees(p.channels[0])
    pause = rng.uniform(0.05, 0.5)
    pitch = np.degrees(p.channels[1])
    wait = style.crouching(pitch, shoulder=rng.uniform(20, 80))
    up = style.standing() if arms is None else style.standing(shoulder=arms, elbow=15)
    half = flat(style.standing(shoulder=30, knee=40, hip=60, lumbar=20), 25)
    lasts = rng.uniform(0.5, 1.0) / style.tempo
    p.ground(
        LANDING,
        [key(pause, wait, pitch, yaw=yaw), key(pause + 0.5 * lasts, half, 25, yaw=yaw),
         key(pause + lasts, up, rng.normal(2, 2), yaw=yaw)],
    )  # fmt: skip


def stay(p: Performer, style: Style, rng: Rng, seconds: float, label: int = LANDING) -> None:
    """Stand still after the landing."""
    yaw = np.degrees(p.channels[0])
    while seconds > 0.05:
        lasts = seconds if seconds < 1 else float(rng.uniform(0.5, 0.9))
        angles = style.standing(shoulder=rng.normal(6, 8), neck=rng.normal(0, 8))
        p.ground(label, [key(lasts, angles, rng.normal(2, 2), yaw=yaw)])
        seconds -= lasts


def hop(p: Performer, style: Style, rng: Rng, way: float, count: int) -> None:
    """Steps out of a landing that was short or over-turned, ``way`` metres each."""
    yaw = p.channels[0]
    ahead = np.array([np.cos(yaw), np.sin(yaw)])
    for i in range(count):
        pitch = float(np.clip(np.degrees(p.channels[1]) * 0.7, -10, 40))
        side = int(rng.integers(2)) if i == 0 else 1 - side  # noqa: F821
        place = p.toes[side, :2] + way * ahead
        middle = p.toes[:, :2].mean(axis=0) + 0.5 * way * ahead
        low = flat(
            style.standing(shoulder=rng.uniform(10, 70), knee=45 - 8 * i, hip=pitch + 26), pitch
        )
        goal = p.over(key(0, low, pitch, yaw=np.degrees(yaw)))
        goal[:2] = middle - 0.42 * p.body.toe * ahead
        lasts = rng.uniform(0.3, 0.42)
        p.ground(
            LANDING, [key(lasts, low, pitch, yaw=np.degrees(yaw))], centres=[goal],
            steps=[(side, 0.0, 0.85 * lasts, place, yaw)],
        )  # fmt: skip
    place = p.toes[1 - side, :2] + way * ahead
    end = key(0.4, style.standing(), 3, yaw=np.degrees(yaw))
    p.ground(
        LANDING, [end], centres=[p.over(end) + np.r_[0.5 * way * ahead, 0]],
        steps=[(1 - side, 0.02, 0.35, place, yaw)],
    )  # fmt: skip


def sit(p: Performer, style: Style, rng: Rng, seconds: float, lie: bool) -> None:
    """Fall back onto the seat, perhaps further onto the back, and stay there."""
    yaw = np.degrees(p.channels[0])
    lean = -rng.uniform(8, 30)
    behind = dict(shoulder=rng.uniform(-45, 40), shoulder_abduction=14, elbow=25)
    seat = pose(hip=118, knee=108, lumbar=30, neck=-5, hip_abduction=8, **behind)
    keys = [key(rng.uniform(0.3, 0.5), flat(seat, lean), lean, yaw=yaw, lean="pose")]
    if lie:
        back = pose(hip=52, knee=92, lumbar=12, neck=25, hip_abduction=10, shoulder=30,
                    shoulder_abduction=45, elbow=30)  # fmt: skip
        keys.append(
            key(keys[-1].time + rng.uniform(0.4, 0.7), flat(back, -78), -78, yaw=yaw, lean="pose")
        )
    p.ground(LANDING, keys)
    last = keys[-1]
    while seconds > 0.05:
        lasts = min(seconds, rng.uniform(0.5, 1.2))
        angles = pose(last.angles, shoulder=rng.normal(10, 25), elbow=rng.uniform(15, 70))
        p.ground(
            LANDING,
            [key(lasts, angles, np.degrees(last.pitch) + rng.normal(0, 3), yaw=yaw, lean="pose")],
        )
        seconds -= lasts


def on_hands(p: Performer, style: Style, rng: Rng) -> None:
    """Over-rotate forward, catch oneself with the hands, push back up."""
    yaw = np.degrees(p.channels[0])
    pitch, knee = rng.uniform(62, 80), rng.uniform(45, 75)
    low = style.standing(knee=knee, hip=pitch + 0.4 * knee, shoulder=100, elbow=15, neck=-30)
    low = flat(low, pitch)
    p.ground(LANDING, [key(0.3, low, pitch, yaw=yaw, lean=0.05)])
    p.ground(LANDING, [key(rng.uniform(0.15, 0.5), low, pitch, yaw=yaw, lean=0.05)])


def walk_off(p: Performer, style: Style, rng: Rng, seconds: float) -> None:
    """Turn somewhere and walk away: idle again."""
    turn = rng.choice([-1, 1]) * rng.uniform(0.2, 2.6)
    heading = p.channels[0] + turn
    gait = Gait.walking(rng.uniform(0.7, 1.3))
    steps = max(2, int(seconds / gait.period))
    go(
        p,
        IDLE,
        gait,
        steps,
        heading,
        facing=heading,
        first=int(turn < 0),
        stop=bool(rng.random() < 0.4),
    )


def land(p: Performer, style: Style, attempt, seconds: float, rng: Rng) -> None:
    """The ending the attempt asks for, at least ``seconds`` long."""
    until = p.time + seconds
    if attempt.entry == "trampoline":
        settle(p, style, rng, LANDING)
        rise(p, style, rng)
        stay(p, style, rng, max(until - p.time, 0.1))
        return
    if attempt.skill == "none":
        stay(p, style, rng, max(seconds, 0.3), IDLE)
        return
    if attempt.landing in ("sit", "lie"):
        absorb(p, style, rng, rng.uniform(0, 25))
        sit(p, style, rng, max(until - p.time, 0.3), attempt.landing == "lie")
        return
    absorb(p, style, rng)
    if attempt.landing == "stumble":
        on_hands(p, style, rng)
    if attempt.landing in ("steps", "stumble") or rng.random() < 0.2:
        p.doubt = STEP
        way = rng.uniform(0.2, 0.45) * (-1 if attempt.skill == "back somersault" else 1)
        hop(p, style, rng, way, int(rng.integers(1, 4)))
        p.doubt = 0
    rise(p, style, rng)
    if attempt.landing == "walk-off":
        stay(p, style, rng, rng.uniform(-0.3, 0.4))
        walk_off(p, style, rng, max(until - p.time, 1.0))
    p.doubt = STAND
    stay(p, style, rng, max(until - p.time, 0.1))
