"""One look for every figure: font, sizes, class colours."""

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.patches import Patch

from gymlib.labels import CLASSES, COLOURS

# Two sequences beside the class colours, both from Okabe & Ito (2008).
ARCHITECTURE_COLOURS = {"cnn": "#CC79A7", "lstm": "#56B4E9"}
SERIES_COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"]


def use_style() -> None:
    """Set the theme of all figures; call once at the top of a notebook."""
    sns.set_theme(style="ticks", context="notebook", palette=SERIES_COLOURS)
    plt.rcParams.update(
        {
            "figure.dpi": 100,
            "figure.figsize": (7, 4),
            "font.family": "DejaVu Sans",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "legend.frameon": False,
            # Text stays text, and the same figure gives the same bytes.
            "svg.fonttype": "none",
            "svg.hashsalt": "gymlib",
        }
    )


def class_legend(ax, labels=CLASSES, **kwargs):
    """Legend of the class colours on ``ax``; keyword arguments go to ``ax.legend``."""
    handles = [Patch(color=COLOURS[label], label=label) for label in labels]
    return ax.legend(handles=handles, **kwargs)
