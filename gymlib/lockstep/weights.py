"""Weights between torch modules and JAX, and the optimiser's step.

In JAX the weights of many models are one dictionary: the torch parameter's name -> array with
the models along its first axis.
"""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
import torch
from jaxtyping import Array, Float
from torch import nn

Weights = dict[str, Float[Array, "..."]]


def stack(modules: Sequence[nn.Module]) -> Weights:
    """The weights of modules of one shape, copied bit for bit."""
    states = [module.state_dict() for module in modules]
    return {
        name: jnp.asarray(np.stack([state[name].detach().numpy() for state in states]))
        for name in states[0]
    }


def unstack(weights: Weights, modules: Sequence[nn.Module]) -> None:
    """Copy the weights back into the modules; the inverse of :func:`stack`."""
    arrays = {name: np.array(array) for name, array in weights.items()}
    for k, module in enumerate(modules):
        module.load_state_dict({name: torch.from_numpy(a[k]) for name, a in arrays.items()})


def sgd(weights: Weights, velocity: Weights, gradient: Weights, rate, momentum):
    """New weights and velocity, as ``torch.optim.SGD``: v = momentum v + g; w = w - rate v.

    Parameters
    ----------
    rate, momentum : one number, or (models,) for stacked weights.
    """

    def along(value, array):
        return value.reshape(value.shape + (1,) * (array.ndim - value.ndim))

    velocity = jax.tree.map(lambda v, g: along(momentum, v) * v + g, velocity, gradient)
    weights = jax.tree.map(lambda w, v: w - along(rate, w) * v, weights, velocity)
    return weights, velocity
