"""What a model consists of: its layers, their shapes, their trained numbers."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import nn

from gymlib.skeleton import KEYPOINTS


def parameters(model: nn.Module) -> int:
    """Number of trained numbers."""
    return sum(weights.numel() for weights in model.parameters())


def _called(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """The children that are called: of a list of modules its members."""
    for name, child in model.named_children():
        if isinstance(child, nn.ModuleList):
            yield from ((f"{name}.{k}", member) for k, member in enumerate(child))
        else:
            yield name, child


class Layer(NamedTuple):
    """One layer as it is called: its name, the shape it gives, its trained numbers."""

    name: str
    output: tuple[int, ...]
    parameters: int


def layers(model: nn.Module, frames: int) -> list[Layer]:
    """The layers in the order in which a clip of ``frames`` frames passes them.

    A layer called twice (the pool) stands twice; its parameters are counted each time.
    """
    found = []

    def note(name):
        def hook(module, inputs, output):
            result = output[0] if isinstance(output, tuple) else output
            found.append(Layer(name, tuple(result.shape), parameters(module)))

        return hook

    hooks = [child.register_forward_hook(note(name)) for name, child in _called(model)]
    with torch.no_grad():
        model(torch.zeros(frames, len(KEYPOINTS), 2))
    for hook in hooks:
        hook.remove()
    return found
