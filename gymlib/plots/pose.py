"""Figures of pose extraction: detection, distance to the truth, track statistics."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from pandas.io.formats.style import Styler

from gymlib.labels import COLOURS
from gymlib.plots.heatmap import plot_heatmap
from gymlib.plots.style import ABOVE, MISSING_COLOUR, SERIES_COLOURS, bars, grid, rows_from_above

FOUND_COLOUR = "#56B4E9"
KEPT_COLOUR = "#DDDDDD"


def plot_detection(shares: pd.DataFrame, ax: Axes | None = None, title: str = "") -> Axes:
    """Shares of frames without a pose: index group, columns frames, detected (0 to 1)."""
    ax = ax or plt.subplots(figsize=(4, 0.4 * len(shares) + 1))[1]
    missing = 100 * (1 - shares["detected"].to_numpy())
    names = [f"{name}" for name in shares.index]
    texts = [f"{m:.1f}% of {n:,}" for m, n in zip(missing, shares["frames"])]
    bars(ax, names, missing, texts, [COLOURS.get(name, FOUND_COLOUR) for name in names])
    ax.set(xlabel="frames without a pose (%)", title=title, xlim=(0, max(1.6 * missing.max(), 1)))
    return ax


def plot_detections(groupings: dict[str, pd.DataFrame]) -> list[Axes]:
    """:func:`plot_detection` for several groupings side by side: name -> table of shares."""
    rows = max(len(table) for table in groupings.values())
    axes = grid(None, 1, len(groupings), figsize=(4 * len(groupings), 0.35 * rows + 1.2))
    pairs = zip(groupings.items(), axes[0])
    return [plot_detection(table, ax, f"by {name}") for (name, table), ax in pairs]


def plot_detection_map(detected: dict[str, Bool[np.ndarray, " _"]], ax: Axes | None = None) -> Axes:
    """One row per clip, as long as the clip; frames without a pose are marked."""
    ax = ax or plt.subplots(figsize=(7, max(2.0, 0.035 * len(detected) + 1)))[1]
    image = np.ones((len(detected), max(map(len, detected.values())), 3))
    for row, found in enumerate(detected.values()):
        colours = np.where(found[:, None], to_rgb(KEPT_COLOUR), to_rgb(MISSING_COLOUR))
        image[row, : len(found)] = colours
    ax.imshow(image, aspect="auto", interpolation="nearest")
    ax.set(xlabel="frame", ylabel="clip", title="frames without a pose")
    return ax


def plot_pck(
    curves: dict[str, Float[np.ndarray, " thresholds"]],
    thresholds: Float[np.ndarray, " thresholds"],
    mark: float,
    ax: Axes | None = None,
) -> Axes:
    """PCK against the threshold, a line per group; ``mark`` is the threshold of the tables."""
    ax = ax or plt.subplots(figsize=(5, 3.5))[1]
    for number, (name, values) in enumerate(curves.items()):
        colour = COLOURS.get(name, SERIES_COLOURS[number % len(SERIES_COLOURS)])
        ax.plot(thresholds, 100 * np.asarray(values), label=name, color=colour)
    ax.axvline(mark, color="black", linestyle=":", linewidth=1)
    ax.set(xlabel="threshold (torso lengths)", ylabel="keypoints within (%)")
    ax.set(ylim=(0, 100), xlim=(0, thresholds[-1]))
    ax.legend(fontsize="small")
    return ax


def plot_parts(parts: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """PCK of body parts (index) by group (columns, 0 to 1) as a heat map."""
    ax = ax or plt.subplots(figsize=(1.2 * parts.shape[1] + 2, 0.4 * len(parts) + 1))[1]
    plot_heatmap(
        100 * parts, ax, fmt=".0f", vmin=0, vmax=100, cbar=True,
        cbar_kws={"label": "keypoints within 0.2 torso (%)"},
    )  # fmt: skip
    ax.tick_params(axis="y", rotation=0)
    return ax


def plot_ratios(compared: pd.DataFrame, factor: float, ax: Axes | None = None) -> Axes:
    """Each statistic of the tracks as a ratio to the real one, on a logarithmic axis.

    Parameters
    ----------
    compared : columns group, statistic, ratio, differs; rows without a ratio above 0 are left out.
    factor : the band 1 / factor to factor is shaded.
    """
    shown = compared[np.isfinite(compared["ratio"]) & (compared["ratio"] > 0)].iloc[::-1]
    ax = ax or plt.subplots(figsize=(6, 0.21 * len(shown) + 1))[1]
    rows = np.arange(len(shown))
    ax.axvspan(1 / factor, factor, color="#EEEEEE")
    ax.axvline(1, color="black", linewidth=1)
    colours = np.where(shown["differs"], MISSING_COLOUR, SERIES_COLOURS[0])
    ax.scatter(shown["ratio"], rows, c=colours, s=22, zorder=3)
    ax.set_yticks(rows, shown["group"] + ": " + shown["statistic"], fontsize=8)
    ax.set_xscale("log")
    low, high = min(0.4, 0.8 * shown["ratio"].min()), max(2.5, 1.25 * shown["ratio"].max())
    ticks = [t for t in (0.1, 0.25, 0.5, 0.67, 1, 1.5, 2, 4, 10) if low < t < high]
    ax.set(xlim=(low, high), ylim=(-0.7, len(shown) - 0.3), xlabel="this data set / real tracks")
    ax.set_xticks(ticks, [f"{t:g}" for t in ticks])
    ax.minorticks_off()
    return ax


def style_statistics(compared: pd.DataFrame) -> Styler:
    """The table of :func:`gymlib.pose.quality.statistics.compare`, what differs in bold."""
    shown = compared[["group", "statistic", "real", "value", "ratio", "unit"]]
    bold = np.where(compared["differs"], "font-weight: bold", "")
    numbers = {"real": "{:.3g}", "value": "{:.3g}", "ratio": "{:.2f}"}
    styled = shown.style.format(numbers, na_rep="–").apply(lambda column: bold).hide(axis="index")
    names = ["group", "statistic", "real", "here", "here / real", "unit"]
    return styled.relabel_index(names, axis=1)


def style_shares(groupings: dict[str, pd.DataFrame]) -> Styler:
    """Tables of :func:`gymlib.pose.quality.accuracy.shares` as one, in per cent."""
    table = pd.concat(groupings, names=["by", "group"])
    percent = [column for column in table.columns if column != "frames"]
    styled = table.style.format("{:.1%}", subset=percent, na_rep="–")
    return styled.format("{:,}", subset=["frames"])


def plot_torso_angle(angles: dict[str, Float[np.ndarray, " _"]], ax: Axes | None = None) -> Axes:
    """Angle of the torso over the frames of a clip, a line per source (pose, truth).

    Angles in degrees, NaN where unknown (a gap in the line); turns over 180 degrees are joined.
    """
    ax = ax or plt.subplots(figsize=(6, 2.5))[1]
    styles = [{"marker": ".", "color": FOUND_COLOUR}, {"color": "black"}]  # thin, to cover nothing
    for (name, values), style in zip(angles.items(), styles):
        joined, known = np.full(len(values), np.nan), np.isfinite(values)
        joined[known] = np.degrees(np.unwrap(np.radians(values[known])))
        ax.plot(joined, label=name, linewidth=1, **style)
    ax.set(xlabel="frame", ylabel="torso angle (degrees)")
    ax.legend(fontsize="small")
    return ax


MEASURES = {
    "detected": ("frames with a pose (%)", 100),
    "pck": ("keypoints right (%)", 100),
    "angle": ("torso angle's error (degrees),\n95th percentile", 1),
}
"""Columns that :func:`plot_extractors` draws: axis and factor."""
EXTRACTOR_COLOURS = (SERIES_COLOURS[0], MISSING_COLOUR)


def plot_extractors(table: pd.DataFrame, axes=None) -> list[Axes]:
    """Extractors beside each other in every group: a row per group, a dot per extractor.

    ``table`` as :func:`gymlib.pose.quality.extractors.by_group` gives it; measures without any
    number are left out.
    """
    shown = [name for name in MEASURES if table[name].notna().any()]
    groups = table.index.unique("group")
    size = (3.2 * len(shown) + 1, 0.35 * len(groups) + 1.2)
    axes = grid(axes, 1, len(shown), figsize=size, sharey=True)[0]
    for name, ax in zip(shown, axes):
        words, factor = MEASURES[name]
        values = factor * table[name].unstack("extractor").reindex(groups)
        rows = range(len(groups))
        ax.hlines(rows, values.min(axis=1), values.max(axis=1), color=KEPT_COLOUR, linewidth=3)
        for extractor, colour in zip(table.index.unique("extractor"), EXTRACTOR_COLOURS):
            ax.scatter(values[extractor], rows, color=colour, label=extractor, zorder=3)
        ax.set(xlabel=words, xlim=(0, 105 if factor == 100 else None))
        ax.set_ylim(-0.5, len(groups) - 0.5)
        ax.tick_params(axis="y", length=0)
    rows_from_above(axes[0], groups)
    axes[0].legend(**ABOVE, ncols=2)
    return list(axes)


def plot_confidence(bins: dict[str, pd.DataFrame], ax: Axes | None = None) -> Axes:
    """How often a keypoint is right by how sure the extractor is; on the dashed line as often as
    it says.

    Parameters
    ----------
    bins : extractor -> table of :func:`gymlib.pose.calibration.reliability`; dots grow with cases.
    """
    ax = ax or plt.subplots(figsize=(4.5, 4.5))[1]
    ax.plot([0, 100], [0, 100], color="#999999", linestyle=(0, (4, 4)), linewidth=1)
    for (name, own), colour in zip(bins.items(), EXTRACTOR_COLOURS):
        x, y = 100 * own["predicted"], 100 * own["right"]
        ax.plot(x, y, color=colour, linewidth=1)
        ax.scatter(x, y, 400 * own["cases"] / own["cases"].sum(), colour, alpha=0.7, label=name)
    ax.set(xlim=(-2, 102), ylim=(-2, 102), xlabel="confidence in a keypoint (%)")
    ax.set_ylabel("keypoints right (%)")
    for handle in ax.legend(**ABOVE).legend_handles:
        handle.set_sizes([30])
    return ax
