"""Figures of pose extraction: filmstrips, detection, distance to the truth, track statistics."""

from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from jaxtyping import Bool, Float, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas.io.formats.style import Styler

from gymlib.labels import COLOURS
from gymlib.plots.skeletons import plot_skeleton
from gymlib.plots.style import SERIES_COLOURS

MISSING_COLOUR = "#D55E00"
FOUND_COLOUR = "#56B4E9"
KEPT_COLOUR = "#DDDDDD"
_PADDING = 0.15  # of the body's size, around a cropped body


class Moment(NamedTuple):
    """One frame to show."""

    title: str
    keypoints: Float[np.ndarray, "33 2"]
    """Pixels of the picture."""
    detected: bool
    label: str
    """Class name, the colour of the frame."""
    picture: UInt8[np.ndarray, "height width 3"] | None = None


def plot_filmstrip(
    moments: list[Moment], columns: int | None = None, group: int | None = None
) -> Figure:
    """Moments side by side, cropped to equal squares around the body, with skeletons.

    Parameters
    ----------
    moments : in time order; without a picture the skeleton stands alone.
    columns : moments per row, all by default.
    group : so many neighbouring moments share a scale, all by default.
    """
    columns, group = columns or len(moments), group or len(moments)
    rows = -(-len(moments) // columns)
    size = (1.7 * columns, 2.1 * rows)
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")
    for ax in axes.flat[len(moments) :]:
        ax.set_axis_off()
    for start in range(0, len(moments), group):
        own = moments[start : start + group]
        half = _window(own) / 2
        for ax, moment, centre in zip(axes.flat[start:], own, _centres(own)):
            _plot_moment(ax, moment, centre, half)
    return figure


def _plot_moment(ax: Axes, moment: Moment, centre, half: float) -> None:
    if moment.picture is not None:
        ax.imshow(moment.picture)
    if moment.detected:
        plot_skeleton(moment.keypoints, ax, width=1.2)
    else:
        ax.text(0.5, 0.04, "no pose", ha="center", color=MISSING_COLOUR, transform=ax.transAxes)
    x, y = centre
    ax.set(xlim=(x - half, x + half), ylim=(y + half, y - half), xticks=[], yticks=[])
    ax.set_aspect("equal")
    ax.set_title(moment.title, fontsize="small")
    ax.spines[:].set(visible=True, linewidth=2.5)
    ax.spines[:].set_color(COLOURS[moment.label])


def _window(moments: list[Moment]) -> float:
    """Side of a square that holds the largest body with some room; 400 pixels without bodies."""
    bodies = [np.ptp(moment.keypoints, axis=0).max() for moment in moments if moment.detected]
    return float((1 + 2 * _PADDING) * max(bodies)) if bodies else 400.0


def _centres(moments: list[Moment]) -> Float[np.ndarray, "moments 2"]:
    """Middle of each body; between its neighbours where none was found."""
    middle = np.array([(m.keypoints.min(axis=0) + m.keypoints.max(axis=0)) / 2 for m in moments])
    seen = np.flatnonzero([moment.detected for moment in moments])
    if len(seen) == 0:
        return np.full((len(moments), 2), 200.0)
    at = np.arange(len(moments))
    return np.stack([np.interp(at, seen, middle[seen, axis]) for axis in (0, 1)], axis=1)


def plot_detection(shares: pd.DataFrame, ax: Axes | None = None, title: str = "") -> Axes:
    """Bars of the share of frames without a pose, one per row of ``shares``.

    Parameters
    ----------
    shares : index group, columns frames and detected (0 to 1).
    """
    ax = ax or plt.subplots(figsize=(4, 0.4 * len(shares) + 1))[1]
    missing = 100 * (1 - shares["detected"].to_numpy())
    names = [f"{name}" for name in shares.index]
    bars = ax.barh(names, missing, color=[COLOURS.get(n, FOUND_COLOUR) for n in names])
    counts = [f"{m:.1f}% of {n:,}" for m, n in zip(missing, shares["frames"])]
    ax.bar_label(bars, counts, padding=3, fontsize="small")
    ax.invert_yaxis()
    ax.set(xlabel="frames without a pose (%)", title=title)
    ax.set_xlim(0, max(1.6 * missing.max(), 1))
    return ax


def plot_detections(groupings: dict[str, pd.DataFrame]) -> list[Axes]:
    """:func:`plot_detection` for several groupings side by side: name -> table of shares."""
    rows = max(len(table) for table in groupings.values())
    _, axes = plt.subplots(
        1,
        len(groupings),
        figsize=(4 * len(groupings), 0.35 * rows + 1.2),
        squeeze=False,
        layout="constrained",
    )
    pairs = zip(groupings.items(), axes[0])
    return [plot_detection(table, ax, f"by {name}") for (name, table), ax in pairs]


def plot_detection_map(detected: dict[str, Bool[np.ndarray, " _"]], ax: Axes | None = None) -> Axes:
    """One row per clip, as long as the clip; frames without a pose are marked."""
    ax = ax or plt.subplots(figsize=(7, max(2.0, 0.035 * len(detected) + 1)))[1]
    longest = max(len(found) for found in detected.values())
    image = np.full((len(detected), longest, 3), 1.0)
    found_rgb, missing_rgb = (
        plt.matplotlib.colors.to_rgb(c) for c in (KEPT_COLOUR, MISSING_COLOUR)
    )
    for row, found in enumerate(detected.values()):
        image[row, : len(found)] = np.where(found[:, None], found_rgb, missing_rgb)
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
    sns.heatmap(
        100 * parts, ax=ax, annot=True, fmt=".0f", vmin=0, vmax=100, cmap="Blues",
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
    return styled.relabel_index(
        ["group", "statistic", "real", "here", "here / real", "unit"], axis=1
    )


def style_shares(groupings: dict[str, pd.DataFrame]) -> Styler:
    """Tables of :func:`gymlib.pose.quality.accuracy.shares` as one, in per cent."""
    table = pd.concat(groupings, names=["by", "group"])
    percent = [column for column in table.columns if column != "frames"]
    return table.style.format("{:.1%}", subset=percent, na_rep="–").format(
        "{:,}", subset=["frames"]
    )


def plot_torso_angle(
    angles: dict[str, Float[np.ndarray, " frames"]], ax: Axes | None = None
) -> Axes:
    """Angle of the torso over the frames of a clip, a line per source (pose, truth).

    Angles in degrees, NaN where unknown (a gap in the line); turns over 180 degrees are joined.
    """
    ax = ax or plt.subplots(figsize=(6, 2.5))[1]
    styles = [
        {"marker": ".", "linewidth": 1, "color": FOUND_COLOUR},
        {"color": "black", "linewidth": 1},  # on top, thin enough to show what it covers
    ]
    for (name, values), style in zip(angles.items(), styles):
        joined = np.full(len(values), np.nan)
        known = np.isfinite(values)
        joined[known] = np.degrees(np.unwrap(np.radians(values[known])))
        ax.plot(joined, label=name, **style)
    ax.set(xlabel="frame", ylabel="torso angle (degrees)")
    ax.legend(fontsize="small")
    return ax
