"""Take-offs: from standing, from a hurdle with both feet, sideways, and some broken off."""

from dataclasses import replace

import numpy as np

from gymlib.labels import IDLE, SKILL, TAKEOFF
from gymlib.simulation.motion.jumping import jump
from gymlib.simulation.motion.keypose import Key, flat, key
from gymlib.simulation.motion.performer import Performer
from gymlib.simulation.motion.pose import pose
from gymlib.simulation.motion.shapes import somersault
from gymlib.simulation.motion.truth import FAKE


def stand(p: Performer, seconds: float, arms: float | None = None) -> None:
    """Wait, with small movements; ``arms`` keeps the arms raised to that angle.

    One in six waits bent over, in a crouch, or with the arms held out.
    """
    posture = p.rng.choice(len(_POSTURES), p=_POSTURE_SHARES) if arms is None else 0
    while seconds > 0.05:
        lasts = seconds if seconds < 1.2 else float(p.rng.uniform(0.5, 1.1))
        fidget = dict(
            shoulder=p.rng.normal(6, 8), elbow=max(5, p.style.elbow + p.rng.normal(0, 10)),
            lumbar=p.style.hunch + p.rng.normal(0, 3), neck=p.rng.normal(0, 8),
            neck_turn=p.rng.normal(0, 14),
        )  # fmt: skip
        habit = p.rng.random()
        if habit < 0.12:  # scratches his head, or wipes a hand
            side = p.rng.choice(["left", "right"])
            fidget |= {f"{side}_shoulder": p.rng.uniform(20, 90), f"{side}_elbow": 100.0}
        elif habit < 0.27:  # rubs his hands, or shakes the arms out
            fidget |= dict(shoulder=p.rng.uniform(-5, 45), elbow=p.rng.uniform(60, 110))
        elif habit < 0.33:  # hands on the hips
            fidget |= dict(shoulder=-20, shoulder_abduction=42, elbow=95, shoulder_rotation=40)
        elif habit < 0.4:  # bends down
            fidget |= dict(lumbar=45, hip=25, knee=18, neck=-10)
        if arms is not None:
            fidget |= dict(shoulder=arms + p.rng.normal(0, 4), elbow=12.0, neck_turn=0.0)
        lean, held = _POSTURES[posture]
        fidget |= {name: angle + p.rng.normal(0, 4) for name, angle in held.items()}
        tilt = lean + p.rng.normal(1, 1.5)
        angles = flat(p.style.standing(**fidget), tilt) if posture else p.style.standing(**fidget)
        p.ground(IDLE, [key(lasts, angles, tilt, yaw=p.yaw)])
        seconds -= lasts


_POSTURES = (
    (0.0, {}),
    (58.0, {"hip": 75, "knee": 25, "lumbar": 15, "shoulder": 70, "elbow": 20, "neck": -25}),
    (35.0, {"hip": 85, "knee": 80, "lumbar": 12, "shoulder": 40, "elbow": 50, "neck": -15}),
    (0.0, {"shoulder": 90, "elbow": 10}),
    (0.0, {"shoulder": 5, "shoulder_abduction": 80, "elbow": 10}),
)
"""Lean and angles of postures to wait in: upright, hands on the knees, crouched, arms forward,
arms to the sides."""
_POSTURE_SHARES = (0.84, 0.05, 0.04, 0.04, 0.03)


def swing_and_squat(p: Performer, pitch: float, label: int = TAKEOFF) -> list[Key]:
    """Raise the arms, swing them back and squat; returns the squat, timed from now.

    Take-off begins when both hands rise: with the raise, with the swing of arms that were held
    up, or, where they hang, late in the squat, when the swing brings them up behind.
    """
    tempo, yaw = p.style.tempo, p.yaw
    hanging = p.channels[3 + 6] < np.radians(90)
    if hanging and p.rng.random() < 0.5:
        hanging = False
        lasts = p.rng.uniform(0.3, 0.5) / tempo
        p.ground(label, [key(lasts, p.style.raised(), p.rng.normal(-2, 2), yaw=yaw)])
    lasts = p.rng.uniform(0.38, 0.62) / tempo
    low = p.style.squatting(pitch)
    half = flat(p.style.standing(shoulder=10, knee=28, hip=38, lumbar=p.style.hunch + 6), 18)
    p.ground(label, [key(0.55 * lasts, half, 18, yaw=yaw), key(lasts, low, pitch, yaw=yaw)])
    if hanging:
        p.relabel(TAKEOFF, p.resting, lasts, 0.3 * lasts)
    return _upswing(p, low, pitch)


def _upswing(p: Performer, low, pitch: float) -> list[Key]:
    """The arms are on their way up before the legs push.

    From the deepest bend to the flight people take 0.18 to 0.27 s (eight standing jumps of the CMU
    motion capture database).
    """
    lasts = p.rng.uniform(0.06, 0.11) / p.style.tempo
    return [key(lasts, pose(low, shoulder=25), pitch + 2, yaw=p.yaw)]


def standing_somersault(
    p: Performer, shape: str, backward: bool, duration: float, pitch: float,
    travel: float, crouch: float, begin: str = "standing",
) -> None:  # fmt: skip
    """Swing, squat, jump and turn once.

    ``begin``: "standing"; "squatting", who jumps from there; "swung", with the arms behind too.
    """
    bend = p.rng.uniform(26, 46)
    if begin == "swung":
        low = _upswing(p, p.style.squatting(bend), bend)
    elif begin == "squatting":
        low = [key(p.rng.uniform(0.08, 0.18), p.style.squatting(bend), bend, yaw=p.yaw)]
    else:
        low = swing_and_squat(p, bend)
    tilt = p.rng.uniform(-16, -8) if backward else p.rng.uniform(10, 22)
    off = pose(
        shoulder=p.style.reach + 5, elbow=10 + 15 * p.style.arch, hip=-6 if backward else 14,
        knee=8 + 10 * p.style.arch, lumbar=-8 if backward else 10, neck=-12 if backward else 8,
    )  # fmt: skip
    off = flat(off, tilt, sole=48)
    lean = p.rng.uniform(-0.17, -0.10) if backward else p.rng.uniform(0.04, 0.12)
    keys = somersault(p.style, shape, backward, duration, pitch, crouch=crouch, yaw=p.yaw)
    turn = np.radians(pitch - tilt + (-360 if backward else 360))
    ahead = np.array([np.cos(p.channels[0]), np.sin(p.channels[0])])
    axis = np.array([-ahead[1], ahead[0], 0]) * turn
    jump(
        p, [*low, key(0, off, tilt, yaw=p.yaw, lean=lean)], TAKEOFF, keys, axis, travel * ahead,
        flight_label=SKILL,
    )  # fmt: skip


def hurdle(p: Performer, foot: int, speed: float, yaw: float = 0.0) -> None:
    """From one foot, with raised arms, to both feet; ends when they touch.

    The run ends and the take-off begins with the last stance, in which the hands rise.
    """
    other = ("right", "left")[foot]
    this = ("left", "right")[foot]
    off = pose(
        shoulder=p.rng.uniform(60, p.style.reach), elbow=p.rng.uniform(15, 60), lumbar=4, hip=-8,
        knee=8, neck=-5,
    )  # fmt: skip
    off = flat(off, 3, sole=42)
    lifted = {f"{other}_hip": p.rng.uniform(55, 85), f"{other}_knee": p.rng.uniform(65, 100),
              f"{other}_ankle": 10.0}  # fmt: skip
    off = pose(off, **lifted)
    middle = pose(off, **{f"{this}_hip": 8.0, f"{this}_knee": 25.0}, shoulder=p.style.reach)
    lasts = p.rng.uniform(0.3, 0.48)
    arms = float(np.clip(p.style.reach + p.rng.normal(0, 12), 90, 185))
    if p.style.bent:  # gathered like a frog, arms behind, as for a mini-trampoline
        pitch, arms = p.rng.uniform(20, 42), float(p.rng.uniform(-55, 60))
        bend = p.rng.uniform(40, 75)
        together = pose(
            shoulder=arms, shoulder_abduction=22, elbow=p.rng.uniform(20, 60),
            hip=pitch + bend * 0.55, knee=bend * 0.75, hip_abduction=5, lumbar=12, neck=-18,
        )  # fmt: skip
        middle = pose(together, shoulder=30, hip=pitch + bend * 0.7, knee=bend + 15)
    else:
        pitch = p.rng.uniform(-14, -4)
        together = pose(
            shoulder=arms, shoulder_abduction=10, elbow=p.rng.uniform(10, 70),
            hip=p.rng.uniform(14, 30), knee=p.rng.uniform(18, 32), hip_abduction=3, lumbar=4,
        )  # fmt: skip
        middle = pose(middle, shoulder=arms, elbow=30)
    keys = [
        key(p.rng.uniform(0.4, 0.6) * lasts, middle),
        key(lasts, flat(together, pitch, sole=16), pitch, yaw=yaw, roll=-12 * np.sign(yaw),
            lean="pose"),
    ]  # fmt: skip
    stance = float(np.clip(0.5 / speed, 0.15, 0.24))
    planted = (foot == 0, foot == 1)
    toe = p.toes[[foot]]
    jump(
        p, [key(stance, off, 3, lean=0.12)], TAKEOFF, keys,
        (0, np.radians(pitch - 3), np.radians(yaw)),
        (0.85 * speed * lasts, 0.03 * (1 if foot else -1)), flight_label=TAKEOFF, planted=planted,
        toes=toe,
    )  # fmt: skip


def punch(
    p: Performer, shape: str, duration: float, pitch: float, travel: float,
    *, backward: bool = False, crouch: float,
) -> None:  # fmt: skip
    """Rebound from both feet into a somersault."""
    yaw = p.yaw
    knee = p.rng.uniform(38, 62)
    arms = float(np.degrees(p.channels[3 + 6]))
    tilt = p.rng.uniform(-14, -6) if backward else p.rng.uniform(14, 28)
    stoop = np.degrees(p.channels[1]) * 0.8 if p.style.bent else 4.0
    low = pose(
        shoulder=0.55 * p.style.reach if backward else arms, elbow=p.rng.uniform(15, 60),
        hip=knee * 0.75 + max(stoop - 4, 0), knee=knee, lumbar=8, hip_abduction=3,
    )  # fmt: skip
    off = pose(
        # Arms that come from behind do not get all the way up in so short a time.
        shoulder=p.style.reach if backward else min(135.0, arms + 130), elbow=25,
        hip=-5 if backward else 18,
        knee=10 + 8 * p.style.arch, lumbar=-6 if backward else 16, neck=-10 if backward else 12,
    )  # fmt: skip
    down = float(np.clip(0.2 / max(-p.velocity[2], 0.8), 0.07, 0.14))
    turn = np.radians(pitch - tilt + (-360 if backward else 360))
    behind = np.sign(travel) or 1.0
    lean = p.rng.uniform(-0.2, -0.12) if backward else p.rng.uniform(0.02, 0.1)
    keys = somersault(p.style, shape, backward, duration, pitch, crouch=crouch, yaw=yaw)
    axis = np.array([-np.sin(np.radians(yaw)), np.cos(np.radians(yaw)), 0]) * turn
    jump(
        p,
        [key(down, flat(low, stoop), stoop if not backward else 10, yaw=yaw, lean=-0.16 * behind),
         key(0, flat(off, tilt, sole=45), tilt, yaw=yaw, lean=lean)],
        TAKEOFF, keys, axis, (travel * np.cos(np.radians(yaw)), travel * np.sin(np.radians(yaw))),
        flight_label=SKILL,
    )  # fmt: skip


def fake(p: Performer) -> None:
    """A take-off broken off: arms and squat, then standing again. Its phase is idle."""
    p.doubt = FAKE
    low = swing_and_squat(p, p.rng.uniform(20, 38), label=IDLE)
    yaw = p.yaw
    p.ground(IDLE, [*low, key(0.5, p.style.standing(shoulder=p.rng.uniform(20, 90)), yaw=yaw)])
    p.doubt = 0
    p.ground(IDLE, [key(0.4, p.style.standing(), yaw=yaw)])


def sideways(
    p: Performer, shape: str, duration: float, travel: float,
) -> None:  # fmt: skip
    """Rebound, facing sideways, into a side somersault along the run."""
    yaw = p.yaw
    side = 1.0 if yaw > 0 else -1.0
    knee = p.rng.uniform(38, 60)
    arms = float(np.degrees(p.channels[3 + 6]))
    low = pose(shoulder=arms, elbow=30, hip=knee * 0.7, knee=knee, lumbar=8, hip_abduction=6)
    off = pose(
        shoulder=150, shoulder_abduction=20, elbow=30, hip=8, knee=10, hip_abduction=6, lumbar=6,
        lumbar_side=8 * side,
    )  # fmt: skip
    tilt, end = p.rng.uniform(2, 6) * side, p.rng.uniform(-8, 4) * side
    keys = somersault(p.style, shape, True, duration, p.rng.uniform(10, 25), crouch=0.6, yaw=yaw)
    # Spread legs and arms keep the axis of the turn from tilting.
    spread = dict(hip_abduction=30, shoulder_abduction=45)
    keys = [replace(k, angles=pose(k.angles, **spread)) for k in keys]
    last = keys[-1]
    keys[-1] = key(duration, pose(last.angles, hip_abduction=16), np.degrees(last.pitch), yaw=yaw,
                   roll=end, lean="pose")  # fmt: skip
    turn = np.radians(360 + side * (end - tilt))
    takeoff = flat(off, 4, sole=40)
    jump(
        p,
        [key(0.1, flat(low, 8), 8, roll=-2 * side, yaw=yaw),
         key(0, takeoff, 4, roll=tilt, yaw=yaw, lean="pose")],
        TAKEOFF, keys, (0, turn, 0), (travel, 0.0), flight_label=SKILL,
    )  # fmt: skip
