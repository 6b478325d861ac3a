"""Three people label a clip: borders fall some frames apart, and doubtful parts read differently.

Each person has habits (one lets the take-off begin early, another ends the landing late), a
hand that is not steady at borders, and an opinion on what is doubtful: a take-off that was
broken off, steps out of a landing, a round-off before the skill. Where three opinions differ, a
frame has no majority. They also say which kind of idle or skill they see.
"""

import itertools

import numpy as np
from jaxtyping import Int

from gymlib import labels
from gymlib.labels import IDLE, KIND_CODES, KINDS, LANDING, SKILL, TAKEOFF
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
    late = [habits[s.label] + _UNSTEADY[s.label] * rng.normal() for s in segments[1:]]
    return _moved(segments, late, motion)


def _moved(segments, late, motion) -> Int[np.ndarray, " frames"]:
    """Labels whose borders come ``late`` by so many seconds each."""
    # In slow motion a border is seen better, but not when counted in frames.
    rate, frames = motion.fps * motion.slow**0.7, len(motion)
    borders = [s.start + round(seconds * rate) for s, seconds in zip(segments[1:], late)]
    borders = np.clip(np.maximum.accumulate([0, *borders, 0]), 0, frames)
    borders[-1] = frames
    return np.repeat([s.label for s in segments], np.diff(borders)).astype(np.int8)


_UNSTEADY_KIND = 0.1
"""Seconds (standard deviation): where walking ends and standing begins is no sharp border."""
_NOTED = 0.3
"""Seconds that a kind must last for somebody to note it."""


def with_kinds(
    votes: Int[np.ndarray, "annotators frames"], motion: Motion, rng: np.random.Generator
) -> Int[np.ndarray, "annotators frames"]:
    """The annotators' labels with the kinds of idle and skill that they see, as codes of kinds.

    Frame by frame the labels stay what they are.
    """
    seen = np.where(votes == SKILL, _skills(motion), votes).astype(np.int8)
    for own, label in zip(seen, votes):
        doing = labels.segments(motion.doing.astype(np.int8))
        late = _UNSTEADY_KIND * rng.normal(size=len(doing) - 1)
        idle = np.array([KIND_CODES[kind] for kind in KINDS["idle"]])[_moved(doing, late, motion)]
        idle[motion.doubt == WHEEL] = IDLE  # who sees no skill in it sees no other kind either
        own[label == IDLE] = idle[label == IDLE]
        _drop_short(own, label, _NOTED * motion.fps * motion.slow)
    return seen


def _skills(motion: Motion) -> Int[np.ndarray, " frames"]:
    """Code of the kind of skill that goes on, or is nearest, in every frame."""
    skills = np.array([KIND_CODES.get(name, SKILL) for name in motion.skill.split(", ")])
    # On the bed between two skills, the next begins half-way.
    between = (motion.flights[:-1, 1] + motion.flights[1:, 0]) / 2
    number = (np.arange(len(motion))[:, None] >= between).sum(axis=1)
    found = skills[np.minimum(number, len(skills) - 1)]
    return np.where(motion.doubt == WHEEL, KIND_CODES.get(motion.entry, SKILL), found)


def _drop_short(codes, label, least: float) -> None:
    """Kinds of fewer frames than ``least``, the shortest first, become the longer one beside them
    under the same label."""
    while True:
        pairs = itertools.pairwise(labels.segments(codes))
        pairs = [sorted(p, key=_length) for p in pairs if label[p[0].end] == label[p[1].start]]
        if not pairs:
            return
        short, long = min(pairs, key=lambda pair: _length(pair[0]))
        if _length(short) >= least:
            return
        codes[short.start : short.end + 1] = long.label


def _length(segment: labels.Segment) -> int:
    return segment.end - segment.start + 1
