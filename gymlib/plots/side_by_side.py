"""Two attempts beside each other: pictures of the same moments, curves over each other."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from gymlib.dataset import Dataset
from gymlib.kinematics.alignment import Aligned, Measured
from gymlib.plots.filmstrip import Moment, pick_moments, plot_moments
from gymlib.plots.style import ABOVE, PAIR_COLOURS

LETTERS = ("A", "B")
"""What the two attempts are called wherever their colours are used."""
PANELS = {
    "height": "height\n(torso lengths)", "trunk": "trunk turned\n(degrees)",
    "hip": "hips\n(degrees)", "knee": "knees\n(degrees)",
}  # fmt: skip
"""Curve -> the name of its axis."""
_LINES = ("-", (0, (4, 1.2)))  # told apart without any colour too
_LONGEST = 40  # letters of a name in a legend


def plot_side_by_side(
    aligned: Aligned,
    names: Sequence[str],
    strips: Sequence[Sequence[Moment]] = (),
    *,
    width: float = 9,
) -> Figure:
    """Height, turn of the trunk, hips and knees of two attempts, on the axis of their phases.

    Parameters
    ----------
    names : of the two attempts, for the legend.
    strips : pictures of both, one for each of ``aligned.places``, in order, above the curves.
    width : of the figure in inches.
    """
    count, above = len(aligned.places), 1.3 * len(strips)
    figure = plt.figure(figsize=(width, above + 1.15 * len(PANELS) + 1), layout="constrained")
    heights = [1.3] * len(strips) + [1.15] * len(PANELS)
    shape = figure.add_gridspec(len(heights), count, height_ratios=heights)
    for row, strip in enumerate(strips):
        pictures = [figure.add_subplot(shape[row, k]) for k in range(count)]
        plot_moments(list(strip), pictures)
        pictures[0].set_ylabel(LETTERS[row], rotation=0, labelpad=12, va="center")
        for ax in pictures:
            ax.spines[:].set_color(PAIR_COLOURS[row])
    axes: list[Axes] = []
    for row, (curve, words) in enumerate(PANELS.items(), start=len(strips)):
        axes.append(figure.add_subplot(shape[row, :], sharex=axes[0] if axes else None))
        _plot_pair(axes[-1], aligned, curve, names)
        axes[-1].set_ylabel(words, fontsize="small")
        axes[-1].tick_params(labelbottom=False, bottom=False)
        axes[-1].spines[["top", "right"]].set_visible(False)
    axes[1].yaxis.set_major_locator(MultipleLocator(180))
    for ax in axes[2:]:
        ax.set(ylim=(0, 190), yticks=[0, 90, 180])
    axes[0].legend(**ABOVE, borderaxespad=0.2, frameon=False)
    _name_moments(axes[-1], aligned)
    return figure


def pick_strip(data: Dataset, own: Measured, frames: Mapping[str, float]) -> list[Moment]:
    """Pictures of an attempt at the frames of its moments, or its skeleton where there is no film.

    Parameters
    ----------
    frames : one of ``aligned.frames``.
    """
    numbers = [round(frame) for frame in frames.values()]
    titles = [f"{name}\n{number}" for name, number in zip(frames, numbers)]
    return pick_moments(data, own.clip.name, numbers, titles)


def _plot_pair(ax: Axes, aligned: Aligned, curve: str, names: Sequence[str]) -> None:
    for place in aligned.places.values():
        ax.axvline(place, color="#BBBBBB", linewidth=1, zorder=0)
    for own, letter, name, colour, line in zip(
        aligned.curves, LETTERS, names, PAIR_COLOURS, _LINES
    ):
        words = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
        look = {"color": colour, "linestyle": line, "linewidth": 1.8}
        ax.plot(aligned.axis, getattr(own, curve), label=f"{letter}: {words}", **look)
    ax.set_xlim(-0.005, 1.005)


def _name_moments(ax: Axes, aligned: Aligned) -> None:
    """Names of the moments below an axis, on three levels: some are close to each other."""
    last = len(aligned.places) - 1
    for k, (name, place) in enumerate(aligned.places.items()):
        side = "left" if k == 0 else "right" if k == last else "center"
        text = {"fontsize": "small", "ha": side, "va": "top", "textcoords": "offset points"}
        ax.annotate(name, (place, 0), (0, -4 - 12 * (k % 3)), **text,
                    xycoords=ax.get_xaxis_transform(), annotation_clip=False)  # fmt: skip
