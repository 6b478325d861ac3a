"""Many models compared at once: mean ranks, paired tests, and who cannot be told apart.

Demsar (2006), "Statistical Comparisons of Classifiers over Multiple Data Sets", JMLR 7, with outer
folds in the place of data sets. Folds share training clips, so each pair is tested by the corrected
t test (:mod:`gymlib.evaluation.significance`), and all pairs together by Holm's correction.
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy import stats

from gymlib.evaluation.significance import corrected_t_test

LEVEL = 0.05


class Ranking(NamedTuple):
    """Models from the best to the worst.

    Attributes
    ----------
    names : of the models, ordered by rank. ranks : the mean over folds, 1 is the best.
    p : (models, models) in that order: that two models do not differ, corrected for the number
        of pairs; 1 on the diagonal.
    """

    names: list[str]
    ranks: Float[np.ndarray, " models"]
    p: Float[np.ndarray, "models models"]

    def groups(self) -> list[tuple[int, int]]:
        """Positions of the first and last of the longest rows of models that do not differ.

        In such a row no two models differ; rows inside longer ones are left out.
        """
        count, found = len(self.names), []
        for first in range(count):
            last = first
            while last + 1 < count and (self.p[first : last + 2, last + 1] >= LEVEL).all():
                last += 1
            if last > first and not (found and found[-1][1] >= last):
                found.append((first, last))
        return found


def rank(scores: dict[str, Sequence[float]]) -> Ranking:
    """Rank models by their scores (higher is better) in the same outer folds.

    Ties share the mean of their ranks. With one fold nothing can be tested: p is NaN, and no model
    is said to be as good as another.
    """
    names = list(scores)
    values = np.array([scores[name] for name in names], dtype=float)  # (models, folds)
    ranks = stats.rankdata(-values, axis=0).mean(axis=1)
    order = np.lexsort((-values.mean(axis=1), ranks))
    values = values[order]
    pairs = list(itertools.combinations(range(len(names)), 2))
    raw = [corrected_t_test(values[a] - values[b]).p_corrected for a, b in pairs]
    p = np.eye(len(names))
    for (a, b), corrected in zip(pairs, holm(np.array(raw))):
        p[a, b] = p[b, a] = corrected
    return Ranking([names[k] for k in order], ranks[order], p)


def holm(p: Float[np.ndarray, " tests"]) -> Float[np.ndarray, " tests"]:
    """p values corrected for their number (Holm 1979, Scandinavian Journal of Statistics 6).

    >>> holm(np.array([0.01, 0.04, 0.03]))
    array([0.03, 0.06, 0.06])
    """
    order = np.argsort(p)
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    corrected = np.empty(len(p))
    corrected[order] = steps.clip(max=1)
    return corrected
