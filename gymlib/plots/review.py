"""Pictures of the review queue: how much there is to look at, and the first doubts."""

import numpy as np
import pandas as pd
from jaxtyping import Int
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from gymlib.annotation.review.doubt import REASONS
from gymlib.labels import CLASSES, UNLABELED
from gymlib.plots.annotation import plot_timeline
from gymlib.plots.style import SERIES_COLOURS, class_legend, grid, say


def plot_queue(queue: pd.DataFrame, axes=None) -> np.ndarray:
    """Doubts per reason that occurs in a review queue, and the sum of their scores beside it."""
    shown = [reason for reason in REASONS if (queue["reason"] == reason).any()]
    axes = grid(axes, 1, 2, figsize=(8, 0.9 + 0.4 * max(len(shown), 1)), sharey=True).ravel()
    if not shown:
        return _nothing(axes)
    by_reason = queue.groupby("reason")["score"].agg(["size", "sum"]).reindex(shown)
    for ax, column, name in zip(axes, ("size", "sum"), ("cases", "sum of scores (frames)")):
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
    """Timelines of the first doubts, with the segment in a frame and why it is there as a title.

    Parameters
    ----------
    queue : a table of :func:`gymlib.annotation.review.queue.review_queue`; its first ``most``
        rows are drawn.
    rows : clip -> name of a timeline (annotators, label, a model) -> label codes.
    around : frames shown before and after the segment.
    """
    doubts = list(queue.head(most).itertuples())
    heights = [len(rows[doubt.clip]) for doubt in doubts] or [1]
    size = (8, 0.9 + sum(0.55 + 0.22 * height for height in heights))
    axes = grid(axes, len(heights), 1, figsize=size, height_ratios=heights).ravel()
    if not doubts:
        return _nothing(axes)
    for ax, doubt in zip(axes, doubts):
        _plot_doubt(ax, doubt, rows[doubt.clip], around)
    axes[len(doubts) - 1].set_xlabel("frame")
    place = {"loc": "outside lower center", "ncols": 5, "fontsize": "small"}
    class_legend(axes[0].figure, [*CLASSES, UNLABELED], **place)
    return axes


def _nothing(axes: np.ndarray) -> np.ndarray:
    say(axes[0], "nothing to review")
    for ax in axes[1:]:
        ax.set_axis_off()
    return axes


def _plot_doubt(ax: Axes, doubt, timelines: dict[str, np.ndarray], around: int) -> None:
    plot_timeline(timelines, ax, title=f"{doubt.clip}, {doubt.reason}\n{doubt.detail}")
    ax.title.set_fontsize("small")
    corner, width = (doubt.start, -0.5), doubt.end - doubt.start + 1
    look = {"fill": False, "edgecolor": "black", "linewidth": 1.5, "clip_on": False, "zorder": 3}
    ax.add_patch(Rectangle(corner, width, len(timelines), **look))
    frames = max(map(len, timelines.values()))
    ax.set_xlim(max(doubt.start - around, 0), min(doubt.end + 1 + around, frames))
    ax.tick_params(labelsize="small")
