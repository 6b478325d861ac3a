"""A queue while somebody works through it: which cases still stand, and how far people agree.

The reviewer's labels count as votes at once, whether handed in or not, in place of those he had
before. A case is done when one of three things is true: nothing speaks against the label any
longer; the reviewer labelled all of its frames and did not leave them as they were; or he said
that there is nothing to change.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Int

from gymlib.annotation.majority import clean, majority
from gymlib.annotation.review.case import NO_MAJORITY, ORDER, VOTES, ReviewConfig
from gymlib.annotation.review.votes import disagreements, impossible_orders
from gymlib.annotation.running_agreement import RunningAgreement
from gymlib.labels import UNLABELED_CODE

OF_VOTES = (ORDER, NO_MAJORITY, VOTES)
"""Reasons that lie in the votes alone; the others stand until the reviewer has looked."""


class Place(NamedTuple):
    """What makes a case the same one when the queue is made again."""

    clip: str
    start: int
    end: int
    reason: str


class Desk:
    """The cases of a queue, the votes, and one reviewer.

    Parameters
    ----------
    queue : a table of :func:`gymlib.annotation.review.queue`.
    votes : clip -> (frames, annotators) codes, -1 where there is no vote.
    annotators : names in the order of the votes' columns.
    reviewer : one of them, or somebody new.
    checked : cases looked at before.
    config : what the queue was made with.
    """

    def __init__(
        self,
        queue: pd.DataFrame,
        votes: dict[str, Int[np.ndarray, "_ annotators"]],
        annotators: Iterable[str],
        reviewer: str,
        checked: Iterable[Place] = (),
        config: ReviewConfig | None = None,
    ):
        names = list(annotators)
        self.annotators = names if reviewer in names else [*names, reviewer]
        self._own = self.annotators.index(reviewer)
        self.config = config or ReviewConfig()
        self.cases = list(queue.itertuples(index=False))
        self.places = [Place(c.clip, c.start, c.end, c.reason) for c in self.cases]
        self.checked = set(checked) & set(self.places)
        new = len(self.annotators) - len(names)
        self._votes = {
            clip: np.pad(own, ((0, 0), (0, new)), constant_values=UNLABELED_CODE)
            for clip, own in votes.items()
        }
        self._standing: dict[str, list] = {}
        self.agreement = RunningAgreement(self.annotators)
        for clip, own in self._votes.items():
            self.agreement.update(clip, own)
        self.start()

    def start(self) -> None:
        """Changes are counted from here."""
        self._before = {clip: own[:, self._own].copy() for clip, own in self._votes.items()}
        self.at_first = self.measures()

    def take(self, clip: str, codes: Int[np.ndarray, " frames"]) -> None:
        """The reviewer's labels of a clip as they are now; frames without one are no votes."""
        votes = self._votes[clip]
        votes[:, self._own] = np.maximum(codes, UNLABELED_CODE)
        self.agreement.update(clip, votes)
        final = clean(majority(votes)[0])
        self._standing[clip] = impossible_orders(clip, votes, final, self.annotators)
        self._standing[clip] += disagreements(clip, votes, self.annotators, self.config)

    def check(self, number: int, done: bool = True) -> None:
        """Say that there is nothing to change in a case, or take that back."""
        (self.checked.add if done else self.checked.discard)(self.places[number])

    def done(self, number: int) -> bool:
        """Whether nothing is left to do about a case."""
        return self.places[number] in self.checked or self._changed(number) or self._gone(number)

    def next_open(self, after: int = -1) -> int | None:
        """The first case behind ``after`` that is not done, else the first of all, else None."""
        numbers = range(len(self.cases))
        order = [*numbers[after + 1 :], *numbers[: after + 1]]
        return next((number for number in order if not self.done(number)), None)

    def settled(self) -> list[Place]:
        """Cases that were looked at, to be kept; without those that ended by themselves."""
        return [
            place
            for number, place in enumerate(self.places)
            if place in self.checked or self._changed(number)
        ]

    def measures(self) -> dict[str, float]:
        """Alpha, kappa of every pair that shares frames, and the distances of borders."""
        found = self.agreement.measures()
        pairs = self.agreement.kappa()
        kappas = {
            f"kappa {row.first}, {row.second}": row.kappa
            for row in pairs[pairs["frames"] > 0].itertuples()
        }
        return {"alpha": found["alpha"]} | kappas | {k: found[k] for k in ("borders", "near")}

    def _changed(self, number: int) -> bool:
        clip, start, end, _ = self.places[number]
        if clip not in self._standing:
            return False
        now = self._votes[clip][start : end + 1, self._own]
        before = self._before[clip][start : end + 1]
        return bool((now >= 0).all()) and not np.array_equal(now, before)

    def _gone(self, number: int) -> bool:
        clip, start, end, reason = self.places[number]
        if clip not in self._standing or reason not in OF_VOTES:
            return False
        return not any(
            case.reason == reason and case.start <= end and start <= case.end
            for case in self._standing[clip]
        )
