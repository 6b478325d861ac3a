"""``FrameCNN`` as one compiled loop over batches of frames, with its gradient.

All weights of a model are one vector, in torch's order except for the second convolution, a
matrix (2 rows x second, 2 columns x first). ``first`` and ``second`` are numbers of filters.
Frames lie along the last axis, where one instruction handles many of them.

ReLU and pool may change places (the largest of several, then what is above 0), so a pool keeps
which of its four places won, and only that place passes a gradient on.
"""

from typing import no_type_check

import numpy as np
from jaxtyping import Float
from numba import njit

from gymlib.labels import CLASSES
from gymlib.models.cnn import CNNConfig, FrameCNN, as_image
from gymlib.training.fast.arithmetic import (
    FAST,
    add_rows,
    log_softmax,
    negative_log_likelihood,
    step,
)

MODULE = FrameCNN
DERIVED_FROM = (FrameCNN.__init__, FrameCNN.forward, as_image)
SOURCE = "ecadc60984175252"
"""Of DERIVED_FROM, see :mod:`gymlib.training.fast.source`."""
TAKES_BATCHES = True
SECONDS = 6e-6  # of training per frame, on one core, as measured
COMPILING = 17.0  # seconds

_f = np.float32
CLASS_COUNT = len(CLASSES)
HALF, WIDE, NARROW = 17, 18, 9  # columns of the maps after pool, convolution, pool


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


@njit
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


@njit
@no_type_check
def batch(pictures, rows):
    """The pictures ``rows`` with frames last: (3, 35, frames)."""
    seen = np.empty((3, 35, len(rows)), _f)
    for t in range(len(rows)):
        for r in range(3):
            for q in range(35):
                seen[r, q, t] = pictures[rows[t], r, q]
    return seen


@njit(fastmath=FAST)
@no_type_check
def keep_best(values, best, place, n):
    """Where ``values`` exceed ``best`` they replace it, and ``place`` becomes n."""
    for t in range(len(values)):
        better = values[t] > best[t]
        best[t] = values[t] if better else best[t]
        place[t] = n if better else place[t]


@njit(fastmath=FAST)
@no_type_check
def convolve(seen, taps, bias):
    """First convolution, pool and ReLU.

    Returns maps (first, 19, frames) between two columns of zeros, and for each of the 17 columns
    between them the place that won its window, 0 to 3, row by row.
    """
    first, frames = len(bias), seen.shape[2]
    maps = np.zeros((first, HALF + 2, frames), _f)
    won = np.zeros((first, HALF, frames), np.int32)
    values, best = np.empty(frames, _f), np.empty(frames, _f)
    for f in range(first):
        a, b, c, d = taps[f, 0], taps[f, 1], taps[f, 2], taps[f, 3]
        for p in range(HALF):
            best[:] = -np.inf
            for n in range(4):
                r, q = n // 2, 2 * p + n % 2
                for t in range(frames):
                    upper = a * seen[r, q, t] + b * seen[r, q + 1, t]
                    values[t] = upper + c * seen[r + 1, q, t] + d * seen[r + 1, q + 1, t]
                keep_best(values, best, won[f, p], n)
            for t in range(frames):
                maps[f, p + 1, t] = max(best[t] + bias[f], _f(0.0))
    return maps, won


@njit
@no_type_check
def neighbours(maps):
    """Each column of the maps beside the next: (2 first, 18 columns x frames)."""
    first, _, frames = maps.shape
    pairs = np.empty((2 * first, WIDE, frames), _f)
    for f in range(first):
        for q in range(WIDE):
            for t in range(frames):
                pairs[f, q, t] = maps[f, q, t]
                pairs[first + f, q, t] = maps[f, q + 1, t]
    return pairs.reshape(2 * first, WIDE * frames)


@njit
@no_type_check
def apart(d_pairs):
    """The gradient of maps from that of their :func:`neighbours`: (first, 17, frames).

    Column p + 1 of the maps is the right one of pair p and the left one of pair p + 1.
    """
    first, _, frames = d_pairs.shape
    first //= 2
    d_maps = np.empty((first, HALF, frames), _f)
    for f in range(first):
        for p in range(HALF):
            for t in range(frames):
                d_maps[f, p, t] = d_pairs[first + f, p, t] + d_pairs[f, p + 1, t]
    return d_maps


@njit(fastmath=FAST)
@no_type_check
def pool(sums, bias):
    """Second pool and ReLU: sums (2 second, 18, frames) to tops (second, 9, frames) and the
    place that won.

    The second convolution's map is one row between two of zeros, so its upper output row is that
    row under the kernel's lower row, and the other way round.
    """
    second, frames = len(bias), sums.shape[2]
    tops = np.empty((second, NARROW, frames), _f)
    won = np.zeros((second, NARROW, frames), np.int32)
    best = np.empty(frames, _f)
    for k in range(second):
        for p in range(NARROW):
            best[:] = -np.inf
            for n in range(4):
                keep_best(sums[second + k if n < 2 else k, 2 * p + n % 2], best, won[k, p], n)
            for t in range(frames):
                tops[k, p, t] = max(best[t] + bias[k], _f(0.0))
    return tops, won


@njit(fastmath=FAST)
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


@njit(fastmath=FAST)
@no_type_check
def pulls(d_tops, tops, total):
    """A pool's gradient where its ReLU let the value through, elsewhere 0; in place. Its sum
    over columns and frames goes to ``total``, one number for each filter."""
    for k in range(len(tops)):
        sum_ = _f(0.0)
        for p in range(tops.shape[1]):
            for t in range(tops.shape[2]):
                pull = d_tops[k, p, t] if tops[k, p, t] > _f(0.0) else _f(0.0)
                d_tops[k, p, t] = pull
                sum_ += pull
        total[k] = sum_


@njit(fastmath=FAST)
@no_type_check
def unpool(pull, won):
    """The second pool's gradient put where it came from: (2 second, 18 columns x frames)."""
    second, _, frames = pull.shape
    d_sums = np.empty((2 * second, WIDE, frames), _f)
    for k in range(second):
        for p in range(NARROW):
            for n in range(4):
                row = d_sums[second + k if n < 2 else k, 2 * p + n % 2]
                for t in range(frames):
                    row[t] = pull[k, p, t] if won[k, p, t] == n else _f(0.0)
    return d_sums.reshape(2 * second, WIDE * frames)


@njit(fastmath=FAST)
@no_type_check
def correlate(pull, won, seen, d_taps):
    """Gradient of the first convolution's taps."""
    first, _, frames = won.shape
    for f in range(first):
        a = b = c = d = _f(0.0)
        for p in range(HALF):
            for n in range(4):
                r, q = n // 2, 2 * p + n % 2
                for t in range(frames):
                    mine = pull[f, p, t] if won[f, p, t] == n else _f(0.0)
                    a += mine * seen[r, q, t]
                    b += mine * seen[r, q + 1, t]
                    c += mine * seen[r + 1, q, t]
                    d += mine * seen[r + 1, q + 1, t]
        d_taps[f, 0], d_taps[f, 1], d_taps[f, 2], d_taps[f, 3] = a, b, c, d


@njit(fastmath=FAST)
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


@njit
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


@njit
@no_type_check
def probabilities(weights, pictures, rows, filters):
    """Class probabilities (frames, 4) of the pictures ``rows``."""
    logs, _ = log_probabilities(weights, batch(pictures, rows), filters)
    return np.exp(logs)


def compiled_for(config: CNNConfig) -> None:
    """What of a config the code is compiled for: nothing, all of it comes as arguments."""


def train(vector, state, frames, config: CNNConfig, order, size: int, done: int, optimiser):
    """:func:`epoch` on :class:`~gymlib.training.fast.frames.Frames`."""
    pictures, filters = frames.pictures(config.layout), config.filters
    return epoch(vector, state, pictures, frames.labels, order, size, filters, done, optimiser)


def predict(vector, frames, config: CNNConfig, span: slice) -> Float[np.ndarray, "_ 4"]:
    """:func:`probabilities` of the frames of one clip."""
    rows = np.arange(span.start, span.stop)
    return probabilities(vector, frames.pictures(config.layout), rows, config.filters)
