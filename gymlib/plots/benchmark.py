"""Pictures of many architectures beside each other."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

from gymlib import models
from gymlib.evaluation.metrics.calibration import Calibration
from gymlib.evaluation.ranking import Ranking
from gymlib.labels import CLASSES
from gymlib.plots.looks import look
from gymlib.plots.style import grid, rows_from_above

ENDS = ("mean", "low", "high")
_ANSWERS = {False: ("o", "each frame alone", -0.14), True: ("D", "decoded", 0.14)}
"""Marker, name and place of answers without and with the help of order and duration."""


def plot_scores(scores: pd.DataFrame, measures: dict[str, str], axes=None) -> np.ndarray:
    """Every architecture's scores with their intervals, the best on top; one panel per measure.

    Parameters
    ----------
    scores : as gymlib.evaluation.sequence_scores.table gives it.
    measures : column prefix -> title of its panel; the first one sets the order.
    """
    names = in_order(scores, next(iter(measures)))
    size = (3.2 * len(measures) + 1.8, 0.5 * len(names) + 1.3)
    axes = grid(axes, 1, len(measures), figsize=size, sharey=True)
    for ax, (measure, title) in zip(axes[0], measures.items()):
        for decoded, (marker, label, shift) in _ANSWERS.items():
            rows = scores[scores["decoded"] == decoded].set_index("architecture")
            for place, name in enumerate(names):
                mean, low, high = (rows.loc[name, f"{measure}_{end}"] for end in ENDS)
                colour = look(name)["color"]
                face = colour if decoded else "white"
                ax.errorbar(mean, place + shift, xerr=[[mean - low], [high - mean]], fmt=marker,
                            color=colour, mfc=face, capsize=3)  # fmt: skip
            face = "#444444" if decoded else "white"
            ax.plot([], [], marker, color="#444444", mfc=face, label=label)
        ax.set_xlabel(title)
        ax.grid(axis="x", color="#dddddd")
    rows_from_above(axes[0, 0], [models.recipe(name).title for name in names])
    axes[0, -1].legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, fontsize="small")
    return axes


def in_order(scores: pd.DataFrame, measure: str) -> list[str]:
    """Architectures by the best of their two scores, the best first."""
    best = scores.groupby("architecture")[f"{measure}_mean"].max()
    return list(best.sort_values(ascending=False).index)


def plot_ranking(ranking: Ranking, ax: Axes | None = None) -> Axes:
    """Mean ranks on a line; bars join models that do not differ (Demsar 2006, figure 1).

    The best stands at the left. Names are those of architectures.
    """
    count = len(ranking.names)
    half = -(-count // 2)  # of the names on the left
    ax = ax or plt.subplots(figsize=(9, 0.9 + 0.32 * half + 0.12 * len(ranking.groups())))[1]
    bars = ranking.groups()
    top = 0.35 * len(bars) + 0.3
    for number, (first, last) in enumerate(bars):
        ends = ranking.ranks[first] - 0.05, ranking.ranks[last] + 0.05
        ax.plot(ends, [0.35 * (number + 0.7)] * 2, color="#444444", linewidth=3.5)
    for place, (name, rank) in enumerate(zip(ranking.names, ranking.ranks)):
        left = place < half
        level = top + 0.6 * ((place if left else count - 1 - place) + 0.5)
        x = 0.3 if left else count + 0.7
        own, title = look(name), models.recipe(name).title
        ax.plot([rank, rank, x], [0, level, level], color=own["color"], linewidth=1.2)
        ax.plot(rank, 0, own["marker"], color=own["color"], zorder=3)
        text = f"{title}  {rank:.1f}" if left else f"{rank:.1f}  {title}"
        ax.text(x, level, f"{text} " if left else f" {text}", ha="right" if left else "left",
                va="center", fontsize="small")  # fmt: skip
    ax.set(xlim=(0.3, count + 0.7), ylim=(top + 0.6 * (half + 0.5), 0), yticks=[])
    ax.set_xticks(range(1, count + 1))
    ax.xaxis.tick_top()
    ax.spines["bottom"].set_visible(False)
    ax.spines["left"].set_visible(False)
    ax.spines["top"].set_visible(True)
    ax.set_title("mean rank over outer folds (1 is the best)", fontsize="medium")
    return ax


def plot_reliability(found: dict[str, Calibration], ax: Axes | None = None) -> Axes:
    """How often answers are right by how sure they are; as often as they say on the dashed line.

    Parameters
    ----------
    found : name of a line -> its bins; dots grow with the frames in them, and bins that hold
        hardly any are left out.
    """
    ax = ax or plt.subplots(figsize=(5, 5))[1]
    ax.plot([0, 100], [0, 100], color="#999999", linestyle=(0, (4, 4)), linewidth=1)
    for name, own in found.items():
        share = own.frames / own.frames.sum()
        seen = share >= RARE
        x, y = 100 * own.confidence[seen], 100 * own.accuracy[seen]
        (line,) = ax.plot(x, y, linewidth=1)
        label = f"{name}: error {100 * own.error:.0f} points"
        look = {"color": line.get_color(), "alpha": 0.7, "label": label}
        ax.scatter(x, y, 400 * share[seen], **look)
    lowest = 100 / len(CLASSES)
    ax.set(xlim=(lowest, 101), ylim=(0, 101), xlabel="probability of the answer (%)")
    ax.set_ylabel("frames right (%)")
    for handle in ax.legend(loc="lower right", fontsize="small").legend_handles:
        handle.set_sizes([30])
    return ax


RARE = 0.005
"""Share of all frames below which a bin tells nothing and is not drawn."""


def plot_cost(costs: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Score against the time of training; the area of a dot grows with the number of weights.

    Parameters
    ----------
    costs : a row per architecture: architecture, minutes, weights, score (percent).
    """
    ax = ax or plt.subplots(figsize=(7, 4.5))[1]
    for row in costs.itertuples():
        own, title = look(row.architecture), models.recipe(row.architecture).title
        size = 25 + 6 * np.sqrt(row.weights / 100)
        ax.scatter(row.minutes, row.score, s=size, color=own["color"], marker=own["marker"],
                   alpha=0.85)  # fmt: skip
        ax.annotate(title, (row.minutes, row.score), xytext=_BESIDE[0],
                    textcoords="offset points", fontsize="small")  # fmt: skip
    ax.set(xscale="log", xlabel="minutes of one core for search and training")
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.xaxis.set_minor_locator(NullLocator())
    low, high = costs["minutes"].min(), costs["minutes"].max()
    ax.set_xlim(low / 1.6, high * 2.2)  # room for names
    _part(ax)
    return ax


_BESIDE = ((7, 4), (7, -11), (-7, 4), (-7, -11), (7, 15), (7, -22))
"""Where a name may stand beside its dot, in points; the best place first."""


def _part(ax: Axes) -> None:
    """Move names to the first place beside their dots where they cover no other name."""
    placed = []
    for text in ax.texts:
        for offset in _BESIDE:
            text.set_position(offset)
            text.set_horizontalalignment("left" if offset[0] > 0 else "right")
            box = text.get_window_extent()
            if not any(box.overlaps(other) for other in placed):
                break
        placed.append(box)
