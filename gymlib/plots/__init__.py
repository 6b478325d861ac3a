"""Pictures: every function takes numbers and an optional axes, and returns the axes.

Nothing here computes a result or writes a figure; :func:`gymlib.files.figures.save_figure` does.
Overlays, which are videos, write themselves. Colours and titles of architectures come from their
recipes.
"""

from gymlib.plots.clip import plot_clip

__all__ = ["plot_clip"]
