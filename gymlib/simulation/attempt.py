"""One attempt from beginning to end, as the plan asks for it."""

from dataclasses import dataclass

import numpy as np

from gymlib.labels import SKILL, TAKEOFF
from gymlib.simulation import entries, landings
from gymlib.simulation.motion import Motion
from gymlib.simulation.performer import Performer
from gymlib.simulation.proportions import Proportions
from gymlib.simulation.style import Style

ENTRIES = ("standing", "run-up")
LANDINGS = ("stick", "steps", "stumble", "sit", "lie", "walk-off", "none")


@dataclass(frozen=True)
class Attempt:
    """What happens in a clip.

    skill : "back somersault", "front somersault", "side somersault" or "none"; shape : how.
    entry, landing : see ENTRIES, LANDINGS ("none": the clip ends in the air).
    frames : wanted length of the clip. share : of the frames that are neither take-off nor skill,
    how many come after the skill. late : seconds of the take-off missing at the begin.
    fakes : take-offs broken off before. slow : times slower than life. seed : everything else.
    """

    skill: str
    shape: str
    entry: str
    landing: str
    frames: int
    share: float = 0.75
    late: float = 0.0
    fakes: int = 0
    slow: float = 1.0
    fps: float = 30.0
    series: int = 1
    surface: float = 0.0
    seed: int = 0


def perform(attempt: Attempt, body: Proportions, style: Style) -> Motion:
    """Move as planned, then cut the clip to its length.

    A clip becomes longer than planned where take-off, skill and the first frames of the landing
    need it.
    """
    rng = np.random.default_rng(attempt.seed)
    rate = attempt.fps * attempt.slow
    fine = max(1, round(120 / rate))
    p = Performer(body, rate * fine, rng, rest=style.standing(), floor=attempt.surface,
                  wobble=float(rng.uniform(0.006, 0.016)))  # fmt: skip
    style = style.vary(rng)
    before = (1 - attempt.share) * attempt.frames / rate + 0.4
    after = attempt.share * attempt.frames / rate + 0.4
    begin = entries.enter(p, style, attempt, before, rng)
    if attempt.landing != "none":
        landings.land(p, style, attempt, after, rng)
    return _clip(p, attempt, fine, begin, rng)


def _clip(p, attempt, fine, begin, rng) -> Motion:
    """All phases joined, sampled at the video's frames and cut."""
    joined = {
        name: np.concatenate([getattr(r, name) for r in p.records])[::fine]
        for name in ("joints", "labels", "contacts", "airborne", "surface", "fake", "unclear")
    }
    labels = joined.pop("labels")
    motion = Motion(
        phases=labels, fps=attempt.fps, slow=attempt.slow, skill=attempt.skill,
        shape=attempt.shape, entry=attempt.entry, landing=attempt.landing, **joined,
    )  # fmt: skip
    rate = attempt.fps * attempt.slow
    start = int(np.ceil(begin * rate))
    flying = np.flatnonzero(labels == SKILL)
    end = int(flying[-1]) + 1 if len(flying) else start
    rest = max(attempt.frames - (end - start), round(0.3 * rate))
    if attempt.landing == "none":
        last = end - int(rng.uniform(0.05, 0.6) * np.sum(labels[start:end] == SKILL))
        return motion.cut(max(0, start - rest), last)
    if attempt.late:
        return motion.cut(start + round(attempt.late * rate), end + rest)
    first = max(0, start - round((1 - attempt.share) * rest))
    return motion.cut(first, min(len(motion), first + end - start + rest))


__all__ = ["ENTRIES", "LANDINGS", "TAKEOFF", "Attempt", "perform"]
