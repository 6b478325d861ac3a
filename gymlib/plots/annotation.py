"""Pictures of annotations: who said what when, and where annotators differ."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from matplotlib.axes import Axes

from gymlib.labels import CLASSES, COLOURS, NAMES, UNLABELED, UNLABELED_CODE, segments
from gymlib.plots.heatmap import plot_heatmap
from gymlib.plots.style import ABOVE, SERIES_COLOURS, bars, class_legend, grid, rows_from_above, say


def plot_timeline(
    rows: dict[str, Int[np.ndarray, " frames"]], ax: Axes | None = None, *, title: str = ""
) -> Axes:
    """One clip's labels as coloured bars, one per row: name (annotator, majority, ...) -> codes.

    -1, no label, is drawn as Unlabeled.
    """
    ax = ax or plt.subplots(figsize=(7, 0.4 + 0.3 * len(rows)))[1]
    for height, codes in enumerate(rows.values()):
        plot_segments(ax, height, codes)
    ax.set(xlim=(0, max(map(len, rows.values()), default=1)))
    ax.set_title(title, fontsize="medium", loc="left")
    ax.spines[["left", "bottom"]].set_visible(False)
    return rows_from_above(ax, rows)


def plot_segments(ax: Axes, height: float, codes: Int[np.ndarray, " frames"]) -> None:
    """Segments of equal labels as bars at a height; codes that name no label leave a gap."""
    for start, end, code in segments(codes):
        if code in NAMES:
            colour = COLOURS[NAMES[code]]
            ax.barh(height, end - start + 1, left=start, height=0.8, color=colour, linewidth=0)


def plot_timelines(
    clips: dict[str, dict[str, Int[np.ndarray, " frames"]]], axes=None
) -> np.ndarray:
    """Timelines of several clips below each other, on one frame axis; returns the axes."""
    heights = [len(rows) for rows in clips.values()]
    size = (8, 0.5 + sum(0.35 + 0.24 * height for height in heights))
    axes = grid(axes, len(clips), 1, figsize=size, height_ratios=heights, sharex=True).ravel()
    for ax, (clip, rows) in zip(axes, clips.items()):
        plot_timeline(rows, ax, title=clip)
    for ax in axes[:-1]:  # ticks without numbers would run into the next title
        ax.tick_params(axis="x", length=0)
    every = [codes for rows in clips.values() for codes in rows.values()]
    axes[0].set_xlim(0, max(map(len, every)))
    axes[-1].set_xlabel("frame")
    unlabeled = any((codes == UNLABELED_CODE).any() for codes in every)
    names = [*CLASSES, UNLABELED] if unlabeled else CLASSES
    legend = class_legend(axes[0], names, ncols=5, fontsize="small")
    legend.set(loc="lower right", bbox_to_anchor=(1, 1.05))
    return axes


def plot_label_shares(shares: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Shares of the labels as stacked bars: a row per bar, a column per label, 0 to 1."""
    ax = ax or plt.subplots(figsize=(7.5, 0.9 + 0.4 * len(shares)), layout="constrained")[1]
    left = np.zeros(len(shares))
    for label in shares.columns:
        values, ink = shares[label].to_numpy(), "white" if label == "skill" else "black"
        drawn = ax.barh(range(len(shares)), values, left=left, color=COLOURS[label], linewidth=0)
        texts = [f"{value:.0%}" if value > 0.04 else "" for value in values]
        ax.bar_label(drawn, texts, label_type="center", fontsize="small", color=ink)
        left += values
    rows_from_above(ax, shares.index).set(xlim=(0, 1), xlabel="share of frames")
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    class_legend(ax, shares.columns, ncols=5, columnspacing=1, **ABOVE)
    return ax


def plot_clip_lengths(clips: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Clip lengths (columns video, frames): one dot per clip, the median of all as a line."""
    videos = list(clips["video"].drop_duplicates())
    ax = ax or plt.subplots(figsize=(7, 0.8 + 0.35 * len(videos)), layout="constrained")[1]
    jitter = np.random.default_rng(0).uniform(-0.25, 0.25, len(clips))
    heights = clips["video"].map(videos.index).to_numpy() + jitter
    ax.scatter(clips["frames"], heights, s=18, alpha=0.7, linewidth=0, color=SERIES_COLOURS[0])
    median = clips["frames"].median()
    ax.axvline(median, color="#555555", linewidth=1)
    place = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
    ax.annotate(f"median {median:.0f}", (median, 1), (4, 4), fontsize="small", **place)
    ax.set_yticks(range(len(videos)), videos)
    ax.set(xlabel="frames in the clip", xlim=(0, None), ylim=(len(videos) - 0.5, -0.5))
    return ax


def plot_agreement(
    matrix: Float[np.ndarray, "annotators annotators"],
    annotators: list[str],
    ax: Axes | None = None,
    *,
    title: str = "",
) -> Axes:
    """Pairwise agreement as a heat map of its lower half; pairs without shared frames stay empty.

    Colours run from .6 to 1, so that good and very good agreement can be told apart.
    """
    n = len(annotators)
    ax = ax or plt.subplots(figsize=(0.9 * n + 0.8, 0.7 * n + 0.6), layout="constrained")[1]
    ax.set_title(title)
    if n < 2:
        return say(ax, "no two annotators\nlabelled the same clip")
    hidden = np.triu(np.ones_like(matrix, dtype=bool)) | np.isnan(matrix)
    plot_heatmap(
        np.nan_to_num(matrix), ax, mask=hidden, vmin=0.6, vmax=1, square=True, fmt=".3f",
        xticklabels=annotators, yticklabels=annotators,
    )  # fmt: skip
    ax.set(xlim=(0, n - 1), ylim=(n, 1))
    ax.tick_params(length=0, rotation=0)
    return ax


def plot_label_agreement(agreement: Float[np.ndarray, " classes"], ax: Axes | None = None) -> Axes:
    """Agreement per label (0 to 1) as bars in the class colours; NaN is left out."""
    ax = ax or plt.subplots(figsize=(5, 2.2), layout="constrained")[1]
    values = np.nan_to_num(agreement)  # a label that nobody used twice has no bar
    texts = ["–" if np.isnan(value) else f"{value:.3f}" for value in agreement]
    bars(ax, CLASSES, values, texts, [COLOURS[label] for label in CLASSES])
    ax.set(xlim=(0, 1.12), xlabel="agreement on the label", xticks=[0, 0.25, 0.5, 0.75, 1])
    return ax


def plot_border_differences(
    differences: dict[str, Float[np.ndarray, " pairs"]], axes=None, *, reach: int = 15
) -> np.ndarray:
    """How far apart two annotators set the same border, one histogram per kind of border.

    Parameters
    ----------
    differences : kind ("take-off → skill") -> frames between the two borders, sign dropped here;
        distances of ``reach`` and more share the last bar.
    """
    kinds = max(1, len(differences))
    axes = grid(axes, 1, kinds, figsize=(1 + 2.4 * kinds, 2.5), sharey=True).ravel()
    if not differences:
        say(axes[0], "no border was set by two annotators")
        return axes
    bins = np.arange(-0.5, reach + 1)
    for ax, (kind, values) in zip(axes, differences.items()):
        ax.hist(np.minimum(np.abs(values), reach), bins=bins, color=SERIES_COLOURS[0], rwidth=0.9)
        ax.set_title(kind, fontsize="medium")
        ax.set_xticks([0, 5, 10, reach], ["0", "5", "10", f"≥ {reach}"])
    axes[0].set_ylabel("pairs of borders")
    axes[0].figure.supxlabel("frames between two annotators' borders", fontsize="medium")
    return axes
