"""Agreement that follows labels as they change: only the clip that changed is counted again.

All measures are sums over clips (coincidences of votes, frames per pair of labels, distances of
borders), so a change of one clip costs one clip. The results equal those of
:mod:`gymlib.annotation.agreement` on all votes together; the tests hold them to that.
"""

import itertools

import numpy as np
import pandas as pd
from jaxtyping import Int

from gymlib.annotation.agreement import (
    alpha_of_coincidences,
    border_table,
    coincidences,
    kappa_of_contingency,
)
from gymlib.annotation.majority import count_votes
from gymlib.labels import CLASSES, UNLABELED_CODE

NEAR = 2
"""Frames up to which two annotators' borders count as the same."""


class RunningAgreement:
    """Cohen's kappa per pair, Krippendorff's alpha and border distances of a growing set.

    Parameters
    ----------
    annotators : names, in the order of the votes' columns.
    """

    def __init__(self, annotators: list[str]):
        self.annotators = list(annotators)
        self.pairs = list(itertools.combinations(range(len(annotators)), 2))
        self._clips: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
        self._coincidences = np.zeros((len(CLASSES), len(CLASSES)))
        self._contingency = np.zeros((len(self.pairs), len(CLASSES), len(CLASSES)), dtype=np.int64)

    def update(self, clip: str, votes: Int[np.ndarray, "frames annotators"]) -> None:
        """Take the votes of one clip, in place of those it had before; -1 is no vote."""
        if votes.shape[1] != len(self.annotators):
            raise ValueError(
                f"clip {clip}: expected votes of {len(self.annotators)} annotators, found "
                f"{votes.shape[1]}"
            )
        self.forget(clip)
        apart = border_table([votes])["frames"].to_numpy()
        own = coincidences(count_votes(votes)), self._tables(votes), apart
        self._clips[clip] = own
        self._coincidences = self._coincidences + own[0]
        self._contingency = self._contingency + own[1]

    def forget(self, clip: str) -> None:
        """Leave a clip out from now on."""
        if clip in self._clips:
            coincident, tables, _ = self._clips.pop(clip)
            self._coincidences = self._coincidences - coincident
            self._contingency = self._contingency - tables

    def _tables(self, votes: np.ndarray) -> np.ndarray:
        """(pairs, 4, 4) frames per pair of labels, the first annotator's in the rows."""
        tables = np.zeros_like(self._contingency)
        for table, (i, j) in zip(tables, self.pairs):
            both = (votes[:, [i, j]] != UNLABELED_CODE).all(axis=1)
            np.add.at(table, (votes[both, i], votes[both, j]), 1)
        return tables

    def measures(self) -> dict[str, float]:
        """alpha, agreement (share of frames on which a pair agrees, over all pairs), borders
        (median frames between two annotators' borders of one kind), near (share of these at most
        two frames apart), alone (share of borders that the other annotator does not have)."""
        frames = np.concatenate([np.zeros(0), *(own[2] for own in self._clips.values())])
        paired = np.abs(frames[np.isfinite(frames)])
        compared = self._contingency.sum()
        same = np.trace(self._contingency.sum(axis=0)) if self.pairs else 0
        return {
            "alpha": alpha_of_coincidences(np.round(self._coincidences, 9)),
            "agreement": float(same / compared) if compared else float("nan"),
            "borders": float(np.median(paired)) if len(paired) else float("nan"),
            "near": float((paired <= NEAR).mean()) if len(paired) else float("nan"),
            "alone": float(np.isnan(frames).mean()) if len(frames) else float("nan"),
        }

    def kappa(self) -> pd.DataFrame:
        """Per pair of annotators: first, second, frames both labelled, agreement, kappa."""
        rows = []
        for (i, j), table in zip(self.pairs, self._contingency):
            frames = int(table.sum())
            same = float(np.trace(table) / frames) if frames else float("nan")
            names = self.annotators[i], self.annotators[j]
            rows.append((*names, frames, same, kappa_of_contingency(table)))
        return pd.DataFrame(rows, columns=["first", "second", "frames", "agreement", "kappa"])
