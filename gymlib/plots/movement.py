"""How one attempt moves: bodies at its key moments, curves of height and angles, the labels."""

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from gymlib.dataset import Attempt
from gymlib.kinematics import Measurement
from gymlib.kinematics.alignment import around, lowest
from gymlib.kinematics.curves import Curves
from gymlib.kinematics.words import WORDS, ranged
from gymlib.labels import CLASSES
from gymlib.plots.annotation import plot_timeline
from gymlib.plots.filmstrip import Moment, name_at, plot_moments
from gymlib.plots.style import ABOVE, SERIES_COLOURS, class_legend
from gymlib.skeleton import to_pixels

MOMENTS = ("take-off begins", "last contact", "in the air", "first contact", "lowest", "end")
_LOOKS = {
    "hip": ("hips", SERIES_COLOURS[1]),
    "knee": ("knees", SERIES_COLOURS[2]),
    "arm": ("arms to trunk", SERIES_COLOURS[3]),
}


def plot_movement(
    attempt: Attempt,
    curves: Curves,
    row: dict[str, str | int | Measurement],
    labels: Int[np.ndarray, " frames"],
) -> Figure:
    """Bodies at six moments, the height, the trunk's angle, the joints' angles, the labels.

    Parameters
    ----------
    row : one of :func:`gymlib.kinematics.measure`; grey bands are its take-off and landing with
        their intervals.
    labels : from which the row was measured.
    """
    figure = plt.figure(figsize=(9, 7.5), layout="constrained")
    shape = figure.add_gridspec(5, len(MOMENTS), height_ratios=[1.2, 1, 1, 1, 0.3])
    bodies = to_pixels(attempt.keypoints, *attempt.size)
    moments = [
        Moment(f"{name}\n{i}", bodies[i], bool(attempt.detected[i]), name_at(labels, i))
        for name, i in zip(MOMENTS, _key_frames(curves, row, labels))
    ]
    plot_moments(moments, [figure.add_subplot(shape[0, k]) for k in range(len(MOMENTS))])
    axes = [figure.add_subplot(shape[1, :])]
    axes += [figure.add_subplot(shape[k, :], sharex=axes[0]) for k in (2, 3)]
    _plot_line(axes[0], curves.height, "height\n(torso lengths)")
    _plot_line(axes[1], curves.trunk, "trunk from upright\n(degrees)")
    for name, (words, colour) in _LOOKS.items():
        axes[2].plot(_centred(labels), getattr(curves, name), color=colour, label=words)
    axes[2].set(ylim=(0, 190), yticks=[0, 90, 135, 180])
    axes[2].set_ylabel("joints\n(degrees)", fontsize="small")
    axes[2].legend(**ABOVE, ncols=len(_LOOKS))
    axes[1].yaxis.set_major_locator(MultipleLocator(180))
    for ax in axes:
        ax.tick_params(labelbottom=False)
        for moment in (row["takeoff"], row["landing"]):
            _mark(ax, moment)
    below = plot_timeline({"label": labels}, figure.add_subplot(shape[4, :], sharex=axes[0]))
    rate = f", {attempt.fps:g} per second" if np.isfinite(attempt.fps) else ""
    below.set_xlabel(f"frame{rate}")
    figure.suptitle(title(attempt.name, row), fontsize="medium")
    class_legend(figure, loc="outside lower center", ncols=len(CLASSES), fontsize="small")
    return figure


def title(clip: str, row: dict[str, str | int | Measurement]) -> str:
    """Clip, the skill's name and the three main numbers with their intervals."""
    name = ", ".join(str(row[part]) for part in ("name", "shape", "entry") if row[part])
    forms = {"flight_time": "flight {} s", "height": "height {} m", "rotation": "turned {} degrees"}
    shown = {form: (row[key], WORDS[key].digits) for key, form in forms.items() if row[key].seen}
    numbers = [form.format(ranged(*own)) for form, own in shown.items()]
    return f"{clip}: {name}\n" + ", ".join(numbers)


def _centred(labels) -> np.ndarray:
    """A frame's value stands in the middle of its bar in the timeline."""
    return np.arange(len(labels)) + 0.5


def _plot_line(ax: Axes, values, words: str) -> None:
    ax.plot(_centred(values), values, color=SERIES_COLOURS[0])
    ax.set_ylabel(words, fontsize="small")


def _mark(ax: Axes, moment: Measurement) -> None:
    low, high = np.nan_to_num(moment[1:3], posinf=moment.value, neginf=moment.value)
    ax.axvspan(low + 0.5, high + 0.5, color="#DDDDDD", linewidth=0, zorder=0)
    ax.axvline(moment.value + 0.5, color="#999999", linewidth=1, zorder=1)


def _key_frames(curves: Curves, row, labels) -> list[int]:
    """Frames of :data:`MOMENTS`; in the air the one with a pose next to the middle."""
    takeoff, landing = (row[name].value for name in ("takeoff", "landing"))
    off, on = int(takeoff), min(int(np.ceil(landing)), len(labels) - 1)
    begin, end = around(labels, off, -1).start, around(labels, on, 1).end
    down = lowest(curves.height, on, end)
    air = np.arange(min(off + 1, on), on + 1)
    unseen = len(labels) * np.isnan(curves.trunk[air])
    middle = air[np.argmin(np.abs(air - (takeoff + landing) / 2) + unseen)]
    return [begin, off, int(middle), on, int(down) if np.isfinite(down) else on, end]
