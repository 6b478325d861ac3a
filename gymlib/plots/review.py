"""Pictures of the review queue: how much there is to look at, and the first cases."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from jaxtyping import Int
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from gymlib.annotation.review.case import REASONS
from gymlib.labels import CLASSES, UNLABELED
from gymlib.plots.annotation import plot_timeline
from gymlib.plots.style import SERIES_COLOURS, class_legend


def plot_queue(queue: pd.DataFrame, axes=None) -> np.ndarray:
    """Cases per reason that occurs, and their frames at stake, as bars side by side.

    Parameters
    ----------
    queue : a table of :func:`gymlib.annotation.review.queue`.
    """
    shown = [reason for reason in REASONS if (queue["reason"] == reason).any()]
    if axes is None:
        size = (8, 0.9 + 0.4 * max(len(shown), 1))
        _, axes = plt.subplots(1, 2, figsize=size, sharey=True, layout="constrained")
    axes = np.asarray(axes).ravel()
    if not shown:
        return _nothing(axes)
    by_reason = queue.groupby("reason")["score"].agg(["size", "sum"]).reindex(shown)
    names = ("cases", "frames at stake")
    for ax, column, name in zip(axes, ("size", "sum"), names):
        bars = ax.barh(by_reason.index, by_reason[column], color=SERIES_COLOURS[0], height=0.7)
        ax.bar_label(bars, [f"{value:,.0f}" for value in by_reason[column]], padding=3)
        ax.set(xlabel=name, xlim=(0, 1.15 * max(by_reason[column].max(), 1)))
        ax.tick_params(axis="y", length=0)
    axes[0].invert_yaxis()
    return axes


def plot_cases(
    queue: pd.DataFrame,
    rows: dict[str, dict[str, Int[np.ndarray, " frames"]]],
    axes=None,
    *,
    most: int = 6,
    around: int = 15,
) -> np.ndarray:
    """Timelines of the first cases, with the segment in a frame and why it is there as a title.

    Parameters
    ----------
    queue : a table of :func:`gymlib.annotation.review.queue`; its first ``most`` rows are drawn.
    rows : clip -> name of a timeline (annotators, label, a model) -> label codes.
    around : frames shown before and after the segment.
    """
    cases = list(queue.head(most).itertuples())
    if axes is None:
        heights = [len(rows[case.clip]) for case in cases] or [1]
        size = (8, 0.9 + sum(0.55 + 0.22 * height for height in heights))
        _, axes = plt.subplots(
            len(heights), figsize=size, height_ratios=heights, squeeze=False, layout="constrained"
        )
    axes = np.asarray(axes).ravel()
    if not cases:
        return _nothing(axes)
    for ax, case in zip(axes, cases):
        _plot_case(ax, case, rows[case.clip], around)
    axes[len(cases) - 1].set_xlabel("frame")
    place = {"loc": "outside lower center", "ncols": 5, "fontsize": "small"}
    class_legend(axes[0].figure, [*CLASSES, UNLABELED], **place)
    return axes


def _nothing(axes: np.ndarray) -> np.ndarray:
    axes[0].text(0.5, 0.5, "nothing to review", ha="center", transform=axes[0].transAxes)
    for ax in axes:
        ax.set_axis_off()
    return axes


def _plot_case(ax: Axes, case, timelines: dict[str, np.ndarray], around: int) -> None:
    frames = max(len(codes) for codes in timelines.values())
    plot_timeline(timelines, ax, title=f"{case.clip}, {case.reason}\n{case.detail}")
    ax.title.set_fontsize("small")
    ax.add_patch(
        Rectangle(
            (case.start, -0.5), case.end - case.start + 1, len(timelines),
            fill=False, edgecolor="black", linewidth=1.5, clip_on=False, zorder=3,
        )
    )  # fmt: skip
    ax.set_xlim(max(case.start - around, 0), min(case.end + 1 + around, frames))
    ax.tick_params(labelsize="small")
