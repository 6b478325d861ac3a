"""``ClipLSTM`` as one compiled loop over clips, with its gradient.

All weights of a model are one vector: per layer ``inputs`` (features, 2 directions x 4 hidden),
``recurrent`` (2, hidden, 4 hidden) and the two biases; then the linear layer (2 hidden, 4) and
its bias. Matrices lie turned against torch's, so that neighbouring numbers are used together.
"""

from functools import lru_cache
from typing import no_type_check

import numpy as np
from jaxtyping import Float

from gymlib.labels import CLASSES
from gymlib.models.lstm import ClipLSTM, LSTMConfig
from gymlib.skeleton import KEYPOINTS
from gymlib.training.fast.arithmetic import add_rows, log_softmax, negative_log_likelihood, step
from gymlib.training.fast.kept import inlined, kept
from gymlib.training.fast.recurrence import backwards, forwards

MODULE = ClipLSTM
DERIVED_FROM = (ClipLSTM.__init__, ClipLSTM.forward)
SOURCE = "27e06a81f7433bd6"
"""Of DERIVED_FROM, see :mod:`gymlib.training.fast.source`."""
TAKES_BATCHES = False
SECONDS = 1e-6  # of training per frame, on one core, as measured

_f = np.float32
CLASS_COUNT = len(CLASSES)


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


@inlined
@no_type_check
def layer(vector, number, shape):
    """Views of a layer's inputs, recurrent weights and two biases."""
    units, widths, begins = shape
    hidden, gates = len(units), 8 * len(units)  # gates of both directions
    a = begins[number]
    b = a + widths[number] * gates
    c = b + hidden * gates
    return (
        vector[a:b].reshape(widths[number], gates),
        vector[b:c].reshape(2, hidden, gates // 2),
        vector[c : c + gates],
        vector[c + gates : c + 2 * gates],
    )


@inlined
@no_type_check
def head(vector, shape):
    """Views of the linear layer's weights and bias."""
    units, widths, begins = shape
    states = 2 * len(units)
    a = begins[len(widths)]
    b = a + states * CLASS_COUNT
    return vector[a:b].reshape(states, CLASS_COUNT), vector[b:]


@inlined
@no_type_check
def log_probabilities(weights, keypoints, shape):
    """(frames, 4) from keypoints (frames, 66), and the arrays that the gradient needs, one per
    layer: active, cell, squashed, state."""
    units, widths, _ = shape
    frames, hidden, layers = len(keypoints), len(units), len(widths)
    gates = 8 * hidden
    active = np.empty((layers, frames, 2, 4 * hidden), _f)
    cell = np.empty((layers, frames, 2, hidden), _f)
    squashed, state = np.empty_like(cell), np.empty_like(cell)
    below = keypoints
    for number in range(layers):
        inputs, recurrent, bias, other = layer(weights, number, shape)
        sums = np.dot(below, inputs)
        for t in range(frames):
            for k in range(gates):
                sums[t, k] += bias[k] + other[k]
        sums = sums.reshape(frames, 2, gates // 2)
        for d in range(2):
            forwards(
                units,
                sums,
                recurrent[d],
                d,
                active[number],
                cell[number],
                squashed[number],
                state[number],
            )
        below = state[number].reshape(frames, 2 * hidden)
    matrix, bias = head(weights, shape)
    scores = np.dot(below, matrix)
    for t in range(frames):
        for k in range(CLASS_COUNT):
            scores[t, k] += bias[k]
    log_softmax(scores)
    return scores, (active, cell, squashed, state)


@inlined
@no_type_check
def differentiate(weights, keypoints, labels, shape, gradient):
    """The mean loss of a clip's frames; ``gradient`` is filled with its derivative."""
    units, widths, _ = shape
    frames, hidden, layers = len(keypoints), len(units), len(widths)
    states, gates = 2 * hidden, 8 * hidden
    d_scores, (active, cell, squashed, state) = log_probabilities(weights, keypoints, shape)
    loss = negative_log_likelihood(d_scores, labels)
    matrix, _ = head(weights, shape)
    d_matrix, d_bias = head(gradient, shape)
    np.dot(state[layers - 1].reshape(frames, states).T, d_scores, d_matrix)
    add_rows(d_scores, d_bias)
    d_state = np.dot(d_scores, matrix.T)
    d_sums = np.empty((frames, 2, 4 * hidden), _f)
    for number in range(layers - 1, -1, -1):
        inputs, recurrent, _, _ = layer(weights, number, shape)
        d_inputs, d_recurrent, d_bias, d_other = layer(gradient, number, shape)
        for d in range(2):
            backwards(
                units,
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


@kept
@no_type_check
def epoch(weights, state, keypoints, labels, starts, order, shape, done, optimiser):
    """Train on the clips ``order``, one step each; the mean of their losses.

    Clips lie end to end in keypoints (frames, 66) and labels; clip i begins at starts[i].
    ``done`` is the number of steps of earlier epochs.
    """
    gradient = np.empty_like(weights)
    total = 0.0
    for k in range(len(order)):
        clip = order[k]
        a, b = starts[clip], starts[clip + 1]
        total += differentiate(weights, keypoints[a:b], labels[a:b], shape, gradient)
        step(weights, state, gradient, done + k + 1, optimiser)
    return total / len(order)


@kept
@no_type_check
def probabilities(weights, keypoints, shape):
    """Class probabilities (frames, 4) of one clip."""
    logs, _ = log_probabilities(weights, keypoints, shape)
    return np.exp(logs)


@lru_cache
def shape_of(config: LSTMConfig) -> tuple[tuple[int, ...], ...]:
    """(units, widths, begins) of a network, what the functions above call its ``shape``.

    units : a tuple as long as a state, see :mod:`gymlib.training.fast.recurrence`.
    widths : numbers that go into each layer.
    begins : where each layer's weights begin in the vector, and where the last one's end.
    """
    hidden, gates = config.hidden, 8 * config.hidden
    widths = (2 * len(KEYPOINTS), *[2 * hidden] * (config.layers - 1))
    sizes = [(width + hidden + 2) * gates for width in widths]
    begins = tuple(int(begin) for begin in np.cumsum([0, *sizes]))
    return (0,) * hidden, widths, begins


def train(vector, state, frames, config: LSTMConfig, order, size, done: int, optimiser):
    """One epoch on :class:`~gymlib.training.fast.frames.Frames`; its mean loss."""
    inputs = frames.rows, frames.labels, frames.starts
    return epoch(vector, state, *inputs, order, shape_of(config), done, optimiser)


def predict(vector, frames, config: LSTMConfig, span: slice) -> Float[np.ndarray, "_ 4"]:
    """Class probabilities of one clip."""
    return probabilities(vector, frames.rows[span], shape_of(config))
