"""Drawings of networks, made from what a model does with a clip; nothing is known by name."""

import textwrap
from itertools import groupby
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import FancyArrowPatch, Rectangle
from torch import Tensor, nn

from gymlib import models
from gymlib.labels import CLASSES, COLOURS
from gymlib.skeleton import KEYPOINTS

_GREY = "#555555"
_NAMES = {1: "vector", 3: "map"}  # by the number of axes that a frame has


def draw(model: nn.Module, ax: Axes | None = None, *, colour: str) -> Axes:
    """The drawing that suits a model: of its maps, unrolled over time, or layer by layer."""
    kinds = [type(child) for child in model.children()]
    if sum(issubclass(kind, nn.RNNBase) for kind in kinds) == 1 and kinds[1:] == [nn.Linear]:
        return draw_unrolled(model, ax, colour=colour)
    if nn.Conv2d in kinds:
        return draw_maps(model, ax, colour=colour)
    return draw_layers(model, ax, colour=colour)


# --- a model that sees one frame -----------------------------------------------------------------


class _Stage(NamedTuple):
    """What one frame has become, and the step that made it so."""

    shape: tuple[int, ...]
    step: str


def draw_maps(model: nn.Module, ax: Axes | None = None, *, colour: str) -> Axes:
    """A feed-forward model from left to right: every map with its channels and size; steps below.

    Raises ValueError if something between its layers is neither a map nor a vector per frame.
    """
    ax = ax or plt.subplots(figsize=(10, 3))[1]
    *stages, classes = _stages(model)
    x = 0.0
    for number, (shape, step) in enumerate(stages):
        if len(shape) not in _NAMES:
            raise ValueError(f"expected maps or vectors between the layers, found shape {shape}")
        name = _NAMES[len(shape)] if number or len(shape) == 1 else "picture"
        width = _draw_map(ax, x, shape, colour)
        ax.text(x + width / 2, 1.75, f"{name}\n" + " x ".join(map(str, shape)), **_CENTRED)
        _draw_step(ax, x, step)
        x += width + 1.5
    _draw_step(ax, x, classes.step)
    _draw_classes(ax, x)
    return _frame(ax, (-0.5, x + 2.2), (-2.1, 2.3))


def _stages(model: nn.Module) -> list[_Stage]:
    """What a frame goes through, from the picture to the classes, seen by sending one through."""
    calls: list[tuple[nn.Module, Tensor, Tensor]] = []
    hooks = [
        child.register_forward_hook(lambda layer, given, made: calls.append((layer, *given, made)))
        for child in model.children()
    ]
    training, chance = model.training, torch.Generator().manual_seed(0)
    model.eval()  # nothing is dropped or learnt on the way
    with torch.no_grad():
        answer = model(torch.randn(1, len(KEYPOINTS), 2, generator=chance))
    model.train(training)
    for hook in hooks:
        hook.remove()
    stages = [_Stage(tuple(calls[0][1].shape[1:]), "")]
    followers = [given for _, given, _ in calls[1:]] + [answer]
    for (layer, _, made), follower in zip(calls, followers):
        step = _words(layer)
        if torch.equal(follower.flatten(), torch.relu(made).flatten()) and (made < 0).any():
            step += ", ReLU"
        if torch.equal(follower, torch.log_softmax(made, dim=-1)):
            step += "\nlog-softmax"
        stages.append(_Stage(tuple(made.shape[1:]), step))
        if made.dim() > follower.dim():
            stages.append(_Stage(tuple(follower.shape[1:]), "flatten"))
    return stages


def _words(layer: nn.Module) -> str:
    if isinstance(layer, nn.Conv2d):
        size = "x".join(map(str, layer.kernel_size))
        return f"convolution {size}\npadding {layer.padding[0]}"
    if isinstance(layer, nn.MaxPool2d):
        return f"max-pool {layer.kernel_size}x{layer.kernel_size}"
    return type(layer).__name__.lower()


def _draw_map(ax: Axes, x: float, shape: tuple[int, ...], colour: str) -> float:
    """A stack of sheets, at most five, as wide and high as the map; returns its width."""
    if len(shape) == 1:
        ax.add_patch(Rectangle((x, -1.2), 0.22, 2.4, facecolor="white", edgecolor=_GREY))
        return 0.22
    channels, rows, columns = shape
    width, height = 0.045 * columns, 0.28 * rows
    sheets = min(channels, 5)
    for k in reversed(range(sheets)):
        corner, look = (x + 0.06 * k, -height / 2 + 0.12 * k), {"facecolor": colour}
        look |= {"edgecolor": "white", "alpha": 0.95 - 0.12 * k}
        ax.add_patch(Rectangle(corner, width, height, **look))
    return width + 0.06 * (sheets - 1)


def _draw_step(ax: Axes, x: float, step: str) -> None:
    if step:
        ax.text(x - 0.75, -1.55, step, **_CENTRED | {"fontsize": 8, "color": _GREY})
        _arrow(ax, (x - 1.1, 0), (x - 0.35, 0))


# --- a model that reads a clip ------------------------------------------------------------------


def draw_unrolled(
    model: nn.Module, ax: Axes | None = None, *, colour: str, frames: int = 5
) -> Axes:
    """A recurrent model unrolled over time: frames from left to right, layers from below.

    Raises ValueError if the model has no recurrent layer.
    """
    cells = next((child for child in model.children() if isinstance(child, nn.RNNBase)), None)
    if cells is None:
        raise ValueError(f"{type(model).__name__} has no recurrent layer to unroll")
    layers, hidden, both = cells.num_layers, str(cells.hidden_size), cells.bidirectional
    ax = ax or plt.subplots(figsize=(8.5, 0.9 + 1.5 * (layers + 1)))[1]
    bottoms = [1.85 * layer for layer in range(layers)]  # of each layer's forward cells
    top = 1.85 * layers - 0.15
    for t in range(frames):
        x = 2.0 * t
        _box(ax, (x, -1.25), str(cells.input_size), "white")
        _arrow(ax, (x, -1.0), (x, -0.35))
        for y in bottoms:  # both directions read what lies below the frame around them
            ax.add_patch(Rectangle((x - 0.45, y - 0.35), 0.9, 1.4, fc="#F2F2F2", ec="none"))
            _box(ax, (x, y), hidden, colour, alpha=0.9)
            if both:
                _box(ax, (x, y + 0.7), hidden, colour, alpha=0.5)
            if t + 1 < frames:
                _arrow(ax, (x + 0.35, y), (x + 1.65, y))
                if both:
                    _arrow(ax, (x + 1.65, y + 0.7), (x + 0.35, y + 0.7))
            _arrow(ax, (x, y + 1.05), (x, y + 1.5))
        for k, label in enumerate(CLASSES):
            ax.add_patch(Rectangle((x + 0.2 * k - 0.385, top), 0.17, 0.3, color=COLOURS[label]))
    rows = {-1.25: "keypoints", top + 0.15: "linear, log-softmax"}
    rows |= {y: f"layer {layer}, forward" for layer, y in enumerate(bottoms, start=1)}
    if both:
        rows |= {y + 0.7: f"layer {layer}, backward" for layer, y in enumerate(bottoms, start=1)}
    for y, text in rows.items():
        ax.text(-0.9, y, text, ha="right", va="center", fontsize=9)
    ax.text(frames - 1, -1.95, "time", ha="center", va="center", fontsize=9, color=_GREY)
    _arrow(ax, (-0.3, -1.7), (2.0 * (frames - 1) + 0.3, -1.7))
    return _frame(ax, (-3.4, 2.0 * frames - 1.2), (-2.2, top + 0.6))


# --- any model ----------------------------------------------------------------------------------


def draw_layers(
    model: nn.Module, ax: Axes | None = None, *, colour: str, frames: int = 100
) -> Axes:
    """Any model as a row of boxes: name, trained numbers and result of each layer.

    Layers of a list that follow each other and are alike share a box.

    Parameters
    ----------
    frames : length of the clip that is sent through, which the shapes then show.
    """
    boxes = [("keypoints", (frames, len(KEYPOINTS), 2), "")] + [
        (_named(alike), alike[0].output, _trained(alike)) for alike in _alike(model, frames)
    ]
    ax = ax or plt.subplots(figsize=(1.7 * (len(boxes) + 1), 1.6))[1]
    large = _CENTRED | {"fontsize": 9 if len(boxes) < MANY else 7}
    small = large | {"fontsize": large["fontsize"] - 1, "color": _GREY}
    for number, (name, shape, count) in enumerate(boxes):
        x = 2.2 * number
        face = to_rgba(colour, 0.55) if count else "white"  # words stay legible on any colour
        ax.add_patch(Rectangle((x - 0.8, -0.4), 1.6, 0.8, fc=face, ec=_GREY))
        ax.text(x, 0, name, **large)
        ax.text(x, 0.7, " x ".join(map(str, shape)), **large)
        ax.text(x, -0.7, count, **small)
        _arrow(ax, (x + 0.85, 0), (x + 1.35, 0))
    x = 2.2 * len(boxes) - 0.7
    _draw_classes(ax, x)
    return _frame(ax, (-0.9, x + 1.8), (-1, 1))


MANY = 12
"""Boxes in a row from which letters are smaller."""


def _alike(model: nn.Module, frames: int) -> list[list[models.Layer]]:
    """The layers in the order of their calls, those of one list that are alike together."""
    return [list(alike) for _, alike in groupby(models.layers(model, frames), _look)]


def _look(layer: models.Layer) -> tuple:
    return layer.name.split(".")[0], layer.output, layer.parameters


def _named(alike: list[models.Layer]) -> str:
    """Name of a box: "input", "stages 2-4" (counted from 1)."""
    name, _, first = alike[0].name.partition(".")
    words = textwrap.fill(name.replace("_", " "), 12)
    if not first:
        return words
    numbers = [int(layer.name.split(".")[1]) + 1 for layer in alike]
    return f"{words} {numbers[0]}" + (f"–{numbers[-1]}" if len(numbers) > 1 else "")


def _trained(alike: list[models.Layer]) -> str:
    count, times = alike[0].parameters, f"{len(alike)} x " if len(alike) > 1 else ""
    return f"{times}{count:,} trained" if count else ""


_CENTRED = {"ha": "center", "va": "center", "fontsize": 9}


def _box(ax: Axes, centre: tuple[float, float], text: str, colour: str, alpha: float = 1.0) -> None:
    x, y = centre
    ax.add_patch(Rectangle((x - 0.32, y - 0.22), 0.64, 0.44, fc=colour, ec=_GREY, alpha=alpha))
    ax.text(x, y, text, **_CENTRED)


def _draw_classes(ax: Axes, x: float) -> None:
    for y, label in zip(np.linspace(0.75, -0.75, len(CLASSES)), CLASSES):
        ax.add_patch(Rectangle((x, y - 0.17), 0.34, 0.34, color=COLOURS[label]))
        ax.text(x + 0.45, y, label, ha="left", va="center", fontsize=9)


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    look = {"arrowstyle": "-|>", "mutation_scale": 9, "color": _GREY, "lw": 0.9}
    ax.add_patch(FancyArrowPatch(start, end, **look))


def _frame(ax: Axes, x: tuple[float, float], y: tuple[float, float]) -> Axes:
    ax.set(xlim=x, ylim=y)
    ax.set_axis_off()
    return ax
