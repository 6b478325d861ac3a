"""Skeleton, labels and predictions drawn onto the frames of a clip, as a video.

The body and the classes' probabilities stand on the picture. Below it runs a panel over the whole
clip with the probabilities as coloured areas and one timeline per source of labels; a line marks
the current frame. Colours are those of :mod:`gymlib.labels`, and of the body's sides.
"""

from gymlib.plots.overlay.clip import overlay_clip, write_overlay
from gymlib.plots.overlay.drawing import draw_skeleton
from gymlib.plots.overlay.stills import draw_stills

__all__ = ["draw_skeleton", "draw_stills", "overlay_clip", "write_overlay"]
