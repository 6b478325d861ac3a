"""Pictures of annotations: who said what when, and where annotators differ."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from jaxtyping import Float, Int
from matplotlib.axes import Axes

from gymlib.labels import CLASSES, COLOURS, NAMES, UNLABELED, UNLABELED_CODE, segments
from gymlib.plots.style import SERIES_COLOURS, class_legend


def plot_timeline(
    rows: dict[str, Int[np.ndarray, " frames"]], ax: Axes | None = None, *, title: str = ""
) -> Axes:
    """One clip's labels as coloured bars, one bar per row (annotator, majority, ...).

    Parameters
    ----------
    rows : name -> label codes of the same clip; -1 (no label) is drawn as Unlabeled.
    """
    ax = ax or plt.subplots(figsize=(7, 0.4 + 0.3 * len(rows)))[1]
    for height, labels in enumerate(rows.values()):
        for run in segments(labels):
            ax.barh(
                height,
                run.end - run.start + 1,
                left=run.start,
                height=0.8,
                color=COLOURS[NAMES[run.label]],
                linewidth=0,
            )
    ax.set_yticks(range(len(rows)), list(rows))
    ax.set(xlim=(0, max((len(labels) for labels in rows.values()), default=1)))
    ax.set_title(title, fontsize="medium", loc="left")
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    for spine in ("left", "bottom"):
        ax.spines[spine].set_visible(False)
    return ax


def plot_timelines(
    clips: dict[str, dict[str, Int[np.ndarray, " frames"]]], axes=None
) -> np.ndarray:
    """Timelines of several clips below each other, on one frame axis; returns the axes."""
    if axes is None:
        heights = [len(rows) for rows in clips.values()]
        _, axes = plt.subplots(
            len(clips),
            figsize=(8, 0.5 + sum(0.35 + 0.24 * height for height in heights)),
            height_ratios=heights,
            sharex=True,
            squeeze=False,
            layout="constrained",
        )
    axes = np.asarray(axes).ravel()
    for ax, (clip, rows) in zip(axes, clips.items()):
        plot_timeline(rows, ax, title=clip)
    longest = max(len(labels) for rows in clips.values() for labels in rows.values())
    axes[0].set_xlim(0, longest)
    axes[-1].set_xlabel("frame")
    unlabeled = any(
        (labels == UNLABELED_CODE).any() for r in clips.values() for labels in r.values()
    )
    names = [*CLASSES, UNLABELED] if unlabeled else CLASSES
    legend = class_legend(axes[0], names, ncols=5, fontsize="small")
    legend.set(loc="lower right", bbox_to_anchor=(1, 1.05))
    return axes


def plot_label_shares(shares: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Shares of the labels as stacked bars with per cent.

    Parameters
    ----------
    shares : one row per bar (annotator, majority, ...), one column per label; 0 to 1.
    """
    ax = ax or plt.subplots(figsize=(7.5, 0.9 + 0.4 * len(shares)), layout="constrained")[1]
    left = np.zeros(len(shares))
    for label in shares.columns:
        values = shares[label].to_numpy()
        bars = ax.barh(range(len(shares)), values, left=left, color=COLOURS[label], linewidth=0)
        texts = [f"{100 * value:.0f}%" if value > 0.04 else "" for value in values]
        dark = label == "skill"
        ax.bar_label(
            bars, texts, label_type="center", fontsize="small", color="white" if dark else "black"
        )
        left += values
    ax.set_yticks(range(len(shares)), shares.index)
    ax.invert_yaxis()
    ax.set(xlim=(0, 1), xlabel="share of frames")
    ticks = np.linspace(0, 1, 5)
    ax.set_xticks(ticks, [f"{100 * tick:.0f}%" for tick in ticks])
    ax.tick_params(axis="y", length=0)
    legend = class_legend(ax, shares.columns, ncols=5, fontsize="small", columnspacing=1)
    legend.set(loc="lower left", bbox_to_anchor=(0, 1))
    return ax


def plot_clip_lengths(clips: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Clip lengths by video: one dot per clip, the median of all as a line.

    Parameters
    ----------
    clips : columns video, frames.
    """
    videos = list(clips["video"].drop_duplicates())
    ax = ax or plt.subplots(figsize=(7, 0.8 + 0.35 * len(videos)), layout="constrained")[1]
    jitter = np.random.default_rng(0).uniform(-0.25, 0.25, len(clips))
    heights = clips["video"].map(videos.index).to_numpy() + jitter
    ax.scatter(clips["frames"], heights, s=18, alpha=0.7, linewidth=0, color=SERIES_COLOURS[0])
    median = clips["frames"].median()
    ax.axvline(median, color="#555555", linewidth=1)
    ax.annotate(
        f"median {median:.0f}",
        (median, 1),
        (4, 4),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        fontsize="small",
    )
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
        return _say(ax, "no two annotators\nlabelled the same clip")
    hidden = np.triu(np.ones_like(matrix, dtype=bool)) | np.isnan(matrix)
    sns.heatmap(
        np.nan_to_num(matrix),
        mask=hidden,
        ax=ax,
        vmin=0.6,
        vmax=1,
        cmap="Blues",
        cbar=False,
        square=True,
        annot=True,
        fmt=".3f",
        linewidths=1,
        xticklabels=annotators,
        yticklabels=annotators,
    )
    ax.set(xlim=(0, n - 1), ylim=(n, 1))
    ax.tick_params(length=0)
    ax.tick_params(axis="x", rotation=0)
    ax.tick_params(axis="y", rotation=0)
    return ax


def _say(ax: Axes, text: str) -> Axes:
    """A sentence in place of a picture that has nothing to show."""
    ax.text(0.5, 0.5, text, ha="center", va="center", transform=ax.transAxes, fontsize="small")
    ax.set_axis_off()
    return ax


def plot_label_agreement(agreement: Float[np.ndarray, " classes"], ax: Axes | None = None) -> Axes:
    """Agreement per label (0 to 1) as bars in the class colours; NaN is left out."""
    ax = ax or plt.subplots(figsize=(5, 2.2), layout="constrained")[1]
    values = np.nan_to_num(agreement)  # a label that nobody used twice has no bar
    bars = ax.barh(range(len(CLASSES)), values, color=[COLOURS[label] for label in CLASSES])
    texts = ["–" if np.isnan(value) else f"{value:.3f}" for value in agreement]
    ax.bar_label(bars, texts, padding=3, fontsize="small")
    ax.set_yticks(range(len(CLASSES)), CLASSES)
    ax.invert_yaxis()
    ax.set(xlim=(0, 1.12), xlabel="agreement on the label")
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    ax.tick_params(axis="y", length=0)
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
    if axes is None:
        _, axes = plt.subplots(
            1,
            max(1, len(differences)),
            figsize=(1 + 2.4 * max(1, len(differences)), 2.5),
            sharey=True,
            squeeze=False,
            layout="constrained",
        )
    axes = np.asarray(axes).ravel()
    if not differences:
        _say(axes[0], "no border was set by two annotators")
        return axes
    bins = np.arange(-0.5, reach + 1)
    for ax, (kind, values) in zip(axes, differences.items()):
        ax.hist(np.minimum(np.abs(values), reach), bins=bins, color=SERIES_COLOURS[0], rwidth=0.9)
        ax.set_title(kind, fontsize="medium")
        ax.set_xticks([0, 5, 10, reach], ["0", "5", "10", f"≥ {reach}"])
    axes[0].set_ylabel("pairs of borders")
    axes[0].figure.supxlabel("frames between two annotators' borders", fontsize="medium")
    return axes
