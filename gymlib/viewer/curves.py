"""Curves below the timelines: probabilities of models, and how the body moves."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from gymlib.dataset import Attempt
from gymlib.kinematics.curves import curves
from gymlib.labels import CLASSES, COLOURS
from gymlib.plots.style import SERIES_COLOURS


class Panel(NamedTuple):
    """Curves over the frames of a clip, on one scale.

    Attributes
    ----------
    values : NaN where there is none. look : as JSON, ``about``: what a screen reader says,
        ``colours`` of the lines, ``low`` and ``high``: the ends of the scale, ``words``: name, unit
        and digits of each line whose value at the current frame is written; none for most.
    """

    name: str
    values: Float[np.ndarray, "frames lines"]
    look: dict

    @classmethod
    def of_model(cls, name: str, values: Float[np.ndarray, "frames 4"]) -> "Panel":
        """The probabilities that a model gives to the classes."""
        colours = [COLOURS[label] for label in CLASSES]
        look = {"about": f"probabilities: {name}", "colours": colours, "low": 0, "high": 1}
        return cls(name, values, look | {"words": []})


def movement(clip: Attempt) -> list[Panel]:
    """Height, turn of the trunk and shape; nothing of a clip without any pose."""
    own = curves(clip)
    shapes = np.stack([own.hip, own.knee], axis=1)
    angles = [("hips ", "°", 0), ("knees ", "°", 0)]
    panels = [
        _panel("height of the centre of mass, torso lengths", own.height[:, None], [("", "", 2)]),
        _panel("trunk from upright, degrees", own.trunk[:, None], [("", "°", 0)]),
        _panel("shape: angles of hips and knees, degrees", shapes, angles, SERIES_COLOURS[1:3]),
    ]
    return [panel for panel in panels if np.isfinite(panel.values).any()]


def _panel(about: str, values, words: list, colours=("var(--ink)",)) -> Panel:
    """Named by its first word; one line fills its scale, several angles have that of joints."""
    name = about.split()[0].rstrip(":")
    low, high = 0.0, 180.0
    if values.shape[1] == 1 and np.isfinite(values).any():
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
    look = {"about": f"{about}, {low:.4g} to {high:.4g}", "low": low, "high": high}
    return Panel(name, values, look | {"colours": list(colours), "words": words})
