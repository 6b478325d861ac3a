"""Moments of a clip side by side, each cropped to the body and framed in its label's colour."""

from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Bool, Float, Int, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from gymlib import video
from gymlib.dataset import Dataset
from gymlib.labels import COLOURS, NAMES, UNLABELED
from gymlib.plots.annotation import plot_timeline
from gymlib.plots.skeletons import plot_skeleton
from gymlib.skeleton import to_pixels

ROOM = 1.3
"""A picture shows so many times the size of the largest body."""


class Moment(NamedTuple):
    """One frame to show."""

    title: str
    keypoints: Float[np.ndarray, "33 2"]
    """Pixels of the picture."""
    detected: bool
    label: str
    """Class name, the colour of the frame."""
    picture: UInt8[np.ndarray, "height width 3"] | None = None


def pick_moments(
    data: Dataset, clip: str, frames: list[int], titles: list[str] | None = None
) -> list[Moment]:
    """Some frames of a clip, with their pictures if it has a video; titled by their numbers."""
    attempt, source = data.clip(clip), data.video(clip)
    pictures = video.pick_frames(source, frames) if source else [None] * len(frames)
    bodies = to_pixels(attempt.keypoints, *attempt.size)
    return [
        Moment(title, bodies[i], bool(attempt.detected[i]), name_at(attempt.labels, i), picture)
        for i, title, picture in zip(frames, titles or [f"frame {i}" for i in frames], pictures)
    ]


def name_at(codes: Int[np.ndarray, " frames"] | None, frame: int) -> str:
    """Name of the label at a frame; Unlabeled if there are no labels."""
    return UNLABELED if codes is None else NAMES[int(codes[frame])]


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
        plot_moments(moments[start : start + group], axes.flat[start:])
    return figure


def plot_strip(
    data: Dataset, clip: str, rows: dict[str, Int[np.ndarray, " frames"]], count: int = 6
) -> Figure:
    """Moments of a clip, evenly spread, above its timelines, where lines mark their frames.

    Parameters
    ----------
    rows : name of a timeline (annotator, label, a model) -> label codes of the whole clip.
    """
    length = max(map(len, rows.values()))
    frames = np.linspace(0, length - 1, count).round().astype(int).tolist()
    above, below = 2.0, 0.5 + 0.22 * len(rows)  # inches
    figure = plt.figure(figsize=(1.7 * count, above + below), layout="constrained")
    grid = figure.add_gridspec(2, count, height_ratios=[above, below])
    axes = [figure.add_subplot(grid[0, column]) for column in range(count)]
    plot_moments(pick_moments(data, clip, frames), axes)
    ax = plot_timeline(rows, figure.add_subplot(grid[1, :]))
    ax.set_xlabel("frame")
    ax.vlines(np.array(frames) + 0.5, *ax.get_ylim(), color="black", linewidth=1)
    figure.suptitle(clip, fontsize="medium")
    return figure


def plot_moments(moments: list[Moment], axes, *, thickness: float = 2.5) -> None:
    """Moments on the axes given, at one scale; ``thickness`` is that of the frames in points."""
    bodies = np.array([moment.keypoints for moment in moments])
    seen = np.array([moment.detected for moment in moments])
    half, centres = _window(moments) / 2, middles(bodies, seen)
    for ax, moment, (x, y) in zip(axes, moments, centres):
        if moment.picture is not None:
            ax.imshow(moment.picture)
        if moment.detected:
            plot_skeleton(moment.keypoints, ax, width=1.2)
        else:
            say_no_pose(ax)
        show_around(ax, x, y, half)
        ax.set_title(moment.title, fontsize="small")
        ax.spines[:].set(visible=True, linewidth=thickness, color=COLOURS[moment.label])


def show_around(ax: Axes, x: float, y: float, half: float) -> None:
    """Show a square around a point, y downwards, without ticks."""
    ax.set(xlim=(x - half, x + half), ylim=(y + half, y - half), xticks=[], yticks=[])
    ax.set_aspect("equal")


def _window(moments: list[Moment]) -> float:
    """Side of a square that holds the largest body with some room; 400 pixels without bodies."""
    bodies = [spread(m.keypoints) for m in moments if m.detected]
    return float(ROOM * max(bodies)) if bodies else 400.0


def spread(keypoints: Float[np.ndarray, "33 2"]) -> float:
    """Longer side of the box around the points that were seen, in pixels."""
    return float((np.nanmax(keypoints, axis=0) - np.nanmin(keypoints, axis=0)).max())


def middles(
    bodies: Float[np.ndarray, "moments 33 2"], seen: Bool[np.ndarray, " moments"]
) -> Float[np.ndarray, "moments 2"]:
    """Middle of each body; between its neighbours where none was seen."""
    if not seen.any():
        return np.full((len(bodies), 2), 200.0)
    own, at = bodies[seen], np.arange(len(bodies))
    middle = (np.nanmin(own, axis=1) + np.nanmax(own, axis=1)) / 2
    return np.stack([np.interp(at, at[seen], middle[:, axis]) for axis in (0, 1)], axis=1)


def say_no_pose(ax: Axes) -> None:
    """The words "no pose" below in a picture, legible on any."""
    edge = [withStroke(linewidth=2.5, foreground="#222222")]
    look = {"color": "white", "path_effects": edge, "ha": "center"}
    ax.text(0.5, 0.04, "no pose", transform=ax.transAxes, **look)
