"""Figures on disk."""

from pathlib import Path

import matplotlib.pyplot as plt
from IPython import get_ipython
from IPython.display import display

from gymlib.files.atomic import atomic_path
from gymlib.files.progress import headless


def save_figure(figure, path: Path) -> Path:
    """Write a figure; the suffix (.svg or .png) decides the format. Returns ``path``.

    In a notebook that runs without a reader an .svg is displayed as it was written, and closed:
    at the end of its cell it would be drawn anew, three times, for the same picture.
    """
    vector = path.suffix == ".svg"
    with atomic_path(path) as temporary:
        metadata = {"Date": None} if vector else None  # same picture, same bytes
        figure.savefig(temporary, dpi=150, bbox_inches="tight", metadata=metadata)
    if vector and headless() and get_ipython():
        shown = {"image/svg+xml": path.read_text("utf-8"), "text/plain": repr(figure)}
        display(shown, raw=True)
        plt.close(figure)
    return path
