"""Everything before the first contact after the skill: waiting, entry, take-off and flight."""

import numpy as np

from gymlib.labels import IDLE
from gymlib.simulation.motion import trampoline
from gymlib.simulation.motion.entries import (
    fake,
    hurdle,
    punch,
    run_up,
    sideways,
    stand,
    standing_somersault,
)  # fmt: skip
from gymlib.simulation.motion.gait import Gait, go
from gymlib.simulation.motion.keypose import key
from gymlib.simulation.motion.performer import Performer
from gymlib.simulation.motion.style import Style
from gymlib.simulation.motion.wheels import gather, turn_over

Rng = np.random.Generator


def enter(p: Performer, style: Style, attempt, before: float, rng: Rng) -> float:
    """Everything up to the first contact after the skill; ``before`` seconds of idle come first.

    Returns when the take-off begins, in seconds.
    """
    return _ENTRIES[attempt.entry](p, style, attempt, before, rng)


def _standing(p, style, attempt, before, rng) -> float:
    arms = style.reach if rng.random() < 0.3 else None
    if before > 1.6 and rng.random() < 0.5:  # walks into position
        walk = rng.uniform(0.4, 0.7) * before
        turned = rng.choice([0.0, 0.0, np.pi])
        p.start(key(0, p.rest, yaw=np.degrees(turned)))
        gait = Gait.walking(rng.uniform(0.7, 1.2))
        go(p, IDLE, gait, max(2, int(walk / gait.period)), turned, facing=0.0)
        before = max(before - walk, 0.2)
    stand(p, style, 0.4 * before if attempt.fakes else before, rng, arms)
    begin = p.time
    for _ in range(attempt.fakes):
        fake(p, style, rng)
        stand(p, style, 0.2 * before, rng)
    if attempt.skill != "none":
        begin = p.time
        _from_both_feet(p, style, attempt, rng)
    return begin


def _from_both_feet(p, style, attempt, rng) -> None:
    backward = attempt.skill == "back somersault"
    pitch = rng.uniform(10, 50) if backward else _front_pitch(attempt.landing, rng)
    travel = rng.uniform(0.1, 0.6) * (-1 if backward else 1)
    standing_somersault(
        p, style, attempt.shape, backward, rng, _flight_time(attempt.shape, rng), pitch, travel,
        crouch=rng.uniform(0.3, 0.9),
    )  # fmt: skip


def _running(p, style, before, rng, speed) -> int:
    """Wait, run and return the foot planted last."""
    steps = int(np.clip(np.ceil(before / 0.31) + 1, 3, 7))
    stand(p, style, max(0.1, before - 0.31 * steps), rng)
    return run_up(p, style, steps, speed)


def _run_up(p, style, attempt, before, rng) -> float:
    speed = rng.uniform(2.3, 3.3)
    foot = _running(p, style, before, rng, speed)
    begin, duration = p.time, _flight_time(attempt.shape, rng)
    if attempt.skill == "side somersault":
        hurdle(p, style, rng, foot, speed, yaw=80.0 * rng.choice([-1, 1]))
        sideways(p, style, attempt.shape, rng, duration, rng.uniform(0.25, 0.4) * speed)
        return begin
    hurdle(p, style, rng, foot, speed)
    punch(p, style, attempt.shape, rng, duration, _front_pitch(attempt.landing, rng),
          rng.uniform(0.25, 0.5) * speed, crouch=rng.uniform(0.3, 0.9))  # fmt: skip
    return begin


def _round_off(p, style, attempt, before, rng) -> float:
    foot = _running(p, style, before, rng, rng.uniform(2.2, 2.8))
    begin = p.time
    turn_over(p, style, rng, foot, round_off=True)
    punch(p, style, attempt.shape, rng, _flight_time(attempt.shape, rng), rng.uniform(5, 40),
          -rng.uniform(0.7, 1.3), backward=True, crouch=rng.uniform(0.2, 0.8))  # fmt: skip
    return begin


def _cartwheel(p, style, attempt, before, rng) -> float:
    foot = _running(p, style, before, rng, rng.uniform(1.9, 2.4))
    begin = p.time
    turn_over(p, style, rng, foot, round_off=False)
    gather(p, style, rng)
    _from_both_feet(p, style, attempt, rng)
    return begin


def _trampoline(p, style, attempt, before, rng) -> float:
    trampoline.warm_up(p, style, rng, before)
    skills = list(zip(attempt.skill.split(", "), attempt.shape.split(", ")))
    return trampoline.series(p, style, skills, rng)


_ENTRIES = {
    "standing": _standing, "run-up": _run_up, "round-off": _round_off, "cartwheel": _cartwheel,
    "trampoline": _trampoline,
}  # fmt: skip
ENTRIES = tuple(_ENTRIES)


def _front_pitch(landing: str, rng: Rng) -> float:
    """Lean at the first contact, degrees: too little turned ends on the seat."""
    if landing in ("sit", "lie"):
        return rng.uniform(-38, -14)
    return rng.uniform(20, 50) if landing == "stumble" else rng.uniform(-18, 22)


def _flight_time(shape: str, rng: Rng) -> float:
    """Seconds in the air: a stretched body needs the most."""
    low, high = {"tucked": (0.52, 0.68), "piked": (0.58, 0.7), "stretched": (0.64, 0.8)}[shape]
    return rng.uniform(low, high)
