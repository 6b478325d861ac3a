"""Pictures for the annotation guide: frames of a clip over the timeline of its right labels."""

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, Int, UInt8
from matplotlib.figure import Figure

from gymlib.labels import CLASSES, COLOURS, NAMES
from gymlib.plots.annotation import plot_timeline
from gymlib.plots.filmstrip import show_around
from gymlib.plots.style import class_legend

_ROOM = 1.25  # a picture shows so many times the size of the largest body
_AROUND = 8  # frames of the timeline shown before the first and after the last picture


def plot_example(
    pictures: list[UInt8[np.ndarray, "height width 3"]],
    bodies: Float[np.ndarray, "pictures 33 2"],
    frames: list[int],
    labels: Int[np.ndarray, " frames"],
) -> Figure:
    """Pictures side by side, cropped to the body, framed in the colour of their label.

    Parameters
    ----------
    bodies : keypoints in pixels of the same frames; they only say where to crop.
    frames : numbers of the pictures' frames, which a line marks in the timeline below.
    labels : of the whole clip.
    """
    figure = plt.figure(figsize=(1.35 * len(frames), 2.35), layout="constrained")
    grid = figure.add_gridspec(2, len(frames), height_ratios=[1, 0.13])
    half = _ROOM * np.ptp(bodies, axis=1).max() / 2
    for column, (picture, body, frame) in enumerate(zip(pictures, bodies, frames)):
        name, ax = NAMES[int(labels[frame])], figure.add_subplot(grid[0, column])
        ax.imshow(picture)
        show_around(ax, *(body.min(axis=0) + body.max(axis=0)) / 2, half)
        ax.set_facecolor("#EEEEEE")
        ax.set_title(f"{frame}\n{name}", fontsize="small")
        ax.spines[:].set(visible=True, linewidth=2.5, color=COLOURS[name])
    below = plot_timeline({"": labels}, figure.add_subplot(grid[1, :]))
    below.vlines(np.array(frames) + 0.5, -0.5, 0.5, color="black", linewidth=1.2)
    first, last = max(0, frames[0] - _AROUND), min(len(labels), frames[-1] + 1 + _AROUND)
    below.set(xlim=(first, last), yticks=[])
    below.set_xlabel("frame", fontsize="small")
    below.tick_params(labelsize="small")
    names = [CLASSES[code] for code in np.unique(labels[first:last]) if code >= 0]
    class_legend(figure, names, loc="outside lower center", ncols=4, fontsize="small")
    return figure
