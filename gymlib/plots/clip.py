"""One clip at a glance: bodies, what a model makes of them, and what people say."""

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Bool, Float
from matplotlib.figure import Figure

from gymlib.dataset import Attempt
from gymlib.labels import CLASSES, COLOURS, UNLABELED_CODE
from gymlib.plots.annotation import plot_timeline
from gymlib.plots.filmstrip import Moment, name_at, plot_moments
from gymlib.plots.style import class_legend
from gymlib.skeleton import to_pixels

MOMENTS = 8


def plot_clip(attempt: Attempt, probabilities: Float[np.ndarray, "frames 4"]) -> Figure:
    """Stick figures over the classes' probabilities, the label (if any) and the prediction.

    Parameters
    ----------
    attempt : all frames of the clip.
    probabilities : of the four classes; NaN where there is no pose, which leaves a gap.

    Raises ValueError if there are not as many rows of probabilities as frames.
    """
    if len(probabilities) != len(attempt):
        raise ValueError(
            f"clip {attempt.name} has {len(attempt)} frames, found {len(probabilities)} rows of "
            "probabilities"
        )
    known = np.isfinite(probabilities).all(axis=1)
    predicted = np.where(known, np.nan_to_num(probabilities).argmax(axis=1), UNLABELED_CODE)
    rows = {"prediction": predicted}
    if attempt.labels is not None:
        rows = {"label": attempt.labels} | rows

    figure = plt.figure(figsize=(9, 3.6 + 0.2 * len(rows)), layout="constrained")
    shape = figure.add_gridspec(3, MOMENTS, height_ratios=[1.3, 1.5, 0.3 * len(rows)])
    bodies = to_pixels(attempt.keypoints, *attempt.size)
    moments = [
        Moment(f"{i}", bodies[i], bool(attempt.detected[i]), name_at(predicted, i))
        for i in _moments(attempt.detected)
    ]
    plot_moments(moments, [figure.add_subplot(shape[0, k]) for k in range(MOMENTS)], thickness=2)

    middle, edges = figure.add_subplot(shape[1, :]), np.arange(len(attempt) + 1)
    bottom = np.zeros(len(attempt))
    for label, values in zip(CLASSES, np.nan_to_num(probabilities).T):
        look = {"color": COLOURS[label], "linewidth": 0}
        middle.stairs(bottom + values, edges, baseline=bottom, fill=True, **look)
        bottom = bottom + values
    middle.set(xlim=(0, len(attempt)), ylim=(0, 1), ylabel="probability", yticks=[0, 0.5, 1])
    middle.tick_params(labelbottom=False)
    below = plot_timeline(rows, figure.add_subplot(shape[2, :], sharex=middle))
    rate = f", {attempt.fps:g} per second" if np.isfinite(attempt.fps) else ""
    below.set_xlabel(f"frame{rate}")
    figure.suptitle(attempt.name, fontsize="medium")
    class_legend(figure, loc="outside lower center", ncols=len(CLASSES), fontsize="small")
    return figure


def _moments(detected: Bool[np.ndarray, " frames"]) -> list[int]:
    """Frames evenly spaced in time, or near to that frames with a pose."""
    width, seen = len(detected) / MOMENTS, np.flatnonzero(detected)
    found = []
    for middle in (np.arange(MOMENTS) + 0.5) * width:
        near = seen[np.abs(seen + 0.5 - middle) <= width / 2]
        best = np.abs(near + 0.5 - middle).argmin() if len(near) else None
        found.append(int(middle) if best is None else int(near[best]))
    return found
