"""What annotators' votes say against a label: impossible orders, and each other."""

import itertools
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from gymlib.annotation.majority import count_votes, majority
from gymlib.annotation.review.doubt import NO_MAJORITY, ORDER, VOTES, Doubt, ReviewConfig
from gymlib.labels import (
    CLASSES,
    IDLE,
    LANDING,
    NAMES,
    SKILL,
    TAKEOFF,
    UNLABELED_CODE,
    marked_segments,
    segments,
)

IMPOSSIBLE = {
    (IDLE, SKILL): "a skill without a take-off",
    (LANDING, SKILL): "a skill without a take-off",
    (IDLE, LANDING): "a landing without a skill",
    (TAKEOFF, LANDING): "a landing without a skill",
    (SKILL, IDLE): "a skill without a landing",
    (SKILL, TAKEOFF): "a take-off within a skill",
}
"""What cannot follow each other. A take-off may follow a landing (with the next attempt), and idle
a take-off (a fake one, which the rule relabels)."""


class _Border(NamedTuple):
    """An impossible change of label, the segment after it, frames at stake, and whose it is."""

    labels: tuple[int, int]
    start: int
    end: int
    stake: int
    who: str


def impossible_orders(
    clip: str,
    votes: Int[np.ndarray, "frames annotators"],
    final: Int[np.ndarray, " frames"],
    annotators: list[str],
) -> list[Doubt]:
    """Segments that cannot follow the one before them, in the final label or in anybody's votes.

    The doubt is about the later segment, which begins at the border to look at; at stake is the
    shorter of the two, because either may be wrong. Overlapping segments of the same kind are one
    doubt, with all who made them.
    """
    people = {"the label": final} | dict(zip(annotators, votes.T))
    groups: list[list[_Border]] = []
    for border in sorted(_impossible_borders(people)):
        last = groups[-1] if groups else []
        if last and last[0].labels == border.labels and border.start <= max(b.end for b in last):
            last.append(border)
        else:
            groups.append([border])
    doubts = []
    for group in groups:
        before, after = group[0].labels
        start, end = group[0].start, max(border.end for border in group)
        who = ", ".join(name for name in people if name in {border.who for border in group})
        detail = f"{who}: {IMPOSSIBLE[before, after]}, {NAMES[after]} follows {NAMES[before]} "
        detail += f"at frame {start}"
        stake = float(max(border.stake for border in group))
        doubts.append(Doubt(clip, start, end, ORDER, end - start + 1, stake, detail))
    return sorted(doubts, key=lambda doubt: doubt.start)


def _impossible_borders(people: dict[str, np.ndarray]) -> list[_Border]:
    found = []
    for who, codes in people.items():
        for before, after in itertools.pairwise(segments(codes)):
            labels = before.label, after.label
            if labels in IMPOSSIBLE:
                stake = min(end - start + 1 for start, end, _ in (before, after))
                found.append(_Border(labels, after.start, after.end, stake, who))
    return found


def disagreements(
    clip: str,
    votes: Int[np.ndarray, "frames annotators"],
    annotators: list[str],
    config: ReviewConfig | None = None,
) -> list[Doubt]:
    """Segments of frames on which not all votes agree.

    One with ``shortest`` frames without a majority is a doubt for that reason; any other counts as
    votes that differ. Frames with fewer than two votes never differ.
    """
    shortest = (config or ReviewConfig()).shortest
    counts = count_votes(votes)
    cast, most = counts.sum(axis=1), counts.max(axis=1, initial=0)
    undecided = (majority(votes)[0] == UNLABELED_CODE) & (cast > 1)
    doubts = []
    for start, end in marked_segments((most < cast) & (cast > 1)):
        part, frames = slice(start, end + 1), end - start + 1
        if frames < shortest:
            continue
        lost = int(undecided[part].sum())
        reason = NO_MAJORITY if lost >= shortest else VOTES
        against = np.where(undecided[part], 1, (cast - most)[part] / cast[part])
        detail = _who_says_what(votes[part], annotators)
        detail += f"; no majority in {lost} frames" if lost else ""
        doubts.append(Doubt(clip, start, end, reason, frames, float(against.sum()), detail))
    return doubts


def _who_says_what(votes: Int[np.ndarray, "frames annotators"], annotators: list[str]) -> str:
    """The most frequent combination of votes of a segment, as words."""
    combinations, counts = np.unique(votes, axis=0, return_counts=True)
    usual = combinations[counts.argmax()]
    parts = []
    for code, label in enumerate(CLASSES):
        people = [who for who, vote in zip(annotators, usual) if vote == code]
        parts += [f"{label} ({', '.join(people)})"] if people else []
    return f"{' against '.join(parts)} in {counts.max()} of {len(votes)} frames"
