"""Weights between torch modules and the vectors of the compiled loops, bit for bit."""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import nn


def places(module: nn.Module, arrange: Callable) -> Int[np.ndarray, " weights"]:
    """Where each number of the vector lies among torch's, all laid end to end."""
    first, numbered = 0, {}
    for name, values in module.state_dict().items():
        numbered[name] = np.arange(first, first + values.numel()).reshape(values.shape)
        first += values.numel()
    return arrange(numbered)


def take(module: nn.Module, order: Int[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """A copy of the module's weights in the vector's order."""
    values = [values.detach().numpy().ravel() for values in module.state_dict().values()]
    return np.concatenate(values)[order]


def put(module: nn.Module, order: Int[np.ndarray, " n"], vector: Float[np.ndarray, " n"]) -> None:
    """Copy the vector back into the module; the inverse of :func:`take`."""
    laid, first = np.empty_like(vector), 0
    laid[order] = vector
    for values in module.state_dict().values():  # these share the module's memory
        last = first + values.numel()
        values.copy_(torch.from_numpy(laid[first:last].reshape(values.shape)))
        first = last
