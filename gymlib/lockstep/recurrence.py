"""The part of an LSTM that must go frame by frame, for both directions of many models.

Its gradient is written out (backpropagation through time) because what JAX derives keeps and
moves more than it needs: the whole training step took 1.5 to 1.8 times as long. A test holds
it to the derived one.
"""

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float


def cells(gate: Float[Array, "2 gates models"], cell: Float[Array, "2 hidden models"]):
    """One frame of an LSTM with forget gate (Gers et al. 2000); gates in torch's order.

    Returns the new state, the new cell, and the four activations i, f, g, o one after the other.
    """
    hidden = cell.shape[1]
    i, f, g, o = (gate[:, k * hidden : (k + 1) * hidden] for k in range(4))
    i, f, g, o = jax.nn.sigmoid(i), jax.nn.sigmoid(f), jnp.tanh(g), jax.nn.sigmoid(o)
    cell = f * cell + i * g
    return o * jnp.tanh(cell), cell, jnp.concatenate([i, f, g, o], axis=1)


def _forwards(gates, recurrent):
    """States, and all that the gradient needs, of every frame."""

    def step(carry, gate):
        state, cell = carry
        total = gate + (recurrent * state[:, None]).sum(axis=2)
        state, cell, active = cells(total, cell)
        return (state, cell), (state, cell, active)

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
    return _forwards(gates, recurrent)[0]


def _remember(gates, recurrent):
    states, memory, active = _forwards(gates, recurrent)
    return states, (states, memory, active, recurrent)


def _backwards(kept, d_states):
    """Gradients of ``gates`` and ``recurrent``; d_x is the loss's derivative by x."""
    states, memory, active, recurrent = kept
    hidden = states.shape[2]

    def step(carry, frame):
        d_state, d_cell = carry
        d_out, cell, before, active = frame
        i, f, g, o = (active[:, k * hidden : (k + 1) * hidden] for k in range(4))
        d_state, squashed = d_state + d_out, jnp.tanh(cell)
        d_cell = d_cell + d_state * o * (1 - squashed**2)
        d_gate = jnp.concatenate(
            [
                d_cell * g * i * (1 - i),
                d_cell * before * f * (1 - f),
                d_cell * i * (1 - g**2),
                d_state * squashed * o * (1 - o),
            ],
            axis=1,
        )
        return ((recurrent * d_gate[:, :, None]).sum(axis=1), d_cell * f), d_gate

    zero = jnp.zeros_like(states[0])
    frames = (d_states, memory, _one_earlier(memory), active)
    _, d_gates = lax.scan(step, (zero, zero), frames, reverse=True)
    return d_gates, jnp.einsum("tdgm,tdhm->dghm", d_gates, _one_earlier(states))


def _one_earlier(frames):
    """Each frame's predecessor; zeros before the first."""
    return jnp.concatenate([jnp.zeros_like(frames[:1]), frames[:-1]])


recur.defvjp(_remember, _backwards)
