"""Small functions that both networks' compiled loops use.

Everything here is compiled by Numba into its callers, for float32 arrays. Numba has to see the
functions themselves, so they stay without the type checks that tests add to others.
"""

from typing import NamedTuple, no_type_check

import numpy as np

from gymlib.training.fast.kept import inlined

_f = np.float32


class Optimiser(NamedTuple):
    """How a step is made: Adam, or SGD with momentum."""

    adam: bool
    rate: np.float32
    momentum: np.float32


@inlined
@no_type_check
def tanh(x):
    """Hyperbolic tangent with an error below 1e-7, in operations that vectorise.

    Six levels of Lambert's continued fraction give tanh(x / 2) = p / q; then the double
    argument: tanh(x) = 2 p q / (p^2 + q^2) (Abramowitz and Stegun 1964, 4.5.70 and 4.5.26).
    """
    x = _f(9.0) if x > _f(9.0) else x  # where float32 knows only 1
    x = _f(-9.0) if x < _f(-9.0) else x
    y = _f(0.5) * x
    s = y * y
    p = y * (((s + _f(378.0)) * s + _f(17325.0)) * s + _f(135135.0))
    q = ((_f(28.0) * s + _f(3150.0)) * s + _f(62370.0)) * s + _f(135135.0)
    return _f(2.0) * p * q / (p * p + q * q)


@inlined
@no_type_check
def log_softmax(scores):
    """Scores (frames, classes) become log-probabilities, in place."""
    frames, classes = scores.shape
    for t in range(frames):
        top = scores[t, 0]
        for k in range(1, classes):
            top = max(top, scores[t, k])
        total = _f(0.0)
        for k in range(classes):
            total += np.exp(scores[t, k] - top)
        shift = top + np.log(total)
        for k in range(classes):
            scores[t, k] -= shift


@inlined
@no_type_check
def negative_log_likelihood(logs, labels):
    """Mean loss; ``logs`` (frames, classes) becomes its derivative by the scores."""
    frames, classes = logs.shape
    loss = _f(0.0)
    for t in range(frames):
        loss -= logs[t, labels[t]]
        for k in range(classes):
            logs[t, k] = np.exp(logs[t, k]) / frames
        logs[t, labels[t]] -= _f(1.0) / frames
    return loss / frames


@inlined
@no_type_check
def add_rows(rows, total):
    """The sum of rows (frames, n), into ``total`` (n,)."""
    for k in range(rows.shape[1]):
        total[k] = _f(0.0)
        for t in range(rows.shape[0]):
            total[k] += rows[t, k]


@inlined
@no_type_check
def step(weights, state, gradient, number, optimiser):
    """Step ``number`` (from 1) of an :data:`Optimiser`; ``state`` (2, weights) is its memory.

    As ``torch.optim.SGD``, v = momentum v + g, w = w - rate v; or as ``torch.optim.Adam`` (Kingma
    & Ba 2015, algorithm 1) with its default averages.
    """
    adam, rate, momentum = optimiser
    if not adam:
        velocity = state[0]
        for k in range(weights.shape[0]):
            velocity[k] = momentum * velocity[k] + gradient[k]
            weights[k] -= rate * velocity[k]
        return
    first, second = state[0], state[1]
    scale = _f(rate / (1.0 - 0.9**number))
    root = _f(1.0 / np.sqrt(1.0 - 0.999**number))
    for k in range(weights.shape[0]):
        first[k] = _f(0.9) * first[k] + _f(0.1) * gradient[k]
        second[k] = _f(0.999) * second[k] + _f(0.001) * gradient[k] * gradient[k]
        weights[k] -= scale * first[k] / (np.sqrt(second[k]) * root + _f(1e-8))
