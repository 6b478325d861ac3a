"""Everything before the first contact after the skill: waiting, entry, take-off and flight."""

import numpy as np

from gymlib.labels import IDLE, LANDING
from gymlib.simulation.motion import trampoline
from gymlib.simulation.motion.cartwheels import gather, turn_over
from gymlib.simulation.motion.gait import Gait, go
from gymlib.simulation.motion.keypose import key
from gymlib.simulation.motion.performer import Performer
from gymlib.simulation.motion.proportions import GRAVITY
from gymlib.simulation.motion.series import before_next
from gymlib.simulation.motion.takeoffs import (
    fake,
    hurdle,
    punch,
    sideways,
    stand,
    standing_somersault,
)  # fmt: skip
from gymlib.simulation.motion.waiting import straighten, wait


def enter(p: Performer, attempt, before: float) -> float:
    """Everything up to the first contact after the skill; ``before`` seconds of idle come first.

    Returns when the take-off begins, in seconds.
    """
    return _ENTRIES[attempt.entry](p, attempt, before)


def again(p: Performer, attempt, onwards: bool = False) -> None:
    """The same skill once more, linked as the attempt says; ``onwards``: not for the last time."""
    link = attempt.link or ("crouch" if p.rng.random() < 0.6 else "rise")
    onwards = onwards and link == "chain"
    p.begun, p.resting = link == "chain", LANDING
    if link == "chain":
        backward = attempt.skill == "back somersault"
        duration = _flight_time(p, attempt.shape)
        pitch, crouch = _arrival(p, attempt, onwards)
        travel = p.rng.uniform(0.5, 1.1) * (-1 if backward else 1)
        punch(p, attempt.shape, duration, pitch, travel, backward=backward, crouch=crouch)
        p.begun = False
        return
    foot = before_next(p, link)
    if link == "run":
        _front_from(p, attempt, foot, p.rng.uniform(2.3, 3.0))
    else:
        start = {"squat": "swung", "crouch": "squatting"}.get(link, "standing")
        _from_both_feet(p, attempt, start)


def _standing(p, attempt, before) -> float:
    arms = p.style.reach if p.rng.random() < 0.3 else None
    if before > 1.6 and p.rng.random() < 0.5:  # walks into position
        walk = p.rng.uniform(0.4, 0.7) * before
        turned = p.rng.choice([0.0, 0.0, np.pi])
        p.start(key(0, p.rest, yaw=np.degrees(turned)))
        gait = Gait.walking(p.rng.uniform(0.7, 1.2))
        go(p, IDLE, gait, max(2, int(walk / gait.period)), turned, facing=0.0)
        before = max(before - walk, 0.2)
    if attempt.waiting == "upright":
        stand(p, 0.4 * before if attempt.fakes else before, arms)
    else:
        _wait(p, attempt.waiting, before, direct=True)
    begin = p.time
    for _ in range(attempt.fakes):
        fake(p)
        stand(p, 0.2 * before)
    if attempt.skill != "none":
        begin = p.time
        _from_both_feet(p, attempt)
    return begin


def _from_both_feet(p, attempt, start: str = "standing") -> None:
    backward = attempt.skill == "back somersault"
    pitch = p.rng.uniform(10, 50) if backward else _front_pitch(p, attempt.landing)
    travel = (p.rng.uniform(0.1, 0.6) + _beyond(p)) * (-1 if backward else 1)
    duration = _flight_time(p, attempt.shape)
    pitch, crouch = _first_contact(p, attempt, pitch, p.rng.uniform(0.3, 0.9))
    standing_somersault(
        p, attempt.shape, backward, duration, pitch, travel, crouch=crouch, begin=start
    )


def _wait(p, how, seconds, direct) -> None:
    """Wait as the attempt says, then straighten up; half of those who may jump ``direct``ly do."""
    wait(p, how, seconds)
    if np.degrees(p.channels[1]) > 12 or how == "seated":
        if how == "seated" or not direct or p.rng.random() < 0.5:
            straighten(p)


def _running(p, before, speed, waiting="upright") -> int:
    """Wait, run and return the foot planted last."""
    steps = int(np.clip(np.ceil(before / 0.31) + 1, 3, 7))
    if waiting != "upright":  # the wait is to be seen as well
        steps = int(p.rng.integers(3, 6))
    walk = int(p.rng.integers(2, 5)) if p.rng.random() < 0.35 else 0  # begins slowly
    rest = before - 0.31 * steps
    while p.rng.random() < 0.12 and rest > 3.0:  # runs, and thinks better of it
        go(p, IDLE, Gait.running(0.7 * speed), int(p.rng.integers(2, 4)))
        stand(p, p.rng.uniform(0.4, 1.2))
        rest -= 2.0
    if waiting == "upright":
        stand(p, max(0.1, rest - 0.5 * walk))
    else:
        _wait(p, waiting, max(0.5, rest), direct=False)
    if walk:
        go(p, IDLE, Gait.walking(p.rng.uniform(0.9, 1.5)), walk, stop=False)
    return go(p, IDLE, Gait.running(speed), steps, stop=False)


def _run_up(p, attempt, before) -> float:
    speed = p.rng.uniform(2.3, 3.3)
    foot, begin = _running(p, before, speed, attempt.waiting), p.time
    _front_from(p, attempt, foot, speed)
    return begin


def _front_from(p, attempt, foot, speed) -> None:
    """Out of the run into a front or side somersault."""
    duration = _flight_time(p, attempt.shape)
    if attempt.skill == "side somersault":
        hurdle(p, foot, speed, yaw=80.0 * p.rng.choice([-1, 1]))
        sideways(p, attempt.shape, duration, p.rng.uniform(0.25, 0.4) * speed)
        return
    hurdle(p, foot, speed)
    travel = p.rng.uniform(0.25, 0.5) * speed + _beyond(p)
    pitch = _front_pitch(p, attempt.landing)
    pitch, crouch = _first_contact(p, attempt, pitch, p.rng.uniform(0.3, 0.9))
    punch(p, attempt.shape, duration, pitch, travel, crouch=crouch)


def _round_off(p, attempt, before) -> float:
    foot = _running(p, before, p.rng.uniform(2.2, 2.8), attempt.waiting)
    begin = p.time
    turn_over(p, foot, round_off=True)
    duration, pitch = _flight_time(p, attempt.shape), p.rng.uniform(5, 40)
    travel = -p.rng.uniform(0.7, 1.3)
    pitch, crouch = _first_contact(p, attempt, pitch, p.rng.uniform(0.2, 0.8))
    punch(p, attempt.shape, duration, pitch, travel, backward=True, crouch=crouch)
    return begin


def _cartwheel(p, attempt, before) -> float:
    foot = _running(p, before, p.rng.uniform(1.9, 2.4), attempt.waiting)
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


def _first_contact(p: Performer, attempt, pitch: float, crouch: float) -> tuple[float, float]:
    """``pitch`` and ``crouch``, or those of :func:`_arrival` if this skill begins a chain."""
    if attempt.link == "chain":
        return _arrival(p, attempt, onwards=attempt.repeats > 0)
    return pitch, crouch


def _arrival(p: Performer, attempt, onwards: bool) -> tuple[float, float]:
    """Lean, degrees, and bend of the legs (0 to 1) at the first contact of a chain's skill.

    Who goes ``onwards`` comes down upright on nearly straight legs.
    """
    if onwards:
        return p.rng.uniform(0, 14), p.rng.uniform(0.1, 0.3)
    if attempt.skill == "back somersault":
        return p.rng.uniform(10, 50), p.rng.uniform(0.3, 0.9)
    return _front_pitch(p, attempt.landing), p.rng.uniform(0.3, 0.9)


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
