"""Pictures of preprocessing: what is lost, in which units the rest stands, where time jumps."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from jaxtyping import Float, Int
from matplotlib.axes import Axes

from gymlib.labels import COLOURS
from gymlib.plots.annotation import plot_segments
from gymlib.plots.skeletons import plot_skeleton
from gymlib.plots.style import ABOVE, SERIES_COLOURS, bars, class_legend, rows_from_above

PALETTE = "magma"
"""Of bodies and videos, which have no class and should not look as if they had one."""
STAGES = {"frames": "all frames", "with_pose": "with a pose", "kept": "with a pose and a label"}


def plot_funnel(counts: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Frames left after each step, as shares of all frames, with the counts written on the bars.

    ``counts`` has a row per data set, columns frames, no_pose, kept.
    """
    ax = ax or plt.subplots(figsize=(8, 2.6), layout="constrained")[1]
    left = counts.assign(with_pose=counts["frames"] - counts["no_pose"])[list(STAGES)]
    thickness = 0.8 / len(left)
    colours = [SERIES_COLOURS[0], "#9A9A9A", *SERIES_COLOURS[2:]]
    for offset, (name, row) in enumerate(left.iterrows()):
        heights = np.arange(len(STAGES)) + (offset - (len(left) - 1) / 2) * thickness
        shares = row / max(row["frames"], 1)
        drawn = ax.barh(heights, shares, height=thickness * 0.92, label=name, color=colours[offset])
        texts = [f"{value:,.0f}  ({share:.1%})" for value, share in zip(row, shares)]
        ax.bar_label(drawn, texts, padding=4, fontsize="small")
    rows_from_above(ax, STAGES.values()).set(xlim=(0, 1.25), xlabel="share of all frames")
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(left))
    return ax


def plot_lost_by_label(lost: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Share (0 to 1; NaN without frames) of the frames of each label (index) that have no pose."""
    ax = ax or plt.subplots(figsize=(5, 0.6 + 0.35 * len(lost)), layout="constrained")[1]
    shares = lost["share"].fillna(0).to_numpy()
    texts = [f"{share:.1%}" for share in shares]
    bars(ax, lost.index, shares, texts, [COLOURS[name] for name in lost.index])
    ax.set(xlabel="frames without a pose", xlim=(0, max(0.05, 1.25 * shares.max(initial=0))))
    ax.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
    return ax


def plot_bodies(
    bodies: dict[str, Float[np.ndarray, "33 2"]],
    ax: Axes | None = None,
    *,
    title: str = "",
    box: tuple[float, float] | None = None,
    units: tuple[str, str] = ("x", "y"),
) -> Axes:
    """Bodies from several clips in one coordinate system, one colour each.

    Parameters
    ----------
    bodies : name for the legend -> keypoints in the units of the axes.
    box : width and height of a picture to draw around the origin's lower right, or None.
    units : names of the two axes.
    """
    ax = ax or plt.subplots(figsize=(4, 4), layout="constrained")[1]
    for (name, keypoints), colour in zip(bodies.items(), _colours(len(bodies))):
        plot_skeleton(keypoints, ax, colour=colour, width=1.3)
        ax.plot([], [], color=colour, label=name)
    if box is not None:
        ax.add_patch(plt.Rectangle((0, 0), *box, fill=False, color="#BBBBBB"))
        ax.autoscale_view()
    ax.set(xlabel=units[0], ylabel=units[1])
    if box is None:  # a body seen from the side is narrow; leave it room
        ax.set_xlim(min(-2, ax.get_xlim()[0]), max(2, ax.get_xlim()[1]))
    ax.set_title(title, fontsize="medium")
    return ax


def _colours(count: int) -> list[str]:
    """So many colours of :data:`PALETTE`, none too bright for thin lines."""
    return sns.color_palette(PALETTE, count + 1).as_hex()[:count]


def plot_spread(spread: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """How much videos differ in one measure, one dot per clip, one row per normalisation.

    Parameters
    ----------
    spread : columns normalisation, video, value (one row per clip), already divided by the
        median over all clips of the same normalisation.
    """
    rows = list(spread["normalisation"].drop_duplicates())
    videos = list(spread["video"].drop_duplicates())
    ax = ax or plt.subplots(figsize=(7, 0.8 + 0.8 * len(rows)), layout="constrained")[1]
    generator = np.random.default_rng(0)
    for video, colour in zip(videos, _colours(len(videos))):
        own = spread[spread["video"] == video]
        heights = own["normalisation"].map(rows.index) + generator.uniform(-0.3, 0.3, len(own))
        ax.scatter(own["value"], heights, s=14, color=colour, label=video)
    ax.set_xscale("log")
    ax.axvline(1, color="#555555", linewidth=1, zorder=0)
    ax.set_yticks(range(len(rows)), rows)
    ax.invert_yaxis()
    ax.set_xlabel("median torso length of the clip / median over all clips")
    ticks = [0.25, 0.5, 1, 2, 4]
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.legend(ncols=1, fontsize="x-small", loc="center left", bbox_to_anchor=(1, 0.5))
    return ax


def plot_time_gaps(
    kept: dict[str, tuple[Int[np.ndarray, " kept"], Int[np.ndarray, " kept"], int]],
    ax: Axes | None = None,
) -> Axes:
    """Clips on their original time axis, frames that were kept in the colours of their labels.

    ``kept``: clip -> (frame numbers, label codes, number of frames before removal).
    """
    ax = ax or plt.subplots(figsize=(8, 0.8 + 0.3 * len(kept)), layout="constrained")[1]
    for height, (frames, labels, total) in enumerate(kept.values()):
        ax.barh(height, total, height=0.8, color="none", edgecolor="#BBBBBB", linewidth=0.6)
        full = np.full(total, -2)
        full[frames] = labels
        plot_segments(ax, height, full)
    rows_from_above(ax, kept).set(xlabel="frame of the clip", xlim=(0, None))
    class_legend(ax, ncols=4, **ABOVE)
    return ax


def plot_steps(steps: dict[str, Float[np.ndarray, " steps"]], ax: Axes | None = None) -> Axes:
    """Cumulative share of steps between kept neighbours by how far the body moves.

    ``steps``: name ("neighbours in time", "across a gap") -> movements in torso lengths.
    """
    ax = ax or plt.subplots(figsize=(5.5, 3), layout="constrained")[1]
    for colour, (name, values) in zip(SERIES_COLOURS, steps.items()):
        if len(values):
            ordered = np.sort(values)
            shares = np.arange(1, len(ordered) + 1) / len(ordered)
            ax.step(ordered, shares, where="post", color=colour, label=f"{name} ({len(values):,})")
    ax.set_xscale("log")
    ax.set(xlabel="movement in one step (torso lengths)", ylabel="share of steps", ylim=(0, 1))
    ax.legend(ncols=2, **ABOVE)
    return ax
