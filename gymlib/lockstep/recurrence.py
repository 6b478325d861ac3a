"""The part of an LSTM that must go frame by frame, for both directions of many models.

Its gradient is written out (backpropagation through time): what JAX derives keeps and moves
more than it needs, and made the whole training step take twice as long. A test holds it to the
derived one. On arrays this small a loop's time goes by the number of operations, so each loop
reads one array and writes one array, and all that need not wait for its neighbour frame is
computed outside for all frames at once.
"""

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float


def cells(gates: Float[Array, "2 gates models"], cell: Float[Array, "2 hidden models"]):
    """One frame of an LSTM with forget gate (Gers et al. 2000); gates in torch's order i, f, g, o.

    Returns the gates after their activations, the new cell and the new state.
    """
    hidden = cell.shape[1]
    sigmoid = (jnp.arange(4 * hidden) // hidden != 2)[:, None]  # g alone is a tanh
    # sigmoid(x) = tanh(x / 2) / 2 + 1 / 2: one operation for all four gates
    squashed = jnp.tanh(jnp.where(sigmoid, gates / 2, gates))
    i, f, g, o = active = _gates(jnp.where(sigmoid, squashed / 2 + 0.5, squashed), axis=1)
    cell = f * cell + i * g
    return jnp.concatenate(active, axis=1), cell, o * jnp.tanh(cell)


def _gates(array, axis: int):
    return jnp.split(array, 4, axis=axis)


def _forwards(gates, recurrent) -> Float[Array, "frames 2 kept models"]:
    """Of every frame the active gates, the cell and the state, one after the other."""

    def step(carry, gate):
        state, cell = carry
        active, cell, state = cells(gate + (recurrent * state[:, None]).sum(axis=2), cell)
        return (state, cell), jnp.concatenate([active, cell, state], axis=1)

    _, _, hidden, models = recurrent.shape
    zero = jnp.zeros((2, hidden, models), gates.dtype)
    return lax.scan(step, (zero, zero), gates)[1]


@jax.custom_vjp
def recur(
    gates: Float[Array, "frames 2 gates models"], recurrent: Float[Array, "2 gates hidden models"]
) -> Float[Array, "frames 2 hidden models"]:
    """States of every frame.

    Parameters
    ----------
    gates : what input and bias give to the gates of each frame, per direction and model; each
        direction in its own reading order.
    recurrent : weights from a frame's state to the next frame's gates.
    """
    return _remember(gates, recurrent)[0]


def _remember(gates, recurrent):
    kept = _forwards(gates, recurrent)
    return kept[:, :, 5 * recurrent.shape[2] :], (kept, recurrent)


def _backwards(memory, d_states):
    """Gradients of ``gates`` and ``recurrent``; d_x is the loss's derivative by x."""
    kept, recurrent = memory
    hidden = recurrent.shape[2]
    i, f, g, o, cell, state = jnp.split(kept, 6, axis=2)
    squashed = jnp.tanh(cell)
    through = o * (1 - squashed**2)  # d_state -> d_cell
    # d_cell -> the first three gates, d_state -> the last
    slopes = [g * i * (1 - i), _earlier(cell) * f * (1 - f), i * (1 - g**2), squashed * o * (1 - o)]

    def step(carry, frame):
        d_state, d_cell = carry
        through, f, d_out = frame[:, :hidden], frame[:, hidden : 2 * hidden], frame[:, 6 * hidden :]
        d_state = d_state + d_out
        d_cell = d_cell + d_state * through
        d_gate = (
            jnp.concatenate([d_cell] * 3 + [d_state], axis=1) * frame[:, 2 * hidden : 6 * hidden]
        )
        return ((recurrent * d_gate[:, :, None]).sum(axis=1), d_cell * f), d_gate

    zero = jnp.zeros_like(d_states[0])
    frames = jnp.concatenate([through, f, *slopes, d_states], axis=2)
    _, d_gates = lax.scan(step, (zero, zero), frames, reverse=True)
    return d_gates, jnp.einsum("tdgm,tdhm->dghm", d_gates, _earlier(state))


def _earlier(frames):
    """Each frame's predecessor; zeros before the first."""
    return jnp.concatenate([jnp.zeros_like(frames[:1]), frames[:-1]])


recur.defvjp(_remember, _backwards)
