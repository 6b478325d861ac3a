"""What annotators' votes say against a label: impossible orders, and each other."""

import itertools
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from gymlib.annotation.majority import count_votes, majority
from gymlib.annotation.review.case import NO_MAJORITY, ORDER, VOTES, Case, ReviewConfig, stretches
from gymlib.labels import CLASSES, IDLE, LANDING, NAMES, SKILL, TAKEOFF, UNLABELED_CODE, segments

IMPOSSIBLE = {
    (IDLE, SKILL): "a skill without a take-off",
    (LANDING, SKILL): "a skill without a take-off",
    (IDLE, LANDING): "a landing without a skill",
    (TAKEOFF, LANDING): "a landing without a skill",
    (SKILL, IDLE): "a skill without a landing",
}
"""What cannot follow each other. A take-off may follow a skill or a landing (on the trampoline,
or with the next attempt), and idle a take-off (a fake one, which the rule relabels)."""


def impossible_orders(
    clip: str,
    votes: Int[np.ndarray, "frames annotators"],
    final: Int[np.ndarray, " frames"],
    annotators: list[str],
) -> list[Case]:
    """Runs that cannot follow the run before them, in the final label or in anybody's votes.

    The segment is the later run, which begins at the border to look at; at stake is the shorter
    of the two, because either may be wrong. Overlapping segments of the same kind are one case,
    with all who made them.
    """
    people = {"the label": final} | dict(zip(annotators, votes.T))
    found: list[_Border] = []
    for who, codes in people.items():
        for before, after in itertools.pairwise(segments(codes)):
            if (before.label, after.label) in IMPOSSIBLE:
                stake = min(run.end - run.start + 1 for run in (before, after))
                found.append(_Border(before.label, after.label, after.start, after.end, stake, who))
    return [_case(clip, group, people) for group in _together(found)]


class _Border(NamedTuple):
    """An impossible change of label, the run ``start`` to ``end`` after it, and whose it is."""

    before: int
    after: int
    start: int
    end: int
    stake: int
    who: str


def _together(found: list[_Border]) -> list[list[_Border]]:
    """Borders of one kind whose runs overlap, in order of their frames."""
    groups: list[list[_Border]] = []
    for border in sorted(found, key=lambda border: (border[:2], border.start)):
        last = groups[-1] if groups else []
        if last and last[0][:2] == border[:2] and border.start <= max(b.end for b in last):
            last.append(border)
        else:
            groups.append([border])
    return sorted(groups, key=lambda group: group[0].start)


def _case(clip: str, group: list[_Border], people) -> Case:
    first, end = group[0], max(border.end for border in group)
    who = ", ".join(name for name in people if name in {border.who for border in group})
    what = IMPOSSIBLE[first.before, first.after]
    detail = f"{who}: {what}, {NAMES[first.after]} follows {NAMES[first.before]} "
    detail += f"at frame {first.start}"
    frames, stake = end - first.start + 1, max(border.stake for border in group)
    return Case(clip, first.start, end, ORDER, frames, float(stake), detail)


def disagreements(
    clip: str,
    votes: Int[np.ndarray, "frames annotators"],
    annotators: list[str],
    config: ReviewConfig | None = None,
) -> list[Case]:
    """Stretches of frames on which not all votes agree.

    A stretch with ``shortest`` frames without a majority is a case of that; any other counts as
    votes that differ. Frames with fewer than two votes never differ.
    """
    shortest = (config or ReviewConfig()).shortest
    counts = count_votes(votes)
    cast, most = counts.sum(axis=1), counts.max(axis=1, initial=0)
    undecided = (majority(votes)[0] == UNLABELED_CODE) & (cast > 1)
    cases = []
    for start, end in stretches((most < cast) & (cast > 1)):
        part = slice(start, end + 1)
        if end - start + 1 < shortest:
            continue
        lost = int(undecided[part].sum())
        reason = NO_MAJORITY if lost >= shortest else VOTES
        against = np.where(undecided[part], 1, (cast - most)[part] / cast[part])
        detail = _who_says_what(votes[part], annotators)
        detail += f"; no majority in {lost} frames" if lost else ""
        frames = end - start + 1
        cases.append(Case(clip, start, end, reason, frames, float(against.sum()), detail))
    return cases


def _who_says_what(votes: Int[np.ndarray, "frames annotators"], annotators: list[str]) -> str:
    """The most frequent combination of votes of a stretch, as words."""
    rows, counts = np.unique(votes, axis=0, return_counts=True)
    usual = rows[counts.argmax()]
    said = {
        label: [who for who, vote in zip(annotators, usual) if vote == code]
        for code, label in enumerate(CLASSES)
    }
    parts = [f"{label} ({', '.join(people)})" for label, people in said.items() if people]
    return f"{' against '.join(parts)} in {counts.max()} of {len(votes)} frames"
