"""Is a model right as often as its probabilities say? Guo et al. (2017), arXiv:1706.04599.

Frames without a label (code -1) are left out.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from gymlib.labels import CLASSES, UNLABELED_CODE

BINS = 15  # Guo et al., table 1
TEMPERATURES = (0.05, 20.0)  # twenty times surer to twenty times less sure


class Calibration(NamedTuple):
    """A reliability diagram: frames in bins of equal width by the probability of the answer.

    A bin without frames has NaN for confidence and accuracy.
    """

    confidence: Float[np.ndarray, " bins"]  # mean probability of the answers
    accuracy: Float[np.ndarray, " bins"]  # share of right answers
    frames: Int[np.ndarray, " bins"]

    @property
    def error(self) -> float:
        """Expected calibration error: the mean distance of the two over frames (equation 3).

        NaN without frames.
        """
        if not self.frames.sum():
            return float("nan")
        gaps = np.nan_to_num(np.abs(self.accuracy - self.confidence))
        return float(np.average(gaps, weights=self.frames))


def calibration(
    probabilities: Float[np.ndarray, "frames classes"],
    labels: Int[np.ndarray, " labels"],
    bins: int = BINS,
) -> Calibration:
    """Confidence and accuracy in ``bins`` bins; bin m of M holds (m - 1) / M < confidence <= m / M.

    >>> sure = np.array([[0.9, 0.1, 0, 0], [0.9, 0.1, 0, 0]])
    >>> round(calibration(sure, np.array([0, 1])).error, 3)
    0.4
    """
    probabilities, labels = _labelled(probabilities, labels)
    if not np.allclose(probabilities.sum(axis=1), 1, atol=1e-4) or (probabilities < 0).any():
        raise ValueError("expected probabilities, which sum to 1 in each frame")
    answers = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    where = np.clip(np.ceil(answers * bins).astype(int) - 1, 0, bins - 1)
    frames, sure, hits = (
        np.bincount(where, weights=w, minlength=bins) for w in (None, answers, right)
    )
    with np.errstate(invalid="ignore"):  # 0 / 0, a bin without frames
        return Calibration(sure / frames, hits / frames, frames)


def fit_temperature(
    log_probabilities: Float[np.ndarray, "frames classes"], labels: Int[np.ndarray, " labels"]
) -> float:
    """The temperature at which the labels are likeliest: above 1 if the model is too sure.

    Guo et al., section 4.2: one number for all frames, found on data the model was not trained
    on; the answers stay. Within :data:`TEMPERATURES`, whose lower end a model that is always right
    gets. Raises ValueError without labelled frames.
    """
    values, labels = _labelled(log_probabilities, labels)
    if not len(labels):
        raise ValueError("a temperature needs labelled frames, found none")
    if not np.isfinite(values).all():
        raise ValueError("log-probabilities must be finite")

    def surprise(log_temperature: float) -> float:
        """Mean negative log-likelihood, which has one valley: it is convex in 1 / temperature."""
        cooled = at_temperature(values, np.exp(log_temperature))
        return -cooled[np.arange(len(labels)), labels].mean()

    found = minimize_scalar(
        surprise, bounds=np.log(TEMPERATURES), method="bounded", options={"xatol": 1e-6}
    )
    return float(np.exp(found.x))


def at_temperature(
    log_probabilities: Float[np.ndarray, "frames classes"], temperature: float
) -> Float[np.ndarray, "frames 4"]:
    """Log-probabilities of a softmax whose inputs are divided by ``temperature``.

    >>> at_temperature(np.log([[0.8, 0.2, 0.0001, 0.0001]]), 2).argmax()
    0
    """
    return log_softmax(np.asarray(log_probabilities, float) / temperature, axis=1)


def _labelled(values, labels):
    """Rows of frames that have a label, in double precision."""
    if values.ndim != 2 or values.shape != (len(labels), len(CLASSES)):
        raise ValueError(
            f"expected {len(CLASSES)} values for each of {len(labels)} labels, found shape "
            f"{values.shape}"
        )
    if len(labels) and not UNLABELED_CODE <= labels.min() <= labels.max() < len(CLASSES):
        raise ValueError(
            f"labels must be {UNLABELED_CODE} to {len(CLASSES) - 1}, found {np.unique(labels)}"
        )
    known = labels != UNLABELED_CODE
    return values[known].astype(float), labels[known].astype(int)
