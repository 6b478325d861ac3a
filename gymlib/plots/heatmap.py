"""Numbers in coloured cells, each legible on its colour."""

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from seaborn.utils import relative_luminance


def plot_heatmap(values, ax: Axes, text=True, **options) -> Axes:
    """Cells in shades of blue with numbers; ``text`` and options are those of ``seaborn.heatmap``.

    The numbers are black or white, whichever has more contrast: 4.5 to 1 at least, as WCAG 2.2
    asks for in 1.4.3.
    """
    blue = {"cmap": "Blues", "linewidths": 1, "cbar": False}
    sns.heatmap(values, ax=ax, annot=text, **blue | options)
    shown = ~np.broadcast_to(options.get("mask", False), np.shape(values)).ravel()
    for words, face in zip(ax.texts, ax.collections[0].get_facecolors()[shown]):
        words.set_color(ink(face))
    return ax


def ink(background) -> str:
    """Black or white, whichever has more contrast with a colour.

    >>> ink("#6aaed6"), ink("#08306b")
    ('black', 'white')
    """
    return "black" if contrast(background, "black") > contrast(background, "white") else "white"


def contrast(one, other) -> float:
    """Contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio").

    >>> round(contrast("black", "white"), 3)
    21.0
    """
    dark, light = sorted(map(relative_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)
