"""One look for every figure: font, sizes, class colours."""

import matplotlib.pyplot as plt
import seaborn as sns
from IPython import get_ipython
from matplotlib.patches import Patch
from matplotlib_inline.config import InlineBackend

from gymlib.files.progress import headless
from gymlib.labels import CLASSES, COLOURS

# Beside the class colours, also from Okabe & Ito (2008). The class colours come last: what has no
# class should not look as if it had one.
SERIES_COLOURS = [
    "#444444", "#D55E00", "#56B4E9", "#CC79A7", "#0072B2", "#E69F00", "#009E73", "#999999",
]  # fmt: skip


FONT = "DejaVu Sans"
"""Of figures, videos and pages; Matplotlib brings the font files."""


def use_style() -> None:
    """Set the theme of all figures; call once at the top of a notebook."""
    sns.set_theme(style="ticks", context="notebook", palette=SERIES_COLOURS)
    plt.rcParams.update(
        {
            "figure.dpi": 100,
            "figure.figsize": (7, 4),
            "font.family": FONT,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "legend.frameon": False,
            # Letters are drawn, so that a figure looks the same on machines without the font, and
            # the same figure gives the same bytes.
            "svg.fonttype": "path",
            "svg.hashsalt": "gymlib",
        }
    )
    if headless() and (shell := get_ipython()):
        _embed_vectors(shell)


def _embed_vectors(shell) -> None:
    """Executed notebooks hold figures as SVG: sharp at any zoom, pictures in them at 150 dpi."""
    inline = InlineBackend.instance(parent=shell)
    inline.print_figure_kwargs = {"bbox_inches": "tight", "dpi": 150, "metadata": {"Date": None}}
    inline.figure_formats = {"svg"}


def class_legend(ax, labels=CLASSES, **kwargs):
    """Legend of the class colours on ``ax``; keyword arguments go to ``ax.legend``."""
    handles = [Patch(color=COLOURS[label], label=label) for label in labels]
    return ax.legend(handles=handles, **kwargs)
