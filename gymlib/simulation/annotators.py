"""Three people label a clip: borders fall a few frames apart, and some parts read differently."""

import numpy as np
from jaxtyping import Int

from gymlib import labels
from gymlib.labels import IDLE, LANDING, SKILL, TAKEOFF
from gymlib.simulation.motion import Motion

ANNOTATORS = ("A", "B", "C")


def annotate(motion: Motion, rng: np.random.Generator) -> Int[np.ndarray, "annotators frames"]:
    """The labels of the three annotators (3, frames)."""
    truth = motion.phases.copy()
    votes = []
    for _ in ANNOTATORS:
        seen = truth.copy()
        if motion.fake.any() and rng.random() < 0.7:
            seen[motion.fake] = TAKEOFF
        runs = labels.segments(seen.astype(np.int8))
        borders = [run.end + 1 for run in runs[:-1]]
        moved = [b + round(rng.normal(0, 1.5) * motion.slow**0.5) for b in borders]
        moved = np.clip(np.maximum.accumulate([0, *moved, len(seen)]), 0, len(seen))
        out = np.empty_like(seen)
        for run, a, b in zip(runs, moved[:-1], moved[1:]):
            out[a:b] = run.label
        votes.append(out)
    return np.stack(votes)


__all__ = ["ANNOTATORS", "IDLE", "LANDING", "SKILL", "annotate"]
