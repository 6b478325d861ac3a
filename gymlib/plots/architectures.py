"""Drawings of the two networks, made from their configs."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from gymlib import models
from gymlib.labels import CLASSES, COLOURS
from gymlib.models.cnn import CNNConfig
from gymlib.models.lstm import LSTMConfig

_GREY = "#555555"


def draw_cnn(config: CNNConfig, ax: Axes | None = None) -> Axes:
    """The CNN from left to right: every map as its channels, with its size; steps below."""
    ax = ax or plt.subplots(figsize=(10, 3))[1]
    first, second = config.filters
    stages = [
        ("picture", (1, 2, 33), ""),
        ("map", (first, 3, 34), "convolution 2x2\npadding 1, ReLU"),
        ("map", (first, 1, 17), "max-pool 2x2"),
        ("map", (second, 2, 18), "convolution 2x2\npadding 1, ReLU"),
        ("map", (second, 1, 9), "max-pool 2x2"),
        ("vector", (9 * second,), "flatten"),
    ]
    x = 0.0
    for name, shape, step in stages:
        width = _draw_maps(ax, x, shape)
        ax.text(x + width / 2, 1.75, f"{name}\n" + " x ".join(map(str, shape)), **_CENTRED)
        if step:
            ax.text(x - 0.75, -1.55, step, **_CENTRED | {"fontsize": 8, "color": _GREY})
            _arrow(ax, (x - 1.1, 0), (x - 0.35, 0))
        x += width + 1.5
    _draw_classes(ax, x, "linear\nlog-softmax")
    return _frame(ax, (-0.5, x + 2.2), (-2.1, 2.3))


def _draw_maps(ax: Axes, x: float, shape: tuple[int, ...]) -> float:
    """A stack of sheets, at most five, as wide and high as the map; returns its width."""
    if len(shape) == 1:
        ax.add_patch(Rectangle((x, -1.2), 0.22, 2.4, facecolor="white", edgecolor=_GREY))
        return 0.22
    channels, rows, columns = shape
    width, height = 0.045 * columns, 0.28 * rows
    sheets = min(channels, 5)
    for k in reversed(range(sheets)):
        ax.add_patch(
            Rectangle(
                (x + 0.06 * k, -height / 2 + 0.12 * k),
                width,
                height,
                facecolor=models.recipe("cnn").colour,
                edgecolor="white",
                alpha=0.95 - 0.12 * k,
            )
        )
    return width + 0.06 * (sheets - 1)


def draw_lstm(config: LSTMConfig, ax: Axes | None = None, *, frames: int = 5) -> Axes:
    """The LSTM unrolled over time: frames from left to right, layers from below."""
    ax = ax or plt.subplots(figsize=(8.5, 0.9 + 1.5 * (config.layers + 1)))[1]
    bottoms = [1.85 * layer for layer in range(config.layers)]  # of each layer's forward cells
    top = 1.85 * config.layers - 0.15
    for t in range(frames):
        x = 2.0 * t
        _box(ax, (x, -1.25), "66", "white")
        _arrow(ax, (x, -1.0), (x, -0.35))
        for y in bottoms:
            _draw_cells(ax, x, y, str(config.hidden), last=t + 1 == frames)
            _arrow(ax, (x, y + 1.05), (x, y + 1.5))
        for k, label in enumerate(CLASSES):
            ax.add_patch(Rectangle((x + 0.2 * k - 0.385, top), 0.17, 0.3, color=COLOURS[label]))
    rows = {-1.25: "keypoints", top + 0.15: "linear, log-softmax"}
    for layer, y in enumerate(bottoms, start=1):
        rows |= {y: f"layer {layer}, forward", y + 0.7: f"layer {layer}, backward"}
    for y, text in rows.items():
        ax.text(-0.9, y, text, ha="right", va="center", fontsize=9)
    ax.text(frames - 1, -1.95, "time", ha="center", va="center", fontsize=9, color=_GREY)
    _arrow(ax, (-0.3, -1.7), (2.0 * (frames - 1) + 0.3, -1.7))
    return _frame(ax, (-3.4, 2.0 * frames - 1.2), (-2.2, top + 0.6))


def _draw_cells(ax: Axes, x: float, y: float, width: str, *, last: bool) -> None:
    """A layer at one frame: both directions read what lies below the frame around them."""
    ax.add_patch(Rectangle((x - 0.45, y - 0.35), 0.9, 1.4, facecolor="#F2F2F2", edgecolor="none"))
    for row, shade in ((y, 0.9), (y + 0.7, 0.5)):
        _box(ax, (x, row), width, models.recipe("lstm").colour, alpha=shade)
    if not last:
        _arrow(ax, (x + 0.35, y), (x + 1.65, y))
        _arrow(ax, (x + 1.65, y + 0.7), (x + 0.35, y + 0.7))


def _box(ax: Axes, centre: tuple[float, float], text: str, colour: str, alpha: float = 1.0) -> None:
    x, y = centre
    ax.add_patch(
        Rectangle((x - 0.32, y - 0.22), 0.64, 0.44, facecolor=colour, edgecolor=_GREY, alpha=alpha)
    )
    ax.text(x, y, text, **_CENTRED)


def _draw_classes(ax: Axes, x: float, step: str) -> None:
    _arrow(ax, (x - 1.1, 0), (x - 0.35, 0))
    ax.text(x - 0.75, -1.55, step, **_CENTRED | {"fontsize": 8, "color": _GREY})
    for y, label in zip(np.linspace(0.75, -0.75, 4), CLASSES):
        ax.add_patch(Rectangle((x, y - 0.17), 0.34, 0.34, color=COLOURS[label]))
        ax.text(x + 0.45, y, label, ha="left", va="center", fontsize=9)


_CENTRED = {"ha": "center", "va": "center", "fontsize": 9}


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    ax.add_patch(
        FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=9, color=_GREY, lw=0.9)
    )


def _frame(ax: Axes, x: tuple[float, float], y: tuple[float, float]) -> Axes:
    ax.set(xlim=x, ylim=y)
    ax.set_axis_off()
    return ax
