"""Agreement that follows labels as they change: only the clip that changed is counted again.

All measures are sums over clips (coincidences of votes, frames per pair of labels, distances of
borders), so a change of one clip costs one clip. The results equal those of
:mod:`gymlib.annotation.agreement` on all votes together; the tests hold them to that.
"""

import itertools

import numpy as np
from jaxtyping import Int

from gymlib.annotation import agreement
from gymlib.annotation.majority import count_votes
from gymlib.labels import CLASSES


class RunningAgreement:
    """Krippendorff's alpha, Cohen's kappa per pair and border distances of a growing set.

    Parameters
    ----------
    annotators : names, in the order of the votes' columns.
    """

    def __init__(self, annotators: list[str]):
        self.annotators = list(annotators)
        self.pairs = list(itertools.combinations(range(len(annotators)), 2))
        k = len(CLASSES)
        self._clips: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
        self._coincidences = np.zeros((k, k))
        self._contingency = np.zeros((len(self.pairs), k, k), dtype=np.int64)

    def update(self, clip: str, votes: Int[np.ndarray, "frames annotators"]) -> None:
        """Take the votes of one clip, in place of those it had before; -1 is no vote."""
        if votes.shape[1] != len(self.annotators):
            raise ValueError(
                f"clip {clip}: expected votes of {len(self.annotators)} annotators, found "
                f"{votes.shape[1]}"
            )
        if clip in self._clips:
            self._coincidences -= self._clips[clip][0]
            self._contingency -= self._clips[clip][1]
        coincidences = agreement.coincidences(count_votes(votes))
        tables = [agreement.contingency(votes[:, i], votes[:, j]) for i, j in self.pairs]
        contingency = np.array(tables, dtype=np.int64).reshape(self._contingency.shape)
        matched = (agreement.match_borders(votes[:, i], votes[:, j])[0] for i, j in self.pairs)
        apart = np.array([abs(a.frame - b.frame) for own in matched for a, b in own], dtype=float)
        self._coincidences += coincidences
        self._contingency += contingency
        self._clips[clip] = coincidences, contingency, apart

    def measures(self) -> dict[str, float]:
        """alpha, "kappa A, B" of every pair that shares frames, borders (median frames between two
        annotators' borders of one kind), near (share of these at most two frames apart)."""
        apart = np.concatenate([np.zeros(0), *(own[2] for own in self._clips.values())])
        kappas = {
            f"kappa {self.annotators[i]}, {self.annotators[j]}": agreement.kappa_of_contingency(own)
            for (i, j), own in zip(self.pairs, self._contingency)
            if own.any()
        }
        # Rounded, because what is added and taken away again leaves a trace.
        alpha = agreement.alpha_of_coincidences(np.round(self._coincidences, 9))
        borders = float(np.median(apart)) if len(apart) else agreement.NAN
        near = float((apart <= 2).mean()) if len(apart) else agreement.NAN
        return {"alpha": alpha, **kappas, "borders": borders, "near": near}
