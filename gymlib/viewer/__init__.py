"""Clips in the notebook: one viewer, and the labeller made of it."""

from gymlib.viewer.clip_view import ClipView, Predictions, read_view
from gymlib.viewer.component import ClipViewer
from gymlib.viewer.explorer import Explorer
from gymlib.viewer.labeller import Labeller
from gymlib.viewer.review import Review
from gymlib.viewer.strip import plot_frame, plot_strip, plot_view

__all__ = [
    "ClipView",
    "ClipViewer",
    "Explorer",
    "Labeller",
    "Predictions",
    "Review",
    "plot_frame",
    "plot_strip",
    "plot_view",
    "read_view",
]
