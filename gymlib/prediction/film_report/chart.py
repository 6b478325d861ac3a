"""Where things stand on a time axis of a page: in percent, so that every screen is filled."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from matplotlib.ticker import MaxNLocator

from gymlib.labels import NAMES, marked_segments, segments
from gymlib.prediction.film_report.findings import Scale, confidence

WIDTH = 1000
"""Units of the curve's axis of time; the page stretches it to its own width."""


class Bar(NamedTuple):
    """A stretch of the axis, in percent of it."""

    left: float
    width: float
    label: str = ""


class Tick(NamedTuple):
    """A place on the axis, in percent, and what stands there."""

    left: float
    text: str


class Row(NamedTuple):
    """One source of labels: a timeline, and how sure of each frame it was (a path per segment)."""

    name: str
    bars: list[Bar]
    curve: list[tuple[str, str]]


class Chart(NamedTuple):
    """Timelines below each other, on one axis."""

    rows: list[Row]
    gaps: list[Bar]
    ticks: list[Tick]


def chart(
    timelines: Mapping[str, Int[np.ndarray, " frames"]],
    probabilities: Mapping[str, Float[np.ndarray, "frames 4"]],
    detected: Bool[np.ndarray, " frames"],
    scale: Scale,
) -> Chart:
    """Timelines with the curves of those that have probabilities, and gaps of the pose.

    Parameters
    ----------
    timelines : name -> label codes, -1 where there is none, which leaves a gap.
    """
    rows = [
        Row(name, _bars(codes, scale), _curve(codes, probabilities.get(name), scale))
        for name, codes in timelines.items()
    ]
    gaps = [_bar(start, end, scale) for start, end in marked_segments(~detected)]
    return Chart(rows, gaps, _ticks(scale))


def _bar(start: int, end: int, scale: Scale, label: str = "") -> Bar:
    left, right = scale.borders[[start, end + 1]] / scale.borders[-1] * 100
    return Bar(round(float(left), 3), round(float(right - left), 3), label)


def _bars(codes: Int[np.ndarray, " frames"], scale: Scale) -> list[Bar]:
    return [_bar(s.start, s.end, scale, NAMES[s.label]) for s in segments(codes) if s.label >= 0]


def _curve(
    codes: Int[np.ndarray, " frames"], probabilities: np.ndarray | None, scale: Scale
) -> list[tuple[str, str]]:
    """Per segment its label and an SVG path, a step per frame, from 100 (sure of nothing) to 0."""
    if probabilities is None:
        return []
    x = scale.borders / scale.borders[-1] * WIDTH
    y = 100 - 100 * np.nan_to_num(confidence(codes, probabilities))
    return [
        (
            NAMES[label],
            f"M{x[start]:.1f} 100"
            + "".join(f"V{y[i]:.1f}H{x[i + 1]:.1f}" for i in range(start, end + 1))
            + "V100Z",
        )
        for start, end, label in segments(codes)
        if label >= 0
    ]


def _ticks(scale: Scale, most: int = 7) -> Sequence[Tick]:
    end = float(scale.borders[-1])
    values = MaxNLocator(most, steps=[1, 2, 5, 10], integer=not scale.timed).tick_values(0, end)
    unit = " s" if scale.timed else ""
    return [Tick(round(100 * v / end, 3), f"{v:g}{unit}") for v in values if 0 <= v <= end]
