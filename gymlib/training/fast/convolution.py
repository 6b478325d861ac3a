"""Convolutions, pools and their gradients: what ``FrameCNN`` does between weights and maps.

Frames lie along the last axis, where one instruction handles many of them. ReLU and pool may
change places (the largest of several, then what is above 0), so a pool keeps which of its four
places won, and only that place passes a gradient on.
"""

from typing import no_type_check

import numpy as np

from gymlib.training.fast.kept import inlined

_f = np.float32
HALF, WIDE, NARROW = 17, 18, 9  # columns of the maps after pool, convolution, pool


@inlined
@no_type_check
def keep_best(values, best, place, n):
    """Where ``values`` exceed ``best`` they replace it, and ``place`` becomes n."""
    for t in range(len(values)):
        better = values[t] > best[t]
        best[t] = values[t] if better else best[t]
        place[t] = n if better else place[t]


@inlined
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


@inlined
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


@inlined
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


@inlined
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


@inlined
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


@inlined
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


@inlined
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
