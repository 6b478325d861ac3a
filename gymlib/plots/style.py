"""One look for every figure: font, sizes, colours, legends, and the shapes that figures share."""

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from IPython import get_ipython
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib_inline.config import InlineBackend

from gymlib.files.progress import headless
from gymlib.labels import CLASSES, COLOURS

# Beside the class colours, also from Okabe & Ito (2008). The class colours come last: what has no
# class should not look as if it had one.
SERIES_COLOURS = [
    "#444444", "#D55E00", "#56B4E9", "#CC79A7", "#0072B2", "#E69F00", "#009E73", "#999999",
]  # fmt: skip
MISSING_COLOUR = "#D55E00"
"""Of what is lost, wrong or different."""
PAIR_COLOURS = "#D55E00", "#7755CC"
"""Of two attempts beside each other: none of a class, one warm and one blue to the colour-blind
too, and at least 3:1 against white and against the dark ground of pages."""
CHANCE = float(np.log(len(CLASSES)))
"""Mean negative log-likelihood of a uniform guess."""
FONT = "DejaVu Sans"
"""Of figures, videos and pages; Matplotlib brings the font files."""
OUTSIDE = {"loc": "center left", "bbox_to_anchor": (1, 0.5)}
"""A legend to the right of the axes, where lines leave no corner free."""
ABOVE = {"loc": "lower left", "bbox_to_anchor": (0, 1), "fontsize": "small"}


def use_style() -> None:
    """Set the theme of all figures; call once at the top of a notebook."""
    sns.set_theme(style="ticks", context="notebook", palette=SERIES_COLOURS)
    # SVGs draw their letters, so that a figure looks the same on machines without the font, and
    # the same figure gives the same bytes.
    plt.rcParams.update({
        "figure.dpi": 100, "figure.figsize": (7, 4), "font.family": FONT,
        "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False,
        "svg.fonttype": "path", "svg.hashsalt": "gymlib",
    })  # fmt: skip
    if headless() and (shell := get_ipython()):
        # Executed notebooks hold SVG: sharp at any zoom, pictures in them at 150 dpi.
        inline = InlineBackend.instance(parent=shell)
        options = {"bbox_inches": "tight", "dpi": 150, "metadata": {"Date": None}}
        inline.print_figure_kwargs, inline.figure_formats = options, {"svg"}


def class_legend(ax, labels=CLASSES, **kwargs):
    """Legend of the class colours on ``ax``; keyword arguments go to ``ax.legend``."""
    handles = [Patch(color=COLOURS[label], label=label) for label in labels]
    return ax.legend(handles=handles, **kwargs)


def grid(axes, rows: int, columns: int, **kwargs) -> np.ndarray:
    """The given axes, or new ones, as an array (rows, columns)."""
    if axes is None:
        _, axes = plt.subplots(rows, columns, squeeze=False, layout="constrained", **kwargs)
    return np.asarray(axes).reshape(rows, columns)


def bars(ax: Axes, names, values, texts, colours) -> Axes:
    """Horizontal bars with a text behind each, the first one on top."""
    drawn = ax.barh(range(len(names)), values, color=colours)
    ax.bar_label(drawn, texts, padding=3, fontsize="small")
    return rows_from_above(ax, names)


def rows_from_above(ax: Axes, names) -> Axes:
    """Names of the rows at heights 0, 1, ..., the first one on top."""
    ax.set_yticks(range(len(names)), list(names))
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    return ax


def say(ax: Axes, text: str) -> Axes:
    """A sentence in place of a picture that has nothing to show."""
    ax.text(0.5, 0.5, text, ha="center", va="center", transform=ax.transAxes, fontsize="small")
    ax.set_axis_off()
    return ax
