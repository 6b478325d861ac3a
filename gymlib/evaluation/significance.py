"""Paired tests over cross-validation folds."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy import stats


class Difference(NamedTuple):
    """Mean paired difference over folds with the naive and the corrected two-sided p value."""

    mean: float
    p_naive: float
    p_corrected: float


def corrected_t_test(differences: Float[np.ndarray, " folds"]) -> Difference:
    """Paired t test over folds, corrected for training sets that overlap.

    Nadeau and Bengio (2003), "Inference for the Generalization Error", Machine Learning 52,
    239-281: the variance of the mean over J folds is estimated by (1/J + n_test/n_train) times
    the sample variance, not 1/J times, because the folds share most of their training data. In
    cross-validation n_test/n_train is 1/(J-1).

    Parameters
    ----------
    differences : score of one approach minus the other's, one value per fold.

    Returns
    -------
    p values of Student's t with J-1 degrees of freedom; NaN with fewer than two folds, 1 when
    no fold differs at all.
    """
    folds, mean = len(differences), float(np.mean(differences))
    if folds < 2:
        return Difference(mean, np.nan, np.nan)
    variance = np.var(differences, ddof=1)
    return Difference(
        mean,
        p_naive=_two_sided(mean, np.sqrt(variance / folds), folds - 1),
        p_corrected=_two_sided(mean, np.sqrt(variance * (1 / folds + 1 / (folds - 1))), folds - 1),
    )


def _two_sided(mean: float, error: float, degrees: int) -> float:
    if error == 0:
        return 1.0 if mean == 0 else 0.0
    return float(2 * stats.t.sf(abs(mean) / error, degrees))


def pitman_morgan(first: Float[np.ndarray, " folds"], second: Float[np.ndarray, " folds"]) -> float:
    """Two-sided p value that two paired samples have equal variances; NaN below three pairs.

    Pitman and Morgan (1939), Biometrika 31, 9-12 and 13-19: the variances are equal exactly
    when sum and difference of the pairs are uncorrelated. If either is constant, NaN.
    """
    total, difference = first + second, first - second
    if len(first) < 3 or np.ptp(total) == 0 or np.ptp(difference) == 0:
        return float("nan")
    return float(stats.pearsonr(total, difference).pvalue)
