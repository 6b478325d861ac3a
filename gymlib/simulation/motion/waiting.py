"""Waiting that is more than standing: bent, crouched, seated, bouncing, swinging, swaying.

Nothing of it leads into a jump: what swings or dips comes to rest again before the take-off.
"""

from collections.abc import Callable

import numpy as np

from gymlib.labels import IDLE
from gymlib.simulation.motion.keypose import Angles, Key, flat, key
from gymlib.simulation.motion.performer import Performer
from gymlib.simulation.motion.pose import pose
from gymlib.simulation.motion.takeoffs import stand
from gymlib.simulation.motion.truth import SITTING, STANDING

_HELD = {
    "bent": (
        (60, dict(hip=76, knee=24, lumbar=16, shoulder=72, elbow=14, neck=-22)),  # hands on knees
        (56, dict(hip=62, knee=8, lumbar=30, shoulder=84, elbow=6, neck=12)),  # hanging
        (34, dict(hip=42, knee=10, lumbar=30, shoulder=48, elbow=12, neck=22)),  # looks down
    ),
    "crouched": (
        (38, dict(hip=92, knee=88, lumbar=18, shoulder=45, elbow=50, neck=-15)),
        (26, dict(hip=118, knee=138, lumbar=34, shoulder=52, elbow=55, neck=-18)),  # to the heels
        (46, dict(hip=122, knee=128, lumbar=26, shoulder=88, elbow=10, neck=-10)),  # hands down
    ),
    "seated": (
        (-6, dict(hip=86, knee=88, lumbar=18, shoulder=32, elbow=35, neck=5)),  # as on a bench
        (22, dict(hip=104, knee=84, lumbar=30, shoulder=52, elbow=48, neck=-5)),  # elbows on knees
        (-16, dict(hip=118, knee=106, lumbar=34, shoulder=52, elbow=35, neck=-5)),  # on the floor
    ),
}
"""Lean of the pelvis and joint angles, degrees, of what is held while waiting."""


def wait(p: Performer, how: str, seconds: float) -> None:
    """Wait about ``seconds`` in one of :data:`WAITS`; ``upright`` is :func:`takeoffs.stand`."""
    if how == "upright":
        stand(p, seconds)
    elif how == "restless":
        until = p.time + seconds
        while until - p.time > 0.3:
            kind = str(p.rng.choice(list(_MOVING)))
            _MOVING[kind](p, min(until - p.time, p.rng.uniform(1.0, 2.5)))
    elif how in _MOVING:
        _MOVING[how](p, seconds)
    else:
        _hold(p, how, seconds)


def straighten(p: Performer) -> None:
    """Come up from whatever posture, and stand for a moment."""
    low = np.degrees(p.channels[1]) < 0 or p.centre[2] < p.over(Key(0, p.rest))[2] - 0.2
    lasts = p.rng.uniform(0.5, 0.9) / p.style.tempo
    keys = [key(lasts, p.style.standing(), 2, yaw=p.yaw)]
    if low:  # the weight comes over the feet first
        bent = flat(pose(hip=112, knee=92, lumbar=26, shoulder=60, elbow=30, hip_abduction=6), 48)
        half = flat(p.style.standing(shoulder=25, knee=45, hip=62, lumbar=16), 28)
        ahead = p.rng.uniform(0.4, 0.7)
        keys = [key(ahead, bent, 48, yaw=p.yaw), key(ahead + 0.5 * lasts, half, 28, yaw=p.yaw),
                key(ahead + lasts, p.style.standing(), 2, yaw=p.yaw)]  # fmt: skip
    p.ground(IDLE, keys)


def _hold(p: Performer, how: str, seconds: float) -> None:
    """Stay in a posture, with small movements; come up for a moment now and then."""
    variants = _HELD[how]
    lean, held = variants[p.rng.integers(len(variants))]
    lean, held = lean + p.rng.normal(0, 5), {n: a + p.rng.normal(0, 5) for n, a in held.items()}
    place, doing = ("pose", SITTING) if how == "seated" else (None, STANDING)
    first = _posture(p, held, lean)
    if p.time == 0:  # he was so before the clip begins
        p.start(key(0, first, lean, yaw=p.yaw, lean=place))
    else:
        sinks = key(p.rng.uniform(0.5, 0.9), first, lean, yaw=p.yaw, lean=place)
        p.ground(IDLE, [sinks], doing=doing)
    until = p.time + seconds
    while until - p.time > 0.05:
        lasts = min(until - p.time, float(p.rng.uniform(0.4, 1.3)))
        now = {name: angle + p.rng.normal(0, 3) for name, angle in held.items()}
        now["neck"] += p.rng.normal(0, 8)
        tilt = lean + p.rng.normal(0, 2)
        if how == "bent" and until - p.time > 2 and p.rng.random() < 0.2:  # a look ahead
            now, tilt = now | dict(hip=25, lumbar=12, shoulder=20, neck=-5), 18
        held_now = key(lasts, _posture(p, now, tilt), tilt, yaw=p.yaw, lean=place)
        p.ground(IDLE, [held_now], doing=doing)


def _posture(p: Performer, held: dict[str, float], lean: float) -> Angles:
    return flat(pose(shoulder_abduction=10, hip_abduction=5, **held), lean)


def _beat(p: Performer, seconds: float, cycle: Callable[[], list[Key]]) -> None:
    """Repeat a movement for about ``seconds``, then be still: it led nowhere."""
    until = p.time + seconds - 0.35
    while p.time < until:
        p.ground(IDLE, cycle())
    stand(p, max(0.35, until + 0.35 - p.time))


def _bounce(p: Performer, seconds: float) -> None:
    """Knees give and stretch again and again, the arms go along."""
    beat, depth = p.rng.uniform(0.16, 0.32), p.rng.uniform(18, 55)
    swing, elbow = p.rng.uniform(0, 35), p.rng.uniform(10, 80)

    def cycle():
        knee = depth + p.rng.normal(0, 4)
        low = flat(p.style.standing(knee=knee, hip=0.7 * knee, shoulder=-0.6 * swing, elbow=elbow,
                                    lumbar=p.style.hunch + 4), 0.2 * knee)  # fmt: skip
        high = p.style.standing(shoulder=swing, elbow=elbow)
        return [key(beat, low, 0.2 * knee, yaw=p.yaw), key(2 * beat, high, 2, yaw=p.yaw)]

    _beat(p, seconds, cycle)


def _swing(p: Performer, seconds: float) -> None:
    """Arms swing far forward and back, the knees give with it: counting in."""
    beat, knee = p.rng.uniform(0.3, 0.55), p.rng.uniform(8, 60)
    reach, back = p.rng.uniform(45, 165), p.rng.uniform(-50, -10)

    def cycle():
        ahead = p.style.standing(shoulder=reach + p.rng.normal(0, 6), elbow=15)
        lean = 0.35 * knee
        behind = p.style.standing(shoulder=back, elbow=12, knee=knee, hip=0.6 * knee + lean)
        return [key(beat, ahead, 0, yaw=p.yaw),
                key(2 * beat, flat(behind, lean), lean, yaw=p.yaw)]  # fmt: skip

    _beat(p, seconds, cycle)


def _sway(p: Performer, seconds: float) -> None:
    """The weight goes from side to side, or forward and back."""
    beat, sideways = p.rng.uniform(0.4, 0.9), p.rng.random() < 0.5
    size, arms = p.rng.uniform(3, 9), p.rng.uniform(0, 30)

    def cycle():
        keys = []
        for i, way in enumerate((1, -1)):
            moved = dict(lumbar_side=-1.2 * size * way) if sideways else {}
            angles = p.style.standing(shoulder=arms * (way > 0) + 3, **moved)
            more = {"roll": size * way} if sideways else {"lean": -0.06 + 0.006 * size * way}
            pitch = 2.0 if sideways else size * way
            keys.append(key((i + 1) * beat, flat(angles, pitch), pitch, yaw=p.yaw, **more))
        return keys

    _beat(p, seconds, cycle)


_MOVING = {"bouncing": _bounce, "swinging": _swing, "swaying": _sway}
WAITS = ("upright", *_HELD, *_MOVING, "restless")
