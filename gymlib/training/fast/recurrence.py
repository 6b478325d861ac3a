"""The part of an LSTM that must go frame by frame, in one direction, and its gradient.

The gradient is written out (backpropagation through time). A test holds it to PyTorch's. The state
size comes as the length of a tuple, ``units``, which is part of its type: the compiler knows it,
and loops over it unroll.

Both functions take the arrays of both directions and the direction ``d`` to go: 0 from the first
frame on, 1 from the last. Gates lie in torch's order i, f, g, o. Shapes: gates
(frames, 2, 4 hidden), cell, squashed (tanh of the cell) and state (frames, 2, hidden), recurrent
(hidden, 4 hidden).
"""

from typing import no_type_check

import numpy as np

from gymlib.training.fast.arithmetic import tanh
from gymlib.training.fast.kept import inlined

_f = np.float32


@inlined
@no_type_check
def squashing(units):
    """(scale, offset) of the gates: tanh(scale x) scale + offset is what each does to x.

    sigmoid(x) = tanh(x / 2) / 2 + 1 / 2: one operation for all four gates; g alone is a tanh.
    """
    hidden = len(units)
    scale, offset = np.full(4 * hidden, _f(0.5)), np.full(4 * hidden, _f(0.5))
    scale[2 * hidden : 3 * hidden] = 1
    offset[2 * hidden : 3 * hidden] = 0
    return scale, offset


@inlined
@no_type_check
def forwards(units, inputs, recurrent, d, active, cell, squashed, state):
    """Fill ``active`` (the gates after their activations), ``cell``, ``squashed``, ``state``
    from ``inputs``, what input and bias give to the gates (Gers et al. 2000)."""
    hidden, gates, frames = len(units), 4 * len(units), inputs.shape[0]
    scale, offset = squashing(units)
    h, c, a = np.zeros(hidden, _f), np.zeros(hidden, _f), np.empty(gates, _f)
    for n in range(frames):
        t = frames - 1 - n if d else n
        for k in range(gates):
            a[k] = inputs[t, d, k]
        for j in range(hidden):
            for k in range(gates):
                a[k] += h[j] * recurrent[j, k]
        for k in range(gates):
            a[k] = tanh(a[k] * scale[k]) * scale[k] + offset[k]
            active[t, d, k] = a[k]
        for k in range(hidden):
            c[k] = a[hidden + k] * c[k] + a[k] * a[2 * hidden + k]
            cell[t, d, k] = c[k]
            squashed[t, d, k] = tanh(c[k])
            h[k] = a[3 * hidden + k] * squashed[t, d, k]
            state[t, d, k] = h[k]


@inlined
@no_type_check
def backwards(
    units, d_state, recurrent, d, active, cell, squashed, state, d_inputs, d_recurrent, d_bias
):
    """Fill ``d_inputs``, ``d_recurrent`` and ``d_bias`` (4 hidden,), the loss's derivatives,
    from ``d_state`` (frames, 2, hidden), the derivative by the states as the loss sees them."""
    hidden, gates, frames = len(units), 4 * len(units), active.shape[0]
    turned = np.ascontiguousarray(recurrent.T)
    dh, dc, da = np.zeros(hidden, _f), np.zeros(hidden, _f), np.empty(gates, _f)
    bias, weights = np.zeros(gates, _f), np.zeros((hidden, gates), _f)
    for n in range(frames):
        t = n if d else frames - 1 - n
        before = t + 1 if d else t - 1
        first = n == frames - 1
        for k in range(hidden):
            i, f = active[t, d, k], active[t, d, hidden + k]
            g, o = active[t, d, 2 * hidden + k], active[t, d, 3 * hidden + k]
            tc = squashed[t, d, k]
            dh[k] += d_state[t, d, k]
            dc[k] += dh[k] * o * (_f(1.0) - tc * tc)
            kept = _f(0.0) if first else cell[before, d, k]
            da[k] = dc[k] * g * i * (_f(1.0) - i)
            da[hidden + k] = dc[k] * kept * f * (_f(1.0) - f)
            da[2 * hidden + k] = dc[k] * i * (_f(1.0) - g * g)
            da[3 * hidden + k] = dh[k] * tc * o * (_f(1.0) - o)
            dc[k] *= f
            dh[k] = _f(0.0)
        for k in range(gates):
            d_inputs[t, d, k] = da[k]
            bias[k] += da[k]
        if not first:
            for j in range(hidden):
                for k in range(gates):
                    weights[j, k] += state[before, d, j] * da[k]
        for j in range(gates):
            for k in range(hidden):
                dh[k] += da[j] * turned[j, k]
    for k in range(gates):
        d_bias[k] = bias[k]
        for j in range(hidden):
            d_recurrent[j, k] = weights[j, k]
