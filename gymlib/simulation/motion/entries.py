"""Everything before the first contact after the skill: waiting, entry, take-off and flight."""

import numpy as np

from gymlib.labels import IDLE, LANDING
from gymlib.simulation.motion import trampoline
from gymlib.simulation.motion.cartwheels import gather, turn_over
from gymlib.simulation.motion.gait import Gait, go
from gymlib.simulation.motion.keypose import key
from gymlib.simulation.motion.landings import absorb, rebound
from gymlib.simulation.motion.performer import Performer
from gymlib.simulation.motion.proportions import GRAVITY
from gymlib.simulation.motion.takeoffs import (
    fake,
    hurdle,
    punch,
    sideways,
    stand,
    standing_somersault,
)  # fmt: skip


def enter(p: Performer, attempt, before: float) -> float:
    """Everything up to the first contact after the skill; ``before`` seconds of idle come first.

    Returns when the take-off begins, in seconds.
    """
    return _ENTRIES[attempt.entry](p, attempt, before)


def again(p: Performer, attempt) -> None:
    """The same skill once more: straight out of the landing, or after having stood up."""
    p.begun, p.resting = False, LANDING
    if p.rng.random() < 0.6:
        absorb(p, p.rng.uniform(10, 35))
        _from_both_feet(p, attempt, squatting=True)
    else:
        rebound(p)
        _from_both_feet(p, attempt)


def _standing(p, attempt, before) -> float:
    arms = p.style.reach if p.rng.random() < 0.3 else None
    if before > 1.6 and p.rng.random() < 0.5:  # walks into position
        walk = p.rng.uniform(0.4, 0.7) * before
        turned = p.rng.choice([0.0, 0.0, np.pi])
        p.start(key(0, p.rest, yaw=np.degrees(turned)))
        gait = Gait.walking(p.rng.uniform(0.7, 1.2))
        go(p, IDLE, gait, max(2, int(walk / gait.period)), turned, facing=0.0)
        before = max(before - walk, 0.2)
    stand(p, 0.4 * before if attempt.fakes else before, arms)
    begin = p.time
    for _ in range(attempt.fakes):
        fake(p)
        stand(p, 0.2 * before)
    if attempt.skill != "none":
        begin = p.time
        _from_both_feet(p, attempt)
    return begin


def _from_both_feet(p, attempt, squatting: bool = False) -> None:
    backward = attempt.skill == "back somersault"
    pitch = p.rng.uniform(10, 50) if backward else _front_pitch(p, attempt.landing)
    travel = (p.rng.uniform(0.1, 0.6) + _beyond(p)) * (-1 if backward else 1)
    standing_somersault(
        p, attempt.shape, backward, _flight_time(p, attempt.shape), pitch, travel,
        crouch=p.rng.uniform(0.3, 0.9), squatting=squatting,
    )  # fmt: skip


def _running(p, before, speed) -> int:
    """Wait, run and return the foot planted last."""
    steps = int(np.clip(np.ceil(before / 0.31) + 1, 3, 7))
    walk = int(p.rng.integers(2, 5)) if p.rng.random() < 0.35 else 0  # begins slowly
    rest = before - 0.31 * steps
    while p.rng.random() < 0.12 and rest > 3.0:  # runs, and thinks better of it
        go(p, IDLE, Gait.running(0.7 * speed), int(p.rng.integers(2, 4)))
        stand(p, p.rng.uniform(0.4, 1.2))
        rest -= 2.0
    stand(p, max(0.1, rest - 0.5 * walk))
    if walk:
        go(p, IDLE, Gait.walking(p.rng.uniform(0.9, 1.5)), walk, stop=False)
    return go(p, IDLE, Gait.running(speed), steps, stop=False)


def _run_up(p, attempt, before) -> float:
    speed = p.rng.uniform(2.3, 3.3)
    foot = _running(p, before, speed)
    begin, duration = p.time, _flight_time(p, attempt.shape)
    if attempt.skill == "side somersault":
        hurdle(p, foot, speed, yaw=80.0 * p.rng.choice([-1, 1]))
        sideways(p, attempt.shape, duration, p.rng.uniform(0.25, 0.4) * speed)
        return begin
    hurdle(p, foot, speed)
    travel = p.rng.uniform(0.25, 0.5) * speed + _beyond(p)
    pitch = _front_pitch(p, attempt.landing)
    punch(p, attempt.shape, duration, pitch, travel, crouch=p.rng.uniform(0.3, 0.9))
    return begin


def _round_off(p, attempt, before) -> float:
    foot = _running(p, before, p.rng.uniform(2.2, 2.8))
    begin = p.time
    turn_over(p, foot, round_off=True)
    punch(p, attempt.shape, _flight_time(p, attempt.shape), p.rng.uniform(5, 40),
          -p.rng.uniform(0.7, 1.3), backward=True, crouch=p.rng.uniform(0.2, 0.8))  # fmt: skip
    return begin


def _cartwheel(p, attempt, before) -> float:
    foot = _running(p, before, p.rng.uniform(1.9, 2.4))
    begin = p.time
    turn_over(p, foot, round_off=False)
    gather(p)
    _from_both_feet(p, attempt)
    return begin


def _trampoline(p, attempt, before) -> float:
    trampoline.warm_up(p, before)
    skills = list(zip(attempt.skill.split(", "), attempt.shape.split(", ")))
    return trampoline.series(p, skills)


_ENTRIES = {
    "standing": _standing, "run-up": _run_up, "round-off": _round_off, "cartwheel": _cartwheel,
    "trampoline": _trampoline,
}  # fmt: skip
ENTRIES = tuple(_ENTRIES)


def _front_pitch(p: Performer, landing: str) -> float:
    """Lean at the first contact, degrees: too little turned ends on the seat."""
    if landing in ("sit", "lie"):
        return p.rng.uniform(-38, -14)
    return p.rng.uniform(20, 50) if landing == "stumble" else p.rng.uniform(-18, 22)


def _beyond(p: Performer) -> float:
    """Metres that a jump must go further to clear the edge of what he stands or lands on."""
    return 0.6 if p.drop else 0.0


def _flight_time(p: Performer, shape: str) -> float:
    """Seconds in the air: a stretched body needs the most."""
    low, high = {"tucked": (0.52, 0.68), "piked": (0.58, 0.7), "stretched": (0.64, 0.8)}[shape]
    level = p.rng.uniform(low, high)
    if not p.drop:
        return level
    # The same jump, until the height of the landing (not much before its highest point).
    half = level / 2
    return half + np.sqrt(max(half**2 + 2 * p.drop / GRAVITY, (0.4 * half) ** 2))
