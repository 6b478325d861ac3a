"""A queue while somebody works through it: what is still doubtful, and how far people agree.

The reviewer's labels count as votes at once, whether handed in or not, in place of those he had
before. A doubt is settled when one of three things is true: nothing speaks against the label any
longer; the reviewer labelled all of its frames and did not leave them as they were; or he said
that there is nothing to change.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from jaxtyping import Int

from gymlib.annotation.majority import clean, majority
from gymlib.annotation.review.doubt import NO_MAJORITY, ORDER, VOTES, Doubt, ReviewConfig
from gymlib.annotation.review.order_and_votes import disagreements, impossible_orders
from gymlib.annotation.running_agreement import RunningAgreement
from gymlib.labels import UNLABELED_CODE, coarse

OF_VOTES = (ORDER, NO_MAJORITY, VOTES)
"""Reasons that lie in the votes alone; the others stand until the reviewer has looked."""


class ReviewProgress:
    """The doubts of a queue, the votes, and one reviewer.

    Parameters
    ----------
    queue : a table of :func:`gymlib.annotation.review.queue.rank_doubts`.
    votes : clip -> (frames, annotators) codes, -1 where there is no vote.
    annotators : names in the order of the votes' columns.
    reviewer : one of them, or somebody new.
    checked : keys of doubts looked at before.
    config : what the queue was made with.

    Attributes
    ----------
    doubts : the rows of the queue.
    keys : (clip, start, end, reason) of each: the same one when the queue is made again.
    """

    def __init__(
        self,
        queue: pd.DataFrame,
        votes: dict[str, Int[np.ndarray, "_ annotators"]],
        annotators: Iterable[str],
        reviewer: str,
        checked: Iterable[tuple] = (),
        config: ReviewConfig | None = None,
    ):
        names = list(annotators)
        self.annotators = names if reviewer in names else [*names, reviewer]
        self.config = config or ReviewConfig()
        rows = queue[list(Doubt._fields)].itertuples(index=False, name=None)
        self.doubts = [Doubt(*row) for row in rows]
        self.keys = [(doubt.clip, doubt.start, doubt.end, doubt.reason) for doubt in self.doubts]
        self.checked = set(checked) & set(self.keys)
        self.agreement = RunningAgreement(self.annotators)
        self._own = self.annotators.index(reviewer)
        self._standing: dict[str, list[Doubt]] = {}  # doubts of votes in clips that were taken
        new = len(self.annotators) - len(names)
        self._votes = {
            clip: np.pad(own, ((0, 0), (0, new)), constant_values=UNLABELED_CODE)
            for clip, own in votes.items()
        }
        for clip, own in self._votes.items():
            self.agreement.update(clip, own)
        self.start()

    def start(self) -> None:
        """Changes are counted from here."""
        self._before = {clip: own[:, self._own].copy() for clip, own in self._votes.items()}
        self.measures_at_start = self.measures()

    def take(self, clip: str, codes: Int[np.ndarray, " frames"]) -> None:
        """The reviewer's labels of a clip as they are now; frames without one are no votes, and
        kinds no other votes."""
        votes = self._votes[clip]
        votes[:, self._own] = np.maximum(coarse(codes), UNLABELED_CODE)
        self.agreement.update(clip, votes)
        final = clean(majority(votes)[0])
        self._standing[clip] = impossible_orders(clip, votes, final, self.annotators)
        self._standing[clip] += disagreements(clip, votes, self.annotators, self.config)

    def check(self, number: int, done: bool = True) -> None:
        """Say that there is nothing to change at a doubt, or take that back."""
        (self.checked.add if done else self.checked.discard)(self.keys[number])

    def done(self, number: int) -> bool:
        """Whether nothing is left to do about a doubt."""
        return self._looked_at(number) or self._gone(number)

    def next_open(self, after: int = -1) -> int | None:
        """The first doubt behind ``after`` that is not done, else the first of all, else None."""
        numbers = range(len(self.doubts))
        order = [*numbers[after + 1 :], *numbers[: after + 1]]
        return next((number for number in order if not self.done(number)), None)

    def settled(self) -> list[tuple]:
        """Keys of doubts that were looked at; without those that ended by themselves."""
        return [key for number, key in enumerate(self.keys) if self._looked_at(number)]

    def measures(self) -> dict[str, float]:
        """How far people agree now (:meth:`RunningAgreement.measures`)."""
        return self.agreement.measures()

    def _looked_at(self, number: int) -> bool:
        """Checked, or all of its frames labelled and not left as they were."""
        clip, start, end, _ = self.keys[number]
        if self.keys[number] in self.checked:
            return True
        if clip not in self._standing:
            return False
        now = self._votes[clip][start : end + 1, self._own]
        before = self._before[clip][start : end + 1]
        return bool((now >= 0).all()) and not np.array_equal(now, before)

    def _gone(self, number: int) -> bool:
        """Nothing speaks against the label any longer."""
        clip, start, end, reason = self.keys[number]
        return (
            clip in self._standing
            and reason in OF_VOTES
            and not any(
                doubt.reason == reason and doubt.start <= end and start <= doubt.end
                for doubt in self._standing[clip]
            )
        )
