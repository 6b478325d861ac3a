"""What films of strangers show before, between and after the skills, and how often."""

from dataclasses import replace

import numpy as np

from gymlib.simulation.motion.attempt import Attempt

# How often he waits otherwise than upright, how; how landings go on that do not end in standing;
# and how skills on the floor follow each other.
_WAITS = {
    "bent": 0.26, "crouched": 0.12, "seated": 0.08, "bouncing": 0.12, "swinging": 0.16,
    "swaying": 0.1, "restless": 0.16,
}  # fmt: skip
_FALLS = {"squat": 0.3, "roll": 0.25, "rock": 0.2, "all fours": 0.25}
_LINKS = {"squat": 0.4, "rise": 0.15, "steps": 0.2, "run": 0.1, "chain": 0.15}


def vary(attempt: Attempt, rng: np.random.Generator) -> Attempt:
    """The attempt with other waiting, more skills or another ending, as often as films have them.

    Half of the clips end in idle, from some frames to three seconds long; one in eight ends within
    the first frames of the landing; one in thirty is idle altogether; deep drops are half water.
    """
    rate = attempt.fps * attempt.slow
    if rng.random() < 0.035:
        return replace(
            attempt, skill="none", shape="", entry="standing", landing="stick", drop=0.0, late=0.0,
            waiting=str(rng.choice(list(_WAITS))), before=round(rate * rng.uniform(0.5, 2)),
            frames=round(rate * rng.uniform(2.5, 5)), fakes=int(rng.integers(3)),
        )  # fmt: skip
    changes: dict = {}
    on_floor = attempt.entry != "trampoline"
    if on_floor and not attempt.late and rng.random() < 0.45:
        changes["waiting"] = _drawn(rng, _WAITS)
        run = 0.0 if attempt.entry == "standing" else 1.6  # seconds
        changes["before"] = max(attempt.before, round(rate * (run + rng.uniform(0.6, 4.0))))
    if attempt.landing == "none":
        return replace(attempt, **changes)
    if attempt.drop > 0.9 and rng.random() < 0.5:
        shown = float(rng.uniform(0.1, 3.0))
        return replace(attempt, **changes | {"landing": "water", "shown": shown})
    if on_floor and rng.random() < 0.25:
        changes["landing"] = _drawn(rng, _FALLS)
    ends = changes.get("landing", attempt.landing)
    jumps_on = on_floor and not attempt.drop and ends not in ("sit", "lie")
    if jumps_on and attempt.skill != "side somersault" and rng.random() < 0.25:
        link = _drawn(rng, _LINKS)
        if link == "run" and attempt.skill == "back somersault":
            link = "squat"
        changes |= {"link": link, "repeats": int(rng.integers(1, 3))}
    how = rng.random()
    if how < 0.45:
        changes["idle"] = float(np.exp(rng.uniform(np.log(0.15), np.log(3.2))))
    elif how < 0.57:
        changes["shown"] = float(rng.uniform(0.03, 0.4))
    elif "repeats" in changes:
        changes["shown"] = float(rng.uniform(0.4, 1.6))
    return replace(attempt, **changes)


def _drawn(rng, shares: dict[str, float]) -> str:
    return str(rng.choice(list(shares), p=list(shares.values())))
