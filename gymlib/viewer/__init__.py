"""Clips in a notebook: widgets to look at them, to label, to review and to explore results.

:func:`browse`, :func:`label`, :func:`review`, :func:`explore`, :func:`drop_film` and
:func:`film_live` are what notebooks call. What shows clips to people who click may come here; what
is computed of them may not.
"""

from gymlib.viewer.clip_view import ClipView, Predictions, read_view
from gymlib.viewer.explorer import Explorer
from gymlib.viewer.film_drop import FilmDrop
from gymlib.viewer.filmstrip import plot_frame, plot_strip, plot_view
from gymlib.viewer.labeller import Labeller
from gymlib.viewer.live_view import LiveView
from gymlib.viewer.notebook import (
    browse,
    drop_film,
    dropped_film,
    explore,
    film_live,
    label,
    review,
)
from gymlib.viewer.person import PersonChooser
from gymlib.viewer.reviewer import Reviewer
from gymlib.viewer.widget import ClipViewer

__all__ = [
    "ClipView", "ClipViewer", "Explorer", "FilmDrop", "Labeller", "LiveView", "PersonChooser",
    "Predictions", "Reviewer", "browse", "drop_film", "dropped_film", "explore", "film_live",
    "label", "plot_frame", "plot_strip", "plot_view", "read_view", "review",
]  # fmt: skip
