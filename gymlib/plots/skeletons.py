"""A body as lines: left side, right side and middle told apart."""

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from gymlib.skeleton import EDGES, KEYPOINTS

SIDE_COLOURS = {"left": "#D55E00", "right": "#7755CC", "middle": "#555555"}
"""None of a class; left and right are warm and blue to the colour-blind too."""


def side(bone: tuple[int, int]) -> str:
    """left, right or middle: the side on which both ends of a bone are."""
    names = [KEYPOINTS[index] for index in bone]
    for word in ("left", "right"):
        if all(word in name for name in names):
            return word
    return "middle"


def plot_skeleton(
    keypoints: Float[np.ndarray, "33 2"],
    ax: Axes | None = None,
    *,
    colour: str | None = None,
    width: float = 1.5,
) -> Axes:
    """Draw the bones of one body; y points down, as in pictures, and units are kept square.

    Parameters
    ----------
    keypoints : x, y in any square unit (pixels, torso lengths); bones with NaN are left out.
    colour : one colour for all bones; None colours left, right and middle.
    """
    ax = ax or plt.subplots(figsize=(3, 3))[1]
    lines = keypoints[np.array(EDGES)]  # (bones, 2 ends, 2)
    colours = np.array([colour or SIDE_COLOURS[side(bone)] for bone in EDGES])
    seen = np.isfinite(lines).all(axis=(1, 2))
    look = {"linewidths": width, "capstyle": "round"}
    ax.add_collection(LineCollection(lines[seen], colors=colours[seen], **look))
    ax.set_aspect("equal")
    ax.autoscale_view()
    if not ax.yaxis_inverted():
        ax.invert_yaxis()
    return ax
