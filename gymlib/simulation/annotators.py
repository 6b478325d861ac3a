"""Three people label a clip: borders fall some frames apart, and doubtful parts read differently.

Each person has habits (one lets the take-off begin early, another ends the landing late), a
hand that is not steady at borders, and an opinion on what is doubtful: a take-off that was
broken off, steps out of a landing, a round-off before the skill. Where three opinions differ, a
frame has no majority.
"""

import numpy as np
from jaxtyping import Int

from gymlib import labels
from gymlib.labels import IDLE, LANDING, SKILL, TAKEOFF
from gymlib.simulation.motion.truth import FAKE, REBOUND, STAND, STEP, WHEEL, Motion

ANNOTATORS = ("A", "B", "C")

# Seconds that each annotator sets the border before a phase late (first number of a row: idle).
_HABITS = ((0.01, 0.0, 0.01, 0.0), (0.0, -0.02, -0.01, 0.01), (-0.01, 0.02, 0.0, -0.01))
# Unsteadiness of a border, seconds (standard deviation): the first contact is easily seen, the
# begin of an arm swing or the end of a landing is not.
_UNSTEADY = {IDLE: 0.07, TAKEOFF: 0.04, SKILL: 0.015, LANDING: 0.018}

# What is doubtful: how it can be read, and how often it is contested. Where it is, each annotator
# picks one of the readings; elsewhere all see what is true.
_DOUBTS = {
    FAKE: ((TAKEOFF, IDLE), 0.75),
    STEP: ((LANDING, IDLE), 0.4),
    STAND: ((LANDING, IDLE), 0.25),
    WHEEL: ((SKILL, TAKEOFF, IDLE), 0.8),
    REBOUND: ((SKILL, TAKEOFF, LANDING), 0.8),
}


def annotate(motion: Motion, rng: np.random.Generator) -> Int[np.ndarray, "annotators frames"]:
    """Label codes (3, frames) as the three annotators give them."""
    seen = np.repeat(motion.phases[None], len(ANNOTATORS), axis=0)
    for doubt, (readings, contested) in _DOUBTS.items():
        # What flies is a skill to everybody; only the rest of it is doubtful.
        where = (motion.doubt == doubt) & ~(motion.airborne & (motion.phases == SKILL))
        picks = rng.choice(readings, len(ANNOTATORS))
        if rng.random() < contested:
            seen[:, where] = picks[:, None]
    return np.stack([_label(s, motion, habits, rng) for s, habits in zip(seen, _HABITS)])


def _label(seen, motion, habits, rng) -> Int[np.ndarray, " frames"]:
    """One annotator's labels of what he saw: the borders move a little."""
    segments = labels.segments(seen.astype(np.int8))
    # In slow motion a border is seen better, but not when counted in frames.
    rate = motion.fps * motion.slow**0.7
    late = [habits[s.label] + _UNSTEADY[s.label] * rng.normal() for s in segments[1:]]
    borders = [s.start + round(seconds * rate) for s, seconds in zip(segments[1:], late)]
    borders = np.clip(np.maximum.accumulate([0, *borders, 0]), 0, len(seen))
    borders[-1] = len(seen)
    return np.repeat([s.label for s in segments], np.diff(borders)).astype(np.int8)
