"""Clips in a notebook: widgets to look at them, to label, to review and to explore results.

:func:`browse`, :func:`label`, :func:`review`, :func:`explore`, :func:`drop_film` and
:func:`film_live` are what notebooks call. What shows clips to people who click may come here; what
is computed of them may not.
"""

from importlib import import_module

from gymlib.viewer.clip_view import ClipView, Predictions, read_view
from gymlib.viewer.film_drop import FilmDrop
from gymlib.viewer.filmstrip import plot_frame, plot_strip, plot_view
from gymlib.viewer.labeller import Labeller
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
from gymlib.viewer.widget import ClipViewer

_LATER = {"Explorer": "explorer", "LiveView": "live_view", "Reviewer": "reviewer"}
"""Widgets that ask models, whose libraries take seconds to load: who only labels need not wait."""

__all__ = [
    "ClipView", "ClipViewer", "Explorer", "FilmDrop", "Labeller", "LiveView", "PersonChooser",
    "Predictions", "Reviewer", "browse", "drop_film", "dropped_film", "explore", "film_live",
    "label", "plot_frame", "plot_strip", "plot_view", "read_view", "review",
]  # fmt: skip


def __getattr__(name: str):
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
