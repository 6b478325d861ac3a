"""``ClipLSTM`` as one compiled loop over clips, with its gradient.

All weights of a model are one vector: per layer ``inputs`` (features, 2 directions x 4 hidden),
``recurrent`` (2, hidden, 4 hidden) and the two biases; then the linear layer (2 hidden, 4) and
its bias. Matrices lie turned against torch's, so that neighbouring numbers are used together.
"""

from functools import lru_cache
from typing import NamedTuple, no_type_check

import numpy as np
from jaxtyping import Float
from numba import njit

from gymlib.labels import CLASSES
from gymlib.models.lstm import ClipLSTM, LSTMConfig
from gymlib.skeleton import KEYPOINTS
from gymlib.training.fast import recurrence
from gymlib.training.fast.arithmetic import (
    FAST,
    add_rows,
    log_softmax,
    negative_log_likelihood,
    step,
)

MODULE = ClipLSTM
DERIVED_FROM = (ClipLSTM.__init__, ClipLSTM.forward)
SOURCE = "27e06a81f7433bd6"
"""Of DERIVED_FROM, see :mod:`gymlib.training.fast.source`."""
TAKES_BATCHES = False
SECONDS = 1e-6  # of training per frame, on one core, as measured
COMPILING = 6.0  # seconds, for each config

_f = np.float32


def arrange(torch: dict[str, np.ndarray]) -> np.ndarray:
    """A state dictionary's arrays, by torch's names, as the vector that the loops use."""
    parts = []
    for number in range(sum(name.startswith("lstm.weight_ih") for name in torch) // 2):
        ends = (f"_l{number}", f"_l{number}_reverse")
        parts += [np.concatenate([torch[f"lstm.weight_ih{end}"] for end in ends]).T]
        parts += [torch[f"lstm.weight_hh{end}"].T for end in ends]
        parts += [torch[f"lstm.{bias}{end}"] for bias in ("bias_ih", "bias_hh") for end in ends]
    parts += [torch["linear.weight"].T, torch["linear.bias"]]
    return np.concatenate([part.ravel() for part in parts])


class Kernels(NamedTuple):
    """The compiled functions of one size of network."""

    epoch: object  # see the functions of these names in :func:`kernels`
    probabilities: object


@lru_cache
@no_type_check  # Numba has to see the functions themselves
def kernels(config: LSTMConfig) -> Kernels:
    """Compile for one config; a few seconds at the first call of each function."""
    hidden, layers, classes = config.hidden, config.layers, len(CLASSES)
    states, gates = 2 * hidden, 8 * hidden  # of both directions
    widths = (2 * len(KEYPOINTS), *[states] * (layers - 1))
    sizes = [(width + hidden + 2) * gates for width in widths]
    begins = tuple(int(begin) for begin in np.cumsum([0, *sizes]))
    forwards, backwards = recurrence.kernels(hidden)

    @njit
    def layer(vector, number):
        """Views of a layer's inputs, recurrent weights and two biases."""
        a = begins[number]
        b = a + widths[number] * gates
        c = b + hidden * gates
        return (
            vector[a:b].reshape(widths[number], gates),
            vector[b:c].reshape(2, hidden, gates // 2),
            vector[c : c + gates],
            vector[c + gates : c + 2 * gates],
        )

    @njit
    def head(vector):
        """Views of the linear layer's weights and bias."""
        a = begins[layers]
        b = a + states * classes
        return vector[a:b].reshape(states, classes), vector[b:]

    @njit(fastmath=FAST)
    def log_probabilities(weights, keypoints, active, cell, squashed, state):
        """(frames, 4) from keypoints (frames, 66); the other arrays, one per layer, are filled
        with what the gradient needs."""
        frames = len(keypoints)
        below = keypoints
        for number in range(layers):
            inputs, recurrent, bias, other = layer(weights, number)
            sums = np.dot(below, inputs)
            for t in range(frames):
                for k in range(gates):
                    sums[t, k] += bias[k] + other[k]
            sums = sums.reshape(frames, 2, gates // 2)
            for d in range(2):
                forwards(
                    sums,
                    recurrent[d],
                    d,
                    active[number],
                    cell[number],
                    squashed[number],
                    state[number],
                )
            below = state[number].reshape(frames, states)
        matrix, bias = head(weights)
        scores = np.dot(below, matrix)
        for t in range(frames):
            for k in range(classes):
                scores[t, k] += bias[k]
        log_softmax(scores)
        return scores

    @njit
    def memory(frames):
        """Arrays per layer for :func:`log_probabilities`: active, cell, squashed, state."""
        shape = (layers, frames, 2, hidden)
        return (
            np.empty((layers, frames, 2, 4 * hidden), _f),
            np.empty(shape, _f),
            np.empty(shape, _f),
            np.empty(shape, _f),
        )

    @njit(fastmath=FAST)
    def differentiate(weights, keypoints, labels, gradient):
        """The mean loss of a clip's frames; ``gradient`` is filled with its derivative."""
        frames = len(keypoints)
        active, cell, squashed, state = memory(frames)
        d_scores = log_probabilities(weights, keypoints, active, cell, squashed, state)
        loss = negative_log_likelihood(d_scores, labels)
        matrix, _ = head(weights)
        d_matrix, d_bias = head(gradient)
        np.dot(state[layers - 1].reshape(frames, states).T, d_scores, d_matrix)
        add_rows(d_scores, d_bias)
        d_state = np.dot(d_scores, matrix.T)
        d_sums = np.empty((frames, 2, 4 * hidden), _f)
        for number in range(layers - 1, -1, -1):
            inputs, recurrent, _, _ = layer(weights, number)
            d_inputs, d_recurrent, d_bias, d_other = layer(gradient, number)
            for d in range(2):
                backwards(
                    d_state.reshape(frames, 2, hidden),
                    recurrent[d],
                    d,
                    active[number],
                    cell[number],
                    squashed[number],
                    state[number],
                    d_sums,
                    d_recurrent[d],
                    d_bias[d * 4 * hidden : (d + 1) * 4 * hidden],
                )
            for k in range(gates):
                d_other[k] = d_bias[k]
            flat = d_sums.reshape(frames, gates)
            below = keypoints if number == 0 else state[number - 1].reshape(frames, states)
            np.dot(below.T, flat, d_inputs)
            if number > 0:
                d_state = np.dot(flat, inputs.T)
        return loss

    @njit
    def epoch(weights, state, keypoints, labels, starts, order, done, optimiser):
        """Train on the clips ``order``, one step each; the mean of their losses.

        Clips lie end to end in keypoints (frames, 66) and labels; clip i begins at starts[i].
        ``done`` is the number of steps of earlier epochs.
        """
        gradient = np.empty_like(weights)
        total = 0.0
        for k in range(len(order)):
            clip = order[k]
            a, b = starts[clip], starts[clip + 1]
            total += differentiate(weights, keypoints[a:b], labels[a:b], gradient)
            step(weights, state, gradient, done + k + 1, optimiser)
        return total / len(order)

    @njit
    def probabilities(weights, keypoints):
        """Class probabilities (frames, 4) of one clip."""
        active, cell, squashed, state = memory(len(keypoints))
        return np.exp(log_probabilities(weights, keypoints, active, cell, squashed, state))

    return Kernels(epoch, probabilities)


def compiled_for(config: LSTMConfig) -> LSTMConfig:
    """What of a config the code is compiled for: all of it."""
    return config


def train(vector, state, frames, config: LSTMConfig, order, size, done: int, optimiser):
    """One epoch on :class:`~gymlib.training.fast.frames.Frames`; its mean loss."""
    inputs = frames.rows, frames.labels, frames.starts
    return kernels(config).epoch(vector, state, *inputs, order, done, optimiser)


def predict(vector, frames, config: LSTMConfig, span: slice) -> Float[np.ndarray, "_ 4"]:
    """Class probabilities of one clip."""
    return kernels(config).probabilities(vector, frames.rows[span])
