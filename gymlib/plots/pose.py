"""Figures of pose extraction: filmstrips, detection, distance to the truth, track statistics."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gymlib.labels import COLOURS
from gymlib.plots.skeletons import plot_skeleton
from gymlib.plots.style import SERIES_COLOURS

MISSING_COLOUR = "#D55E00"
FOUND_COLOUR = "#56B4E9"
_PADDING = 0.35  # of the body's size, around a cropped body


def plot_filmstrip(
    pictures: list[UInt8[np.ndarray, "height width 3"]],
    keypoints: Float[np.ndarray, "pictures 33 2"],
    detected: Bool[np.ndarray, " pictures"],
    titles: list[str],
    labels: list[str] | None = None,
) -> Figure:
    """Pictures side by side, each cropped to the same square around the body, with skeletons.

    Parameters
    ----------
    pictures : RGB, one size; an empty list draws the skeletons alone.
    keypoints : pixels of the pictures.
    labels : class of each picture, the colour of its frame.
    """
    figure, axes = plt.subplots(
        1, len(titles), figsize=(1.7 * len(titles), 2.1), squeeze=False, layout="constrained"
    )
    size = _window(keypoints[detected])
    centres = _centres(keypoints, detected)
    for i, ax in enumerate(axes[0]):
        if pictures:
            ax.imshow(pictures[i])
        if detected[i]:
            plot_skeleton(keypoints[i], ax, width=1.2)
        else:
            ax.text(0.5, 0.04, "no pose", ha="center", color=MISSING_COLOUR, transform=ax.transAxes)
        (x, y), half = centres[i], size / 2
        ax.set(xlim=(x - half, x + half), ylim=(y + half, y - half), xticks=[], yticks=[])
        ax.set_aspect("equal")
        ax.set_title(titles[i], fontsize="small")
        ax.spines[:].set(visible=True, linewidth=2.5)
        ax.spines[:].set_color(COLOURS[labels[i]] if labels else "#BBBBBB")
    return figure


def _window(keypoints: Float[np.ndarray, "pictures 33 2"]) -> float:
    """Side of a square that holds the largest body with some room."""
    if len(keypoints) == 0:
        return 400.0
    return float((1 + 2 * _PADDING) * np.ptp(keypoints, axis=1).max())


def _centres(keypoints, detected) -> Float[np.ndarray, "pictures 2"]:
    """Middle of each body; between two bodies where none was found."""
    middle = (keypoints.min(axis=1) + keypoints.max(axis=1)) / 2
    seen = np.flatnonzero(detected)
    if len(seen) == 0:
        return np.full((len(keypoints), 2), 200.0)
    at = np.arange(len(keypoints))
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
    counts = [f"{m:.1f} % of {n:,}" for m, n in zip(missing, shares["frames"])]
    ax.bar_label(bars, counts, padding=3, fontsize="small")
    ax.invert_yaxis()
    ax.set(xlabel="frames without a pose (%)", title=title)
    ax.set_xlim(0, max(1.6 * missing.max(), 1))
    return ax


def plot_detection_map(
    detected: dict[str, Bool[np.ndarray, " frames"]], ax: Axes | None = None
) -> Axes:
    """One row per clip, as long as the clip; frames without a pose are marked."""
    ax = ax or plt.subplots(figsize=(7, max(2.0, 0.035 * len(detected) + 1)))[1]
    longest = max(len(found) for found in detected.values())
    image = np.full((len(detected), longest, 3), 1.0)
    found_rgb, missing_rgb = (plt.matplotlib.colors.to_rgb(c) for c in ("#DDDDDD", MISSING_COLOUR))
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


def plot_torso_angle(
    frames: Float[np.ndarray, " frames"],
    angles: dict[str, Float[np.ndarray, " frames"]],
    ax: Axes | None = None,
) -> Axes:
    """Angle of the torso over the frames of a clip, a line per source (pose, truth).

    Angles in degrees, NaN where unknown (a gap in the line); turns over 180 degrees are joined.
    """
    ax = ax or plt.subplots(figsize=(6, 2.5))[1]
    styles = [{"marker": ".", "linewidth": 1}, {"color": "black", "linewidth": 1.5, "alpha": 0.5}]
    for (name, values), style in zip(angles.items(), styles):
        joined = np.full(len(values), np.nan)
        known = np.isfinite(values)
        joined[known] = np.degrees(np.unwrap(np.radians(values[known])))
        ax.plot(frames, joined, label=name, **style)
    ax.set(xlabel="frame", ylabel="torso angle (degrees)")
    ax.legend(fontsize="small")
    return ax
