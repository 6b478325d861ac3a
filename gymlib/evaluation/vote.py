"""The vote of several models on each frame."""

import numpy as np
from jaxtyping import Float

RULES = ("mean", "log_opinion")


def vote(
    probabilities: Float[np.ndarray, "models frames 4"], rule: str
) -> Float[np.ndarray, "frames 4"]:
    """The ensemble's probabilities.

    "mean" averages probabilities, the thesis's soft vote; "log_opinion" sums log-probabilities,
    as the authors' code, and scales the result to sum 1 again.

    >>> two_models = np.array([[[0.7, 0.1, 0.1, 0.1]], [[0.1, 0.5, 0.3, 0.1]]])
    >>> vote(two_models, "mean")
    array([[0.4, 0.3, 0.2, 0.1]])
    """
    if rule == "mean":
        return probabilities.mean(axis=0)
    # A probability may round to 0; the smallest normal number keeps its logarithm finite.
    logs = np.log(np.maximum(probabilities, np.finfo(probabilities.dtype).tiny)).mean(axis=0)
    scaled = np.exp(logs - logs.max(axis=1, keepdims=True))
    return scaled / scaled.sum(axis=1, keepdims=True)
