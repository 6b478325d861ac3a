"""After the landing, back to idle: two steps at least, then walking, standing, waiting, cheering.

All is recorded as landing; :func:`truth.landing_over` lets idle begin after the second step.
"""

import numpy as np

from gymlib.labels import LANDING
from gymlib.simulation.motion.gait import Gait, go
from gymlib.simulation.motion.keypose import key
from gymlib.simulation.motion.performer import Performer
from gymlib.simulation.motion.waiting import wait


def depart(p: Performer, seconds: float) -> None:
    """Leave the place of the landing, and be idle for at least ``seconds`` after two steps."""
    kind = p.rng.choice(list(_DEPARTURES), p=_SHARES)
    if p.rng.random() < 0.2:
        _look(p, p.rng.uniform(0.2, 0.8))
    until = p.time + seconds + 1.4  # two steps of the slowest gait take 1.2
    _DEPARTURES[kind](p, seconds)
    while p.time < until:
        wait(p, str(p.rng.choice(["upright", "upright", "bent", "swaying"])), until - p.time)


def _walk(p: Performer, seconds: float) -> None:
    """In any direction, all the time."""
    _steps(p, Gait.walking(p.rng.uniform(0.6, 1.5)), seconds, p.rng.uniform(-2.6, 2.6))


def _turn_back(p: Performer, seconds: float) -> None:
    """Round, and back to where he came from."""
    turn = np.pi * p.rng.choice([-1, 1]) * p.rng.uniform(0.85, 1.0)
    _steps(p, Gait.walking(p.rng.uniform(0.7, 1.2)), seconds, turn)


def _few_steps(p: Performer, seconds: float) -> None:
    """Two to four small ones, then he stands."""
    gait = Gait.walking(p.rng.uniform(0.35, 0.8))
    _steps(p, gait, p.rng.integers(2, 5) * gait.period, p.rng.uniform(-1.6, 1.6))


def _backwards(p: Performer, seconds: float) -> None:
    """Backwards, his eyes where he was."""
    gait = Gait.walking(p.rng.uniform(0.5, 0.9))
    yaw = float(p.channels[0])
    steps = int(p.rng.integers(2, 5))
    go(p, LANDING, gait, steps, yaw + np.pi, facing=yaw, first=int(p.rng.integers(2)))


def _run_on(p: Performer, seconds: float) -> None:
    """A few running steps, slowing down to a walk."""
    yaw = float(p.channels[0])
    go(p, LANDING, Gait.running(p.rng.uniform(1.8, 2.4)), int(p.rng.integers(2, 5)), yaw)
    _steps(p, Gait.walking(1.0), max(seconds - 1, 0.6), p.rng.uniform(-0.6, 0.6))


def _cheer(p: Performer, seconds: float) -> None:
    """Turns with two or three steps, arms up, again and again."""
    _few_steps(p, seconds)
    until = p.time + seconds
    while p.time < until:
        raised = p.rng.uniform(110, 175) if p.rng.random() < 0.6 else p.rng.uniform(0, 80)
        arms = dict(shoulder=raised, elbow=p.rng.uniform(5, 100),
                    shoulder_abduction=p.rng.uniform(5, 45))  # fmt: skip
        lasts = p.rng.uniform(0.22, 0.6)
        p.ground(LANDING, [key(lasts, p.style.standing(**arms), p.rng.normal(0, 4), yaw=p.yaw)])


def _steps(p: Performer, gait: Gait, seconds: float, turn: float) -> None:
    heading = float(p.channels[0] + turn)
    steps = max(2, int(np.ceil(seconds / gait.period)))
    go(p, LANDING, gait, steps, heading, facing=heading, first=int(turn < 0),
       stop=bool(p.rng.random() < 0.5) or steps < 4)  # fmt: skip


def _look(p: Performer, seconds: float) -> None:
    """Stand for a moment where he landed."""
    arms = dict(shoulder=p.rng.uniform(0, 120), elbow=p.rng.uniform(10, 60))
    p.ground(LANDING, [key(seconds, p.style.standing(**arms), p.rng.normal(2, 2), yaw=p.yaw)])


_DEPARTURES = {
    "walk": _walk, "turn back": _turn_back, "few steps": _few_steps, "backwards": _backwards,
    "run on": _run_on, "cheer": _cheer,
}  # fmt: skip
_SHARES = (0.34, 0.16, 0.22, 0.08, 0.05, 0.15)
