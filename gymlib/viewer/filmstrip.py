"""A clip as a picture: some of its frames side by side above its timelines.

What readers see who have no kernel: pages, printed reports, runs without a reader.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from gymlib import video
from gymlib.labels import NAMES
from gymlib.plots.annotation import plot_timeline
from gymlib.plots.filmstrip import say_no_pose
from gymlib.plots.skeletons import plot_skeleton
from gymlib.viewer.clip_view import ClipView

FRAMES = 6


def plot_frame(view: ClipView, frame: int, ax=None, *, picture: np.ndarray | None = None):
    """Skeleton of one frame, on its picture if given, its label as the title; returns the axes.

    Raises IndexError if the clip has no such frame.
    """
    if not 0 <= frame < len(view):
        raise IndexError(f"clip {view.name} has frames 0 to {len(view) - 1}, not {frame}")
    ax = ax or plt.subplots(figsize=(5, 4))[1]
    left, top, right, bottom = view.box
    if picture is not None:
        ax.imshow(picture, extent=(left, right, bottom, top))
    if view.detected[frame]:
        plot_skeleton(view.keypoints[frame], ax)
    elif view.extracted:
        say_no_pose(ax)
    ax.set(xlim=(left, right), ylim=(bottom, top), xticks=[], yticks=[], aspect="equal")
    ax.spines[:].set_visible(False)
    label = f": {NAMES[int(view.rows['label'][frame])]}" if "label" in view.rows else ""
    ax.set_title(f"frame {frame}{label}", fontsize="small")
    return ax


def plot_view(view: ClipView, frames: list[int]) -> Figure:
    """Some frames of a clip side by side, above its timelines, where lines mark the frames."""
    width = max(6.0, 1.9 * len(frames))
    left, top, right, bottom = view.box
    above = 0.3 + min(2.6, width / len(frames) * (bottom - top) / (right - left))  # inches
    below = 0.6 + 0.25 * max(1, len(view.rows))
    figure = plt.figure(figsize=(width, 0.3 + above + below), layout="constrained")
    grid = figure.add_gridspec(2, len(frames), height_ratios=[above, below])
    pictures = video.pick_frames(view.video, frames) if view.video else [None] * len(frames)
    for column, (frame, picture) in enumerate(zip(frames, pictures)):
        plot_frame(view, frame, figure.add_subplot(grid[0, column]), picture=picture)
    ax = figure.add_subplot(grid[1, :])
    plot_timeline(view.rows, ax)
    ax.set(xlim=(0, len(view)), xlabel="frame")
    for frame in frames:
        ax.axvline(frame + 0.5, color="black", linewidth=1)
    figure.suptitle(view.name, fontsize="medium")
    return figure


def plot_strip(view: ClipView) -> Figure:
    """A clip as evenly spaced frames."""
    return plot_view(view, np.linspace(0, len(view) - 1, FRAMES).round().astype(int).tolist())
