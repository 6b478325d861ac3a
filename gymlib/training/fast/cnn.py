"""``FrameCNN`` as one compiled loop over batches of frames, with its gradient.

All weights of a model are one vector, in torch's order except for the second convolution, a
matrix (2 rows x second, 2 columns x first). ``first`` and ``second`` are numbers of filters.
Frames lie along the last axis, where one instruction handles many of them.
"""

from typing import no_type_check

import numpy as np
from jaxtyping import Float

from gymlib.labels import CLASSES
from gymlib.models.cnn import CNNConfig, FrameCNN, as_image
from gymlib.training.fast.arithmetic import add_rows, log_softmax, negative_log_likelihood, step
from gymlib.training.fast.convolution import (
    NARROW,
    WIDE,
    apart,
    convolve,
    correlate,
    neighbours,
    pool,
    pulls,
    unpool,
)
from gymlib.training.fast.kept import inlined, kept

MODULE = FrameCNN
DERIVED_FROM = (FrameCNN.__init__, FrameCNN.forward, as_image)
SOURCE = "ecadc60984175252"
"""Of DERIVED_FROM, see :mod:`gymlib.training.fast.source`."""
TAKES_BATCHES = True
SECONDS = 6e-6  # of training per frame, on one core, as measured

_f = np.float32
CLASS_COUNT = len(CLASSES)


def arrange(torch: dict[str, np.ndarray]) -> np.ndarray:
    """A state dictionary's arrays, by torch's names, as the vector that the loops use."""
    # (second, first, rows, columns) -> (rows, second, columns, first)
    matrix = torch["conv2.weight"].transpose(2, 0, 3, 1)
    return np.concatenate(
        [
            matrix.ravel() if name == "conv2.weight" else torch[name].ravel()
            for name in (
                *("conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias"),
                *("linear.weight", "linear.bias"),
            )
        ]
    )


def framed(images: Float[np.ndarray, "frames 2 33"]) -> Float[np.ndarray, "frames 3 35"]:
    """Pictures in a frame of zeros. None below: the pool drops the map's third row."""
    return np.pad(images, ((0, 0), (1, 0), (1, 1)))


@inlined
@no_type_check
def parts(vector, filters):
    """Views: taps (first, 4), bias, matrix, bias, linear (4, 9 second), bias."""
    first, second = filters
    a = 4 * first
    b = a + first
    c = b + 4 * first * second
    d = c + second
    e = d + CLASS_COUNT * NARROW * second
    return (
        vector[:a].reshape(first, 4),
        vector[a:b],
        vector[b:c].reshape(2 * second, 2 * first),
        vector[c:d],
        vector[d:e].reshape(CLASS_COUNT, NARROW * second),
        vector[e:],
    )


@inlined
@no_type_check
def batch(pictures, rows):
    """The pictures ``rows`` with frames last: (3, 35, frames)."""
    seen = np.empty((3, 35, len(rows)), _f)
    for t in range(len(rows)):
        for r in range(3):
            for q in range(35):
                seen[r, q, t] = pictures[rows[t], r, q]
    return seen


@inlined
@no_type_check
def log_probabilities(weights, seen, filters):
    """(frames, 4), and the arrays that the gradient needs: maps, won, pairs, tops, won."""
    taps, bias, matrix, other, linear, last = parts(weights, filters)
    frames, second = seen.shape[2], filters[1]
    maps, won = convolve(seen, taps, bias)
    pairs = neighbours(maps)
    sums = np.dot(matrix, pairs).reshape(2 * second, WIDE, frames)
    tops, chosen = pool(sums, other)
    totals = np.dot(linear, tops.reshape(NARROW * second, frames))
    scores = np.empty((frames, CLASS_COUNT), _f)
    for t in range(frames):
        for k in range(CLASS_COUNT):
            scores[t, k] = totals[k, t] + last[k]
    log_softmax(scores)
    return scores, (maps, won, pairs, tops, chosen)


@inlined
@no_type_check
def differentiate(weights, seen, labels, filters, gradient):
    """The mean loss of the frames seen; ``gradient`` is filled with its derivative."""
    first, second = filters
    frames = seen.shape[2]
    d_scores, (maps, won, pairs, tops, chosen) = log_probabilities(weights, seen, filters)
    loss = negative_log_likelihood(d_scores, labels)
    _, _, matrix, _, linear, _ = parts(weights, filters)
    d_taps, d_bias, d_matrix, d_other, d_linear, d_last = parts(gradient, filters)
    add_rows(d_scores, d_last)
    np.dot(d_scores.T, tops.reshape(NARROW * second, frames).T, d_linear)
    d_tops = np.dot(linear.T, d_scores.T).reshape(second, NARROW, frames)
    pulls(d_tops, tops, d_other)
    d_sums = unpool(d_tops, chosen)
    np.dot(d_sums, pairs.T, d_matrix)
    d_pairs = np.dot(matrix.T, d_sums).reshape(2 * first, WIDE, frames)
    d_maps = apart(d_pairs)
    pulls(d_maps, maps[:, 1:-1], d_bias)
    correlate(d_maps, won, seen, d_taps)
    return loss


@kept
@no_type_check
def epoch(weights, state, pictures, labels, order, size, filters, done, optimiser):
    """Train on the frames ``order``, ``size`` at a time; the mean of the steps' losses.

    ``done`` is the number of steps of earlier epochs.
    """
    gradient = np.empty_like(weights)
    total, steps = 0.0, 0
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        right = np.empty(len(rows), np.int64)
        for t in range(len(rows)):
            right[t] = labels[rows[t]]
        total += differentiate(weights, batch(pictures, rows), right, filters, gradient)
        steps += 1
        step(weights, state, gradient, done + steps, optimiser)
    return total / steps


@kept
@no_type_check
def probabilities(weights, pictures, rows, filters):
    """Class probabilities (frames, 4) of the pictures ``rows``."""
    logs, _ = log_probabilities(weights, batch(pictures, rows), filters)
    return np.exp(logs)


def train(vector, state, frames, config: CNNConfig, order, size: int, done: int, optimiser):
    """:func:`epoch` on :class:`~gymlib.training.fast.frames.Frames`."""
    pictures, filters = frames.pictures(config.layout), config.filters
    return epoch(vector, state, pictures, frames.labels, order, size, filters, done, optimiser)


def predict(vector, frames, config: CNNConfig, span: slice) -> Float[np.ndarray, "_ 4"]:
    """:func:`probabilities` of the frames of one clip."""
    rows = np.arange(span.start, span.stop)
    return probabilities(vector, frames.pictures(config.layout), rows, config.filters)
